"""Scores say what is missing, how fresh, how much the customer's, and what amounts rest on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from tests.plans.tiny import AS_OF, NOON, RULES, horizon, known
from workbook.plans import scores
from workbook.plans.document import AccountPlan
from workbook.plans.scores import Support

BASE = {"account_id": "A-1", "rep_id": "P-1", "year": "FY2026"}


def plan(**fields: Any) -> AccountPlan:
    return AccountPlan.model_validate(BASE | fields)


def support() -> Support:
    deals = pd.DataFrame(
        {
            "opportunity_id": ["O-1", "O-2", "O-3", "O-4"],
            "account_id": ["A-1", "A-1", "A-1", "A-2"],
            "status": ["open", "won", "lost", "open"],
            "amount": [9000, 500, 700, 100],
            "close_on": [pd.Timestamp("2026-08-20"), pd.NaT, pd.NaT, pd.Timestamp("2026-05-01")],
            "pushes": pd.array([1, 0, pd.NA, pd.NA], dtype="Int64"),
        }
    )
    k = known(horizon())
    return Support.of(k.repeat, deals, k.whitespace)


def row(source: str, amount: int, reference: str = "", period: str = "FY2026-Q3", family: str = "") -> dict[str, Any]:
    return {"source": source, "amount": amount, "reference": reference, "period": period, "product_family": family}


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ([row("opportunity", 9000, "O-1")], 1.0),
        ([row("opportunity", 18000, "O-1")], 0.5),  # a deal counts up to its amount
        ([row("opportunity", 9000, "O-1"), row("opportunity", 9000, "O-1", "FY2027")], 0.5),  # and only once
        ([row("opportunity", 700, "O-3")], 0.0),  # lost
        ([row("opportunity", 100, "O-4")], 0.0),  # another account's
        ([row("opportunity", 100, "O-99")], 0.0),  # unknown
        ([row("run_rate", 3750)], 1.0),  # projected 3000 × 1.25
        ([row("run_rate", 7500)], 0.5),
        ([row("renewal", 3750, "frame"), row("run_rate", 3750)], 0.5),  # both rest on the same business
        ([row("whitespace", 4000, "Filters", family="Filters")], 1.0),
        ([row("whitespace", 4000, "Valves", family="Valves")], 0.0),  # not A-1's whitespace
        ([row("not_identified", 10), row("run_rate", 30)], 0.75),
        ([row("run_rate", 30, "booked", "FY2026-Q1"), row("not_identified", 10)], 0.0),  # booked says nothing
    ],
)
def test_evidence_is_the_share_that_rests_on_something(rows: list[dict[str, Any]], share: float) -> None:
    found, words = scores.evidence(plan(amounts=rows), support(), RULES.plans)
    assert found == pytest.approx(share)
    assert ("rests on nothing" in words) == (share < 1)


def test_a_plan_without_amounts_has_no_evidence_to_judge() -> None:
    found, words = scores.evidence(plan(), support(), RULES.plans)
    assert found != found
    assert words == "plans nothing beyond what is booked"


def test_completeness_asks_three_things_of_a_line_and_ten_of_a_full_plan() -> None:
    line = plan(objective="grow", actions=[{"action": "call", "owner": "Ann", "due_on": "2026-08-01"}])
    assert scores.completeness(line) == (pytest.approx(2 / 3), "misses planned amounts")
    found, words = scores.completeness(plan(depth="full"))
    assert found == 0
    assert words.count(",") == 11  # between ten parts, and within two of them
    full = plan(
        depth="full",
        objective="grow",
        sections={k: {"ours": "x"} for k in ("history", "sold", "next", "known", "wanted", "numbers", "risks")},
        actions=[{"action": "call", "owner": "Ann", "due_on": "2026-08-01"}],
        amounts=[row("run_rate", 5)],
        outcomes=[{"outcome": "x", "by_on": "2026-12-31", "priority": 1}],
        stakeholders=[{"name": "a", "role": "uses"}, {"name": "b", "role": "pays", "gap": "g", "how": "h"}],
        risks=[{"risk": "r", "answer": "a"}],
        verified=[{"by": "Kim", "on": "2026-06-01"}],
    )
    assert scores.completeness(full) == (1.0, "has all its parts")


def test_customer_focus_is_the_mean_of_five_shares_and_not_asked_of_a_line() -> None:
    assert scores.customer_focus(plan(), AS_OF)[0] != scores.customer_focus(plan(), AS_OF)[0]
    full = plan(
        depth="full",
        sections={"history": {"theirs": "x"}, "risks": {"theirs": "y"}, "next": {"ours": "only ours"}},
        outcomes=[{"outcome": "a", "by_on": "2026-12-31", "priority": 1, "risk_tolerance": "low"}, {"outcome": "b"}],
        plays=[{"product_family": "Filters", "outcome": "a"}],
        stakeholders=[{"name": "a", "support": 0.0}, {"name": "b"}],
        verified=[{"by": "Kim", "on": "2025-10-01"}],
    )
    found, words = scores.customer_focus(full, AS_OF)
    assert found == pytest.approx((2 / 7 + 3 / 6 + 1 + 1 / 2 + 0) / 5)
    assert "verified with them" in words
    assert "plays" not in words


def test_freshness_falls_after_the_published_days() -> None:
    day = datetime(2026, 6, 30)
    assert scores.freshness(day, None, date(2026, 9, 28), RULES.plans)[0] == 1  # 90 days
    assert scores.freshness(day, None, date(2026, 11, 12), RULES.plans)[0] == pytest.approx(0.5)  # 135 days
    assert scores.freshness(day, None, date(2027, 9, 28), RULES.plans)[0] == 0
    assert "touched since on 2026-07-02" in scores.freshness(day, date(2026, 7, 2), date(2026, 7, 3), RULES.plans)[1]


def test_slipped_deals_are_counted_with_what_was_planned_of_them() -> None:
    rows = [
        row("opportunity", 50, "O-1"),
        row("opportunity", 60, "O-2"),
        row("opportunity", 70, "O-3"),
        row("opportunity", 5, "O-4"),
    ]
    count, amount, words = scores.slipped(plan(amounts=rows), support(), AS_OF)
    assert (count, amount) == (3, 125)
    assert words == "O-1 was pushed once; O-3 was lost; O-4 was due 2026-05-01"


def test_actions_due_are_done_or_not_and_not_known_while_none_was_due() -> None:
    assert scores.actions_done(plan(), AS_OF)[1] == ""
    made = plan(
        actions=[
            {"action": "a", "due_on": "2026-06-01", "done_on": "2026-06-02"},
            {"action": "b", "due_on": "2026-06-30"},
            {"action": "c", "due_on": "2026-07-30"},
        ]
    )
    assert scores.actions_done(made, AS_OF) == (0.5, "1 of 2 actions due are not done")


def test_a_plan_that_was_written_once_and_left_is_one_and_done() -> None:
    assert scores.revised(1, datetime(2026, 4, 1), AS_OF, RULES.plans) == "one and done: never revised"
    assert scores.revised(2, datetime(2026, 4, 1), AS_OF, RULES.plans) == ""
    assert scores.revised(1, datetime(2026, 6, 1), AS_OF, RULES.plans) == ""


def test_an_approval_is_no_score_and_an_untouched_plan_says_so() -> None:
    stored = {"revision": 3, "versions": 1, "state": "approved", "saved_at": NOON, "revised_at": datetime(2026, 1, 2)}
    places = {"A-1": {"owner_rep_id": "P-2", "territory_id": "T-1", "last_touch_on": None}}
    made = scores.scored(stored, plan(made_with="prefill"), support(), (RULES.plans, AS_OF, places))
    frame = scores.scores([made])
    assert frame.loc[0, "rep_id"] == "P-2"
    assert frame.loc[0, "revisions"] == 1
    assert frame.loc[0, "completeness"] == 0
    assert "the rep changed nothing" in frame.loc[0, "reasons"]
    assert "one and done" in frame.loc[0, "reasons"]
    assert scores.scores([]).empty
