"""Recorded activity in documents: grouped by rep and sign for those who may read it, and how it is reported."""

from __future__ import annotations

import re

import pytest

from workbook.book import Book
from workbook.sample import write_sample
from workbook.sections import activity, audience_of, completeness_by_rep


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Book:
    root = tmp_path_factory.mktemp("activity") / "book"
    write_sample(root)
    return Book.open(root)


def test_sixty_accounts_with_eight_tasks_each_are_one_row_with_three_dated_rows(sample: Book) -> None:
    view = sample.scoped("T-09")
    note, groups, evidence = activity.integrity(view, audience_of("manager"))
    assert "a question, not a verdict" in repr(note)
    assert len(groups.frame) == 1
    assert groups.frame["sentence"][0].startswith(
        "60 accounts, 8 tasks each: every 28 days, made on one day (2025-12-13)"
    )
    assert len(evidence.frame) == 3
    assert evidence.frame[["created_on", "due_on"]].notna().all(axis=None)
    assert evidence.frame["account"].isin(view.tables.accounts["name"]).all()


def test_a_rep_reads_nothing_about_single_people(sample: Book) -> None:
    assert activity.integrity(sample.scoped("T-09"), audience_of("rep")) == []


def test_reporting_in_key_accounts_has_a_row_per_rep_lowest_first(sample: Book) -> None:
    note, table = activity.reported(sample)
    shares = table.frame["real_share"].tolist()
    assert shares == sorted(shares)
    assert len(table.frame) == len(sample.engagement.reporting) > 20
    holds = sample.engagement.reporting
    share = (holds["activities"] * holds["real_share"]).sum() / holds["activities"].sum()
    assert repr(note).startswith(f"{share:.0%} of {holds['activities'].sum():,} activities")


def test_completeness_is_a_grid_of_reps_and_tables(sample: Book) -> None:
    rows, grid = sample.quality.completeness, completeness_by_rep(sample).frame
    assert {f"{t}_share" for t in rows["table"]} < set(grid.columns)
    one = rows[(rows["rep_id"] == "P-29") & (rows["table"] == "activities")]
    cell = grid.loc[grid["rep_id"] == "P-29", "activities_share"].item()
    assert cell == pytest.approx(one["filled"].sum() / one["rows"].sum())
    assert len(grid) == rows["rep_id"].nunique()
    assert re.search(r"P-29 +Erik Ramos", repr(completeness_by_rep(sample)))
