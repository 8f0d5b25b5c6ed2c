"""Finance's grid of targets as a spreadsheet: nodes × periods per product family, subtotals as live formulas; and back.

Only cells of the lowest nodes (reps, and what a territory has without one) by month hold values; everything above is a sum.
A changed cell comes back as a pin of that node, month and family.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbook import periods
from workbook.facts import Facts
from workbook.files import replacing
from workbook.money import exponent, to_decimal
from workbook.targets.allocated import Allocated
from workbook.targets.company import cut, kept_to
from workbook.targets.grid import Cells, Nodes
from workbook.targets.stage import Targets

Int64s = npt.NDArray[np.int64]
#: Sheet that says which allocation a grid was written from.
ABOUT = "about"
HEAD, FIRST = 3, 4  # row of the headings and of the first node, from 0
LEAST, MOST_BYTES = 4, 200_000_000
#: Columns from 0: node, name, level; then month, month, month, quarter, four times; then the year.
LEAD = 3


@dataclass(frozen=True, eq=False)
class Grid:
    """What a grid shows: nodes down to reps, their amounts (n, cells), what stands at a node itself (n, cells).

    ``handed``: how much of each amount came or went with accounts that changed hands; pins hold numbers before that.
    """

    nodes: Nodes
    cells: Cells
    amounts: Int64s
    own: Int64s
    handed: Int64s
    mark: str


def grid(made: Allocated) -> Grid:
    """The grid of an allocation: territories and reps."""
    whole = made.draft.nodes
    keep = kept_to(whole, "rep")
    nodes, amounts = cut(whole, keep), made.layers["target"][keep]
    own = amounts.copy()
    up = nodes.branches.parent
    np.subtract.at(own, up[1:], amounts[1:])
    branches = whole.branches
    handed = (branches.roll_up(made.target) - branches.roll_up(made.settled))[keep]
    mark = sha256(
        made.draft.prepared.cells.year.encode() + "|".join(nodes.ids).encode() + np.ascontiguousarray(amounts).tobytes()
    )
    return Grid(nodes, made.draft.prepared.cells, amounts, own, handed, mark.hexdigest()[:16])


def columns(cells: Cells) -> list[tuple[str, list[int]]]:
    """Headings after the lead, each with the months (0 to 11) it holds."""
    made: list[tuple[str, list[int]]] = []
    for quarter in periods.children(cells.year, "quarter"):
        months = [cells.months.index(m) for m in periods.children(quarter, "month")]
        made += [(cells.months[m], [m]) for m in months] + [(quarter, months)]
    return [*made, (cells.year, list(range(12)))]


def sheet_names(cells: Cells) -> list[str]:
    """A legal, distinct sheet name per slot."""
    names: list[str] = []
    for measure, family in cells.slots:
        several = len({m for m, _ in cells.slots}) > 1
        plain = (f"{measure} {family}" if several else family) or "Targets"
        safe = "".join(" " if c in "[]:*?/\\'" or ord(c) < 32 else c for c in plain).strip()[:25] or "Targets"
        number = 2
        name = safe
        while name.lower() in [n.lower() for n in (*names, ABOUT, "All products")]:
            name, number = f"{safe} {number}", number + 1
        names.append(name)
    return names


def write_grid(facts: Facts, targets: Targets, path: Path) -> Path:
    """Write the grid of the book's targets; returns the path. Raises :class:`UsageError` where there are no targets."""
    import xlsxwriter

    shown = grid(targets.required())
    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(temporary, {"strings_to_formulas": False, "strings_to_urls": False})
        day = facts.as_of
        book.set_properties({"created": datetime(day.year, day.month, day.day)})
        formats = _formats(book, facts.currency)
        names = sheet_names(shown.cells)
        if len(names) > 1:
            _all_products(book.add_worksheet("All products"), shown, names, formats, facts)
        for slot, name in enumerate(names):
            _family(book.add_worksheet(name), shown, slot, formats, facts)
        about = book.add_worksheet(ABOUT)
        for row, (key, value) in enumerate(
            (("mark", shown.mark), ("year", shown.cells.year), ("as of", day.isoformat()), ("rules", facts.rules.hash))
        ):
            about.write_string(row, 0, key)
            about.write_string(row, 1, value)
        about.hide()
        about.protect()
        book.close()
    return path


def _formats(book: Any, currency: str) -> dict[str, Any]:
    digits = exponent(currency)
    number = "#,##0" + ("." + "0" * digits if digits else "")
    base = {"num_format": number, "font_size": 9}
    return {
        "head": book.add_format({"bold": True, "bottom": 1, "align": "right", "font_size": 9}),
        "left": book.add_format({"bold": True, "bottom": 1, "font_size": 9}),
        "title": book.add_format({"bold": True, "font_size": 13}),
        "input": book.add_format({**base, "locked": False, "bg_color": "#FFF8DC"}),
        "sum": book.add_format({**base, "bold": True}),
        "fixed": book.add_format(base),
        **{f"name{i}": book.add_format({"indent": i, "font_size": 9, "bold": i < 2}) for i in range(16)},
    }


