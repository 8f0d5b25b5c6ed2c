"""Accounts of a node in documents: the class mix that the chart shows is the one that the check judges."""

from __future__ import annotations

import pytest

from workbook.book import Book
from workbook.sections.accounts import portfolio_table


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
