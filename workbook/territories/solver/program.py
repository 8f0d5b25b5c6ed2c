"""The model as a linear or mixed-integer program for HiGHS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbook.territories.solver.highs import Program
from workbook.territories.solver.problem import Bands, Floats, Ints, Problem


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns and rows of the bands' prices: row ``at[r, k]`` holds load_rk, -1 where nothing is priced."""

    at: Ints
    rows: int


def band_rows(bands: Bands) -> Columns:
    """A row for every rep and attribute with a slope."""
    priced = (bands.under + bands.under_more + bands.over + bands.over_more) > 0
    at = np.where(priced, np.cumsum(priced).reshape(priced.shape) - 1, -1)
    return Columns(at, int(priced.sum()))


def assignment_program(problem: Problem, whole: bool) -> Program:
    """The program of all arcs of ``problem``: columns are its arcs, then four parts of each priced load.

    Rows are the units (exactly one arc each), then the priced loads:
    low ≤ load + under + under_more - over - over_more ≤ high.
    """
    bands, place = problem.bands, band_rows(problem.bands)
    first = problem.n
    arcs = len(problem.rep)
    row_of = place.at[problem.rep]  # (A, K)
    weights = problem.weight[problem.row]
    holds = (row_of >= 0) & (weights != 0)
    counts = holds.sum(axis=1) + 1
    start = np.concatenate([[0], np.cumsum(counts)])
    index = np.empty(start[-1], dtype=np.int32)
    value = np.empty(start[-1])
    index[start[:-1]] = problem.unit
    value[start[:-1]] = 1.0
    inner = np.ones(start[-1], dtype=bool)
    inner[start[:-1]] = False
    index[inner] = first + row_of[holds]
    value[inner] = weights[holds]

    used = place.at >= 0
    rows = first + place.at[used]
    endless = np.full(bands.low.shape, np.inf)
    # where the steeper slope starts, the first part is full and the second begins
    parts = (
        (bands.under, bands.low - bands.lowest, 1.0),
        (bands.under + bands.under_more, endless, 1.0),
        (bands.over, bands.highest - bands.high, -1.0),
        (bands.over + bands.over_more, endless, -1.0),
    )
    extra_cost = [slope[used] for slope, _, _ in parts]
    extra_upper = [width[used] for _, width, _ in parts]
    extra_value = [np.full(len(rows), sign) for _, _, sign in parts]
    extra_row = [rows] * 4
    extra = 4 * len(rows)
    low = np.concatenate(
        [np.ones(first), np.where(bands.under[used] + bands.under_more[used] > 0, bands.low[used], -np.inf)]
    )
    high = np.concatenate(
        [np.ones(first), np.where(bands.over[used] + bands.over_more[used] > 0, bands.high[used], np.inf)]
    )
    return Program(
        cost=np.concatenate([problem.cost, *extra_cost]),
        lower=np.zeros(arcs + extra),
        upper=np.concatenate([np.ones(arcs), *extra_upper]),
        low=low,
        high=high,
        start=np.concatenate([start[:-1], start[-1] + np.arange(extra + 1)]).astype(np.int32),
        index=np.concatenate([index, *[r.astype(np.int32) for r in extra_row]]),
        value=np.concatenate([value, *extra_value]),
        whole=np.concatenate([np.ones(arcs, dtype=bool), np.zeros(extra, dtype=bool)]) if whole else None,
    )


def load_duals(problem: Problem, duals: Floats) -> Floats:
    """Shape (m, K): the price of one more unit of each load, from the rows' duals (a row's dual is minus its price)."""
    place = band_rows(problem.bands)
    out = np.zeros(place.at.shape)
    out[place.at >= 0] = -duals[problem.n + place.at[place.at >= 0]]
    return out


def warm_values(problem: Problem, arcs: npt.NDArray[np.int64], chosen_loads: Floats) -> Floats:
    """A plan as values of the columns of :func:`assignment_program`: the chosen arcs are 1, the loads cut into their parts."""
    bands = problem.bands
    used = band_rows(bands).at >= 0
    x = np.zeros(len(problem.rep))
    x[arcs] = 1.0
    under = np.maximum(bands.low - chosen_loads, 0.0)
    over = np.maximum(chosen_loads - bands.high, 0.0)
    under_more = np.maximum(bands.lowest - chosen_loads, 0.0)
    over_more = np.maximum(chosen_loads - bands.highest, 0.0)
    free_under = bands.under + bands.under_more <= 0
    free_over = bands.over + bands.over_more <= 0
    parts = (
        np.where(free_under, 0.0, under - under_more),
        np.where(free_under, 0.0, under_more),
        np.where(free_over, 0.0, over - over_more),
        np.where(free_over, 0.0, over_more),
    )
    return np.concatenate([x, *[part[used] for part in parts]])
