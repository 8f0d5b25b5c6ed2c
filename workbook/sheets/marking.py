"""A marked copy beside a rejected file, an .xlsx also of an .ods: every fault as a comment on its cell, and a list in front."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbook.files import replacing
from workbook.sheets.reading import CellFault
from workbook.sheets.returned import Returned

_FILL = {"error": "FFF4B6B2", "warning": "FFFCE5A8"}


def marked_path(path: Path) -> Path:
    """Where the marked copy of a file goes."""
    return path.with_name(f"{path.stem}.faults.xlsx")


def write_marked(returned: Returned) -> Path | None:
    """Write the marked copy; None where the file could not be opened (then there is nothing to mark)."""
    if returned.stamp is None:
        return None
    from openpyxl import load_workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    opened = returned.tables is None
    book = load_workbook(io.BytesIO(returned.path.read_bytes())) if opened else _as_workbook(returned.tables or {})
    for (sheet, cell), found in _by_cell(returned.faults).items():
        if sheet not in book.sheetnames or not cell:
            continue
        place = book[sheet][cell]
        for area in book[sheet].merged_cells.ranges:
            if place.coordinate in area:
                place = book[sheet].cell(area.min_row, area.min_col)
        words = "\n".join(f"{f.fault}. {f.remedy}" for f in found)
        place.comment = Comment(words[:2000], "Territory Workbook", width=320, height=90)
        worst = "error" if any(f.severity == "error" for f in found) else "warning"
        place.fill = PatternFill("solid", start_color=_FILL[worst], end_color=_FILL[worst])
    name = next(n for n in ("Faults", *(f"Faults {i}" for i in range(2, 99))) if n not in book.sheetnames)
    front = book.create_sheet(name, 0)
    rows = [("Sheet", "Cell", "Value", "What is wrong", "What to do", "How bad")]
    rows += [(f.sheet, f.cell, f.value, f.fault, f.remedy, f.severity) for f in returned.faults]
    for at, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell_ = front.cell(at, column)
            cell_.value = value
            cell_.data_type = "s"  # text, never a formula
            if at == 1:
                cell_.font = Font(bold=True)
    for letter, width in zip("ABCDEF", (16, 8, 24, 60, 50, 10), strict=True):
        front.column_dimensions[letter].width = width
    book.active = 0
    path = marked_path(returned.path)
    with replacing(path) as temporary:
        book.save(temporary)
    return path


def _as_workbook(tables: Mapping[str, Sequence[Sequence[Any]]]) -> Any:
    """The cells of an .ods as a workbook, without its looks: text as text, the keys and the stamp hidden as they were."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", "_", name)[:31])
        for at, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                if value != "":
                    cell = sheet.cell(at, column, value)
                    cell.data_type = "s" if isinstance(value, str) else cell.data_type  # text, never a formula
        for column in range(2, sheet.max_column + 1):
            sheet.column_dimensions[get_column_letter(column)].width = 16
        sheet.column_dimensions["A"].hidden = True
        sheet.sheet_state = "hidden" if name.startswith("_") else "visible"
    return book


def _by_cell(faults: list[CellFault]) -> dict[tuple[str, str], list[CellFault]]:
    out: dict[tuple[str, str], list[CellFault]] = {}
    for fault in faults:
        out.setdefault((fault.sheet, fault.cell), []).append(fault)
    return out
