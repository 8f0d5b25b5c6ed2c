"""People who hold an account of a node and sit elsewhere are named by key there, and by name where both are seen."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.reconcile.conftest import facts_of, tables_of
from workbook.book import Book
from workbook.sections.accounts import key_account_cards
from workbook.sections.people import name_of, names_of


@pytest.fixture(scope="module")
def book() -> Book:
    """Account 5 lies in B and is held by Ann of A; Cid of B holds account 4."""
    made = tables_of({"Ann": "Ann Elsewhere", "Cid": "Cid Here"})
    held = made.ownership.assign(rep_id=made.ownership["rep_id"].where(made.ownership["account_id"] != "5", "Ann"))
    return Book(Path("nowhere"), facts_of(tables_of({"Ann": "Ann Elsewhere", "Cid": "Cid Here"}, ownership=held)))


def test_an_owner_who_sits_elsewhere_is_no_name_here(book: Book) -> None:
    here, whole = repr(key_account_cards(book.scoped("B"))), repr(key_account_cards(book))
    assert "Account 5" in here
    assert "Cid Here" in here
    assert "Elsewhere" not in here
    assert "Ann Elsewhere" in whole


def test_names_follow_the_scope_and_nobody_stays_nobody(book: Book) -> None:
    ids = pd.Series(["Ann", "Cid", None], dtype="str")
    assert names_of(book.scoped("B"), ids).tolist()[:2] == ["Ann", "Cid Here"]
    assert names_of(book, ids).tolist()[:2] == ["Ann Elsewhere", "Cid Here"]
    assert name_of(book, None) == "nobody"


def test_a_rep_who_is_listed_twice_has_one_name(book: Book) -> None:
    reps = pd.concat([book.tables.reps, book.tables.reps.iloc[:1]], ignore_index=True)
    twice = Book(Path("nowhere"), facts_of(tables_of(reps=reps)))
    assert name_of(twice, "Ann") == "Ann Elsewhere"
