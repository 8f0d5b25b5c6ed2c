"""Large-neighbourhood search: take a few reps' books apart and put them together again by a small exact model.

(Shaw, 1998.) Several groups of reps that share nobody are taken at once, each in a thread of its own; as their units and
reps are apart, all gains add up, and the outcome does not depend on which finished first.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from workbook.territories.solver.highs import run
from workbook.territories.solver.problem import Floats, Ints, Problem
from workbook.territories.solver.program import assignment_program, warm_values


def kinship(problem: Problem, reduced: Floats, near: float) -> Floats:
    """Shape (m, m): how many units could go either to one rep or the other at little cost (reduced cost ≤ ``near``)."""
    arcs = np.flatnonzero(reduced <= near)
    from scipy.sparse import csr_matrix

    table = csr_matrix((np.ones(len(arcs)), (problem.unit[arcs], problem.rep[arcs])), shape=(problem.n, problem.m))
    shared = (table.T @ table).toarray()
    np.fill_diagonal(shared, 0.0)
    return np.asarray(shared)


def groups(kin: Floats, wish: Floats, size: int, count: int, rng: np.random.Generator) -> list[Ints]:
    """Disjoint groups of at most ``size`` reps: each starts at a rep drawn by ``wish`` and takes in its nearest kin,
    with some chance in it.
    """
    free = np.ones(len(kin), dtype=bool)
    made: list[Ints] = []
    while len(made) < count and free.sum() >= 2:
        weight = np.where(free, wish + 1e-9, 0.0)
        seed = int(rng.choice(len(kin), p=weight / weight.sum()))
        group = [seed]
        free[seed] = False
        pull = kin[seed].copy()
        while len(group) < size:
            chance = np.where(free, pull * rng.random(len(kin)) ** 0.5, 0.0)
            best = int(np.argmax(chance))
            if chance[best] <= 0:
                break
            group.append(best)
            free[best] = False
            pull += kin[best]
        if len(group) > 1:
            made.append(np.sort(np.array(group)))
    return made


#: Seconds of a small model: at least, and per simplex iteration. Work counts so, not by the clock, and repeats itself.
_SECONDS = (0.008, 6e-5)


def rebuild(problem: Problem, plan: Ints, reps: Ints, limits: tuple[int, float, float]) -> tuple[Ints, Ints, float, float]:
    """The books of ``reps`` put together anew: the units concerned, their new arcs, the gain (≥ 0) and the work in seconds.

    ``limits``: nodes of the search, the relative gap that is good enough, and seconds after which it is cut.
    """
    units = np.flatnonzero(np.isin(problem.rep[plan], reps))
    part, arcs = problem.part(units, reps)
    place = np.searchsorted(arcs, plan[units])
    before = part.objective(place)
    options = {"mip_max_nodes": limits[0], "time_limit": limits[2], "mip_rel_gap": limits[1]}
    options |= {"mip_heuristic_effort": 0.02, "mip_heuristic_run_feasibility_jump": False}
    result = run(assignment_program(part, whole=True), options, warm=warm_values(part, place, part.loads(place)))
    work = _SECONDS[0] + _SECONDS[1] * result.iterations
    if result.values is None or not np.isfinite(result.objective):
        return units, plan[units], 0.0, work
    chosen = np.flatnonzero(result.values[: len(part.rep)] > 0.5)
    if len(chosen) != part.n:
        return units, plan[units], 0.0, work
    gain = before - part.objective(chosen)
    return (units, arcs[chosen], gain, work) if gain > 1e-9 else (units, plan[units], 0.0, work)


def improve_round(
    problem: Problem, plan: Ints, teams: list[Ints], limits: tuple[int, float, float], workers: int
) -> tuple[Ints, Floats, float]:
    """One round over disjoint teams: the new plan, each team's gain, and the work in seconds."""
    with ThreadPoolExecutor(workers) as pool:
        done = list(pool.map(lambda team: rebuild(problem, plan, team, limits), teams))
    new = plan.copy()
    for units, arcs, _, _ in done:
        new[units] = arcs
    return new, np.array([gain for _, _, gain, _ in done]), sum(work for _, _, _, work in done)
