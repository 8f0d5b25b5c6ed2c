"""Spreadsheet files: sheets as tables of text; rows with error cells (#REF! …) are broken ones."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from workbook.errors import DataError
from workbook.tables.source import Project, Source, empty, fill, placed, quoted, sound, unique
from workbook.tables.text import Record

#: What a spreadsheet shows where a formula failed.
ERRORS = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)

#: A cell's address from column AAA on, which no export of ours comes near.
_FAR = re.compile(rb' r="([A-Z]{3})(\d{1,7})"')
_ROW = re.compile(rb' r="[A-Z]{1,3}(\d{1,7})"')
#: Cells that a sheet with such a column may span: the reader makes room for each, also for blank ones.
MOST_CELLS = 50_000_000


def sheets(path: Path) -> list[str]:
    """Names of a workbook file's sheets, in order."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return list(CalamineWorkbook.from_path(str(path)).sheet_names)
    except (CalamineError, OSError) as fault:
        raise _unreadable(path, fault) from fault


def read_sheet(db: duckdb.DuckDBPyConnection, path: Path, sheet: str | None, target: str, project: Project) -> Source:
    """One sheet (None: the first) as the table ``target`` of text."""
    return _sheet(db, path, _grid(path, sheet or _only(sheets(path), path)), target, project)


def _only(names: list[str], path: Path) -> str:
    if not names:
        raise DataError("has no sheet", where=path.name, remedy="Save it again as XLSX.")
    return names[0]


def _grid(path: Path, sheet: str) -> list[list[Any]]:
    """The cells of a sheet: by calamine, which is fast but reads errors as blanks; by openpyxl where there are errors."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        if not looked_over(path):
            return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        import openpyxl

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that do not matter for values
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                return [list(row) for row in book[sheet].iter_rows(values_only=True)]
            finally:
                book.close()
    except (CalamineError, KeyError, ValueError, OSError, zipfile.BadZipFile) as fault:
        raise _unreadable(path, fault) from fault


def looked_over(path: Path) -> bool:
    """Whether a cell of an XLSX file holds an error, by its XML; other formats do not tell.

    Raises :class:`DataError` for one with a cell so far out that the reader could not hold what lies between.
    """
    from openpyxl.utils import column_index_from_string

    errors = False
    widest: dict[str, tuple[int, str]] = {}
    for name, text in _worksheets(path):
        errors = errors or b't="e"' in text
        for letters, row in _FAR.findall(text):
            far = column_index_from_string(letters.decode()), (letters + row).decode()
            widest[name] = max(widest.get(name, (0, "")), far)
    rows = dict.fromkeys(widest, 0)
    for name, text in _worksheets(path) if widest else ():
        if name in rows:
            rows[name] = max((rows[name], *map(int, _ROW.findall(text))))
    for name, (column, cell) in widest.items():
        if column * rows[name] > MOST_CELLS:
            raise DataError(
                f"has a cell at {cell} of {name}, far outside any table of {rows[name]} rows",
                where=path.name,
                remedy="Delete everything outside the table, or save the sheet as CSV.",
            )
    return errors


def _worksheets(path: Path) -> Iterator[tuple[str, bytes]]:
    """Blocks of the XML of an XLSX file's sheets, each with the end of the one before it; nothing of other formats."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with parts.open(name) as part:
                    last = b""
                    while block := part.read(1 << 20):
                        yield name.rpartition("/")[2], last + block
                        last = block[-16:]


def _unreadable(path: Path, fault: Exception) -> DataError:
    return DataError(f"is not a readable workbook: {fault}", where=path.name, remedy="Save it again as XLSX.")


def _sheet(db: duckdb.DuckDBPyConnection, path: Path, grid: list[list[Any]], target: str, project: Project) -> Source:
    start = next((i for i, row in enumerate(grid) if any(_cell(c) for c in row)), len(grid))
    header = [_cell(c) for c in grid[start]] if start < len(grid) else []
    while header and not header[-1].strip():
        header.pop()
    names, doubled = unique(header)
    broken: list[Record] = []

    def rows() -> Iterator[Record]:
        for at, row in enumerate(grid[start + 1 :], start + 2):
            cells = tuple(_cell(c) for c in row[: len(names)])
            cells += ("",) * (len(names) - len(cells))
            if any(cells):
                bad = next((n for n, c in zip(names, cells, strict=True) if c in ERRORS), "")
                yield Record(at, at, cells, f"{bad} holds {cells[names.index(bad)]}" if bad else "")

    if not names:
        return empty(db, path, target, project)
    raw = f"{target}_raw"
    fill(db, raw, names, sound(rows(), broken))
    db.execute(f"create or replace table {quoted(target)} as {project(placed(names), quoted(raw))}")
    db.execute(f"drop table {quoted(raw)}")
    return Source(path, names, tuple(broken), (), doubled, exact=True)


def _cell(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat(sep=" ")) if hasattr(value, "hour") and hasattr(value, "year") else str(value)
    return str(value).strip()
