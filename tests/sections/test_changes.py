"""What changed since the last review, in a node's document."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from workbook.book import Book
from workbook.sections.changes import changes


def first_sales(book: Book) -> pd.Series:
    rows = changes(book).frame
    return rows[rows["what"] == "first sale ever"].iloc[0]


def test_a_first_sale_is_known_only_where_sales_reach_further_back(book: Book) -> None:
    """Without a sale before the day that is compared with, every buyer would seem to buy for the first time."""
    assert first_sales(book)["number"] > 0
    sales = book.tables.sales
    late = sales[(sales["booked_on"] > pd.Timestamp("2026-03-31")).to_numpy()].reset_index(drop=True)
    young = Book(Path("."), replace(book.facts, tables=replace(book.tables, sales=late)))
    row = first_sales(young)
    assert pd.isna(row["number"])
    assert pd.isna(row["amount"])
    assert row["detail"] == "not known: no sale is on record until 2026-03-31"
