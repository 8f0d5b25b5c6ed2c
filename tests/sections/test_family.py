from __future__ import annotations

import pytest

from workbook.book import Book
from workbook.errors import UsageError
from workbook.sections.family import chosen_family, one_family


def test_the_family_that_buys_filtration_everywhere_but_once_says_where(book: Book) -> None:
    told = repr(one_family(book, "A-0539"))  # any member's id will do
    assert chosen_family(book, "A-0539") == "A-0210"
    assert "Filtration: 6 of 7 members buy it; Elmstead Jacksonville could" in told


def test_without_a_choice_the_family_with_the_largest_whitespace_is_shown(book: Book) -> None:
    plays = book.portfolio.family_plays
    sums = plays.groupby("family_id")["gap_amount"].sum()
    assert sums[chosen_family(book, "")] == sums.max()
    assert len(one_family(book)) == 3


def test_a_territory_sees_its_own_members_only(book: Book) -> None:
    here = book.scoped("T-05")
    tree, matrix, *_ = one_family(here, "A-0210")
    drawn = matrix.svg() + tree.svg()
    assert "Elmstead Jacksonville" in drawn
    assert "Elmstead Bottling" not in drawn


def test_an_unknown_family_is_wrong_usage(book: Book) -> None:
    with pytest.raises(UsageError, match="there is no family 'A-9999'"):
        one_family(book, "A-9999")


def test_a_family_without_a_member_here_is_unknown_here(book: Book) -> None:
    rows = book.portfolio.families
    inside = set(rows.loc[rows["territory_id"] == "T-05", "family_id"])
    elsewhere = next(f for f in book.portfolio.family_table["family_id"] if f not in inside)
    with pytest.raises(UsageError, match="in this view"):
        one_family(book.scoped("T-05"), elsewhere)
