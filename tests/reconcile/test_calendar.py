"""The readiness calendar: dates back from the first day of the fiscal year, evidence from the book, an .ics file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
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


def test_plans_are_sent_and_approved_on_the_days_that_the_store_holds(company: Book) -> None:
    """Every rep sent on 3 December (Dee on the 5th) and was approved on the 9th; Ann sent again in June, which is a revision."""

    def plan(rep: str, account: str, steps: list[tuple[str, datetime]]) -> dict[str, object]:
        told = tuple({"state": state, "saved_at": at} for state, at in steps)
        document = {"account_id": account, "rep_id": rep, "year": "FY2026"}
        last = {"state": steps[-1][0], "saved_at": steps[-1][1]}
        return {"rep_id": rep, "account_id": account, "revision": len(steps), "saved_by": rep, "comment": "",
                "document": document, "steps": told, **last}  # fmt: skip

    passed = ("approved", datetime(2025, 12, 9))
    plans = [plan(r, a, [("submitted", datetime(2025, 12, d)), passed]) for r, a, d in (("Bob", "3", 3), ("Cid", "4", 3), ("Dee", "6", 5))]  # fmt: skip
    again = [("submitted", datetime(2025, 12, 3)), passed, ("submitted", datetime(2026, 6, 3)), ("approved", datetime(2026, 6, 4))]  # fmt: skip
    rows = calendar(replace(company.facts, plans=(*plans, plan("Ann", "1", again)))).set_index("step")
    sent, approved = rows.loc["plans_sent"], rows.loc["plans_approved"]
    assert (sent["state"], sent["done_on"], sent["days_late"]) == ("done late", pd.Timestamp("2025-12-05"), 3)
    assert (approved["state"], approved["done_on"]) == ("done", pd.Timestamp("2025-12-09"))
    three = calendar(replace(company.facts, plans=tuple(plans))).set_index("step").loc["plans_sent"]
    assert (three["state"], pd.isna(three["done_on"])) == ("late", True)
    assert three["evidence"] == "3 of 4 reps with accounts have sent plans, the last on 2025-12-05"


def test_a_done_step_that_nothing_dates_says_so(company: Book) -> None:
    row = calendar(company.facts).set_index("step").loc["target"]
    assert (row["state"], pd.isna(row["done_on"])) == ("done", True)
    assert row["evidence"].endswith("since when is not recorded")
