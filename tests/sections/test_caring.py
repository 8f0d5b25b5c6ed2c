from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from workbook.book import Book
from workbook.sections import caring


def text(parts: list[object]) -> str:
    return "\n".join(map(repr, parts))


def test_accounts_of_high_value_left_alone_are_named_and_counted(book: Book) -> None:
    rows = book.engagement.neglected
    told = text(caring.neglected(book))
    assert f"{len(rows):,} accounts of high value had no real touch in 91 days" in told
    assert str(rows["account_id"].iloc[0]) in told
    assert rows["outlook"].iloc[0] in told


def test_a_territory_sees_its_own_only(book: Book) -> None:
    here = book.scoped("T-03")
    told = text([*caring.neglected(here), *caring.book_care(here)])
    assert "The largest part" not in told
    shown = set(pd.Series(told).str.findall(r"A-\d{4}").explode())
    home = book.tables.accounts.set_index("account_id")["territory_id"]
    assert len(shown) >= 10
    assert set(home.loc[sorted(shown)]) == {"T-03"}
    assert "No disqualified account stands in anybody's book." in told


def test_qualified_out_and_who_could_enter_stand_together(book: Book) -> None:
    told = text(caring.book_care(book))
    assert "3 disqualified accounts are to leave; 1 free account is proposed instead." in told
    assert "For 2 no free account of the territory is left." in told
    assert "A-1129" in told


def test_without_activities_it_says_so_and_names_nobody(book: Book) -> None:
    tables = book.facts.tables
    bare = replace(tables, activities=tables.activities.iloc[:0], given=tables.given - {"activities"})
    told = text(caring.neglected(Book(Path("."), replace(book.facts, tables=bare))))
    assert "no activities table" in told
    assert "A-" not in told
