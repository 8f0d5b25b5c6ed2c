"""A spreadsheet of LibreOffice (.ods) as cells: what repeats is counted before it is written out, errors are told apart.

An .ods says "this row, a million times" in a few bytes, and pads every sheet in this way. Blank repeats are passed over; a sheet
whose content reaches too far is refused before any of it is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from workbook.errors import WorkbookError

#: What the parts of an .ods are called that hold macros.
MACROS = re.compile(r"(basic|scripts)/", re.IGNORECASE)
MIME = b"application/vnd.oasis.opendocument.spreadsheet"
_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT = f"{_OASIS}table:1.0}}", f"{_OASIS}office:1.0}}", f"{_OASIS}text:1.0}}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_GROUPS = {f"{_TABLE}{name}" for name in ("table-rows", "table-header-rows", "table-row-group")}
_KIND, _LIBRE = (
    f"{_OFFICE}value-type",
    "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type",
)
#: All sheets of a file may hold as many cells as this number of full ones.
_SHEETS = 5
_NUMBERS = ("float", "percentage", "currency")
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]?|Err:\d+")


@dataclass(frozen=True)
class Limits:
    """How far a sheet may reach, and how many cells it may hold."""

    rows: int
    columns: int
    cells: int


@dataclass
class Room:
    """How many cells all sheets of a file may still take together; a blank row between others counts as one."""

    left: int

    def take(self, cells: int) -> None:
        """Take some, or refuse the file."""
        self.left -= cells
        if self.left < 0:
            raise _refusal("is far too large", "Copy your entries into a newly sent file.")


@dataclass
class Sheet:
    """The cells of one sheet, row by row; errors and formulas that were never computed by (row, column) from 0."""

    name: str
    limits: Limits
    room: Room
    rows: list[list[Any]] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    unvalued: set[tuple[int, int]] = field(default_factory=set)
    at: int = 0
    cells: int = 0

    def take(self, row: Element) -> None:
        """Add a row, as often as it says that it is there."""
        times, column = _times(row, "rows"), 0
        values: list[Any] = []
        errors: dict[int, str] = {}
        unvalued: list[int] = []
        for cell in row:
            if cell.tag not in _CELLS:
                continue
            across, value = _times(cell, "columns"), _value(cell)
            wrong, uncomputed = _error(cell, value), value == "" and cell.get(f"{_TABLE}formula") is not None
            if value != "" or uncomputed:
                self._refuse_far(self.at + times, column + across)
                values += [""] * (column - len(values)) + [value] * across
                errors |= dict.fromkeys(range(column, column + across), wrong) if wrong else {}
                unvalued += range(column, column + across) if uncomputed else ()
            column += across
        if values:
            self.cells += len(values) * times
            if self.cells > self.limits.cells:
                raise _refusal(f"sheet {self.name} is far too large", "Copy your entries into a newly sent file.")
            self.room.take(len(values) * times + self.at - len(self.rows))
            self.rows += [[] for _ in range(self.at - len(self.rows))]
            self.rows += [values] * times
            for place in range(self.at, self.at + times):
                self.errors |= {(place, at): words for at, words in errors.items()}
                self.unvalued |= {(place, at) for at in unvalued}
        self.at += times

    def _refuse_far(self, rows: int, columns: int) -> None:
        if rows > self.limits.rows or columns > self.limits.columns:
            most = f"(at most {self.limits.rows} rows, {self.limits.columns} columns)"
            raise _refusal(
                f"sheet {self.name} reaches to row {rows}, column {columns}",
                f"Delete everything outside the tables {most}.",
            )


def is_open_document(parts: Mapping[str, bytes]) -> bool:
    """Whether the parts of an archive are those of an .ods."""
    return "content.xml" in parts and parts.get("mimetype", b"").strip() == MIME


def refuse_unsafe(parts: Mapping[str, bytes]) -> None:
    """Refuse an .ods with macros."""
    if any(map(MACROS.match, parts)) or b"script:event-listener" in parts["content.xml"]:
        raise _refusal("holds macros", "Delete them, or save it as .xlsx, which holds none.")


def sheets_of(content: bytes, limits: Limits) -> dict[str, Sheet]:
    """The sheets of a ``content.xml`` by name, in order; :class:`WorkbookError` where it is broken or reaches too far."""
    try:
        tree = ElementTree.fromstring(content)
    except ElementTree.ParseError as fault:
        raise _refusal(f"is damaged: {fault}", "Open and save it again in a spreadsheet program.") from fault
    found: dict[str, Sheet] = {}
    room = Room(_SHEETS * limits.cells)
    for table in tree.findall(f"{_OFFICE}body/{_OFFICE}spreadsheet/{_TABLE}table"):
        sheet = Sheet(table.get(f"{_TABLE}name", ""), limits, room)
        for row in _rows(table):
            sheet.take(row)
        found[sheet.name] = sheet
    return found


def _rows(table: Element) -> Iterator[Element]:
    """The rows of a table, also those in groups, top to bottom."""
    waiting = [iter(table)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
        elif child.tag == f"{_TABLE}table-row":
            yield child
        elif child.tag in _GROUPS:
            waiting.append(iter(child))


def _times(element: Element, what: str) -> int:
    """How often a row or cell stands there."""
    said = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return int(said) if re.fullmatch(r"[1-9]\d{0,8}", said, re.ASCII) else 10**9


def _value(cell: Element) -> Any:
    """What stands in a cell: a number, yes or no, a day, or words; "" where nothing does."""
    kind = cell.get(_KIND, "")
    try:
        if kind in _NUMBERS:
            return float(cell.get(f"{_OFFICE}value", ""))
        if kind == "date":
            return datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", "")).replace(tzinfo=None)
    except ValueError:
        return _words(cell)  # not written by a spreadsheet program; what it shows is judged as any words
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    return _words(cell) or cell.get(f"{_OFFICE}string-value", "")


def _words(cell: Element) -> str:
    """The paragraphs of a cell; comments are not among them."""
    lines = []
    for paragraph in cell.findall(f"{_TEXT}p"):
        for part in paragraph.iter():
            if part.tag == f"{_TEXT}s":
                said = part.get(f"{_TEXT}c", "1")[:2]
                part.text = " " * (int(said) if said.isdecimal() else 1)
            elif part.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
                part.text = "\t" if part.tag.endswith("tab") else "\n"
        lines.append("".join(paragraph.itertext()))
    return "\n".join(lines)


def _error(cell: Element, value: Any) -> str:
    """The error that a cell shows, if it does."""
    computed = cell.get(f"{_TABLE}formula") is not None and isinstance(value, str)
    return str(value) if cell.get(_LIBRE) == "error" or (computed and _ERROR.fullmatch(value)) else ""


def _refusal(what: str, remedy: str) -> WorkbookError:
    return WorkbookError(what, remedy=remedy)
