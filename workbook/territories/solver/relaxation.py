"""The linear relaxation by column sifting, and the bound that any load prices prove.

Sifting (Bixby et al., 1992): solve the relaxation on few columns with an interior point method, price all the others, add
those that pay, repeat. The bound does not rest on the solver: for any load prices it is recomputed here over all arcs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbook.territories.solver.ascent import ascend
from workbook.territories.solver.highs import run
from workbook.territories.solver.interior import Interior, fits, interior
from workbook.territories.solver.kernels import cheapest, reduced
from workbook.territories.solver.problem import Floats, Problem
from workbook.territories.solver.program import assignment_program, load_duals

#: Up to so many arcs the simplex method takes all at once.
_ALL = 20_000
#: Arcs of each unit in the first round, and more of them in each later one.
_FEW, _MORE = 16, 4
#: Rounds of ascent, at least and at most, and seconds of one per arc.
_ROUNDS, _ROUND = (300, 1000), 1.4e-8
#: Seconds of the interior point method, per arc, as they usually are.
_USUAL = 1.6e-5


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Load prices (m, K), the bound they prove, reduced costs of all arcs (A,), the fractions x (A,), the work in seconds."""

    slope: Floats
    bound: float
    reduced: Floats
    share: Floats
    work: float


def dual_bound(problem: Problem, slope: Floats) -> float:
    """What no plan can beat, by Lagrangian relaxation of the loads at prices ``slope`` (Geoffrion, 1974)."""
    least = cheapest(problem.start, problem.rep, problem.cost, problem.weight, problem.by_arc, slope)
    return float(least.sum() + problem.pieces.least(slope).sum())


def relax(problem: Problem, *, gap: float = 1e-7, seconds: float = np.inf, until: float = np.inf) -> Relaxation:
    """The linear relaxation of ``problem``, to within ``gap`` (relative) of its optimum.

    Where it would take more than ``seconds`` of work, prices by ascent alone must do. After ``until`` (``time.perf_counter``) the
    best prices so far are taken; without any, prices of zero prove what they can.
    """
    slope, away, work = np.zeros((problem.m, problem.k)), 1.0, 0.0
    short = len(problem.rep) > _ALL and _USUAL * min(len(problem.rep), _FEW * problem.n) > seconds
    few = len(problem.rep) > max(_ALL, _FEW * problem.n)
    if few or short:
        rounds = int(np.clip(seconds / (_ROUND * len(problem.rep)), *_ROUNDS)) if short else _ROUNDS[0]
        slope, away, work = ascend(problem, rounds, until), 0.1, _ROUND * len(problem.rep) * rounds
    best = Relaxation(slope, dual_bound(problem, slope), _over(problem, slope), np.zeros(len(problem.rep)), work)
    inside = cheapest_arcs(problem, best.reduced, _FEW // 2 if few else len(problem.rep))
    while not short and time.perf_counter() < until:
        small = problem.kept(inside)
        made = _solved(small, best.slope, away, (gap, until))
        if made is None:
            break
        bands, share = problem.bands, np.zeros(len(problem.rep))
        slope = np.clip(made.slope, -(bands.under + bands.under_more), bands.over + bands.over_more)
        share[inside] = made.share
        best = replace(best, share=share, work=best.work + made.work)
        if (bound := dual_bound(problem, slope)) > best.bound:
            best = replace(best, slope=slope, bound=bound, reduced=_over(problem, slope))
        if inside.all() or not made.solved or made.value - best.bound <= 2 * gap * max(1e-9, abs(made.value)):
            break
        inside |= cheapest_arcs(problem, _over(problem, slope), _MORE)
        away = 0.01
    return best


def _solved(small: Problem, slope: Floats, away: float, limits: tuple[float, float]) -> Interior | None:
    """The relaxation on few arcs, by the simplex method where they are very few; ``limits``: gap, when to end."""
    gap, until = limits
    if len(small.rep) > _ALL and fits(small):
        return interior(small, slope, away, gap, until)
    options: dict[str, Any] = {"solver": "ipx", "run_crossover": "off", "ipm_optimality_tolerance": 1e-6}
    if len(small.rep) <= _ALL:
        options = {"solver": "simplex"}
    if np.isfinite(until):
        options["time_limit"] = max(0.01, until - time.perf_counter())
    result = run(assignment_program(small, whole=False), options)
    if result.duals is None or result.values is None:
        return None
    return Interior(
        load_duals(small, result.duals), result.values[: len(small.rep)], result.objective, not result.cut, 0.0
    )


def _over(problem: Problem, slope: Floats) -> Floats:
    """Shape (A,): what each arc costs above the cheapest one of its unit at these prices."""
    return np.asarray(reduced(problem.start, problem.rep, problem.cost, problem.weight, problem.by_arc, slope))


def cheapest_arcs(problem: Problem, reduced_cost: Floats, count: int) -> np.ndarray:
    """Mask of the ``count`` cheapest arcs of each unit."""
    order = np.lexsort((reduced_cost, problem.unit))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(problem.start[:-1], np.diff(problem.start))
    return np.asarray(rank < count)
