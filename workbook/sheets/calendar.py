"""The readiness calendar as a file that calendar programs read (RFC 5545)."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pandas as pd

from workbook.files import write_bytes
from workbook.sheets.lists import escaped, folded


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
        key = sha256(f"{company}|{year}|{row.step}".encode()).hexdigest()[:24]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{key}@territory-workbook",
            f"DTSTAMP:{as_of:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{escaped(f'{year}: {row.title} ({row.owner})' + (', done' if done else ''))}",
            f"DESCRIPTION:{escaped(f'{row.state}: {row.evidence}')}",
            "TRANSP:TRANSPARENT",
        ]
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
