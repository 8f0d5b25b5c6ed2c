"""What plans are pre-filled with: booked periods, the projection ahead, deals at what is expected, contacts as stakeholders."""

from __future__ import annotations

from datetime import date

import pandas as pd

from tests.plans.tiny import AS_OF, RULES, horizon, months, outbox, sold
from workbook.plans.known import Horizon, full_plans, repeat_business

CALENDAR = RULES.book.calendar


def amounts(frame: pd.DataFrame, account: str) -> dict[tuple[str, str, str], int]:
    rows = frame[frame["account_id"] == account]
    return {
        (p, f, r): a
        for p, f, r, a in zip(rows["period"], rows["product_family"], rows["reference"], rows["amount"], strict=True)
    }


def test_periods_that_are_over_hold_what_was_booked_and_the_others_the_projection() -> None:
    found = amounts(repeat_business(sold(), months(), horizon(), CALENDAR, AS_OF), "A-1")
    assert found == {
        ("FY2026-Q1", "Pumps", "booked"): 10000,
        ("FY2026-Q2", "Pumps", "booked"): 20000,
        ("FY2026-Q3", "Pumps", ""): 1800,  # 3 × (700 - 100)
        ("FY2026-Q3", "Valves", ""): 1200,
        ("FY2026-Q4", "Pumps", ""): 1800,
        ("FY2026-Q4", "Valves", ""): 1200,
        ("FY2027", "Pumps", ""): 7200,  # the next twelve months again
        ("FY2027", "Valves", ""): 4800,
        ("FY2028", "Pumps", ""): 7200,
        ("FY2028", "Valves", ""): 4800,
    }


def test_a_plan_made_before_its_year_takes_months_beyond_the_projection_from_the_year_before() -> None:
    early = date(2025, 12, 31)
    ahead = Horizon.of("FY2026", RULES.plans, CALENDAR, early)
    names = [f"FY2025-M{m:02d}" for m in (11, 12)] + [f"FY2026-M{m:02d}" for m in range(1, 11)]
    frame = pd.DataFrame(
        {"account_id": "A-1", "period": names, "product_family": "Pumps", "run_rate_amount": 100, "loss_amount": 0}
    )
    found = amounts(repeat_business(sold()[:0], frame, ahead, CALENDAR, early), "A-1")
    assert found["FY2026-Q4", "Pumps", ""] == 300  # October, then last year's November and December again
    assert ahead.over == frozenset()


def test_within_a_running_quarter_booked_and_projected_are_one() -> None:
    on = date(2026, 5, 31)
    running = Horizon.of("FY2026", RULES.plans, CALENDAR, on)
    found = amounts(repeat_business(sold(), months(), running, CALENDAR, on), "A-1")
    assert sum(v for (p, *_), v in found.items() if p == "FY2026-Q2") == 20000
    assert running.open[0] == "FY2026-Q2"


def test_a_deal_is_never_placed_in_a_period_that_is_over() -> None:
    h = horizon()
    assert h.place(date(2026, 8, 20), CALENDAR) == "FY2026-Q3"
    assert h.place(date(2026, 2, 1), CALENDAR) == "FY2026-Q3"
    assert h.place(date(2019, 2, 1), CALENDAR) == "FY2026-Q3"
    assert h.place(None, CALENDAR) == "FY2026-Q3"
    assert h.place(date(2027, 2, 1), CALENDAR) == "FY2027"
    assert h.place(date(2040, 2, 1), CALENDAR) == "FY2028"


def test_key_accounts_get_full_plans_up_to_the_published_number_per_rep() -> None:
    register = pd.DataFrame({"account_id": ["A", "B", "C"], "owner_rep_id": ["P-1", "P-1", "P-2"]})
    keys = pd.DataFrame({"account_id": ["C", "B", "A"], "rank": [3, 2, 1]})
    assert full_plans(register, keys, 1) == {"A", "C"}
    assert full_plans(register, keys, 0) == set()


def test_a_pre_filled_plan_holds_what_is_known_and_no_words() -> None:
    plan = outbox().prefill.account("A-1")
    assert plan.depth == "full"
    assert plan.made_with == "prefill"
    assert plan.planned_amount() == 10000 + 20000 + 3000 + 3000 + 4500
    assert plan.planned_amount("FY2027") == 12000
    assert [(s.name, s.role, s.influence, s.our_contact) for s in plan.stakeholders] == [
        ("Kim Lee", "decides", 0.8, "P-1"),
        ("Jo Roe", "", None, ""),
    ]
    assert plan.sections == {}
    line = outbox().prefill.account("A-4")
    assert (line.depth, line.amounts, line.stakeholders) == ("line", (), ())
