"""Planned amounts add up: over months, and up the tree, to the minor unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plans.tiny import RULES, horizon, known, sold, tables
from workbook.plans.document import AccountPlan, PlanDocument, TerritoryPlan
from workbook.plans.lines import lines, planned, roll_up, season
from workbook.tree import Tree


def stored(*documents: dict[str, Any]) -> list[tuple[dict[str, Any], PlanDocument]]:
    out: list[tuple[dict[str, Any], PlanDocument]] = []
    for d in documents:
        doc = (AccountPlan if "account_id" in d else TerritoryPlan).model_validate(
            {"rep_id": "P-1", "year": "FY2026"} | d
        )
        out.append(({"state": "submitted"}, doc))
    return out


def row(period: str, amount: int, source: str = "run_rate", family: str = "Pumps") -> dict[str, Any]:
    return {"period": period, "amount": amount, "source": source, "product_family": family}


def amounts(*documents: dict[str, Any]) -> pd.DataFrame:
    return planned(stored(*documents), known(horizon()).register, tables().reps)


def test_a_quarter_is_spread_over_its_months_as_the_account_buys() -> None:
    shape = pd.DataFrame({"account_id": ["A-1"] * 2, "period": ["FY0000-M01", "FY0000-M02"], "weight": [3.0, 1.0]})
    made = lines(amounts({"account_id": "A-1", "amounts": [row("FY2026-Q1", 1001)]}), shape)
    assert dict(zip(made["period"], made["amount"], strict=True)) == {"FY2026-M01": 751, "FY2026-M02": 250}
    even = lines(amounts({"account_id": "A-2", "amounts": [row("FY2026-Q1", 100)]}), shape)
    assert even["amount"].tolist() == [34, 33, 33]


def test_an_account_counts_for_who_holds_it_now_and_the_rest_for_the_rep() -> None:
    made = amounts(
        {"account_id": "A-3", "rep_id": "P-1", "amounts": [row("FY2026", 12)]},
        {"amounts": [row("FY2026-H1", 6, "not_identified")]},
    )
    assert made[["account_id", "rep_id", "territory_id"]].to_numpy().tolist() == [
        ["A-3", "P-2", "T-2"],
        ["", "P-1", "T-1"],
    ]


def test_nothing_planned_gives_empty_frames_with_their_columns() -> None:
    empty = lines(amounts(), season(sold()[:0], RULES.book.calendar))
    assert empty.empty
    assert "amount" in empty
    assert roll_up(empty, Tree.of(tables().territories)).empty


def test_negative_and_huge_amounts_keep_their_sum() -> None:
    shape = season(sold(), RULES.book.calendar)
    for amount in (-1000, 10**14 + 7, 1, -1):
        made = lines(amounts({"account_id": "A-1", "amounts": [row("FY2027", amount)]}), shape)
        assert int(made["amount"].sum()) == amount


PERIODS = st.sampled_from(["FY2026", "FY2026-H2", "FY2026-Q1", "FY2026-Q3", "FY2026-M05", "FY2027"])


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["A-1", "A-2", "A-3", ""]), PERIODS, st.integers(-(10**9), 10**13)), max_size=8
    ),
    weights=st.lists(st.floats(0, 1e9), min_size=12, max_size=12),
)
def test_every_parent_is_the_sum_of_its_children(rows: list[tuple[str, str, int]], weights: list[float]) -> None:
    documents = [({"account_id": a} if a else {}) | {"amounts": [row(p, v)]} for a, p, v in rows]
    shape = pd.DataFrame({"account_id": "A-1", "period": [f"FY0000-M{m:02d}" for m in range(1, 13)], "weight": weights})
    made = lines(amounts(*documents), shape)
    assert int(made["amount"].sum()) == sum(v for _, _, v in rows)
    for period, part in made.groupby("planned_in"):
        assert int(part["amount"].sum()) == sum(v for _, p, v in rows if p == period)
    tree = roll_up(made, Tree.of(tables().territories))
    top = tree[tree["node"] == "CO"].set_index("period")["plan_amount"]
    assert top.to_dict() == {p: v for p, v in made.groupby("period")["amount"].sum().items() if v}
    reps = tree[tree["node_kind"] == "rep"].groupby("parent")["plan_amount"].sum()
    leaves = tree[tree["node"].isin(["T-1", "T-2"])].groupby("node")["plan_amount"].sum()
    pd.testing.assert_series_equal(reps[reps != 0], leaves[leaves != 0], check_names=False)
    assert made["amount"].dtype == np.int64
