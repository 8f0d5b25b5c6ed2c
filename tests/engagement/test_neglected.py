"""High value and not engaged, on the tiny book: nine accounts worth 1,000 (A-9: nothing known but its potential)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from workbook.book import Book
from workbook.engagement.cadence import Standing
from workbook.engagement.log import Log
from workbook.engagement.neglected import neglected
from workbook.places import shipped
from workbook.rules.engagement import EngagementRules

NAMES = pd.Series({"P-1": "Ann", "P-2": "Ben", "P-3": "Cleo"})


def moving(**to: str | None) -> pd.DataFrame:
    takers = pd.Series(list(to.values()), dtype="str")
    return pd.DataFrame(
        {"account_id": [k.replace("_", "-") for k in to], "to_rep": takers, "to_name": takers.map(NAMES)}
    )


def test_the_valuable_and_untouched_are_named_with_who_could_work_them(
    log_of: Callable[[list[dict[str, Any]]], Log], standing_of: Callable[..., Standing]
) -> None:
    potential = pd.array([90_00, 80_00, 70_00, 60_00, 50_00, 40_00, 30_00, 20_00, 10_00], dtype="Int64") * 100
    standing = standing_of(
        potential_amount=potential,
        sales_12m_amount=0,
        projected_amount=0,
        owner_rep_id=["P-1", "P-1", "P-1", "P-1", None, "P-2", "P-2", "P-3", "P-3"],
        disqualified=[False, False, True] + [False] * 6,
    )
    log = log_of([
        {"account_id": "A-1", "done_on": "2026-03-31"},  # 91 days ago: engaged
        {"account_id": "A-2", "done_on": "2026-03-30", "rep_id": "P-3"},  # 92 days ago, whoever it was
        {"account_id": "A-8", "done_on": "2020-01-01"},  # of no value among these
    ])  # fmt: skip
    rules = EngagementRules(high_value_share=0.75)  # the first seven of nine
    out = neglected(standing, log, moving(A_2="P-2", A_6=None), rules, "USD")
    assert out["account_id"].tolist() == ["A-2", "A-4", "A-5", "A-6", "A-7"]  # A-3 is disqualified
    assert out["untouched_days"].fillna(-1).tolist() == [92, -1, -1, -1, -1]
    assert out["sentence"].tolist() == [
        "Worth 8.00 k USD a year, no real touch for 92 days; Ben has room for it.",
        "Worth 6.00 k USD a year, no real touch on record; it stays with its rep by the keep rule.",
        "Worth 5.00 k USD a year, no real touch on record; nobody holds it.",
        "Worth 4.00 k USD a year, no real touch on record; nobody of the territory has room.",
        "Worth 3.00 k USD a year, no real touch on record; it stays with its rep by the keep rule.",
    ]


@pytest.fixture(scope="module")
def book() -> Book:
    return Book.open(shipped("data", "sample"))


def test_the_list_names_the_accounts_that_the_check_counts(book: Book) -> None:
    checks = [c for c in book.territories.health if c.name == "engagement of high value"]
    by_node = {c.subject: c for c in checks if c.subject in set(book.tree.ids)}
    listed = book.engagement.neglected
    counted = listed.groupby("territory_id")["account_id"].agg(set).to_dict()
    for node in book.tree.leaves():
        check = by_node.get(node)
        assert len(counted.get(node, set())) == (check.numbers["neglected"] if check else 0), node
    assert len(listed) > 100


def test_an_account_that_enters_a_book_stands_in_the_list_of_that_rep(book: Book) -> None:
    rows = book.engagement.list_of("book-care").set_index("account_id")
    entering = book.engagement.book_care.query("change == 'enter'").set_index("account_id")
    assert len(entering) == 1
    assert rows.loc[entering.index, "rep_id"].tolist() == entering["rep_id"].tolist()
    assert rows["action"].value_counts().to_dict() == {"give back": 3, "call": 1}
