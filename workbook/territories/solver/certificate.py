"""The certificate for many reps: a lower bound region by region, at fixed prices of the units.

With a price for each unit (from the relaxation with its cuts), "exactly one rep" is relaxed between regions and kept inside
each: a region takes the units worth their price, gives each to at most one of its reps, and pays for the loads. What a small
branch and bound proves for each region adds up, whether or not it was solved to the end (Lagrangian decomposition; Fisher,
Jaikumar and Van Wassenhove, 1986).
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from workbook.territories.solver.highs import run
from workbook.territories.solver.neighbourhoods import kinship
from workbook.territories.solver.problem import Floats, Ints, Problem
from workbook.territories.solver.program import assignment_program


@dataclass(frozen=True, eq=False)
class Certificate:
    """``bound``: no plan costs less. ``late``: the clock cut a region."""

    bound: float
    late: bool


def regions(problem: Problem, reduced: Floats, near: float, size: int) -> list[Ints]:
    """All reps in groups of at most ``size``, next of kin together: those whom many units could go to at little cost."""
    kin = kinship(problem, reduced, near) + 1e-6 * kinship(problem, reduced, np.inf)
    free, made = np.ones(problem.m, dtype=bool), []
    while free.any():
        group = [int(np.where(free, -kin.sum(axis=1), -np.inf).argmax())]  # the most remote first
        free[group] = False
        while len(group) < size and free.any():
            best = int(np.where(free, kin[group].sum(axis=0), -1.0).argmax())
            group.append(best)
            free[best] = False
        made.append(np.sort(np.array(group)))
    return made


def certify(
    problem: Problem, price: Floats, teams: list[Ints], limits: tuple[int, float], workers: int = 1
) -> Certificate:
    """The bound at unit prices ``price`` (n,) with the reps in ``teams``, each rep in one.

    ``limits``: nodes of each search, and the moment (``time.perf_counter``) at which all must end.
    """

    def one(team: Ints) -> tuple[float, bool]:
        left = limits[1] - time.perf_counter()
        if left <= 0:
            return -np.inf, True
        units = np.unique(problem.unit[np.isin(problem.rep, team)])
        if not len(units):
            return float(problem.bands.of(team).price(np.zeros((len(team), problem.k))).sum()), False
        part, arcs = problem.part(units, team)
        part = replace(part, cost=problem.cost[arcs] - price[problem.unit[arcs]])
        program = assignment_program(part, whole=True)
        low = program.low.copy()
        low[: part.n] = 0.0
        options = {"mip_max_nodes": limits[0], "time_limit": left, "mip_rel_gap": 0.0, "mip_abs_gap": 1e-6}
        options |= {"mip_heuristic_effort": 0.01}
        result = run(replace(program, low=low), options)
        return result.bound, result.status == "Time limit reached"

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(one, teams))
    return Certificate(float(price.sum()) + sum(bound for bound, _ in parts), any(late for _, late in parts))
