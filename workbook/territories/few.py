"""The moves of a proposal in the order in which they help most, and the proposal with only the first of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from workbook.territories.solver import Solution
from workbook.territories.solver.problem import Problem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: More moves than this are not put in order one by one: those with the smallest gain at the start stand last.
_MOST = 1500


def order(problem: Problem, plan: Ints) -> tuple[npt.NDArray[np.intp], Floats]:
    """Moved units, each step the one that improves the objective most, and the objective after each step (first: before any).

    Starts from the book as it is; units that cannot stay (or that nobody holds) are moved at once, before the first step.
    """
    home = problem.arcs_of(problem.home)
    now = np.where(home >= 0, home, plan)
    left = np.flatnonzero((home >= 0) & (home != plan))
    load = problem.loads(now)
    value = problem.objective(now)
    values, done = [value], []
    gains = _gains(problem, (now, plan, load), left)
    if len(left) > _MOST:
        rank = np.argsort(gains, kind="stable")
        left, rest = left[rank[:_MOST]], left[rank[_MOST:]]
    else:
        rest = left[:0]
    gains = _gains(problem, (now, plan, load), left)
    while len(left):
        best = int(np.argmin(gains))
        unit = left[best]
        giver, taker = problem.rep[now[unit]], problem.rep[plan[unit]]
        load[giver] -= problem.weight[problem.row[now[unit]]]
        load[taker] += problem.weight[problem.row[plan[unit]]]
        now[unit] = plan[unit]
        value += float(gains[best])
        values.append(value)
        done.append(unit)
        left, gains = np.delete(left, best), np.delete(gains, best)
        ends = np.stack([problem.rep[now[left]], problem.rep[plan[left]]])
        near = np.isin(ends, (giver, taker)).any(axis=0)  # the others' gains are as they were
        gains[near] = _gains(problem, (now, plan, load), left[near])
    for unit in rest:
        now[unit] = plan[unit]
        done.append(unit)
        values.append(problem.objective(now) if unit == rest[-1] else value)
    return np.array(done, dtype=np.intp), np.array(values)


def _gains(problem: Problem, state: tuple[Ints, Ints, Floats], units: npt.NDArray[np.intp]) -> Floats:
    """The change of the objective (negative: better) when each unit alone goes where the plan has it."""
    now, plan, load = state
    a, b = now[units], plan[units]
    r, s = problem.rep[a], problem.rep[b]
    bands = problem.bands
    giver = bands.of(r).price(load[r] - problem.weight[problem.row[a]]) - bands.of(r).price(load[r])
    taker = bands.of(s).price(load[s] + problem.weight[problem.row[b]]) - bands.of(s).price(load[s])
    return np.asarray((giver + taker).sum(axis=1) + problem.cost[b] - problem.cost[a])


def knee(values: Floats, share: float = 0.8) -> int:
    """After how many steps this share of the whole improvement is reached; 0 where nothing improves.

    >>> knee(np.array([10.0, 4.0, 2.0, 1.0, 0.0]))
    2
    """
    whole = float(values[0] - values[-1])
    return int(np.argmax(values[0] - values >= share * whole - 1e-12)) if whole > 1e-9 else 0


def first(problem: Problem, solution: Solution, count: int) -> Solution:
    """The solution with only its ``count`` most helpful moves; its bound stays, as the rules are the same."""
    steps, _ = order(problem, solution.plan)
    plan = solution.plan.copy()
    home = problem.arcs_of(problem.home)
    back = steps[count:]
    plan[back] = home[back]
    return replace(solution, plan=plan, objective=problem.objective(plan))
