"""Totals on a tiny book: company CO, territories A (accounts 1, 2) and B (account 3); fiscal year = calendar year 2026."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from workbook.facts import Facts
from workbook.reconcile.totals import NO_PLANS, PLANS, node_totals
from workbook.rules import Rules
from workbook.tables.frames import Tables


@pytest.fixture
def facts() -> Facts:
    frames = {
        "territories": pd.DataFrame(
            {"territory_id": ["CO", "A", "B"], "name": ["Co", "a", "b"], "parent_id": [None, "CO", "CO"]}
        ),
        "reps": pd.DataFrame({"rep_id": ["P1"], "name": ["x"], "territory_id": ["A"]}),
        "accounts": pd.DataFrame(
            {
                "account_id": ["1", "2", "3"],
                "name": list("xyz"),
                "territory_id": ["A", "A", "B"],
                "status": ["customer"] * 3,
            }
        ),
        "sales": pd.DataFrame(
            {
                "account_id": ["1", "2", "3", "3", "1"],
                "booked_on": pd.to_datetime(["2026-02-01", "2026-06-30", "2026-01-01", "2025-12-31", "2026-07-01"]),
                "amount": [100, 20, 7, 1000, 5_000_000],
            }
        ),
    }
    return Facts(Tables.of(frames), Rules(), date(2026, 6, 30))


MONTHS = pd.DataFrame(
    {
        "account_id": ["1", "1", "3"],
        "period": ["FY2026-M07", "FY2027-M01", "FY2026-M12"],
        "projected_amount": [50, 9999, 3],
    }
)
TARGETS = pd.DataFrame(
    {"node": ["CO", "A"], "period": ["FY2026"] * 2, "target_amount": [500, 300], "street_amount": [550, 330]}
)
LINES = pd.DataFrame(
    {
        "account_id": ["1", "3", "3"],
        "territory_id": ["A", "B", "B"],
        "period": ["FY2026-M01", "FY2026-M12", "FY2027-M01"],
        "amount": [40, 60, 777],
    }
)


def test_without_plans_the_plan_is_booked_plus_projection_of_the_rest_of_the_year(facts: Facts) -> None:
    out = node_totals(facts, MONTHS, LINES[:0], TARGETS).set_index("node")
    assert out["actual_amount"].to_dict() == {"CO": 127, "A": 120, "B": 7}
    assert out["plan_amount"].to_dict() == {"CO": 180, "A": 170, "B": 10}
    assert set(out["plan_is"]) == {NO_PLANS}
    assert out["last_year_amount"].to_dict() == {"CO": 1000, "A": 0, "B": 1000}


def test_with_plans_the_plan_is_their_sum_and_a_missing_target_stays_missing(facts: Facts) -> None:
    out = node_totals(facts, MONTHS, LINES, TARGETS).set_index("node")
    assert out["plan_amount"].to_dict() == {"CO": 100, "A": 40, "B": 60}
    assert set(out["plan_is"]) == {PLANS}
    assert out.loc["A", "gap_amount"] == -260
    assert out["gap_amount"].isna().to_dict() == {"CO": False, "A": False, "B": True}


def test_before_the_year_everything_is_still_to_come(facts: Facts) -> None:
    early = Facts(facts.tables.known_at(date(2025, 12, 31)), facts.rules, date(2025, 12, 31))
    out = node_totals(early, MONTHS, LINES[:0], TARGETS).set_index("node")
    assert out.loc["CO", "actual_amount"] == 0
    assert out.loc["CO", "plan_amount"] == 50 + 3
