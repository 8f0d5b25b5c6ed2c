"""Moves as files: the CRM's list of new owners, and a hand-over sheet for every rep who takes accounts over."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from workbook.checks import counted
from workbook.files import replacing, write_text
from workbook.money import exponent
from workbook.places import safe_name
from workbook.sheets.lists import as_text
from workbook.sheets.styles import BAND, HEAD, INK, QUIET, RULE
from workbook.territories.decide import from_days
from workbook.territories.handover import HandOver


@dataclass(frozen=True)
class Field:
    """One column of a hand-over sheet."""

    column: str
    title: str
    width: int


SHEETS: dict[str, tuple[str, tuple[Field, ...]]] = {
    "accounts": ("Accounts", (
        Field("account_id", "account", 11), Field("name", "name", 28), Field("from_name", "from", 18), Field("on", "from on", 11),
        Field("buddy", "buddy", 18), Field("buddy_until", "buddy until", 11), Field("status", "status", 10),
        Field("sales_12m_amount", "sales, 12 months", 15), Field("potential_amount", "potential", 15),
        Field("open_amount", "open deals", 15), Field("last_sale_on", "last sale", 11), Field("why", "why", 90),
    )),
    "contacts": ("People", (
        Field("account_id", "account", 11), Field("name", "name", 24), Field("title", "title", 24), Field("role", "role", 14),
        Field("influence", "influence", 10), Field("support", "support", 10), Field("last_contact_on", "last contact", 12),
    )),
    "deals": ("Open deals", (
        Field("account_id", "account", 11), Field("opportunity_id", "deal", 11), Field("stage", "stage", 16),
        Field("amount", "amount", 15), Field("close_on", "closes", 11), Field("next_step", "next step", 40), Field("next_step_on", "on", 11),
    )),
    "promises": ("Promises", (
        Field("account_id", "account", 11), Field("due_on", "due", 11), Field("what", "what was promised", 50), Field("source", "from", 26),
    )),
    "plan": ("Plan", (
        Field("account_id", "account", 11), Field("period", "period", 12), Field("product_family", "product family", 20),
        Field("source", "source", 16), Field("reference", "reference", 16), Field("amount", "amount", 15), Field("state", "state", 12),
    )),
}  # fmt: skip
_AMOUNTS = ("sales_12m_amount", "potential_amount", "open_amount", "amount")


def write_owners(moves: pd.DataFrame, path: Path, on: date) -> Path:
    """The CRM's import file: account id, new owner id, old owner id, from which day; plain CSV, UTF-8."""
    rows = moves.assign(from_on=from_days(moves, on).dt.strftime("%Y-%m-%d"))
    columns = {"account_id": "account_id", "to_rep": "new_owner_id", "from_rep": "old_owner_id", "from_on": "from_on"}
    return _for_the_crm(rows, columns, path)


def write_territories(rows: pd.DataFrame, path: Path) -> Path:
    """The CRM's import file for new borders: account id, new territory id; plain CSV, UTF-8."""
    return _for_the_crm(rows, {"account_id": "account_id", "territory_id": "territory_id"}, path)


def _for_the_crm(rows: pd.DataFrame, columns: dict[str, str], path: Path) -> Path:
    """Some columns under the CRM's names as plain CSV, in the order of accounts, with no cell that a spreadsheet would compute."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns.values())
    ordered = rows.sort_values("account_id", kind="stable")[list(columns)]
    writer.writerows([as_text(cell) for cell in row] for row in ordered.itertuples(index=False))
    write_text(path, out.getvalue())
    return path


def write_hand_overs(handed: HandOver, folder: Path, day: date, currency: str) -> Iterator[Path]:
    """One spreadsheet per rep who takes accounts over: accounts, people, open deals, promises, plan."""
    takers = handed.accounts.drop_duplicates("to_rep").sort_values("to_rep", kind="stable")
    for row in takers.itertuples():
        path = folder / f"{safe_name(f'hand-over-{row.to_rep}')}.xlsx"
        write_hand_over(handed.of(str(row.to_rep)), path, (str(row.to_name), currency, day))
        yield path


def write_hand_over(handed: HandOver, path: Path, about: tuple[str, str, date]) -> None:
    """The hand-over sheet of one rep; ``about``: the rep's name, the currency, the day that is stamped as created."""
    import xlsxwriter

    name, currency, day = about
    digits = exponent(currency)
    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(temporary, {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"created": datetime(day.year, day.month, day.day), "title": f"Hand-over to {name}"})
        base = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "top"}
        styles = {
            "title": book.add_format({**base, "bold": True, "font_size": 14, "font_color": BAND}),
            "note": book.add_format({**base, "font_color": QUIET}),
            "head": book.add_format({**base, "bold": True, "bg_color": HEAD, "bottom": 1, "bottom_color": RULE}),
            "text": book.add_format({**base, "text_wrap": True}),
            "day": book.add_format({**base, "num_format": "yyyy-mm-dd", "align": "left"}),
            "amount": book.add_format({**base, "num_format": f"#,##0{'.' + '0' * digits if digits else ''}"}),
            "number": book.add_format({**base, "num_format": "0.0"}),
        }
        for key, (title, fields) in SHEETS.items():
            frame = getattr(handed, key)
            sheet = book.add_worksheet(title)
            sheet.write_string(0, 0, f"{title}: hand-over to {name}", styles["title"])
            sheet.write_string(1, 0, _note(key, frame, handed, currency), styles["note"])
            _table(sheet, frame, fields, (styles, 10**digits))
        book.close()


def _note(key: str, frame: pd.DataFrame | None, handed: HandOver, currency: str) -> str:
    if frame is None:
        return "No account plans yet."
    if frame.empty:
        lacks = [
            text
            for text in handed.missing
            if {"contacts": "people", "deals": "open deals", "promises": "promises"}.get(key, "-") in text
        ]
        return lacks[0] if lacks else "Nothing here."
    return (
        f"{counted(len(frame), 'row')}; amounts in {currency}. The buddy is whom to ask."
        if key == "accounts"
        else f"{counted(len(frame), 'row')}."
    )


def _table(sheet: Any, frame: pd.DataFrame | None, fields: tuple[Field, ...], look: tuple[dict[str, Any], int]) -> None:
    styles, scale = look
    for at, field in enumerate(fields):
        sheet.set_column(at, at, field.width)
        sheet.write_string(3, at, field.title, styles["head"])
    sheet.freeze_panes(4, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    if frame is None or frame.empty:
        return
    longest = max(fields, key=lambda field: field.width)
    for line, text in enumerate(frame[longest.column].fillna("").astype("str"), start=4):
        sheet.set_row(line, 13.5 * max(1, -(-len(text) // longest.width)))
    for at, field in enumerate(fields):
        values = frame[field.column].astype(object).tolist()
        for line, value in enumerate(values, start=4):
            if value is None or value is pd.NA or value is pd.NaT or value != value:
                continue
            if isinstance(value, date):
                sheet.write_datetime(line, at, value, styles["day"])
            elif field.column in _AMOUNTS:
                sheet.write_number(line, at, int(value) / scale, styles["amount"])
            elif isinstance(value, int | float):
                sheet.write_number(line, at, value, styles["number"])
            else:
                sheet.write_string(line, at, str(value), styles["text"])
    sheet.autofilter(3, 0, 3 + len(frame), len(fields) - 1)
