"""The certificate: a lower bound from one small elastic knapsack per rep at fixed account prices.

With a price for each unit (from the linear relaxation), the assignment rows are relaxed and the problem falls apart by rep:
choose the units worth their price, and pay for the load. Each knapsack's proven bound counts, so the sum holds whether or
not a knapsack was solved to the end (Lagrangian decomposition; Fisher, Jaikumar and Van Wassenhove, 1986).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbook.territories.solver.highs import run
from workbook.territories.solver.problem import Floats, Ints, Problem
from workbook.territories.solver.program import assignment_program


@dataclass(frozen=True, eq=False)
class Certificate:
    """``bound``: no plan costs less. ``by_rep``: each knapsack's part. ``taken`` marks the arcs the knapsacks chose."""

    bound: float
    by_rep: Floats
    taken: npt.NDArray[np.bool_]
    open: int


def certify(problem: Problem, slope: Floats, price: Floats, upper: Floats, *, nodes: int, workers: int) -> Certificate:
    """The bound at load prices ``slope`` and unit prices ``price``.

    ``upper`` is a value that each rep's knapsack can reach (the current plan's part), used to leave out arcs that cannot
    pay; ``nodes`` limits each search.
    """
    order = np.argsort(problem.rep, kind="stable")
    edges = np.searchsorted(problem.rep[order], np.arange(problem.m + 1))
    floor = problem.bands.least(slope, problem.most).sum(axis=1)
    worth = problem.cost - price[problem.unit]
    above = worth + (slope[problem.rep] * problem.weight[problem.row]).sum(axis=1)

    def one(r: int) -> tuple[float, Ints, bool]:
        arcs = order[edges[r] : edges[r + 1]]
        low = floor[r] + np.minimum(above[arcs], 0.0).sum()
        room = upper[r] - low + 1e-9
        kept = arcs[above[arcs] <= room]
        if len(kept) == 0:
            return (
                min(float(problem.bands.of(np.array([r])).price(np.zeros((1, problem.k))).sum()), upper[r]),
                kept,
                False,
            )
        part = Problem(
            start=np.arange(len(kept) + 1),
            rep=np.zeros(len(kept), dtype=np.int32),
            cost=worth[kept],
            weight=problem.weight[problem.row[kept]],
            bands=problem.bands.of(np.array([r])),
            home=np.full(len(kept), -1, dtype=np.int32),
        )
        result = run(
            assignment_program(part, whole=True, each_once=False),
            {"mip_max_nodes": nodes, "mip_rel_gap": 0.0, "mip_abs_gap": 1e-7},
        )
        chosen = (
            kept[result.values[: len(kept)] > 0.5]
            if result.values is not None and np.isfinite(result.objective)
            else kept[:0]
        )
        return max(low, min(result.bound, upper[r])), chosen, result.cut

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(one, range(problem.m)))
    by_rep = np.array([bound for bound, _, _ in parts])
    taken = np.zeros(len(problem.rep), dtype=bool)
    for _, chosen, _ in parts:
        taken[chosen] = True
    return Certificate(float(price.sum() + by_rep.sum()), by_rep, taken, sum(cut for _, _, cut in parts))


def rep_values(problem: Problem, arcs: Ints, price: Floats) -> Floats:
    """Shape (m,): what a plan pays at each rep's knapsack at unit prices ``price``."""
    own = np.bincount(problem.rep[arcs], weights=problem.cost[arcs] - price, minlength=problem.m)
    return np.asarray(own + problem.bands.price(problem.loads(arcs)).sum(axis=1))
