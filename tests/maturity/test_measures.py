"""What is measured: moves among accounts that changed hands, threads among all large accounts, touches by their own verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.reconcile.conftest import facts_of, said, tables_of
from workbook.book import Book
from workbook.decisions import Decision
from workbook.engagement.threads import held_large
from workbook.errors import WorkbookError
from workbook.sections import maturity_compared

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sample() -> Book:
    return Book.open(ROOT / "data" / "sample")


def handed_over(day: str, decisions: list[Decision]) -> pd.Series:
    """The measure of recorded moves where account 1 went from Ann to Bob on a day."""
    held = tables_of().ownership
    later = held[held["account_id"] == "1"].assign(rep_id="Bob", from_on=pd.Timestamp(day))
    tables = tables_of(ownership=pd.concat([held, later], ignore_index=True))
    rows = Book(Path("nowhere"), facts_of(tables, decisions)).maturity.evidence.set_index("measure")
    return rows.loc["moves_recorded"]


def test_moves_count_among_accounts_that_changed_hands_within_a_year() -> None:
    assert handed_over("2026-03-01", [])["value_share"] == 0.0
    assert handed_over("2026-03-01", [said("move", "1", from_rep="Ann", to_rep="Bob")])["value_share"] == 1.0
    assert handed_over("2024-03-01", [])["reaches"] == 0  # nobody changed hands of late: not known, and no zero


def test_shared_large_accounts_are_counted_among_all_large_ones(sample: Book) -> None:
    """A19: several contacts and several of ours. What single_threaded lists is what is not."""
    row = sample.maturity.evidence.set_index("measure").loc["large_accounts_shared"]
    large = int(held_large(sample.engagement.standing, sample.rules.engagement).sum())
    alone = len(sample.engagement.single_threaded)
    assert 0 < alone < large
    assert row["value_share"] == pytest.approx((large - alone) / large)


def test_one_definition_of_touched_on_time(sample: Book) -> None:
    row = sample.maturity.evidence.set_index("measure").loc["accounts_on_time"]
    cover = sample.engagement.coverage.set_index("node").loc[sample.tree.root]
    assert row["value_share"] == pytest.approx(cover["share"])


def test_who_was_touched_is_not_known_without_a_day_of_it(sample: Book) -> None:
    """Activities that are only due tell nothing of touches: no zero, and no traceback."""
    tables = sample.tables.scoped({"T-03"})
    never = pd.Series(pd.NaT, tables.activities.index, "datetime64[us]")
    due = replace(tables, activities=tables.activities.assign(done_on=never))
    rows = Book(Path("nowhere"), replace(sample.facts, tables=due)).maturity.evidence.set_index("measure")
    for name in ("accounts_on_time", "key_accounts_on_time", "prospects_started"):
        assert rows.loc[name, "reaches"] == 0, name
        assert "not known" in rows.loc[name, "words"]
    assert rows.loc["activity_unquestioned", "reaches"] > 0


def test_no_need_is_met_by_doing_nothing(sample: Book) -> None:
    assert min(sample.rules.maturity.competitive.values()) > 0


def test_the_last_cycles_book_is_named_by_its_folder(sample: Book, tmp_path: Path) -> None:
    shown = maturity_compared(sample, str(sample.root)).frame
    assert len(shown) == len(sample.maturity.evidence)
    assert (shown["change_share"].dropna() == 0).all()
    with pytest.raises(WorkbookError, match=tmp_path.name):
        maturity_compared(sample, str(tmp_path))