def _frame(sheet: Any, shown: Grid, formats: dict[str, Any], texts: tuple[str, str]) -> None:
    sheet.write_string(0, 0, texts[0], formats["title"])
    sheet.write_string(1, 0, texts[1])
    for at, text in enumerate(("Node", "Name", "Level")):
        sheet.write_string(HEAD, at, text, formats["left"])
    for at, (name, _) in enumerate(columns(shown.cells)):
        sheet.write_string(HEAD, LEAD + at, name, formats["head"])
    depth = shown.nodes.branches.depth
    for at in range(len(shown.nodes)):
        row = FIRST + at
        sheet.write_string(row, 0, str(shown.nodes.ids[at]), formats["name0" if depth[at] == 0 else "name2"])
        sheet.write_string(row, 1, str(shown.nodes.names[at]), formats[f"name{min(int(depth[at]), 15)}"])
        sheet.write_string(row, 2, str(shown.nodes.levels[at]))
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, 1, 30)
    sheet.set_column(2, 2, 9)
    sheet.set_column(LEAD, LEAD + 16, 14)
    sheet.freeze_panes(FIRST, LEAD)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD)
    sheet.protect("", {"format_columns": True, "autofilter": True, "sort": True})


def _family(sheet: Any, shown: Grid, slot: int, formats: dict[str, Any], facts: Facts) -> None:
    """One product family: inputs at the lowest nodes, sums elsewhere."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    family = shown.cells.slots[slot][1] or "all products"
    note = "Yellow cells may be changed: each comes back as a pin. All others are sums. What is not with a rep stands last."
    _frame(sheet, shown, formats, (f"Targets {shown.cells.year}, {family} ({facts.currency})", note))
    branches = shown.nodes.branches
    children: dict[int, list[int]] = {}
    for at in range(1, len(shown.nodes)):
        children.setdefault(int(branches.parent[at]), []).append(at)
    rest = _rest_rows(shown)
    for number, (name, months) in enumerate(columns(shown.cells)):
        column = LEAD + number
        cells = slot * 12 + np.array(months)
        for at in range(len(shown.nodes)):
            value = float(to_decimal(int(shown.amounts[at, cells].sum()), facts.currency))
            if len(months) > 1:
                _sum_of_months(sheet, FIRST + at, (column, number), value, formats["sum"])
            elif at in children:
                parts = [xl_rowcol_to_cell(FIRST + c, column) for c in children[at]]
                parts += [xl_rowcol_to_cell(rest[at], column)] if at in rest else []
                sheet.write_formula(FIRST + at, column, _sum(parts), formats["sum"], value)
            else:
                sheet.write_number(FIRST + at, column, value, formats["input"])
        for at, row in rest.items():
            value = float(to_decimal(int(shown.own[at, cells].sum()), facts.currency))
            if len(months) > 1:
                _sum_of_months(sheet, row, (column, number), value, formats["fixed"])
            else:
                sheet.write_number(row, column, value, formats["fixed"])
        assert name
    for at, row in rest.items():
        sheet.write_string(row, 1, f"{shown.nodes.ids[at]}: accounts without a rep of it", formats["name2"])


def _rest_rows(shown: Grid) -> dict[int, int]:
    """Rows under the nodes for what inner nodes have that none of their children has."""
    inner = np.flatnonzero(~shown.nodes.branches.is_leaf & (shown.own != 0).any(axis=1))
    return {int(at): FIRST + len(shown.nodes) + 1 + i for i, at in enumerate(inner)}


def _sum(parts: list[str]) -> str:
    """A sum of cells, in groups of 200 as spreadsheets bear them."""
    groups = [parts[i : i + 200] for i in range(0, len(parts), 200)]
    return "=" + "+".join(f"SUM({','.join(g)})" for g in groups)


def _sum_of_months(sheet: Any, row: int, at: tuple[int, int], value: float, style: Any) -> None:
    from xlsxwriter.utility import xl_rowcol_to_cell

    column, number = at
    if number == 16:
        parts = [xl_rowcol_to_cell(row, LEAD + q) for q in (3, 7, 11, 15)]
        sheet.write_formula(row, column, f"=SUM({','.join(parts)})", style, value)
    else:
        first, last = xl_rowcol_to_cell(row, column - 3), xl_rowcol_to_cell(row, column - 1)
        sheet.write_formula(row, column, f"=SUM({first}:{last})", style, value)


def _all_products(sheet: Any, shown: Grid, names: list[str], formats: dict[str, Any], facts: Facts) -> None:
    """All families added up, cell by cell, from their sheets (of the first measure)."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    measure = shown.cells.slots[0][0]
    slots = [i for i, (m, _) in enumerate(shown.cells.slots) if m == measure]
    _frame(
        sheet,
        shown,
        formats,
        (
            f"Targets {shown.cells.year}, all products ({facts.currency})",
            "Every cell is the sum of the families' sheets.",
        ),
    )
    for number, (_, months) in enumerate(columns(shown.cells)):
        cells = np.concatenate([slot * 12 + np.array(months) for slot in slots])
        for at in range(len(shown.nodes)):
            where = xl_rowcol_to_cell(FIRST + at, LEAD + number)
            parts = [f"'{names[slot]}'!{where}" for slot in slots]
            value = float(to_decimal(int(shown.amounts[at, cells].sum()), facts.currency))
            sheet.write_formula(FIRST + at, LEAD + number, _sum(parts), formats["sum" if at == 0 else "fixed"], value)
