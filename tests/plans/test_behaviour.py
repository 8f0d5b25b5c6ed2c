"""How planning is really done: per node and rep, who is late, and whether a plan exceeds its target."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from tests.plans.tiny import AS_OF, RULES, horizon, known, tables
from workbook.plans.behaviour import behaviour, checks, due, facts_of_plans, status
from workbook.plans.document import AccountPlan
from workbook.plans.scores import scores
from workbook.tree import Tree


def stored(
    account: str,
    state: str = "submitted",
    versions: int = 1,
    sent: datetime | None = datetime(2026, 1, 5),
    **fields: Any,
):
    document = AccountPlan.model_validate(
        {"account_id": account, "rep_id": "P-1", "year": "FY2026", "made_with": "sheet"} | fields
    )
    return {
        "state": state,
        "revision": 3,
        "versions": versions,
        "saved_at": datetime(2026, 6, 1),
        "sent_at": sent,
    }, document


PLANS = [
    stored("A-1", "approved", 2, actions=[{"action": "x", "due_on": "2026-08-01", "function": "service"}],
           amounts=[{"period": "FY2026", "source": "run_rate", "amount": 5}]),
    stored("A-2", "draft", sent=None, made_with="prefill"),
]  # fmt: skip


def test_behaviour_is_told_as_shares_of_the_accounts() -> None:
    frame = behaviour(facts_of_plans(PLANS), known(horizon()).register, Tree.of(tables().territories)).set_index("node")
    assert frame.loc["CO", ["accounts", "exists", "on_template", "measured", "revised", "cross_functional", "sent", "approved"]].tolist() == [
        4, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25,
    ]  # fmt: skip
    assert frame.loc["CO", "tied"] == 0
    assert frame.loc["P-1", "exists"] == 1
    assert frame.loc["T-2", "exists"] == 0
    assert frame.loc["P-2", "node_kind"] == "rep"


def test_a_plan_is_tied_when_it_serves_an_objective_that_the_strategy_names() -> None:
    plans = [
        stored("A-1", "draft", strategy="Grow service"),
        stored("A-2", "draft", strategy="My own idea"),
        stored("A-3", "draft"),
    ]
    rows = facts_of_plans(plans, ("Grow service", "Win second sites"))
    assert rows.set_index("account_id")["tied"].to_dict() == {"A-1": True, "A-2": False, "A-3": False}
    frame = behaviour(rows, known(horizon()).register, Tree.of(tables().territories)).set_index("node")
    assert frame.loc["CO", "tied"] == 0.25
    assert frame.loc["P-1", "tied"] == 0.5


def late(plans: list[Any], due_on: date, as_of: date) -> pd.DataFrame:
    amounts = pd.DataFrame(
        {
            "rep_id": ["P-1"],
            "planned_amount": pd.array([90], dtype="Int64"),
            "target_amount": pd.array([100], dtype="Int64"),
            "street_amount": pd.array([105], dtype="Int64"),
        }
    )
    k = known(horizon())
    return status(facts_of_plans(plans), k.register, tables().reps, amounts, due_on, as_of).set_index("rep_id")


def test_a_rep_is_late_until_the_last_plan_is_sent() -> None:
    both = [PLANS[0], stored("A-2", sent=datetime(2026, 1, 7, 23))]
    assert late(both, date(2026, 1, 10), AS_OF).loc["P-1", ["days_late", "verdict"]].tolist() == [0, "ok"]
    assert late(both, date(2026, 1, 4), AS_OF).loc["P-1", ["days_late", "verdict"]].tolist() == [3, "warn"]
    missing = late(PLANS, date(2026, 6, 20), AS_OF)
    assert missing.loc["P-1", ["sent", "accounts", "days_late", "verdict"]].tolist() == [1, 2, 10, "fail"]
    assert missing.loc["P-1", "sentence"] == "Ann: 1 of 2 plans sent, 10 days late."
    assert late(PLANS, date(2026, 7, 20), AS_OF).loc["P-1", "verdict"] == "not known"
    assert pd.isna(missing.loc["P-2", "planned_amount"])


def test_checks_name_who_falls_short_and_what_is_not_known() -> None:
    rows = late(PLANS, date(2026, 1, 1), AS_OF).reset_index()
    score = {"account_id": "A-1", "rep_id": "P-1", "evidence": 0.4, "planned_amount": 90, "reasons": "one and done: never revised",
             "saved_at": datetime(2026, 1, 1)}  # fmt: skip
    frame = scores([score | dict.fromkeys(("revisions", "slipped", "slipped_amount"), 0)])
    found = {(c.name, c.subject): c for c in checks(rows, frame, RULES.plans, "USD")}
    assert found["plan exceeds target", "P-1"].verdict == "fail"
    assert found["plan exceeds target", "P-1"].numbers["gap_amount"] == -15  # the quota of 105, which the rep was given
    stricter = replace(RULES.plans, exceeds_target_share=1.1)
    (judged,) = [
        c for c in checks(rows, frame, stricter, "USD") if c.name == "plan exceeds target" and c.subject == "P-1"
    ]
    assert judged.numbers["gap_amount"] == 90 - 115
    assert "falls short of 110% of the quota of" in judged.sentence
    assert found["plan exceeds target", "P-2"].verdict == "not known"
    assert found["plans are revised", "P-1"].verdict == "warn"
    assert found["planned amounts rest on something", "P-1"].verdict == "fail"


@pytest.mark.parametrize(("given", "expected"), [(None, date(2026, 1, 1)), (date(2025, 12, 1), date(2025, 12, 1))])
def test_plans_are_due_by_the_first_day_of_the_year_unless_published_otherwise(
    given: date | None, expected: date
) -> None:
    assert due(given, date(2026, 1, 1)) == expected
