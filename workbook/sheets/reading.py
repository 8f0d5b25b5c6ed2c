"""From the cells of a sheet to rows of blocks: found by their keys and headings, wherever people moved them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from workbook.sheets import values
from workbook.sheets.layout import TOTAL, Block, Column
from workbook.sheets.references import letters
from workbook.sheets.values import CellError

T = TypeVar("T")


@dataclass(frozen=True)
class CellFault:
    """One thing wrong in one cell of a returned file. ``account_id``: the plan that is not saved because of it, if any."""

    file: str
    sheet: str
    cell: str
    value: str
    fault: str
    remedy: str
    account_id: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        where = " ".join(part for part in (self.file, self.sheet, self.cell) if part)
        value = f" ({self.value!r})" if self.value else ""
        return f"{where}: {self.fault}{value}. {self.remedy}"

    def as_dict(self) -> dict[str, str]:
        """For ``--json``."""
        return {name: str(getattr(self, name)) for name in self.__dataclass_fields__}


@dataclass
class Faults:
    """Gathers the faults of one file."""

    file: str
    found: list[CellFault] = field(default_factory=list)

    def add(
        self, sheet: str, cell: str, value: Any, wrong: CellError, account_id: str = "", severity: str = "error"
    ) -> None:
        """One more."""
        shown = "" if value is None else str(value)[:80]
        self.found.append(CellFault(self.file, sheet, cell, shown, wrong.fault, wrong.remedy, account_id, severity))


@dataclass(frozen=True)
class Cells:
    """A sheet's cells, with what the parser hides: error cells and formulas without a value, by (row, column) from 0."""

    sheet: str
    rows: Sequence[Sequence[Any]]
    errors: Mapping[tuple[int, int], str]
    unvalued: frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Row:
    """One row of a block: its key ("" for one that people added), and where each of its columns stands."""

    cells: Cells
    at: int
    key: str
    places: Mapping[str, int]

    def ref(self, key: str) -> str:
        """The cell's name, like ``F12``."""
        return f"{letters(self.places[key])}{self.at + 1}" if key in self.places else f"A{self.at + 1}"

    def raw(self, key: str) -> Any:
        """What stands there; "" where nothing does. Raises :class:`CellError` for an error or a formula without a value."""
        column = self.places.get(key)
        if column is None:
            return ""
        if (self.at, column) in self.cells.errors:
            shown = self.cells.errors[self.at, column]
            raise CellError(f"is an error ({shown})", "Mend the formula, or type the value.")
        if (self.at, column) in self.cells.unvalued:
            raise CellError("is a formula that was never computed", "Open and save the file in a spreadsheet program.")
        row = self.cells.rows[self.at]
        value = row[column] if column < len(row) else ""
        return value.strip() if isinstance(value, str) else value

    def shown(self, key: str) -> str:
        """What stands there, for a message."""
        column = self.places.get(key)
        if column is None:
            return ""
        row = self.cells.rows[self.at]
        return self.cells.errors.get((self.at, column)) or str(row[column] if column < len(row) else "")

    def is_blank(self, block: Block) -> bool:
        """Whether nothing is typed in any column that people may type into."""
        wrong = set(self.cells.errors) | self.cells.unvalued
        return not any(
            (self.at, self.places[c.key]) in wrong or self.raw(c.key) != ""
            for c in block.columns
            if not c.fixed and c.key in self.places
        )


@dataclass
class Reader:
    """Reads typed values of rows and gathers what is wrong with them."""

    faults: Faults
    currency: str
    lists: Mapping[str, tuple[str, ...]]

    def value(self, row: Row, column: Column, account_id: str = "") -> Any:
        """The value of a column; None where it is blank or wrong (the fault is then noted)."""
        return self.tried(row, column.key, lambda raw: self._typed(raw, column), account_id)

    def tried(self, row: Row, key: str, read: Callable[[Any], T], account_id: str = "") -> T | None:
        """``read`` of what stands there; None where it is blank or wrong."""
        try:
            raw = row.raw(key)
            return None if raw == "" else read(raw)
        except CellError as wrong:
            self.wrong(row, key, wrong, account_id)
            return None

    def own_row(self, row: Row, keys: Sequence[str]) -> None:
        """Note a row that people added to a table of given rows."""
        typed = next((key for key in keys if row.shown(key)), keys[0])
        wrong = CellError("is in a row of your own", "It is not read; write it into one of the rows above.")
        self.wrong(row, typed, wrong, severity="warning")

    def wrong(self, row: Row, key: str, wrong: CellError, account_id: str = "", severity: str = "error") -> None:
        """Note a fault of a cell."""
        self.faults.add(row.cells.sheet, row.ref(key), row.shown(key), wrong, account_id, severity)

    def _typed(self, raw: Any, column: Column) -> Any:
        if column.choices and self.lists[column.choices]:
            found = values.choice(raw, self.lists[column.choices])
            return int(found) if column.kind == "count" else found
        if column.kind == "amount":
            return values.amount(raw, self.currency)
        if column.kind == "date":
            return values.day(raw)
        if column.kind in ("share", "support"):
            return values.number(raw, 0 if column.kind == "share" else -1, 1)
        return values.text(raw)


