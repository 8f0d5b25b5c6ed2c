"""The plan document: one model, strict about what it takes, the same after the store."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.errors import DataError
from workbook.plans.changes import differences
from workbook.plans.document import AccountPlan, Planned, TerritoryPlan, blank, parse, plan_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLANNED = st.builds(
    Planned,
    period=st.sampled_from(["FY2026-Q1", "fy2026-m3", "FY2027"]),
    source=st.sampled_from(["run_rate", "opportunity", "whitespace", "renewal", "not_identified"]),
    amount=st.integers(-(10**12), 10**12),
    reference=TEXT,
    product_family=TEXT,
)


@settings(max_examples=50, deadline=None)
@given(amounts=st.lists(PLANNED, max_size=5), objective=TEXT, ours=TEXT)
def test_a_plan_comes_back_from_json_the_same(amounts: list[Planned], objective: str, ours: str) -> None:
    plan = AccountPlan(
        account_id="A-1", rep_id="P-1", year="FY2026", amounts=tuple(amounts), objective=objective,
        sections={"history": {"ours": ours}},  # type: ignore[dict-item]
    )  # fmt: skip
    again = parse(json.loads(json.dumps(plan.as_json())))
    assert again == plan
    assert differences(plan, again, "USD") == []  # type: ignore[arg-type]


def test_amounts_are_summed_by_fiscal_year() -> None:
    rows = [("FY2026-Q1", 5), ("fy2026-m12", 7), ("FY2027", 11)]
    plan = blank("A-1", "P-1", "FY2026").model_copy(
        update={"amounts": tuple(Planned(period=p, source="run_rate", amount=a) for p, a in rows)}
    )
    assert plan.planned_amount() == 12
    assert plan.planned_amount("FY2027") == 11
    assert plan.amounts[1].period == "FY2026-M12"


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"amounts": [{"period": "Q1", "source": "run_rate", "amount": 5}]}, "amounts.0.period"),
        ({"amounts": [{"period": "FY2026", "source": "hope", "amount": 5}]}, "amounts.0.source"),
        ({"amounts": [{"period": "FY2026", "source": "run_rate", "amount": 5.5}]}, "amounts.0.amount"),
        ({"outcomes": [{"outcome": "x", "priority": 9}]}, "outcomes.0.priority"),
        ({"stakeholders": [{"name": "Kim", "influence": 2}]}, "stakeholders.0.influence"),
        ({"surprise": 1}, "surprise"),
        ({"sections": {"gossip": {}}}, "sections.gossip.[key]"),
        ({"objective": "x" * 5000}, "objective"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(document: dict[str, object], field: str) -> None:
    whole = {"account_id": "A-1", "rep_id": "P-1", "year": "FY2026"} | document
    with pytest.raises(DataError) as caught:
        plan_of({"account_id": "A-1", "document": whole})
    assert field in [f.column for f in caught.value.faults]


def test_a_row_without_an_account_is_a_territory_plan() -> None:
    doc = plan_of({"account_id": "", "document": {"rep_id": "P-1", "year": "FY2026", "approach": "deep"}})
    assert isinstance(doc, TerritoryPlan)
    assert doc.approach == "deep"


def test_differences_are_told_in_words() -> None:
    old = AccountPlan.model_validate(
        {"account_id": "A", "rep_id": "P", "year": "FY2026", "actions": [{"action": "call", "due_on": "2026-07-01"}],
         "amounts": [{"period": "FY2026-Q1", "source": "run_rate", "amount": 100}]}
    )  # fmt: skip
    new = AccountPlan.model_validate(
        {"account_id": "A", "rep_id": "P", "year": "FY2026", "objective": "grow", "sections": {"risks": {"theirs": "budget"}},
         "actions": [{"action": "call", "due_on": date(2026, 8, 1)}, {"action": "visit"}],
         "amounts": [{"period": "FY2026-Q1", "source": "run_rate", "amount": 250}]}
    )  # fmt: skip
    assert differences(old, new, "USD") == [
        ("planned in FY2026", "1.00 USD", "2.50 USD"),
        ("objective", "", "grow"),
        ("Risks, barriers, limits, their view", "", "budget"),
        ("action added", "", "visit"),
        ("action call", "due_on: 2026-07-01", "due_on: 2026-08-01"),
    ]
