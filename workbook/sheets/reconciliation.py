"""Finance's spreadsheet: summary, by node, rep, account, product, lines, bridge, edits, audit trail, data quality.

Subtotals are live formulas: change a number and everything above follows; what they show on opening are our own sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from workbook.files import replacing
from workbook.sheets.ledger import HEAD, Column, Formats, head, printed, write_list
from workbook.sheets.reconciliation_tree import MEASURES, YEAR, bridge, by_node

#: Rows that a spreadsheet of ours holds in a list; the rest is one row more, and stands in the CSV and Parquet files.
MOST_ROWS = 200_000
AUDIT_NOTE = (
    "Every decision, and who saved, sent, returned or approved plans: one row per rep, day, step, person and comment."
)


@dataclass(frozen=True, eq=False)
class About:
    """What the spreadsheet says of itself. ``facts``: label and text, in order; ``checks``: name, subject, verdict, sentence;
    ``standing``: node, period, verdict, sentence."""

    title: str
    node: str
    year: str
    currency: str
    as_of: date
    facts: tuple[tuple[str, str], ...]
    checks: pd.DataFrame
    faults: pd.DataFrame
    standing: pd.DataFrame


def write_reconciliation(statement: Mapping[str, pd.DataFrame], about: About, path: Path) -> Path:
    """Write the spreadsheet of the statement's frames (see ``workbook.reconcile.statement``); returns the path."""
    import xlsxwriter

    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(temporary, {"strings_to_formulas": False, "strings_to_urls": False})
        day = about.as_of
        book.set_properties({"title": about.title, "created": datetime(day.year, day.month, day.day)})
        formats = Formats(book, about.currency)
        sheets = {
            n: book.add_worksheet(n)
            for n in ("Summary", "By node", "By rep", "By account", "By product", "Lines", "Bridge", "Edits",
                      "Audit trail", "Checks", "Data quality")
        }  # fmt: skip
        unit = f"{about.year}, {about.currency}, as of {day.isoformat()}"
        totals = {"By node": by_node(sheets["By node"], formats, statement["by_node"], unit)}
        for name, key, columns in _lists(statement):
            frame = _cut(
                statement[key][statement[key]["node"] == about.node] if key == "by_product" else statement[key]
            )
            texts = (name, f"{unit}. With a filter on, the total adds up what is shown.")
            totals[name] = write_list(sheets[name], formats, frame, columns, texts)
        totals["Bridge"] = bridge(sheets["Bridge"], formats, statement["bridge"], (unit, about.node))
        for name, key, columns in _records(statement, about):
            frame = about.checks if key == "checks" else about.faults if key == "faults" else statement[key]
            note = f"{unit}. {AUDIT_NOTE}" if key == "audit" else unit
            write_list(sheets[name], formats, frame.head(MOST_ROWS), columns, (name, note))
        summary(sheets["Summary"], formats, (statement, about), totals)
        book.close()
    return path


def _lists(statement: Mapping[str, pd.DataFrame]) -> list[tuple[str, str, list[Column]]]:
    quarters = [
        Column(f"{m}_q{q}_amount", f"Q{q} {MEASURES[m].lower()}", "amount", 15)
        for q in (1, 2, 3, 4)
        for m in ("target", "plan", "actual")
    ]
    no_past = [c for c in YEAR if c.name != "last_year_amount"]
    lines = [Column("account_id", "Account"), Column("rep_id", "Rep", width=9), Column("territory_id", "Territory", width=9),
             Column("period", "Period", width=12), Column("product_family", "Product family"), Column("source", "Source", width=20),
             Column("reference", "Rests on", width=18), Column("state", "State", width=10), Column("amount", "Plan", "amount", 16)]  # fmt: skip
    return [
        ("By rep", "by_rep", [Column("node", "Rep", width=10), Column("name", "Name", width=30), Column("territory_id", "Territory", width=10), *YEAR, *quarters]),
        ("By account", "by_account", [Column("node", "Account", width=10), Column("name", "Name", width=32), Column("territory_id", "Territory", width=10),
                                      Column("owner", "Owner", width=20), Column("status", "Status", width=10), *YEAR]),
        ("By product", "by_product", [Column("product_family", "Product family", width=18), Column("node", "Node", width=8), *no_past, *quarters]),
        ("Lines", "lines", lines),
    ]  # fmt: skip


