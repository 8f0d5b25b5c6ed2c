"""Finance's grid of targets on its way back: each changed cell as a pin, each fault by its cell."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from workbook.errors import DataError, Fault, UsageError
from workbook.facts import Facts
from workbook.money import exponent
from workbook.sheets.targets_grid import ABOUT, FIRST, LEAD, LEAST, MOST_BYTES, Grid, columns, grid, sheet_names
from workbook.tables.spreadsheet import looked_over
from workbook.targets.edits import Edit
from workbook.targets.stage import Targets


def read_grid(facts: Facts, targets: Targets, path: Path) -> list[Edit]:
    """The changes in a grid as pins, by node, month and family; none when nothing was changed.

    Raises :class:`DataError` with every cell that cannot be read, and when the targets have changed since it was written.
    """
    import python_calamine

    shown = grid(targets.required())
    if not path.is_file():
        raise UsageError(
            f"there is no file {path}", remedy="Write one with --out grid.xlsx, and change its yellow cells."
        )
    _safe(path)
    try:
        looked_over(path)
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (python_calamine.CalamineError, OSError, ValueError) as fault:
        raise DataError(
            f"cannot be read as a spreadsheet: {fault}", where=path.name, remedy="Save it as .xlsx."
        ) from fault
    about = {str(row[0]): str(row[1]) for row in sheets.get(ABOUT, []) if len(row) > 1}
    if about.get("mark") != shown.mark:
        raise DataError(
            "was written from other numbers than today's" if about else "is not a grid of targets",
            where=path.name,
            remedy="Write it again with --out and repeat the changes there.",
        )
    faults: list[Fault] = []
    edits: list[Edit] = []
    for slot, name in enumerate(sheet_names(shown.cells)):
        if name not in sheets:
            faults.append(_fault(path, name, "", "", "the sheet is missing", "Put it back."))
            continue
        edits += _changed(shown, slot, (path, name, sheets[name]), facts.currency, faults)
    if faults:
        raise DataError(f"{len(faults)} cells cannot be read", faults, where=path.name, remedy="Mend these cells.")
    return edits


def _changed(
    shown: Grid, slot: int, source: tuple[Path, str, list[list[Any]]], currency: str, faults: list[Fault]
) -> list[Edit]:
    from xlsxwriter.utility import xl_rowcol_to_cell

    path, sheet, rows = source
    nodes = shown.nodes
    leaves = {str(nodes.ids[i]): int(i) for i in nodes.branches.leaves}
    inputs = [(LEAD + i, months[0]) for i, (_, months) in enumerate(columns(shown.cells)) if len(months) == 1]
    family = shown.cells.slots[slot][1]
    measure = shown.cells.slots[slot][0]
    seen: set[str] = set()
    edits = []
    for number, row in enumerate(rows[FIRST:], start=FIRST):
        node = str(row[0]).strip() if row else ""
        if node not in leaves:
            if node and node not in set(nodes.ids):
                faults.append(_fault(path, sheet, f"A{number + 1}", node, "there is no such node", "Undo the change."))
            continue
        if node in seen:
            faults.append(_fault(path, sheet, f"A{number + 1}", node, "the node stands there twice", "Delete one row."))
            continue
        seen.add(node)
        for column, month in inputs:
            cell = xl_rowcol_to_cell(number, column)
            value = row[column] if column < len(row) else ""
            amount = _amount(value, currency)
            if amount is None:
                faults.append(_fault(path, sheet, cell, str(value), "is not an amount", "Write a number like 1234.56."))
            elif amount != int(shown.amounts[leaves[node], slot * 12 + month]):
                before = amount - int(shown.handed[leaves[node], slot * 12 + month])
                edits.append(Edit(0, "pin", node, shown.cells.months[month], family, measure, before))
    for node in sorted(set(leaves) - seen):
        faults.append(_fault(path, sheet, "", node, "the row is missing", "Put it back."))
    return edits


def _amount(value: Any, currency: str) -> int | None:
    """A cell's number in minor units; None for text, blanks, errors and more digits than the currency has."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        return None
    scaled = float(value) * 10 ** exponent(currency)
    whole = round(scaled)
    return whole if abs(scaled - whole) < 1e-4 * max(1.0, abs(scaled) * 1e-10) + 1e-6 and abs(whole) < 2**53 else None


def _fault(path: Path, sheet: str, cell: str, value: str, fault: str, remedy: str) -> Fault:
    return Fault(sheet, path.name, 0, f"{sheet}!{cell}" if cell else sheet, value, fault, remedy)


def _safe(path: Path) -> None:
    """Refuse what is no plain spreadsheet: missing, macros, or far larger unpacked than any grid."""
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {info.filename: info.file_size for info in archive.infolist()}
    except (OSError, zipfile.BadZipFile) as fault:
        raise DataError("cannot be read as a spreadsheet", where=path.name, remedy="Save it as .xlsx.") from fault
    if any(name.lower().endswith("vbaproject.bin") for name in sizes):
        raise DataError("holds macros", where=path.name, remedy="Save it as .xlsx without macros.")
    if len(sizes) < LEAST or sum(sizes.values()) > MOST_BYTES:
        raise DataError("is not a grid of targets", where=path.name, remedy="Use a file written with --out.")
