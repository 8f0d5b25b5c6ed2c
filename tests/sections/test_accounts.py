"""Accounts of a node in documents: the class mix that the chart shows is the one that the check judges."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbook.book import Book
from workbook.sections.accounts import portfolio_table, whitespace
from workbook.sections.sales import top_accounts


def test_the_class_mix_of_a_document_is_the_one_its_check_judges(book: Book) -> None:
    """T-09 has three disqualified accounts of class divest: they count in neither."""
    mix = book.portfolio.class_mix.set_index(["node", "class"])["share"]
    (check,) = [c for c in book.territories.health if c.name == "class mix" and c.subject == "T-09"]
    for name in ("core", "invest", "opportunistic", "divest"):
        assert check.numbers[f"{name}_share"] == pytest.approx(mix["T-09", name]), name


def test_the_table_by_class_says_who_counts_in_no_mix(book: Book) -> None:
    table = portfolio_table(book.scoped("T-09"))
    assert table.frame["class"].tolist() == ["core", "invest", "opportunistic", "divest"]
    assert table.frame["accounts"].sum() == 365
    assert "3 of them disqualified" in table.caption
    assert "disqualified" not in portfolio_table(book.scoped("T-03")).caption


def test_whitespace_shows_what_is_missing_and_says_how_it_is_ordered(book: Book) -> None:
    """A-1168 buys 12 k of Filtration where comparable accounts buy 29 k: the gap is what it could buy more."""
    table = whitespace(book.scoped("T-03"), count=200)
    assert "best first: gap × share of peers that buy" in table.caption
    gaps = book.portfolio.whitespace.set_index(["account_id", "product_family"])
    row = table.frame.set_index(["account_id", "product_family"]).loc[("A-1168", "Filtration")]
    told = gaps.loc[("A-1168", "Filtration")]
    assert row["gap_amount"] == told["sized_amount"] - told["bought_amount"] < told["sized_amount"]


def test_a_book_whose_accounts_are_all_disqualified_is_told_all_the_same(book: Book) -> None:
    """No account has a cadence then: its last touches are missing, and no traceback."""
    tables = book.tables.scoped({"T-03"})
    gone = tables.accounts.assign(disqualified_on=pd.Timestamp("2026-01-01"))
    bare = Book(Path("."), replace(book.facts, tables=replace(tables, accounts=gone)))
    assert bare.engagement.cadence.empty
    assert top_accounts(bare).frame["last_touch_on"].isna().all()
    assert "engagement of high value" not in {c.name for c in bare.territories.health if c.verdict == "fail"}
