"""Lists for one action as files (B5): CSV, XLSX, and ICS for a calendar; no cell can become a formula."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from workbook.errors import UsageError
from workbook.files import replacing, write_bytes, write_text
from workbook.places import safe_name

#: Columns of a list in the order of its files, with their headings and widths.
COLUMNS = {
    "rep_name": ("rep", 18), "priority": ("priority", 8), "account_id": ("account", 10), "account_name": ("name", 30),
    "action": ("action", 9), "due_on": ("due", 11), "overdue_days": ("overdue (days)", 13), "contact_name": ("contact", 22),
    "contact_title": ("title", 22), "reason": ("reason", 90), "contact_id": ("contact id", 10), "territory_id": ("territory", 10), "rep_id": ("rep id", 9),
}  # fmt: skip
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_text(value: Any) -> str:
    """A value as a cell of a CSV file: missing is blank, dates are ISO, and what a spreadsheet could take for a formula gets
    an apostrophe before it.

    >>> as_text("=1+1"), as_text(None), as_text("Acme")
    ("'=1+1", '', 'Acme')
    """
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_RISKY) else text


def write_csv(rows: pd.DataFrame, path: Path, as_of: date) -> None:
    """A list as CSV (UTF-8 with a mark that spreadsheets read, comma, CRLF)."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([head for head, _ in COLUMNS.values()])
    writer.writerows([as_text(v) for v in row] for row in _rows(rows))
    write_text(path, "\ufeff" + out.getvalue())


def write_xlsx(rows: pd.DataFrame, path: Path, as_of: date) -> None:
    """A list as a spreadsheet: one sheet with filters and a frozen head; text stays text."""
    import xlsxwriter

    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(temporary, {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"created": datetime(as_of.year, as_of.month, as_of.day)})
        sheet = book.add_worksheet("List")
        head = book.add_format({"bold": True, "bottom": 1})
        day, text = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"text_wrap": True, "valign": "top"})
        for at, (title, width) in enumerate(COLUMNS.values()):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, title, head)
        for line, row in enumerate(_rows(rows), start=1):
            for at, value in enumerate(row):
                if value is None or value is pd.NA or value is pd.NaT or value != value:
                    continue
                if isinstance(value, date):
                    sheet.write_datetime(line, at, value, day)
                elif isinstance(value, int | float):
                    sheet.write_number(line, at, value)
                else:
                    sheet.write_string(line, at, str(value), text)
        sheet.autofilter(0, 0, max(len(rows), 1), len(COLUMNS) - 1)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        book.close()


def write_ics(rows: pd.DataFrame, path: Path, as_of: date) -> None:
    """The dated rows of a list as a calendar (RFC 5545): one whole-day entry each, the same bytes for the same list."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Territory Workbook//Lists//EN", "CALSCALE:GREGORIAN"]
    for row in rows[rows["due_on"].notna()].itertuples():
        day = row.due_on.date()
        what = f"{str(row.action).capitalize()}: {as_plain(row.account_name)}"
        with_whom = ", ".join(filter(None, (as_plain(row.contact_name), as_plain(row.contact_title))))
        title = what + (f" ({with_whom})" if with_whom else "")
        key = f"{row.rep_id}|{row.account_id}|{row.action}|{day}"
        lines += [*entry(key, (day, as_of), title, as_plain(row.reason)), "END:VEVENT"]
    lines.append("END:VCALENDAR")
    write_bytes(path, b"".join(part for line in lines for part in folded(line)))


def entry(key: str, days: tuple[date, date], title: str, text: str) -> list[str]:
    """The lines of one whole-day calendar entry but its last; ``days``: its day, and the as-of day that stamps it."""
    day, as_of = days
    return [
        "BEGIN:VEVENT",
        f"UID:{sha256(key.encode()).hexdigest()[:24]}@territory-workbook",
        f"DTSTAMP:{as_of:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped(title)}",
        f"DESCRIPTION:{escaped(text)}",
        "TRANSP:TRANSPARENT",
    ]


def as_plain(value: Any) -> str:
    """A value as text, blank when missing."""
    return "" if value is None or value is pd.NA or value != value else str(value)


def escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def folded(line: str) -> Iterable[bytes]:
    """A content line in pieces of at most 75 octets, no character cut in two (RFC 5545, 3.1)."""
    piece, first = b"", True
    for letter in line:
        octets = letter.encode("utf-8")
        if len(piece) + len(octets) > (75 if first else 74):
            yield (b"" if first else b" ") + piece + b"\r\n"
            piece, first = b"", False
        piece += octets
    yield (b"" if first else b" ") + piece + b"\r\n"


def _rows(rows: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(zip(*(rows[c].astype(object).tolist() for c in COLUMNS), strict=True))


FORMATS: dict[str, Callable[[pd.DataFrame, Path, date], None]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "ics": write_ics,
}


def write_lists(
    rows: pd.DataFrame, folder: Path, name: str, form: str, as_of: date, *, by_rep: bool = False
) -> list[Path]:
    """Write a list into ``folder`` as ``name.form``, or one file per rep; returns the files.

    ``rows`` as :func:`workbook.engagement.lists.call_list` gives them. Raises :class:`UsageError` for another format.
    """
    if form not in FORMATS:
        raise UsageError(f"there is no format {form!r}", remedy=f"Use one of {', '.join(FORMATS)}.")
    if not by_rep:
        path = folder / f"{safe_name(name)}.{form}"
        FORMATS[form](rows, path, as_of)
        return [path]
    paths = []
    for rep, part in rows.groupby("rep_id", sort=True, dropna=False):
        whose = as_plain(rep) or "nobody"
        path = folder / f"{safe_name(f'{name}-{whose}')}.{form}"
        FORMATS[form](part, path, as_of)
        paths.append(path)
    return paths
