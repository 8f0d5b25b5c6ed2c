"""Plans as parts of one another: the company of ``tiny.py`` with two territories, a rep in each, and a plan without an account.

CO 1060 ── T-1 960: P-1 960 (A-1 900, and 60 without an account)
        └─ T-2 100: P-2 70 (A-3), P-1 30 (A-4, which P-1 holds there)      in FY2026; A-3 has 500 more in FY2027
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plans.tiny import RULES, sold, tables
from workbook.plans.document import AccountPlan, PlanDocument, TerritoryPlan
from workbook.plans.lines import lines, planned, season
from workbook.plans.together import checks, parts, written
from workbook.tree import Tree

AT = datetime(2026, 6, 1, 9)
TREE = Tree.of(tables().territories)
REGISTER = pd.DataFrame(
    {
        "account_id": ["A-1", "A-2", "A-3", "A-4"],
        "territory_id": ["T-1", "T-1", "T-2", "T-2"],
        "owner_rep_id": ["P-1", "P-1", "P-2", "P-1"],
    }
)


def amount(number: int, period: str = "FY2026-Q4", source: str = "run_rate") -> dict[str, Any]:
    return {"period": period, "amount": number, "source": source}


def stored() -> list[tuple[dict[str, Any], PlanDocument]]:
    """The plans drawn above."""
    made: list[PlanDocument] = [
        AccountPlan.model_validate({"account_id": a, "rep_id": r, "year": "FY2026", "amounts": rows})
        for a, r, rows in (
            ("A-1", "P-1", [amount(900)]),
            ("A-3", "P-2", [amount(70, "FY2026"), amount(500, "FY2027")]),
            ("A-4", "P-1", [amount(30)]),
        )
    ]
    words = {"approach": "Work the core in rhythm.", "help_wanted": "Two days of service."}
    bare = amount(60, "FY2026-H2", "not_identified")
    made.append(TerritoryPlan.model_validate({"rep_id": "P-1", "year": "FY2026", "amounts": [bare]} | words))
    made.append(TerritoryPlan(rep_id="P-2", year="FY2026"))
    return [({"state": "submitted", "saved_at": AT}, doc) for doc in made]


def made(rows: list[tuple[dict[str, Any], PlanDocument]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was written, and its parts."""
    amounts = planned(rows, REGISTER, tables().reps)
    by_month = lines(amounts, season(sold(), RULES.book.calendar))
    return amounts, parts(by_month, written(rows, tables().reps, "FY2026"), TREE, "FY2026")


def test_a_parent_is_the_sum_of_the_rows_that_name_it() -> None:
    _, rows = made(stored())
    found = {(r.node, r.parent): (r.plan_amount, r.unnamed_amount, r.reps, r.written) for r in rows.itertuples()}
    assert found == {
        ("CO", ""): (1060, 60, 2, 1),
        ("T-1", "CO"): (960, 60, 1, 1),
        ("T-2", "CO"): (100, 0, 2, 0),
        ("P-1", "T-1"): (960, 60, 1, 1),
        ("P-1", "T-2"): (30, 0, 1, 1),
        ("P-2", "T-2"): (70, 0, 1, 0),
    }


def test_the_check_says_of_how_many_plans_it_is_the_sum() -> None:
    amounts, rows = made(stored())
    found = {c.subject: c for c in checks(rows, amounts, TREE, "FY2026", "USD")}
    assert {c.verdict for c in found.values()} == {"ok"}
    assert (
        found["CO"].sentence
        == "The plan of 10.60 USD is the sum of its 2 parts and of the plans of 2 reps, to the cent."
    )
    assert found["T-1"].sentence == "The plan of 9.60 USD is the sum of the plans of 1 rep, to the cent."
    assert found["T-2"].numbers == {"plan_amount": 100, "below_amount": 100, "reps_amount": 100}


def test_a_cent_that_is_lost_on_the_way_up_fails_where_it_is_lost() -> None:
    amounts, rows = made(stored())
    rows.loc[rows["node"] == "T-2", "plan_amount"] -= 1
    found = {c.subject: c for c in checks(rows, amounts, TREE, "FY2026", "USD")}
    assert {n: c.verdict for n, c in found.items()} == {"CO": "fail", "T-1": "ok", "T-2": "fail"}
    assert found["T-2"].sentence == "The plan of 0.99 USD is not the sum of the plans of 2 reps: 0.01 USD off."


def test_words_are_kept_and_a_plan_without_words_is_not_counted_as_written() -> None:
    rows = written(stored(), tables().reps, "FY2026")
    assert rows[["rep_id", "territory_id", "approach", "priorities", "unnamed_amount"]].to_numpy().tolist() == [
        ["P-1", "T-1", "Work the core in rhythm.", "", 60],
        ["P-2", "T-2", "", "", 0],
    ]


def test_nothing_planned_gives_no_parts_and_no_checks() -> None:
    amounts, rows = made([])
    assert list(rows["plan_amount"]) == []
    assert checks(rows, amounts, TREE, "FY2026", "USD") == []


@given(st.lists(st.tuples(st.sampled_from(["A-1", "A-2", "A-3", "A-4"]), st.integers(-(10**12), 10**12)), max_size=8))
@settings(max_examples=60, deadline=None)
def test_parts_always_add_up_to_the_minor_unit(planned_amounts: list[tuple[str, int]]) -> None:
    rows: list[tuple[dict[str, Any], PlanDocument]] = [
        (
            {"state": "draft", "saved_at": AT},
            AccountPlan.model_validate(
                {"account_id": a, "rep_id": "P-1", "year": "FY2026", "amounts": [amount(n, "FY2026")]}
            ),
        )
        for a, n in planned_amounts
    ]
    amounts, found = made(rows)
    assert all(c.verdict == "ok" for c in checks(found, amounts, TREE, "FY2026", "USD"))
    whole = found.loc[found["node"] == "CO", "plan_amount"].sum()
    assert whole == sum(n for _, n in planned_amounts)