def rows_of(
    cells: Cells, blocks: Mapping[str, Block], faults: Faults, plan_id: str = "*"
) -> Iterator[tuple[Block, Row]]:
    """Every row of every block, top to bottom. What cannot be placed is a fault, or not ours.

    A block that is not found is a fault of ``plan_id`` (all plans of the file), or what was typed into it would be lost.
    """
    block: Block | None = None
    missing = dict(blocks)
    places: dict[str, int] = {}
    key_column = 0
    for at, row in enumerate(cells.rows):
        found = _heading(row, blocks)
        if found is not None:
            name, key_column = found
            block = blocks[name]
            missing.pop(name, None)
            places = _places(row, block)
            for column in block.columns:
                if column.key not in places:
                    wrong = CellError(
                        f"column {column.title!r} is missing", "Put it back, or copy your entries into a new file."
                    )
                    faults.add(
                        cells.sheet,
                        f"A{at + 1}",
                        "",
                        wrong,
                        "*" if not column.fixed else "",
                        "error" if not column.fixed else "warning",
                    )
            _foreign(cells.sheet, at, row, block, places, faults)
            continue
        if block is None:
            continue
        key = str(row[key_column]) if 0 <= key_column < len(row) else ""
        if key.startswith("total:") or (key_column < 0 and TOTAL in row):
            continue
        mine = key.partition(":")[2] if key.startswith(f"{block.name}:") else ""
        made = Row(cells, at, mine, places)
        if mine or (not made.is_blank(block)) or _labelled(row, places):
            yield block, made
        if key.startswith("end:"):  # the empty row below a table: people type into it as well
            block = None
    for block in missing.values():
        named = " / ".join(c.title for c in block.columns[:3])
        wrong = CellError(
            f"the table {named} is not found", "Put back its heading, or copy your entries into a new file."
        )
        faults.add(cells.sheet, "", "", wrong, plan_id)


def _labelled(row: Sequence[Any], places: Mapping[str, int]) -> bool:
    at = places.get("account")
    return at is not None and at < len(row) and str(row[at]).strip() != ""


def _heading(row: Sequence[Any], blocks: Mapping[str, Block]) -> tuple[str, int] | None:
    """The block that a row heads, and the column of its keys (-1 where the keys were deleted)."""
    for column, value in enumerate(row[:6]):
        if isinstance(value, str) and value.startswith("head:") and value[5:] in blocks:
            return value[5:], column
    words = {_folded(v) for v in row if isinstance(v, str) and v}
    if len(words) >= 3:
        for name, block in blocks.items():
            titles = {_folded(c.title) for c in block.columns if not block.keyed}
            if len(titles) >= 3 and len(words & titles) >= max(3, round(len(titles) * 0.7)):
                return name, -1
    return None


def _places(row: Sequence[Any], block: Block) -> dict[str, int]:
    at: dict[str, int] = {}
    titles = {_folded(c.title): c.key for c in block.columns}
    for column, value in enumerate(row):
        key = titles.get(_folded(value)) if isinstance(value, str) else None
        if key is not None and key not in at:
            at[key] = column
    return at


def _foreign(
    sheet: str, at: int, row: Sequence[Any], block: Block, places: Mapping[str, int], faults: Faults
) -> None:  # fmt: skip
    ours = set(places.values())
    for column, value in enumerate(row):
        if column not in ours and isinstance(value, str) and value.strip() and not value.startswith("head:"):
            wrong = CellError("is a column of your own", "It is not read; use the note instead.")
            faults.add(sheet, f"{letters(column)}{at + 1}", value, wrong, "", "warning")


def _folded(words: Any) -> str:
    return " ".join(str(words).split()).casefold()
