"""What history and capacity bear: above both, a plan above its target is an overreach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.facts import Facts
from workbook.reconcile.cube import Cube

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bearable:
    """What a node's history and capacity bear in the year, in minor units, shape (n,); NaN where not known."""

    best_past: Floats
    capacity: Floats

    def exceeded(self, plan: Floats, at: npt.NDArray[np.intp], factor: float) -> npt.NDArray[np.bool_]:
        """Whether plans of nodes are more than ``factor`` times the best past year, and more than capacity bears where that is known."""
        past, capacity = self.best_past[at], self.capacity[at]
        with np.errstate(invalid="ignore"):
            over_capacity = np.isnan(capacity) | (plan > capacity)
            result: npt.NDArray[np.bool_] = (plan > past * factor) & over_capacity & ~np.isnan(past)
        return result


def bearable(facts: Facts, cube: Cube, capacity: pd.DataFrame) -> Bearable:
    """For every node. ``capacity``: rep_id, available_hours, needed_hours of the territories stage."""
    return Bearable(_best_past(facts, cube), _capacity(cube, capacity))


def _best_past(facts: Facts, cube: Cube) -> Floats:
    """The best of the last three complete fiscal years per node; NaN where nothing was sold."""
    calendar, nodes, sales = facts.calendar, cube.nodes, facts.tables.sales
    years = calendar.periods_of(sales["booked_on"], "year")
    best = np.zeros(len(nodes), dtype=np.int64)
    for back in (1, 2, 3):
        rows = sales[(years == calendar.shift(facts.year, -back)).to_numpy()]
        best = np.maximum(best, nodes.rolled(rows["account_id"], rows["amount"].to_numpy(dtype=np.int64)))
    return np.where(best > 0, best.astype(np.float64), np.nan)


def _capacity(cube: Cube, capacity: pd.DataFrame) -> Floats:
    """The year's projection × hours available ÷ hours needed: what the reps of a node bear when hours grow with amounts.

    NaN where any rep's hours are not known, or no hours are needed.
    """
    nodes = cube.nodes
    hours, wanted = (
        nodes.rolled(capacity["rep_id"], capacity[c].to_numpy(dtype=np.float64))
        for c in ("available_hours", "needed_hours")
    )
    share = np.divide(hours, wanted, out=np.full(len(nodes), np.nan), where=wanted > 0)
    result: Floats = cube.by("projection") * share
    return result
