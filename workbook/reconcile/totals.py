"""Year totals of every node of the tree, read off the cube; and what the plan is called."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.facts import Facts
from workbook.reconcile.cube import MEASURES, Cube

#: What the plan is when no account plan has any line.
NO_PLANS = "projection, no account plans yet"
PLANS = "account plans"


def booked(facts: Facts, year: str) -> pd.Series:
    """Amount booked in a fiscal year up to the as-of day, per account (index account_id)."""
    first, last = facts.calendar.bounds(year)
    sales = facts.tables.sales
    inside = (
        (sales["booked_on"] >= pd.Timestamp(first)) & (sales["booked_on"] <= pd.Timestamp(min(last, facts.as_of)))
    ).to_numpy()
    return sales[inside].groupby("account_id")["amount"].sum()


def node_totals(facts: Facts, cube: Cube, last_year: npt.NDArray[np.int64]) -> pd.DataFrame:
    """One row per node of the tree, in tree order; ``last_year``: booked amounts per node of the cube.

    Out: node, name, level, depth, parent, target_amount (Int64, missing where none is given), street_amount (Int64), plan_amount (Int64,
    missing where every rep owes one: no plan is no plan of nothing), plan_is, gap_amount (Int64), actual_amount, projection_amount (booked plus what is projected for the rest of the year), last_year_amount.
    """
    tree = facts.tree
    at = slice(len(tree))  # the tree's nodes come first in a cube, in the same order
    known = cube.target_known[at]
    amounts = {m: cube.by(m)[at] for m in MEASURES}
    given = {m: pd.Series(pd.array(amounts[m], dtype="Int64")).where(known) for m in ("target", "street")}
    plan = pd.Series(pd.array(amounts["plan"], dtype="Int64")).where(cube.plan_known[at])
    return pd.DataFrame(
        {
            "node": pd.Series(tree.ids, dtype="str"),
            "name": pd.Series(tree.names, dtype="str"),
            "level": [tree.level(str(n)) for n in tree.ids],
            "depth": tree.depth,
            "parent": pd.Series([tree.ids[p] if p >= 0 else None for p in tree.parent], dtype="str"),
            "target_amount": given["target"],
            "street_amount": given["street"],
            "plan_amount": plan,
            "plan_is": cube.plan_is,
            "gap_amount": plan - given["target"],
            "actual_amount": amounts["actual"],
            "projection_amount": amounts["projection"],
            "last_year_amount": last_year[at],
        }
    )
