"""Flat lists on a spreadsheet: a heading, a live total above the rows, filters, print set-up; text never becomes a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from workbook.money import exponent, to_decimal

#: Rows (from 0) of the title, the note, the headings, the total and the first data.
TITLE, NOTE, HEAD, TOTAL, FIRST = 0, 1, 3, 4, 5


@dataclass(frozen=True)
class Column:
    """A column of a list. ``kind``: text, amount (minor units in the frame), number, day, moment, or gap and share: formulas of two
    other amount columns named in ``of``. ``total``: whether an amount is added up above the rows.
    """

    name: str
    heading: str
    kind: str = "text"
    width: float = 14
    of: tuple[str, str] = ("", "")
    total: bool = True


class Formats:
    """The cell formats of one workbook, in the house style."""

    def __init__(self, book: Any, currency: str) -> None:
        digits = exponent(currency)
        number = (
            "#,##0" + ("." + "0" * digits if digits else "") + ";[Red]-#,##0" + ("." + "0" * digits if digits else "")
        )
        small = {"font_size": 9, "valign": "vcenter"}
        self.currency = currency
        self.title = book.add_format({"bold": True, "font_size": 14, "font_color": "#1F3A5F"})
        self.note = book.add_format({"font_size": 9, "font_color": "#555555"})
        heading = {**small, "bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "bg_color": "#EEF2F7"}
        self.head = book.add_format(heading)
        self.head_wrapped = book.add_format({**heading, "align": "left", "indent": 1})
        self.head_right = book.add_format({**heading, "align": "right"})
        self.amount = book.add_format({**small, "num_format": number})
        self.total = book.add_format({**small, "num_format": number, "bold": True, "bottom": 1, "bg_color": "#F7F7F7"})
        self.total_text = book.add_format({**small, "bold": True, "bottom": 1, "bg_color": "#F7F7F7"})
        self.sum = book.add_format({**small, "num_format": number, "bold": True})
        self.share = book.add_format({**small, "num_format": "0.0%"})
        self.share_total = book.add_format(
            {**small, "num_format": "0.0%", "bold": True, "bottom": 1, "bg_color": "#F7F7F7"}
        )
        self.number = book.add_format({**small, "num_format": "#,##0.####"})
        self.text = book.add_format(small)
        self.bold = book.add_format({**small, "bold": True})
        self.wrapped = book.add_format({**small, "text_wrap": True, "align": "left", "indent": 1})
        self.day = book.add_format({**small, "num_format": "yyyy-mm-dd", "align": "left"})
        self.moment = book.add_format({**small, "num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self.indent = [book.add_format({**small, "indent": i, "bold": i < 2}) for i in range(16)]  # fmt: skip

    def major(self, amount: Any) -> float:
        """Minor units as the number of major units that a cell holds."""
        return float(to_decimal(int(amount), self.currency))


def head(sheet: Any, formats: Formats, title: str, note: str) -> None:
    """Title and note above a list."""
    sheet.write_string(TITLE, 0, title, formats.title)
    sheet.write_string(NOTE, 0, note, formats.note)


def printed(sheet: Any, freeze: tuple[int, int], *, repeat: bool = True) -> None:
    """Landscape A4, one page wide, headings on every page, page numbers; frozen where reading starts."""
    sheet.freeze_panes(*freeze)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    if repeat:
        sheet.repeat_rows(HEAD)
    sheet.set_footer("&L&A&C&F&RPage &P of &N")
    sheet.hide_gridlines(2)


def write_list(
    sheet: Any, formats: Formats, frame: pd.DataFrame, columns: Sequence[Column], texts: tuple[str, str]
) -> dict[str, str]:
    """Write a list; returns the cell of every amount column's total, by column name.

    Totals are ``SUBTOTAL(109, …)``: with a filter on, they add up what is shown.
    """
    from xlsxwriter.utility import xl_col_to_name

    head(sheet, formats, *texts)
    letters = {c.name: xl_col_to_name(at) for at, c in enumerate(columns)}
    last = FIRST + max(len(frame), 1)
    lead = "Total" if any(c.kind == "amount" and c.total for c in columns) else ""
    totals: dict[str, str] = {}
    for at, column in enumerate(columns):
        right = column.kind in ("amount", "gap", "share", "number")
        sheet.set_column(at, at, column.width)
        left = formats.head_wrapped if column.kind == "wrapped" else formats.head
        sheet.write_string(HEAD, at, column.heading, formats.head_right if right else left)
        if column.kind == "amount" and column.total:
            cached = formats.major(int(frame[column.name].sum()) if len(frame) else 0)
            span = f"{letters[column.name]}{FIRST + 1}:{letters[column.name]}{last}"
            sheet.write_formula(TOTAL, at, f"=SUBTOTAL(109,{span})", formats.total, cached)
            totals[column.name] = f"${letters[column.name]}${TOTAL + 1}"
        elif column.kind in ("gap", "share"):
            a, b = column.of
            sums = [int(frame[c].sum()) if len(frame) else 0 for c in (a, b)]
            _derived(sheet, (TOTAL, at), column, (letters[a], letters[b]), (sums[0], sums[1], formats))
        else:
            sheet.write_string(TOTAL, at, lead if at == 0 else "", formats.total_text)
    values = {c.name: frame[c.name].astype(object).tolist() for c in columns if c.name in frame}
    for number in range(len(frame)):
        row = FIRST + number
        for at, column in enumerate(columns):
            if column.kind in ("gap", "share"):
                a, b = (values[name][number] for name in column.of)
                if not _missing(a) and not _missing(b):
                    _derived(sheet, (row, at), column, (letters[column.of[0]], letters[column.of[1]]), (a, b, formats))
            else:
                put(sheet, row, at, values[column.name][number], (column.kind, formats))
    sheet.autofilter(HEAD, 0, last - 1, len(columns) - 1)
    printed(sheet, (FIRST, 2))
    return totals


def _derived(
    sheet: Any, at: tuple[int, int], column: Column, letters: tuple[str, str], of: tuple[Any, Any, Formats]
) -> None:
    """A gap (first less second) or a share (first over second) as a live formula with its value."""
    row, place = at
    a, b, formats = of
    first, second = (f"{letter}{row + 1}" for letter in letters)
    total = row == TOTAL
    if column.kind == "gap":
        sheet.write_formula(
            row, place, f"={first}-{second}", formats.total if total else formats.amount, formats.major(int(a) - int(b))
        )
    else:
        share = int(a) / int(b) if int(b) else ""
        sheet.write_formula(
            row, place, f'=IF({second}=0,"",{first}/{second})', formats.share_total if total else formats.share, share
        )


def put(sheet: Any, row: int, at: int, value: Any, how: tuple[str, Formats]) -> None:
    """One cell by kind; a missing value stays blank, text is always written as text."""
    kind, formats = how
    if _missing(value):
        return
    if kind == "amount":
        sheet.write_number(row, at, formats.major(value), formats.amount)
    elif kind == "number":
        sheet.write_number(row, at, value, formats.number)
    elif kind == "day" and isinstance(value, date):
        sheet.write_datetime(row, at, value, formats.day)
    elif kind == "moment" and isinstance(value, date):
        sheet.write_datetime(row, at, value, formats.moment)
    elif kind == "wrapped":
        sheet.write_string(row, at, plain(value), formats.wrapped)
    else:
        sheet.write_string(row, at, plain(value), formats.text)


def plain(value: Any) -> str:
    """Text as a cell bears it: no control characters, at most 32,000 letters."""
    return "".join(c for c in str(value) if ord(c) >= 32 or c in "\n\t")[:32_000]


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value


def ranges(letter: str, rows: Iterable[int]) -> str:
    """Cells of a column (rows from 0) as few ranges as possible, for a sum.

    >>> ranges("D", [4, 5, 6, 9])
    'D5:D7,D10'
    """
    spans: list[list[int]] = []
    for row in sorted(rows):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ",".join(f"{letter}{a + 1}" if a == b else f"{letter}{a + 1}:{letter}{b + 1}" for a, b in spans)


def sum_of(letter: str, rows: Iterable[int]) -> str:
    """A formula that adds up cells of a column, in groups of 200 ranges as spreadsheets bear them."""
    parts = ranges(letter, rows).split(",")
    return "=" + "+".join(f"SUM({','.join(parts[i : i + 200])})" for i in range(0, len(parts), 200))
