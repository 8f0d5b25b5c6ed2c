from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook.engagement.integrity import integrity, real_rows, reserved
from workbook.engagement.log import Log
from workbook.keys import plain
from workbook.rules.engagement import EngagementRules

Make = Callable[[list[dict[str, Any]]], Log]
TODAY = date(2026, 6, 30)


def weekly(count: int, first: str, **more: Any) -> list[dict[str, Any]]:
    days = pd.date_range(first, periods=count, freq="7D")
    return [{"due_on": day, **more} for day in days]


def real_calls(count: int = 10) -> list[dict[str, Any]]:
    """Irregular calls with all that a call has, so that every field is in use."""
    days = pd.to_datetime("2026-01-05") + pd.to_timedelta([i * i for i in range(count)], unit="D")
    return [
        {
            "account_id": "A-9",
            "rep_id": "P-3",
            "done_on": d,
            "minutes": 20,
            "outcome": f"Offer {d.day}",
            "contact_id": "C-9",
        }
        for d in days
    ]


def test_weekly_tasks_without_anything_in_them_are_red(log_of: Make, rules: EngagementRules) -> None:
    log = log_of(weekly(12, "2026-01-05", kind="task", subject="Check in", created_on="2026-01-01") + real_calls())
    judged = integrity(log, rules)
    assert judged["level"].tolist() == ["red"] * 12 + ["none"] * 10
    assert judged["signals"][0] == "fixed interval,created in bulk,never closed,empty,nothing real"
    assert judged["sentence"][0] == (
        "Task: one of 12 that recur every 7 days; made on one day with 11 others like it; open 176 days after its date; "
        "no contact, outcome or minutes; nothing real by the rep on the account."
    )
    assert not real_rows(log, judged, rules)[:12].any()


def test_a_real_weekly_call_stays_clean(log_of: Make, rules: EngagementRules) -> None:
    calls = weekly(20, "2026-01-05", subject="Weekly call", minutes=25, outcome="Open points", contact_id="C-1")
    log = log_of([{**row, "done_on": row["due_on"]} for row in calls])
    judged = integrity(log, rules)
    assert set(judged["level"]) == {"none"}
    assert real_rows(log, judged, rules).all()


def test_a_missed_call_in_an_honest_series_stays_clean(log_of: Make, rules: EngagementRules) -> None:
    calls = weekly(20, "2026-01-05", subject="Weekly call")
    rows = [{**r, "done_on": r["due_on"], "minutes": 25, "outcome": "Points"} for r in calls[:14]] + calls[14:]
    assert set(integrity(log_of(rows), rules)["level"]) == {"none"}


def test_a_system_is_no_person(log_of: Make, rules: EngagementRules) -> None:
    log = log_of([{"done_on": "2026-06-01", "source": "system", "kind": "email"}, *real_calls()])
    judged = integrity(log, rules)
    assert judged.loc[0, ["level", "signals"]].tolist() == ["yellow", "system"]
    assert real_rows(log, judged, rules).tolist() == [False] + [True] * 10
    assert reserved(judged, log, log.only(real_rows(log, judged, rules))).empty


def test_tasks_closed_in_one_sweep_are_flagged(log_of: Make, rules: EngagementRules) -> None:
    days = pd.to_datetime("2026-01-05") + pd.to_timedelta([i * i for i in range(10)], unit="D")
    swept = [
        {"account_id": f"A-{1 + i % 4}", "kind": "task", "due_on": d, "done_on": "2026-06-26"}
        for i, d in enumerate(days)
    ]
    judged = integrity(log_of(swept + real_calls()), rules)
    assert (judged["level"][:10] != "none").all()
    assert judged["signals"].str.contains("closed in bulk")[:10].all()


def test_one_forgotten_task_is_not_flagged(log_of: Make, rules: EngagementRules) -> None:
    judged = integrity(
        log_of([{"kind": "task", "due_on": "2026-03-01", "subject": "Send price list"}, *real_calls()]), rules
    )
    assert set(judged["level"]) == {"none"}


def test_an_empty_next_step_pushed_for_ever_is_flagged(log_of: Make, rules: EngagementRules) -> None:
    row = {"kind": "task", "due_on": "2026-08-01", "created_on": "2025-06-01", "subject": "Follow up"}
    judged = integrity(log_of([row, *real_calls()]), rules)
    assert judged["signals"][0].startswith("pushed,empty")
    assert judged["level"][0] == "red"


