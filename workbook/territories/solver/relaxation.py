"""The linear relaxation by column sifting, and the bound that any load prices prove.

Sifting (Bixby et al., 1992): solve the relaxation on few columns with an interior point method, price all the others, add
those that pay, repeat. The bound does not rest on the solver: for any load prices it is recomputed here over all arcs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbook.territories.solver.ascent import ascend
from workbook.territories.solver.highs import run
from workbook.territories.solver.kernels import cheapest, reduced
from workbook.territories.solver.problem import Floats, Problem
from workbook.territories.solver.program import assignment_program, load_duals

#: Up to so many arcs all columns are taken at once.
_ALL = 20_000


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Load prices (m, K), the bound they prove, reduced costs of all arcs (A,), and the fractions x (A,)."""

    slope: Floats
    bound: float
    reduced: Floats
    share: Floats
    rounds: int


def dual_bound(problem: Problem, slope: Floats) -> float:
    """What no plan can beat, by Lagrangian relaxation of the loads at prices ``slope`` (Geoffrion, 1974)."""
    least = cheapest(problem.start, problem.rep, problem.cost, problem.weight, problem.by_arc, slope)
    return float(least.sum() + problem.pieces.least(slope).sum())


def relax(problem: Problem, *, gap: float = 1e-4, most_rounds: int = 40, until: float = np.inf) -> Relaxation:
    """The linear relaxation of ``problem``, to within ``gap`` (relative) of its optimum.

    After ``until`` (``time.perf_counter``) the best prices so far are taken; without any, prices of zero prove what they can.
    """
    best_slope = np.zeros((problem.m, problem.k))
    if len(problem.rep) > _ALL:
        best_slope = ascend(problem, 300 if most_rounds > 1 else 1000, until)
    best_bound = dual_bound(problem, best_slope)
    inside = _first_columns(problem, best_slope)
    share = np.zeros(len(problem.rep))
    rounds = 0
    for _ in range(most_rounds):
        rounds += 1
        small = problem.kept(inside)
        options: dict[str, Any] = {"solver": "ipx", "run_crossover": "off", "ipm_optimality_tolerance": 1e-6}
        if len(small.rep) < _ALL:
            options = {"solver": "simplex"}
        left = until - time.perf_counter()
        if left <= 0:
            break
        if np.isfinite(left):
            options["time_limit"] = left
        result = run(assignment_program(small, whole=False), options)
        if result.duals is None or result.values is None:
            break
        slope = load_duals(small, result.duals)
        bands = problem.bands
        slope = np.clip(slope, -(bands.under + bands.under_more), bands.over + bands.over_more)
        bound = dual_bound(problem, slope)
        share[:] = 0.0
        share[inside] = result.values[: len(small.rep)]
        if bound > best_bound:
            best_bound, best_slope = bound, slope
        if inside.all() or result.objective - best_bound <= gap * max(1e-9, abs(result.objective)):
            break
        least = reduced(problem.start, problem.rep, problem.cost, problem.weight, problem.by_arc, slope)
        inside |= _paying(problem, least, small_count=3)
    over = reduced(problem.start, problem.rep, problem.cost, problem.weight, problem.by_arc, best_slope)
    return Relaxation(best_slope, best_bound, over, share, rounds)


def _first_columns(problem: Problem, slope: Floats) -> np.ndarray:
    """The three cheapest arcs of each unit at these prices; everything where that is little."""
    if len(problem.rep) <= _ALL:
        return np.ones(len(problem.rep), dtype=bool)
    over = reduced(problem.start, problem.rep, problem.cost, problem.weight, problem.by_arc, slope)
    return _paying(problem, over, small_count=3)


def _paying(problem: Problem, reduced_cost: Floats, small_count: int) -> np.ndarray:
    """The ``small_count`` cheapest arcs of each unit."""
    order = np.lexsort((reduced_cost, problem.unit))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(problem.start[:-1], np.diff(problem.start))
    return np.asarray(rank < small_count)
