"""The readiness calendar as a file that calendar programs read (RFC 5545)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from workbook.files import write_bytes
from workbook.sheets.lists import entry, escaped, folded


def write_calendar(rows: pd.DataFrame, path: Path, whose: tuple[str, str, date]) -> Path:
    """One whole-day entry per step on its due day, with an alarm a week before where it is not done; the same bytes for the same rows.

    ``rows`` as ``reconcile.calendar``; ``whose``: company, fiscal year, as-of day.
    """
    company, year, as_of = whose
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Territory Workbook//Readiness//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for row in rows.itertuples():
        day = row.due_on.date()
        done = row.state in ("done", "done late")
        title = f"{year}: {row.title} ({row.owner})" + (", done" if done else "")
        lines += entry(f"{company}|{year}|{row.step}", (day, as_of), title, f"{row.state}: {row.evidence}")
        if not done:
            lines += [
                "BEGIN:VALARM",
                "ACTION:DISPLAY",
                "TRIGGER:-P7D",
                f"DESCRIPTION:{escaped(row.title)}",
                "END:VALARM",
            ]
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    write_bytes(path, b"".join(part for line in lines for part in folded(line)))
    return path
