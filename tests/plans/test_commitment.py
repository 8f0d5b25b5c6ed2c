"""What customers put into deals: open deals with most of it first, kept while the deal lives, never without a mark."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from tests.plans.tiny import horizon, known
from workbook.plans.changes import differences
from workbook.plans.commitment import commitment
from workbook.plans.document import AccountPlan, Commitment, PlanDocument, changed, parse
from workbook.plans.prefill import Prefill
from workbook.plans.rolling import rolled
from workbook.rules.company import CompanyRules
from workbook.rules.plans import PlansRules

#: Three open deals: the largest with nothing in it, a small one with all three, one of an account without a plan.
DEALS = pd.DataFrame(
    {
        "opportunity_id": ["O-1", "O-2", "O-3", "O-4"],
        "account_id": ["A-1", "A-1", "A-2", "A-3"],
        "territory_id": ["T-1", "T-1", "T-1", "T-2"],
        "rep_id": ["P-1", "P-1", "P-1", "P-2"],
        "product_family": "Valves",
        "stage": "offer",
        "amount": [9000, 500, 700, 800],
        "win_probability": 0.5,
        "expected_close_on": pd.to_datetime(["2026-08-20"] * 4),
        "weighted_amount": [4500, 250, 350, 400],
    }
)


def plan(account: str, *given: dict[str, Any], **more: Any) -> AccountPlan:
    fields = {"account_id": account, "rep_id": "P-1", "year": "FY2026", "commitments": list(given)}
    return AccountPlan.model_validate(fields | more)


def stored(*plans: PlanDocument) -> list[tuple[dict[str, Any], PlanDocument]]:
    return [({"state": "draft", "saved_at": datetime(2026, 6, 1)}, doc) for doc in plans]


def test_deals_with_the_customers_time_money_and_people_come_first() -> None:
    counted = [{"period": "FY2026-Q3", "source": "opportunity", "reference": "O-1", "amount": 4000}]
    first = plan("A-1", {"deal": "O-2", "time": True, "money": True, "people": True}, amounts=counted)
    rows = commitment(stored(first, plan("A-2", {"deal": "O-3", "people": True})), DEALS, "FY2026")
    assert rows["opportunity_id"].tolist() == ["O-2", "O-3", "O-1", "O-4"]
    assert rows["marks"].tolist() == [3, 1, 0, 0]
    assert rows["in_plan"].tolist() == [True, True, True, False]
    assert rows["planned_amount"].tolist() == [0, 0, 4000, 0]
    assert rows["money"].tolist() == [True, False, False, False]


def test_without_plans_the_order_is_by_weighted_amount() -> None:
    rows = commitment([], DEALS, "FY2026")
    assert rows["opportunity_id"].tolist() == ["O-1", "O-4", "O-3", "O-2"]
    assert not rows["in_plan"].any()


def test_no_deals_give_an_empty_frame_with_its_columns() -> None:
    assert list(commitment([], DEALS[:0], "FY2026")["marks"]) == []


def test_a_row_without_a_mark_is_no_commitment() -> None:
    made = plan("A-1", {"deal": "O-1"}, {"deal": "O-2", "time": True})
    assert made.commitments == (Commitment(deal="O-2", time=True),)
    assert Commitment(deal="O-2", time=True, people=True).words == "time, people"


def test_it_is_kept_while_the_deal_is_open_and_goes_with_it() -> None:
    h = horizon()
    fresh = Prefill(known(h), PlansRules(), h, CompanyRules().calendar).account("A-1")
    both = tuple(Commitment(deal=d, time=True) for d in ("O-1", "O-3"))
    now = rolled(changed(fresh, commitments=both), fresh, h, {"O-1": "open", "O-3": "lost"})
    assert [c.deal for c in now.commitments] == ["O-1"]


def test_plans_stored_before_there_were_commitments_are_read_as_they_are() -> None:
    old = {"account_id": "A-1", "rep_id": "P-1", "year": "FY2026", "objective": "Win"}
    doc = parse(old)
    assert isinstance(doc, AccountPlan)
    assert (doc.commitments, doc.strategy) == ((), "")
    assert doc.as_json() == old


def test_a_change_of_it_is_told_in_words() -> None:
    old, new = plan("A-1"), plan("A-1", {"deal": "O-1", "time": True}, strategy="Grow service")
    assert differences(old, new, "USD") == [
        ("strategy", "", "Grow service"),
        ("commitment to added", "", "O-1"),
    ]
