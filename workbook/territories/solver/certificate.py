"""The certificate: a lower bound from one small elastic knapsack per rep at fixed account prices.

With a price for each unit (from the linear relaxation), the assignment rows are relaxed and the problem falls apart by rep:
choose the units worth their price, and pay for the load. Each knapsack's proven bound counts, so the sum holds whether or
not a knapsack was solved to the end (Lagrangian decomposition; Fisher, Jaikumar and Van Wassenhove, 1986).
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbook.territories.solver.highs import run
from workbook.territories.solver.problem import Floats, Ints, Problem
from workbook.territories.solver.program import assignment_program


@dataclass(frozen=True, eq=False)
class Certificate:
    """``bound``: no plan costs less. ``by_rep``: each rep's part. ``taken`` marks the arcs the knapsacks chose, ``open``
    counts those not solved to the end, ``late`` says whether the clock cut one.
    """

    bound: float
    by_rep: Floats
    taken: npt.NDArray[np.bool_]
    open: int
    late: bool


def certify(
    problem: Problem,
    slope: Floats,
    price: Floats,
    upper: Floats,
    *,
    reps: Ints,
    limits: tuple[int, float],
    workers: int,
) -> Certificate:
    """The bound at load prices ``slope`` and unit prices ``price``.

    ``upper`` is a value that each rep's knapsack can reach (the current plan's part), used to leave out arcs that cannot
    pay. Only the knapsacks of ``reps`` are solved; the others count with what the load prices prove. ``limits``: nodes of
    each search, and the moment (``time.perf_counter``) at which all must end.
    """
    order = np.argsort(problem.rep, kind="stable")
    edges = np.searchsorted(problem.rep[order], np.arange(problem.m + 1))
    worth = problem.cost - price[problem.unit]
    above = worth + (slope[problem.rep] * problem.weight[problem.row]).sum(axis=1)
    negative = np.bincount(problem.rep, weights=np.minimum(above, 0.0), minlength=problem.m)
    by_rep = np.minimum(problem.bands.least(slope, problem.most).sum(axis=1) + negative, upper)

    def one(r: int) -> tuple[float, Ints, str]:
        arcs = order[edges[r] : edges[r + 1]]
        kept = arcs[above[arcs] <= upper[r] - by_rep[r] + 1e-9]
        left = limits[1] - time.perf_counter()
        if len(kept) == 0 or left <= 0:
            return float(by_rep[r]), kept, "" if left > 0 else "Time limit reached"
        part = Problem(
            start=np.arange(len(kept) + 1),
            rep=np.zeros(len(kept), dtype=np.int32),
            cost=worth[kept],
            weight=problem.weight[problem.row[kept]],
            bands=problem.bands.of(np.array([r])),
            home=np.full(len(kept), -1, dtype=np.int32),
        )
        options = {"mip_max_nodes": limits[0], "time_limit": left, "mip_rel_gap": 0.0, "mip_abs_gap": 1e-7}
        result = run(assignment_program(part, whole=True, each_once=False), options)
        known = result.values is not None and np.isfinite(result.objective)
        chosen = kept[result.values[: len(kept)] > 0.5] if known and result.values is not None else kept[:0]
        status = result.status if result.cut else ""
        return max(float(by_rep[r]), min(result.bound, float(upper[r]))), chosen, status

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(one, reps.tolist()))
    by_rep[reps] = [bound for bound, _, _ in parts]
    taken = np.zeros(len(problem.rep), dtype=bool)
    for _, chosen, _ in parts:
        taken[chosen] = True
    return Certificate(
        bound=float(price.sum() + by_rep.sum()),
        by_rep=by_rep,
        taken=taken,
        open=sum(bool(status) for _, _, status in parts),
        late=any(status == "Time limit reached" for _, _, status in parts),
    )


def rep_values(problem: Problem, arcs: Ints, price: Floats) -> Floats:
    """Shape (m,): what a plan pays at each rep's knapsack at unit prices ``price``."""
    own = np.bincount(problem.rep[arcs], weights=problem.cost[arcs] - price, minlength=problem.m)
    return np.asarray(own + problem.bands.price(problem.loads(arcs)).sum(axis=1))
