"""The search: relax, anneal, rebuild neighbourhoods, prove; the same input and seed give the same plan.

Work is measured in proposals, rounds and nodes, calibrated to the seconds allowed on a modest machine. The clock is only an
outer guard: when it has to cut, the solution says so, and the plan is valid all the same.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from workbook.territories.solver.exact import is_small, settle
from workbook.territories.solver.improving import anneal_plan, rebuild_plan
from workbook.territories.solver.kernels import descend
from workbook.territories.solver.problem import Ints, Problem
from workbook.territories.solver.proving import Proof
from workbook.territories.solver.relaxation import relax
from workbook.territories.solver.state import Effort, Search, Solution, arrays

#: Share of the work that the linear relaxation may take; where it would take more, ascent alone gives the prices.
_RELAXING = 0.4
#: The work of a second is that of two threads, one of which waits now and then, whatever the machine has, so that it finds the same.
_THREADS = 1.7
#: The same where each thread has parts of its own, of which many are so small that the threads wait for Python more than for HiGHS.
_THREADS_APART = 1.5
#: So many times its share of the clock a part may take: the work is what should end it.
_SLACK = 1.3


def solve(problem: Problem, effort: Effort | None = None) -> Solution:
    """The best plan found for ``problem`` with its bound; parts that share no rep are solved apart."""
    effort = effort or Effort()
    began = time.perf_counter()
    until = began + (effort.seconds if effort.limit is None else effort.limit)
    parts = components(problem)
    plan = problem.start[:-1].copy()
    if len(parts) == 1:
        found = [_solve_part(problem, effort, until, _THREADS * effort.seconds)]
        plan = found[0].plan
    else:
        sizes = np.array([len(units) * len(reps) for units, reps in parts], dtype=np.float64)
        shares = np.maximum(sizes / sizes.sum(), 0.02)
        shares /= shares.sum()
        spread = min(effort.workers, len(parts))
        order = np.argsort(-sizes, kind="stable")

        def one(place: int) -> tuple[Ints, Ints, Solution]:
            at = order[place]
            units, reps = parts[at]
            now, rest = time.perf_counter(), float(shares[order[place:]].sum())
            end = now + (until - now) * min(
                1.0, _SLACK * spread * float(shares[at]) / rest
            )  # a busy machine serves all parts alike
            part, arcs = problem.part(units, reps)
            mine = replace(effort, workers=1 if spread > 1 else effort.workers)
            work = _THREADS_APART * effort.seconds * float(shares[at])
            return units, arcs, _solve_part(part, mine, end, work)

        with ThreadPoolExecutor(spread) as pool:
            done = list(pool.map(one, range(len(parts))))
        for units, arcs, solution in done:
            plan[units] = arcs[solution.plan]
        found = [solution for _, _, solution in done]
    bound = sum(solution.bound for solution in found) + _idle(problem, parts)
    objective = problem.objective(plan)
    seconds = time.perf_counter() - began
    steps = _joined(found)
    return Solution(plan, objective, min(bound, objective), steps, any(s.cut for s in found), seconds)


def components(problem: Problem) -> list[tuple[Ints, Ints]]:
    """Units and reps of each connected part of the graph of arcs, in order of their first unit."""
    size = problem.n + problem.m
    graph = coo_matrix((np.ones(len(problem.rep)), (problem.unit, problem.n + problem.rep)), shape=(size, size))
    count, label = connected_components(graph, directed=False)
    units, reps = label[: problem.n], label[problem.n :]
    if count == 1:
        return [(np.arange(problem.n), np.arange(problem.m))]
    order_u, order_r = np.argsort(units, kind="stable"), np.argsort(reps, kind="stable")
    edges_u = np.searchsorted(units[order_u], np.arange(count + 1))
    edges_r = np.searchsorted(reps[order_r], np.arange(count + 1))
    made = [(order_u[edges_u[c] : edges_u[c + 1]], order_r[edges_r[c] : edges_r[c + 1]]) for c in range(count)]
    return sorted((part for part in made if len(part[0])), key=lambda part: int(part[0][0]))


def _idle(problem: Problem, parts: list[tuple[Ints, Ints]]) -> float:
    """What reps to whom nothing may be given pay for an empty book."""
    used = np.zeros(problem.m, dtype=bool)
    for _, reps in parts:
        used[reps] = True
    empty = problem.bands.price(np.zeros((problem.m, problem.k))).sum(axis=1)
    return float(empty[~used].sum())


def _joined(found: list[Solution]) -> tuple[tuple[str, float, float], ...]:
    """The steps of several parts added up, phase by phase; a part without a phase counts with its last step."""
    phases = list(dict.fromkeys(name for solution in found for name, _, _ in solution.steps))
    rows = []
    for phase in phases:
        value = bound = 0.0
        for solution in found:
            reached = [step for step in solution.steps if phases.index(step[0]) <= phases.index(phase)]
            last = reached[-1] if reached else solution.steps[0]
            value, bound = value + last[1], bound + last[2]
        rows.append((phase, value, bound))
    return tuple(rows)


def _solve_part(problem: Problem, effort: Effort, until: float, work: float) -> Solution:
    """``work``: seconds of one thread; the clock (``time.perf_counter``) ends it all at ``until``."""
    start = _first_plan(problem)
    only = np.diff(problem.start).max(initial=1) == 1
    search = Search(problem, effort, until, start, -np.inf, seconds=work, workers=effort.workers)
    if only or problem.n == 0:
        search.bound = search.value
        search.note("given")
        return Solution(search.plan, search.value, search.bound, tuple(search.steps), False)
    relaxed = relax(problem, seconds=_RELAXING * work, until=search.until)
    search.seconds -= _THREADS * relaxed.work  # one thread relaxes, the others wait
    search.bound = relaxed.bound
    search.note("relaxation")
    if is_small(problem, work):
        settle(search, relaxed)
    else:
        with Proof(search, relaxed) as proof:
            anneal_plan(search, relaxed)
            rebuild_plan(search, relaxed, proof.reserved)
            proof.raise_bound()
    search.plan, _ = descend(*arrays(problem), search.plan, 1000)
    search.bound = min(search.bound, search.value)
    search.note("finish")
    return Solution(search.plan, search.value, search.bound, tuple(search.steps), search.cut)


def _first_plan(problem: Problem) -> Ints:
    """Everybody stays where that is possible, else goes to the cheapest rep."""
    home = problem.arcs_of(problem.home)
    order = np.lexsort((problem.cost, problem.unit))
    return np.where(home >= 0, home, order[problem.start[:-1]])
