"""The readiness calendar: dates back from the first day of the fiscal year, evidence from the book, an .ics file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from workbook.book import Book
from workbook.decisions import Decision
from workbook.reconcile.calendar import calendar, calendar_checks
from workbook.sheets.calendar import write_calendar


def test_steps_are_dated_back_from_the_first_day(company: Book) -> None:
    rows = calendar(company.facts).set_index("step")
    assert rows.loc["communicated", "due_on"] == pd.Timestamp("2026-01-01")
    assert rows.loc["plans_sent", "due_on"] == pd.Timestamp("2025-12-02")  # 30 days before
    assert rows.loc["target", "state"] == "done"
    assert rows.loc["data", "state"] == "not known"  # frames made by hand were not checked
    assert rows.loc["plans_sent", "state"] == "late"
    assert rows.loc["plans_sent", "days_late"] == (date(2026, 6, 30) - date(2025, 12, 2)).days
    assert "0 of 4 reps" in rows.loc["plans_sent", "evidence"]


def test_what_was_decided_in_time_is_done_and_later_is_done_late(
    make: Callable[..., Book], decide: Callable[..., Decision]
) -> None:
    early = Decision("allocation", "CO", {"year": "FY2026", "hash": "x"}, "Fin", datetime(2025, 11, 3), "")
    rows = make(
        decisions=[early, decide("sign_off", "CO", "Fin", 4, year="FY2026", hash="x")]
    ).reconcile.calendar.set_index("step")
    assert rows.loc["allocation", "state"] == "done"
    assert rows.loc["sign_off", "state"] == "done late"
    assert rows.loc["communicated", "days_late"] == (date(2026, 6, 4) - date(2026, 1, 1)).days


def test_another_years_decisions_show_nothing(make: Callable[..., Book], decide: Callable[..., Decision]) -> None:
    rows = make(decisions=[decide("allocation", "CO", year="FY2025")]).reconcile.calendar.set_index("step")
    assert rows.loc["allocation", "state"] == "late"


def test_one_check_names_the_latest_step(company: Book) -> None:
    (check,) = calendar_checks(company.reconcile.calendar, "CO")
    assert check.verdict == "fail"
    assert "steps of the planning cycle are late" in check.sentence


def test_the_file_is_a_calendar_with_short_lines_and_escaped_text(company: Book, tmp_path: Path) -> None:
    rows = company.reconcile.calendar.assign(owner="reps, and; others\n")
    path = write_calendar(rows, tmp_path / "r.ics", ("Co", "FY2026", date(2026, 6, 30)))
    text = path.read_bytes()
    assert text.startswith(b"BEGIN:VCALENDAR\r\n")
    assert text.endswith(b"END:VCALENDAR\r\n")
    assert text.count(b"BEGIN:VEVENT") == len(rows)
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert b"reps\\, and\\; others\\n" in text.replace(b"\r\n ", b"")
    assert write_calendar(rows, tmp_path / "again.ics", ("Co", "FY2026", date(2026, 6, 30))).read_bytes() == text
