"""The sheets of finance's spreadsheet that are laid out by hand: the tree of nodes, and the bridge."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.sheets.ledger import FIRST, HEAD, Column, Formats, head, printed, put, sum_of

#: Measures of a year, and how finance reads them.
MEASURES = {
    "target": "Target",
    "street": "Street quota",
    "plan": "Plan",
    "projection": "Projection",
    "actual": "Booked",
}
YEAR = [
    Column("target_amount", "Target", "amount", 16), Column("street_amount", "Street quota", "amount", 16),
    Column("plan_amount", "Plan", "amount", 16), Column("gap_amount", "Plan less target", "gap", 15, ("plan_amount", "target_amount")),
    Column("share", "Plan of target", "share", 9, ("plan_amount", "target_amount")),
    Column("projection_amount", "Projection", "amount", 16), Column("actual_amount", "Booked so far", "amount", 16),
    Column("last_year_amount", "Last year", "amount", 16),
]  # fmt: skip


def by_node(sheet: Any, formats: Formats, frame: pd.DataFrame, unit: str) -> dict[str, str]:
    """The tree: values by quarter at the lowest rows, sums above, the year as the sum of its quarters. Returns the top's cells."""
    from xlsxwriter.utility import xl_col_to_name

    head(
        sheet,
        formats,
        "By node",
        f"{unit}. White cells of the lowest rows hold values; bold ones are sums of the rows below.",
    )
    lead = [("node", "Node", 9), ("name", "Name", 32), ("level", "Level", 10)]
    for at, (_, text, width) in enumerate(lead):
        sheet.write_string(HEAD, at, text, formats.head)
        sheet.set_column(at, at, width)
    year = {c.name: len(lead) + i for i, c in enumerate(YEAR)}
    quarter = {
        f"{m}_q{q}_amount": len(lead) + len(YEAR) + (q - 1) * len(MEASURES) + i
        for q in (1, 2, 3, 4)
        for i, m in enumerate(MEASURES)
    }
    for column in YEAR:
        sheet.write_string(HEAD, year[column.name], column.heading, formats.head_right)
    for name, at in quarter.items():
        measure, number, _ = name.split("_")
        sheet.write_string(HEAD, at, f"{number.upper()} {MEASURES[measure].lower()}", formats.head_right)
    sheet.set_column(len(lead), len(lead) + len(YEAR) + len(quarter) - 1, 15)
    below = _children(frame)
    top = int(frame["depth"].iloc[0]) if len(frame) else 0
    for line, row in enumerate(frame.to_dict("records")):
        at, depth = FIRST - 1 + line, min(int(row["depth"]) - top, 15)
        sheet.write_string(at, 0, row["node"] if row["node_kind"] != "rest" else "", formats.text)
        sheet.write_string(at, 1, str(row["name"]), formats.indent[depth])
        sheet.write_string(at, 2, str(row["level"]), formats.text)
        children = [FIRST - 1 + c for c in below.get(line, [])]
        for name, place in [*quarter.items(), ("last_year_amount", year["last_year_amount"])]:
            if children and not pd.isna(row[name]):
                sheet.write_formula(
                    at, place, sum_of(xl_col_to_name(place), children), formats.sum, formats.major(row[name])
                )
            else:
                put(sheet, at, place, row[name], ("amount", formats))
        style = formats.sum if children else formats.amount
        for measure in MEASURES:
            if pd.isna(row[f"{measure}_amount"]):
                continue
            cells = "+".join(f"{xl_col_to_name(quarter[f'{measure}_q{q}_amount'])}{at + 1}" for q in (1, 2, 3, 4))
            sheet.write_formula(
                at, year[f"{measure}_amount"], f"={cells}", style, formats.major(row[f"{measure}_amount"])
            )
        if not pd.isna(row["gap_amount"]):
            plan, target = (f"{xl_col_to_name(year[c])}{at + 1}" for c in ("plan_amount", "target_amount"))
            sheet.write_formula(at, year["gap_amount"], f"={plan}-{target}", style, formats.major(row["gap_amount"]))
            share = int(row["plan_amount"]) / int(row["target_amount"]) if int(row["target_amount"]) else ""
            sheet.write_formula(at, year["share"], f'=IF({target}=0,"",{plan}/{target})', formats.share, share)
        if depth > 1:
            sheet.set_row(at, None, None, {"level": min(depth - 1, 7)})
    sheet.outline_settings(True, False, True, False)
    printed(sheet, (FIRST - 1, len(lead)))
    sheet.fit_to_pages(0, 0)
    sheet.set_print_scale(60)
    sheet.repeat_columns(0, len(lead) - 1)
    sheet.set_v_pagebreaks([len(lead) + len(YEAR), len(lead) + len(YEAR) + 2 * len(MEASURES)])
    return {name: f"${xl_col_to_name(at)}${FIRST}" for name, at in year.items()}


def _children(frame: pd.DataFrame) -> dict[int, list[int]]:
    """Rows right below each row, by position."""
    place = {n: i for i, (n, k) in enumerate(zip(frame["node"], frame["node_kind"], strict=True)) if k != "rest"}
    out: dict[int, list[int]] = {}
    for at, (node, up, kind) in enumerate(zip(frame["node"], frame["parent"], frame["node_kind"], strict=True)):
        above = place.get(node if kind == "rest" else up)
        if above is not None and above != at:
            out.setdefault(above, []).append(at)
    return out


def bridge(sheet: Any, formats: Formats, steps: pd.DataFrame, of: tuple[str, str]) -> dict[str, str]:
    """Nodes down, steps across; plan, what is missing and the target as live formulas. Returns the cells of the first node."""
    from xlsxwriter.utility import xl_col_to_name

    unit, top = of
    head(sheet, formats, "Bridge", f"{unit}. From what comes by itself to plan and target.")
    names = list(dict.fromkeys(steps["step"]))
    parts = [n for n in names if n not in ("plan", "missing to the target", "target")]
    order = [*parts, "plan", "missing to the target", "target"]
    column = {n: i + 1 for i, n in enumerate(order)}
    sheet.write_string(HEAD, 0, "Node", formats.head)
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, len(order), 17)
    for name, at in column.items():
        sheet.write_string(HEAD, at, name.capitalize(), formats.head_right)
    nodes = sorted(dict.fromkeys(steps["node"]), key=lambda n: n != top)
    wide = steps.set_index(["node", "step"])["amount"].to_dict()
    first, last = xl_col_to_name(1), xl_col_to_name(len(parts))
    plan, goal = xl_col_to_name(column["plan"]), xl_col_to_name(column["target"])
    for number, node in enumerate(nodes):
        at = FIRST - 1 + number
        sheet.write_string(at, 0, str(node), formats.text)
        for name in parts:
            put(sheet, at, column[name], wide.get((node, name)), ("amount", formats))
        if (node, "plan") in wide:
            total = formats.major(wide[node, "plan"])
            sheet.write_formula(at, column["plan"], f"=SUM({first}{at + 1}:{last}{at + 1})", formats.sum, total)
        if (node, "target") in wide:
            put(sheet, at, column["target"], wide[node, "target"], ("amount", formats))
        if (node, "missing to the target") in wide:
            missing = formats.major(wide[node, "missing to the target"])
            sheet.write_formula(
                at, column["missing to the target"], f"={goal}{at + 1}-{plan}{at + 1}", formats.sum, missing
            )
    printed(sheet, (FIRST - 1, 1))
    return {"plan_amount": f"${plan}${FIRST}", "target_amount": f"${goal}${FIRST}"}