def _records(statement: Mapping[str, pd.DataFrame], about: About) -> list[tuple[str, str, list[Column]]]:
    edits = [Column("node", "Node", width=10), Column("revision", "Revision", "number", 9), Column("action", "Edit", width=10), Column("period", "Period", width=12),
             Column("product_family", "Product family"), Column("amount", "Amount", "amount", 15), Column("factor", "Factor", "number", 8),
             Column("to_node", "To node", width=10), Column("to_period", "To period", width=12), Column("decided_by", "By", width=18),
             Column("decided_at", "At", "moment", 16), Column("reason", "Reason", "wrapped", 50)]  # fmt: skip
    audit = [Column("decided_at", "At", "moment", 16), Column("decided_by", "By", width=18), Column("kind", "What was done", width=18),
             Column("node", "About", width=10), Column("name", "Name", width=26), Column("plans", "Plans", "number", 8),
             Column("amount", f"Planned {about.year}", "amount", 16, total=False), Column("reason", "Reason or comment", "wrapped", 36),
             Column("revision", "Revision", "number", 9), Column("says", "Says", "wrapped", 60)]  # fmt: skip
    checks = [Column("name", "Check", width=24), Column("subject", "About", width=12), Column("verdict", "Verdict", width=11),
              Column("sentence", "Why", "wrapped", 110)]  # fmt: skip
    faults = [
        Column(
            str(c), str(c).capitalize(), "number" if c == "row" else "wrapped", 40 if c in ("fault", "remedy") else 14
        )
        for c in about.faults.columns
    ]
    held = set(statement["edits"].columns)
    return [
        ("Edits", "edits", [c for c in edits if c.name in held]),
        ("Audit trail", "audit", audit),
        ("Checks", "checks", checks),
        ("Data quality", "faults", faults or [Column("fault", "Fault")]),
    ]


def _cut(frame: pd.DataFrame) -> pd.DataFrame:
    """At most :data:`MOST_ROWS` rows; the others as one row that holds their sum, so that totals stay whole."""
    if len(frame) <= MOST_ROWS:
        return frame
    rest = frame.iloc[MOST_ROWS:]
    amounts = {c: rest[c].sum() for c in frame.columns if str(c).endswith("amount")}
    first = str(frame.columns[0])
    more = pd.DataFrame([{**amounts, first: f"{len(rest):,} more rows: see the CSV or Parquet file"}])
    return pd.concat([frame.head(MOST_ROWS), more], ignore_index=True)


def summary(
    sheet: Any, formats: Formats, of: tuple[Mapping[str, pd.DataFrame], About], totals: Mapping[str, Mapping[str, str]]
) -> None:
    """What it is, the year at the top node, and whether every list adds up to it (live)."""
    statement, about = of
    head(
        sheet,
        formats,
        about.title,
        "Amounts in "
        + about.currency
        + ". Every list adds up to the first line; the differences below are formulas and must be zero.",
    )
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 6, 18)
    row = HEAD
    for label, text in about.facts:
        sheet.write_string(row, 0, label, formats.bold)
        sheet.write_string(row, 1, text, formats.text)
        row += 1
    row += 1
    shown = [c for c in YEAR if c.kind == "amount"]
    sheet.write_string(row, 0, "Does it add up?", formats.head)
    for at, column in enumerate(shown, start=1):
        sheet.write_string(row, at, column.heading, formats.head_right)
    own = statement["by_node"].iloc[0]
    first = row + 1
    for name, cells in totals.items():
        row += 1
        sheet.write_string(row, 0, name, formats.bold if name == "By node" else formats.text)
        for at, column in enumerate(shown, start=1):
            key = "amount" if name == "Lines" and column.name == "plan_amount" else column.name
            if key in cells and not pd.isna(own[column.name]):
                sheet.write_formula(
                    row,
                    at,
                    f"='{name}'!{cells[key]}",
                    formats.sum if name == "By node" else formats.amount,
                    formats.major(own[column.name]),
                )
    last = row
    row += 1
    sheet.write_string(row, 0, "Largest difference", formats.total_text)
    for at, column in enumerate(shown, start=1):
        letter = chr(ord("A") + at)
        if not pd.isna(own[column.name]):
            span = f"{letter}{first + 1}:{letter}{last + 1}"
            sheet.write_formula(row, at, f"=ROUND(MAX({span})-MIN({span}),4)", formats.total, 0)
    row += 2
    for at, text in enumerate(("Node", "Period", "Verdict", "Why")):
        sheet.write_string(row, at, text, formats.head)
    for line in about.standing.head(400).to_dict("records"):
        row += 1
        for at, key in enumerate(("node", "period", "verdict", "sentence")):
            sheet.write_string(row, at, str(line[key]), formats.text)
    printed(sheet, (HEAD, 0), repeat=False)
