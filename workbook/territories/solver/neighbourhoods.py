"""Large-neighbourhood search (Shaw, 1998): take a few reps' books apart and put them together again by a small exact model."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from workbook.territories.solver.highs import run
from workbook.territories.solver.problem import Floats, Ints, Problem
from workbook.territories.solver.program import assignment_program, warm_values


def kinship(problem: Problem, reduced: Floats, near: float) -> Floats:
    """Shape (m, m): how many units could go either to one rep or the other at little cost (reduced cost ≤ ``near``)."""
    shared = problem.shared(np.flatnonzero(reduced <= near)).toarray()
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


@dataclass(frozen=True, eq=False)
class How:
    """Size of the groups, kinship (m, m), nodes of each model, the relative gap that is good enough, seconds of work of a half, and when
    to end (``time.perf_counter``).
    """

    size: int
    kin: Floats
    nodes: int
    gap: float
    work: float
    until: float


def rebuild(
    problem: Problem, plan: Ints, reps: Ints, limits: tuple[int, float, float]
) -> tuple[Ints, Ints, float, float]:
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


@dataclass(frozen=True, eq=False)
class Half:
    """What came of one half of the reps: the plan, how often each rep is wished for (m,), the tries, those that gained, the work."""

    plan: Ints
    wish: Floats
    tries: int
    gained: int
    work: float


def improve_half(problem: Problem, plan: Ints, reps: Ints, wish: Floats, how: How, seed: int) -> Half:
    """Groups of ``reps`` put together anew, one after the other, with as much work as ``how`` says; all others keep their books."""
    rng, kin = np.random.default_rng(seed), how.kin[np.ix_(reps, reps)]
    plan, wish, tries, gained, spent = plan.copy(), wish.copy(), 0, 0, 0.0
    while spent < how.work and (left := how.until - time.perf_counter()) > 0:
        teams = groups(kin, wish[reps], how.size, 1, rng)
        if not teams:
            break
        team = reps[teams[0]]
        units, arcs, gain, work = rebuild(problem, plan, team, (how.nodes, how.gap, left))
        plan[units] = arcs
        wish[team] = 0.5 * wish[team] + (0.5 if gain > 0 else 0.02)
        tries, gained, spent = tries + 1, gained + int(gain > 0), spent + work
    return Half(plan, wish, tries, gained, spent)


def improve_round(problem: Problem, plan: Ints, wish: Floats, how: How, seed: int, workers: int) -> Half:
    """Two halves of the reps at a time, each in a thread of its own: nobody is in both, so that all gains add up and the outcome does
    not depend on which was done first. Few reps stay together.
    """
    rng = np.random.default_rng(seed)
    halves = groups(how.kin, np.ones(problem.m), -(-problem.m // 2), 2, rng) if problem.m >= 4 * how.size else []
    if len(halves) < 2:
        return improve_half(problem, plan, np.arange(problem.m), wish, how, seed)
    with ThreadPoolExecutor(workers) as pool:
        one, two = pool.map(lambda at: improve_half(problem, plan, halves[at], wish, how, seed + at), range(2))
    mine = np.isin(problem.rep[plan], halves[1])
    merged, both = np.where(mine, two.plan, one.plan), one.wish.copy()
    both[halves[1]] = two.wish[halves[1]]
    return Half(merged, both, one.tries + two.tries, one.gained + two.gained, one.work + two.work)