def test_planned_steps_that_have_not_come_due_are_clean(log_of: Make, rules: EngagementRules) -> None:
    rows = weekly(6, "2026-07-06", kind="call", subject="Weekly call", created_on="2026-06-29")
    assert set(integrity(log_of(rows + real_calls()), rules)["level"]) == {"none"}


def test_a_book_that_records_no_evidence_flags_nothing_as_empty(log_of: Make, rules: EngagementRules) -> None:
    log = log_of([{"done_on": "2026-06-01"}, {"done_on": "2026-06-09"}])
    judged = integrity(log, rules)
    assert judged["level"].tolist() == ["none", "none"]
    assert real_rows(log, judged, rules).all()


def test_an_outcome_that_says_nothing_is_no_substance(log_of: Make, rules: EngagementRules) -> None:
    rows = weekly(8, "2026-01-05", kind="call", subject="Touch base", outcome=" Done ")
    judged = integrity(log_of([{**r, "done_on": r["due_on"]} for r in rows] + real_calls()), rules)
    assert (judged["level"][:8] == "red").all()


def test_no_activities_give_empty_frames(log_of: Make, rules: EngagementRules) -> None:
    log = log_of([])
    judged = integrity(log, rules)
    assert judged.empty
    assert reserved(judged, log, log).empty


def test_reserved_counts_per_account_and_rep(log_of: Make, rules: EngagementRules) -> None:
    log = log_of(weekly(5, "2026-01-05", kind="task", subject="Check") + real_calls())
    judged = integrity(log, rules)
    found = reserved(judged, log, log.only(real_rows(log, judged, rules)))
    assert found[["account_id", "rep_id", "level", "flagged", "real_touches"]].values.tolist() == [
        ["A-1", "P-1", "red", 5, 0]
    ]


def test_the_log_is_not_changed(log_of: Make, rules: EngagementRules) -> None:
    log = log_of(weekly(5, "2026-01-05", kind="task") + real_calls())
    before = log.activities.copy(deep=True)
    integrity(log, rules)
    pd.testing.assert_frame_equal(log.activities, before)


def test_an_attempt_that_reached_nobody_is_clean_but_no_touch(log_of: Make, rules: EngagementRules) -> None:
    log = log_of([{"done_on": "2026-06-01", "minutes": 1, "outcome": "No Answer ", "contact_id": "C-1"}, *real_calls()])
    judged = integrity(log, rules)
    assert set(judged["level"]) == {"none"}
    assert real_rows(log, judged, rules).tolist() == [False] + [True] * 10


DAYS = st.dates(pd.Timestamp("2025-01-01").date(), pd.Timestamp("2026-08-30").date())
ROWS = st.fixed_dictionaries(
    {
        "account_id": st.sampled_from(["A-1", "A-2", "A-9", "unknown"]),
        "rep_id": st.sampled_from(["P-1", "P-2"]),
        "kind": st.sampled_from(["call", "task", "email"]),
        "done_on": st.none() | DAYS,
        "due_on": st.none() | DAYS,
        "created_on": st.none() | DAYS,
        "minutes": st.none() | st.sampled_from([0.0, 15.0]),
        "outcome": st.none() | st.sampled_from(["", "Done", "Offer sent", "no answer"]),
        "contact_id": st.none() | st.just("C-1"),
        "series_id": st.none() | st.sampled_from(["S-1", "S-2"]),
        "source": st.none() | st.sampled_from(["person", "system"]),
    }
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, max_size=40), seed=st.integers(0, 9))
def test_levels_do_not_depend_on_the_order_of_rows(
    log_of: Make, rules: EngagementRules, rows: list[dict[str, Any]], seed: int
) -> None:
    log = log_of(rows)
    judged = integrity(log, rules).set_index("activity_id")
    mixed = Log.of(
        log.activities.sample(frac=1, random_state=seed).reset_index(drop=True), pd.Series(log.accounts), TODAY
    )
    again = integrity(mixed, rules).set_index("activity_id").loc[judged.index]
    pd.testing.assert_frame_equal(plain(judged), plain(again))
    real = real_rows(log, integrity(log, rules), rules)
    assert not real[log.by_system].any()
    assert ((judged["level"] == "none") == (judged["sentence"] == "")).all()
    last = log.only(real).last()
    assert (last <= log.today).all()
