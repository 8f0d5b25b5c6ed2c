"""Spreadsheets that cannot be held in memory are refused by words; all others are read."""

from __future__ import annotations

from pathlib import Path

import duckdb
import openpyxl
import pytest

from workbook.errors import DataError
from workbook.tables.spreadsheet import read_sheet


def _with(path: Path, *cells: str) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page["A1"], page["B1"], page["A2"], page["B2"] = "name", "amount", "Ada", 3
    for cell in cells:
        page[cell] = "far"
    book.save(path)
    return path


def _rows(path: Path) -> list[tuple[str, ...]]:
    db = duckdb.connect()
    read_sheet(db, path, None, "made", lambda columns, relation: f"select name, amount from {relation}")
    return db.execute("select * from made").fetchall()


@pytest.mark.parametrize(
    ("cells", "named"),
    [(["XFD1048576"], "XFD1048576"), (["XFD1", "A1048576"], "XFD1"), (["B3", "AAA90000"], "AAA90000")],
)
def test_a_cell_far_outside_the_table_is_refused_with_its_address(tmp_path: Path, cells: list[str], named: str) -> None:
    with pytest.raises(DataError, match=f"has a cell at {named} of sheet1.xml") as caught:
        _rows(_with(tmp_path / "far.xlsx", *cells))
    assert "Delete everything outside the table" in str(caught.value)


def test_a_cell_in_a_far_column_of_a_short_sheet_is_read_over(tmp_path: Path) -> None:
    assert _rows(_with(tmp_path / "wide.xlsx", "XFD2")) == [("Ada", "3")]
    assert _rows(_with(tmp_path / "plain.xlsx")) == [("Ada", "3")]
