"""Year totals of every node: target, plan, booked so far, projection; summed up the tree in whole minor units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.facts import Facts
from workbook.periods import parent

#: What the plan is when no account plan has any line.
NO_PLANS = "projection, no account plans yet"
PLANS = "account plans"


def in_year(periods: pd.Series, year: str) -> npt.NDArray[np.bool_]:
    """Which periods (months, quarters …) lie in a fiscal year."""
    names = {p: parent(p, "year") == year for p in periods.unique()}
    return periods.map(names).to_numpy(bool)


def booked(facts: Facts, year: str) -> pd.Series:
    """Amount booked in a fiscal year up to the as-of day, per account (index account_id)."""
    first, last = facts.calendar.bounds(year)
    sales = facts.tables.sales
    inside = (
        (sales["booked_on"] >= pd.Timestamp(first)) & (sales["booked_on"] <= pd.Timestamp(min(last, facts.as_of)))
    ).to_numpy()
    return sales[inside].groupby("account_id")["amount"].sum()


def still_to_come(outlook_months: pd.DataFrame, year: str) -> pd.Series:
    """Projected amount of the rest of the year, per account (index account_id). The outlook starts after the as-of day."""
    rest = outlook_months[in_year(outlook_months["period"], year)]
    return rest.groupby("account_id")["projected_amount"].sum()


def node_totals(facts: Facts, outlook_months: pd.DataFrame, lines: pd.DataFrame, by_node: pd.DataFrame) -> pd.DataFrame:
    """One row per node of the tree, in tree order.

    In: ``outlook_months`` (account_id, period, projected_amount), plan ``lines`` (account_id, territory_id, period, amount),
    ``by_node`` (node, period, target_amount, street_amount). Out: node, name, level, depth, parent, target_amount (Int64,
    missing where none is given), street_amount (Int64), plan_amount, plan_is, gap_amount (Int64), actual_amount,
    projection_amount (booked plus what is projected for the rest of the year), last_year_amount.
    """
    tree, year = facts.tree, facts.year
    place = pd.Series(np.arange(len(tree)), index=tree.ids)
    lies_in = facts.tables.accounts.set_index("account_id")["territory_id"].map(place)

    def rolled(amounts: pd.Series) -> npt.NDArray[np.int64]:
        own = np.zeros(len(tree), dtype=np.int64)
        at = amounts.index.map(lies_in)
        known = at.notna()
        np.add.at(own, at[known].astype("int64").to_numpy(), amounts.to_numpy(dtype=np.int64)[known])
        return tree.roll_up(own)

    actual = rolled(booked(facts, year))
    projection = actual + rolled(still_to_come(outlook_months, year))
    planned_lines = lines[in_year(lines["period"], year)] if len(lines) else lines
    planned = np.zeros(len(tree), dtype=np.int64)
    if len(planned_lines):
        sums = planned_lines.groupby("territory_id")["amount"].sum()
        np.add.at(planned, place[sums.index].to_numpy(), sums.to_numpy(dtype=np.int64))
        planned = tree.roll_up(planned)
    targets = by_node[(by_node["period"] == year).to_numpy()].drop_duplicates("node").set_index("node")
    out = pd.DataFrame(
        {
            "node": pd.Series(tree.ids, dtype="str"),
            "name": pd.Series(tree.names, dtype="str"),
            "level": [tree.level(str(n)) for n in tree.ids],
            "depth": tree.depth,
            "parent": pd.Series([tree.ids[p] if p >= 0 else None for p in tree.parent], dtype="str"),
            "target_amount": targets["target_amount"].astype("Int64").reindex(tree.ids).to_numpy(),
            "street_amount": targets["street_amount"].astype("Int64").reindex(tree.ids).to_numpy(),
            "plan_amount": planned if len(planned_lines) else projection,
            "plan_is": PLANS if len(planned_lines) else NO_PLANS,
            "actual_amount": actual,
            "projection_amount": projection,
            "last_year_amount": rolled(booked(facts, facts.calendar.shift(year, -1))),
        }
    )
    out[["target_amount", "street_amount"]] = out[["target_amount", "street_amount"]].astype("Int64")
    out.insert(9, "gap_amount", out["plan_amount"].astype("Int64") - out["target_amount"])
    return out
