"""Proof for small problems: branch and bound on what a better plan could still use, started from the best plan known."""

from __future__ import annotations

import numpy as np

from workbook.territories.solver.highs import run
from workbook.territories.solver.problem import Ints, Problem
from workbook.territories.solver.program import assignment_program, warm_values
from workbook.territories.solver.relaxation import Relaxation


def prove(
    problem: Problem, plan: Ints, relaxed: Relaxation, limits: tuple[int, float], gap: float
) -> tuple[Ints, float, bool]:
    """The best plan found, the proven bound, and whether the time limit cut the search.

    Arcs whose reduced cost exceeds the distance of ``plan`` to the relaxation cannot be part of a better plan and are left
    out (reduced cost fixing; Dantzig, Fulkerson and Johnson, 1954). ``limits``: nodes, seconds; ``gap``: relative.
    """
    value = problem.objective(plan)
    room = value - relaxed.bound
    keep = relaxed.reduced <= room + 1e-9
    keep[plan] = True
    small = problem.kept(keep)
    arcs = np.flatnonzero(keep)
    place = np.searchsorted(arcs, plan)
    options = {"mip_max_nodes": limits[0], "time_limit": limits[1], "mip_rel_gap": gap}
    options |= {"mip_heuristic_effort": 0.0, "mip_heuristic_run_feasibility_jump": False}
    warm = warm_values(small, place, small.loads(place))
    result = run(assignment_program(small, whole=True), options, warm=warm)
    bound = max(relaxed.bound, min(result.bound, value))
    if result.values is not None and np.isfinite(result.objective):
        chosen = np.flatnonzero(result.values[: len(small.rep)] > 0.5)
        if len(chosen) == problem.n and small.objective(chosen) < value - 1e-9:
            plan = arcs[chosen]
    return plan, min(bound, problem.objective(plan)), result.status == "Time limit reached"
