"""Totals on the tiny book: read off the cube, with what is not known left out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.reconcile.small import small_facts
from workbook.facts import Facts
from workbook.reconcile.cube import Inputs, cube
from workbook.reconcile.totals import NO_PLANS, PLANS, booked, node_totals

MONTHS = pd.DataFrame(
    {
        "account_id": ["1", "1", "3"],
        "period": ["FY2026-M07", "FY2027-M01", "FY2026-M12"],
        "product_family": "Pumps",
        "projected_amount": [50, 9999, 3],
    }
)
ALLOCATION = pd.DataFrame(
    [("CO", "target", 500), ("A", "target", 300), ("CO", "street", 550), ("A", "street", 330)],
    columns=["node", "layer", "amount"],
).assign(period="FY2026-M01", product_family="all")
LINES = pd.DataFrame(
    {
        "account_id": ["1", "3", "3"],
        "rep_id": None,
        "territory_id": ["A", "B", "B"],
        "period": ["FY2026-M01", "FY2026-M12", "FY2027-M01"],
        "product_family": "Pumps",
        "amount": [40, 60, 777],
    }
)


@pytest.fixture
def facts() -> Facts:
    days = [("1", "2026-02-01", 100), ("2", "2026-06-30", 20), ("3", "2026-01-01", 7), ("3", "2025-12-31", 1000)]
    return small_facts([*days, ("1", "2026-07-01", 5_000_000)])


def totals(facts: Facts, lines: pd.DataFrame) -> pd.DataFrame:
    made = cube(facts, Inputs(pd.Series(dtype="str"), lines, ALLOCATION, MONTHS), (PLANS, NO_PLANS))
    own = np.zeros(len(made.nodes), dtype=np.int64)
    past = booked(facts, "FY2025")
    own[pd.Index(made.nodes.ids).get_indexer(past.index)] = past
    return node_totals(facts, made, made.nodes.roll_up(own)).set_index("node")


def test_without_plans_the_plan_is_booked_plus_projection_of_the_rest_of_the_year(facts: Facts) -> None:
    out = totals(facts, LINES[:0])
    assert out["actual_amount"].to_dict() == {"CO": 127, "A": 120, "B": 7}
    assert out["plan_amount"].to_dict() == {"CO": 180, "A": 170, "B": 10}
    assert set(out["plan_is"]) == {NO_PLANS}
    assert out["last_year_amount"].to_dict() == {"CO": 1000, "A": 0, "B": 1000}


def test_with_plans_the_plan_is_their_sum_and_a_missing_target_stays_missing(facts: Facts) -> None:
    out = totals(facts, LINES)
    assert out["plan_amount"].to_dict() == {"CO": 100, "A": 40, "B": 60}
    assert set(out["plan_is"]) == {PLANS}
    assert out.loc["A", "gap_amount"] == -260
    assert out["gap_amount"].isna().to_dict() == {"CO": False, "A": False, "B": True}


def test_before_the_year_everything_is_still_to_come(facts: Facts) -> None:
    early = Facts(facts.tables.known_at(date(2025, 12, 31)), facts.rules, date(2025, 12, 31))
    out = totals(early, LINES[:0])
    assert out.loc["CO", "actual_amount"] == 0
    assert out.loc["CO", "plan_amount"] == 50 + 3
