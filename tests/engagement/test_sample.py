"""On the sample company: what was planted is found, honest work stays clean, and a scope shows only its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbook.book import Book
from workbook.errors import UsageError
from workbook.places import shipped
from workbook.sample.generator import write_sample
from workbook.sections import caring
from workbook.show import Note
from workbook.stage import noun


@pytest.fixture(scope="module")
def sample() -> Book:
    return Book.open(shipped("data", "sample"))


def numbers(ids: pd.Series) -> np.ndarray:
    return ids.str.extract(r"(\d+)$", expand=False).astype("int64").to_numpy()


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 11])
def test_planted_phantoms_are_found_and_honest_work_is_clean(tmp_path: Path, seed: int) -> None:
    write_sample(tmp_path, seed=seed)
    book = Book.open(tmp_path)
    judged = book.engagement.integrity
    at = numbers(judged["activity_id"])
    planted, honest = np.zeros(len(judged), bool), np.zeros(len(judged), bool)
    for label in json.loads((tmp_path / "stories.json").read_text(encoding="utf-8"))["activities"]:
        first, last = (int(label[end].split("-")[-1]) for end in ("first", "last"))
        rows = (at >= first) & (at <= last)
        (planted if label["label"] == "phantom" else honest)[rows] = True
    flagged = (judged["level"] != "none").to_numpy()
    assert planted.sum() > 500
    assert honest.sum() > 200
    assert (flagged & planted).sum() / flagged.sum() >= 0.95
    assert (flagged & planted).sum() / planted.sum() >= 0.98
    assert not (flagged & honest).any()


def test_the_rep_who_sits_on_accounts_is_found(sample: Book) -> None:
    told = json.loads((sample.root / "stories.json").read_text(encoding="utf-8"))["stories"]
    sitter = next(s for s in told if s["id"] == "sitter")
    books = sample.engagement.books
    assert books.loc[books["sits"], "rep_id"].tolist() == [sitter["rep_id"]]
    assert [c.subject for c in sample.engagement.checks if c.name == "accounts held and worked"] == [sitter["rep_id"]]


def test_the_large_account_on_one_thread_is_the_first(sample: Book) -> None:
    told = json.loads((sample.root / "stories.json").read_text(encoding="utf-8"))["stories"]
    single = next(s for s in told if s["id"] == "single")
    first = sample.engagement.single_threaded.iloc[0]
    assert [first["account_id"], first["verdict"]] == [single["account_ids"][0], "fail"]


def test_a_scope_holds_its_own_rows_and_its_sentences_name_nobody_else(sample: Book) -> None:
    view = sample.scoped("T-09")
    own = set(view.tables.accounts["account_id"])
    outside = sample.tables.accounts[~sample.tables.accounts["account_id"].isin(own)]
    people = sample.tables.reps[sample.tables.reps["territory_id"] != "T-09"]
    for name in dir(type(view.engagement)):
        made = getattr(type(view.engagement), name)
        if not isinstance(made, noun) or name in ("checks", "main_contacts"):
            continue
        frame = getattr(view.engagement, name)
        if "account_id" in frame:
            assert set(frame["account_id"]) <= own, name
        for column in frame.columns.intersection(["sentence", "reason"]):
            words = frame[column].dropna()
            for other in (
                *people["name"],
                *people["rep_id"],
                *outside["account_id"].head(50),
                *outside["name"].head(50),
            ):
                assert not words.str.contains(other, regex=False).any(), (name, other)


def test_parts_add_up_to_the_whole(sample: Book) -> None:
    coverage = sample.engagement.coverage.set_index("node")
    leaves = sample.tree.leaves()
    for column in ("accounts", "touched", "on_time"):
        assert coverage.loc[leaves, column].sum() == coverage.loc[sample.tree.root, column]
    parts = [sample.scoped(node).engagement.touches for node in leaves]
    assert sum(map(len, parts)) == len(sample.engagement.touches)
    assert len(sample.engagement.cadence) == sample.engagement.cadence["account_id"].nunique()


def test_without_activities_it_says_so_everywhere(tmp_path: Path) -> None:
    write_sample(tmp_path, seed=1)
    for name in ("activities", "contacts", "opportunities"):
        (tmp_path / "tables" / f"{name}.csv").unlink()
    stage = Book.open(tmp_path).engagement
    assert set(stage.cadence["sentence"]) == {"no activities table: cadence not known"}
    assert stage.keep["keep"].all()
    assert stage.coverage["share"].isna().all()
    assert [c.verdict for c in stage.checks] == ["not known"]
    assert stage.main_contacts is None
    for frame, column in ((stage.top_criteria, "touches"), (stage.prospects, "touches"), (stage.books, "worked")):
        assert frame[column].isna().all()
        assert frame["sentence"].str.startswith("no activities table: ").all()
    assert stage.meetings_per_sale["meetings"].isna().all()
    assert not stage.books["sits"].any()
    assert stage.since_review["touches"].isna().all()
    for name in dir(type(stage)):
        if isinstance(getattr(type(stage), name), noun):
            getattr(stage, name)


def test_what_if_the_accounts_of_one_rep_moved_frees_their_hours(sample: Book) -> None:
    rows = sample.engagement.what_if_of("P-09")
    may = sample.engagement.rotation
    assert rows["accounts"].sum() == (may["from_rep"] == "P-09").sum()
    assert set(rows["territory_id"]) == {"T-01"}
    room = sample.engagement.room.set_index("rep_id")["free_hours"]
    for taker, hours, after in zip(rows["rep_id"], rows["hours"], rows["free_hours_after"], strict=True):
        assert pd.isna(taker) or after == pytest.approx(room[taker] - hours)
    assert sample.scoped("T-01").engagement.what_if_of("P-09").equals(rows)
    with pytest.raises(UsageError, match="P-09"):
        sample.scoped("T-02").engagement.what_if_of("P-09")
    told = caring.keep_rule(sample, "P-09")
    assert any(isinstance(part, Note) and "Joel Petrov (P-09)" in part.text for part in told)
