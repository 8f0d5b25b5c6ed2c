"""The search: relax, anneal, rebuild neighbourhoods, certify; the same input and seed give the same plan.

Work is measured in proposals, rounds and nodes, calibrated to the seconds allowed on a modest machine. The clock is only an
outer guard: when it has to cut, the solution says so, and the plan is valid all the same.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from workbook.territories.solver.branching import branch
from workbook.territories.solver.certificate import certify, rep_values
from workbook.territories.solver.exact import prove
from workbook.territories.solver.kernels import anneal, cheapest, descend
from workbook.territories.solver.neighbourhoods import groups, improve_round, kinship
from workbook.territories.solver.problem import Ints, Problem
from workbook.territories.solver.relaxation import Relaxation, relax

#: Proposals of the annealing per second and chain.
_PROPOSALS = 4_000_000
#: Seconds of a small model over three reps with 150 units; grows with the units.
_REBUILD = 0.5
#: Seconds of the root of the full branch and bound, per arc; a node takes a fortieth of it.
_ROOT = 0.0015
#: Seconds of one rep's knapsack with 100 units.
_KNAPSACK = 0.5
#: Seconds of the relaxation's linear program, per column; where two of them take too long, ascent alone gives the prices.
_RELAXED = 2e-4
#: The annealing looks at the clock so many times.
_STAGES = 16
#: Seconds of one linear program of the branching on units, per arc.
_PROGRAM = 8e-6
#: Beyond so many units the full branch and bound is not tried.
_EXACT_UNITS = 1000


@dataclass(frozen=True)
class Effort:
    """How hard to search: the work of so many seconds, the relative gap that is good enough, the seed, threads.

    ``limit``: after so many seconds the clock cuts the search (default: the same seconds; infinite for a repeatable search
    on a machine that is busy with other things).
    """

    seconds: float = 10.0
    gap: float = 1e-3
    seed: int = 1
    limit: float | None = None
    workers: int = field(default_factory=lambda: min(2, os.cpu_count() or 1))


@dataclass(frozen=True, eq=False)
class Solution:
    """A plan (an arc per unit), its value, the bound that no plan can beat, and how it came about.

    ``steps``: what each phase reached (phase, objective, bound). ``cut``: the clock ended the search early.
    """

    plan: Ints
    objective: float
    bound: float
    steps: tuple[tuple[str, float, float], ...]
    cut: bool
    seconds: float = field(compare=False, default=0.0)

    @property
    def gap(self) -> float:
        """(objective - bound) / objective; 0 when both are 0."""
        return max(0.0, self.objective - self.bound) / max(abs(self.objective), 1e-12)


def solve(problem: Problem, effort: Effort | None = None) -> Solution:
    """The best plan found for ``problem`` with its bound; parts that share no rep are solved apart."""
    effort = effort or Effort()
    began = time.perf_counter()
    parts = components(problem)
    plan = problem.start[:-1].copy()
    if len(parts) == 1:
        found = [_solve_part(problem, effort, began, effort.seconds if effort.limit is None else effort.limit)]
        plan = found[0].plan
    else:
        sizes = np.array([len(units) * len(reps) for units, reps in parts], dtype=np.float64)
        shares = np.maximum(sizes / sizes.sum(), 0.02)
        shares /= shares.sum()
        spread = min(effort.workers, len(parts))

        def one(at: int) -> tuple[Ints, Ints, Solution]:
            units, reps = parts[at]
            part, arcs = problem.part(units, reps)
            seconds = effort.seconds * float(shares[at]) * spread
            mine = replace(effort, seconds=min(seconds, effort.seconds), workers=1 if spread > 1 else effort.workers)
            return units, arcs, _solve_part(part, mine, began, effort.seconds if effort.limit is None else effort.limit)

        with ThreadPoolExecutor(spread) as pool:
            done = list(pool.map(one, np.argsort(-sizes, kind="stable")))
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


@dataclass
class _Search:
    """The state of the search on one connected part."""

    problem: Problem
    effort: Effort
    until: float
    plan: Ints
    bound: float
    steps: list[tuple[str, float, float]] = field(default_factory=list)
    cut: bool = False

    @property
    def left(self) -> float:
        return self.until - time.perf_counter()

    @property
    def value(self) -> float:
        return self.problem.objective(self.plan)

    @property
    def done(self) -> bool:
        return self.value - self.bound <= self.effort.gap * max(abs(self.value), 1e-9)

    def note(self, phase: str) -> None:
        self.steps.append((phase, self.value, self.bound))

    def late(self) -> bool:
        """Whether the clock is out; then the search is marked as cut."""
        self.cut = self.cut or self.left <= 0
        return self.left <= 0


def _solve_part(problem: Problem, effort: Effort, began: float, limit: float) -> Solution:
    start = _first_plan(problem)
    only = np.diff(problem.start).max(initial=1) == 1
    search = _Search(problem, effort, began + limit, start, -np.inf)
    if only or problem.n == 0:
        search.bound = search.value
        search.note("given")
        return Solution(search.plan, search.value, search.bound, tuple(search.steps), False)
    programs = int(0.5 * effort.seconds / (_RELAXED * 3 * problem.n))
    if problem.n <= _EXACT_UNITS:
        programs = max(2, programs)
    relaxed = relax(problem, most_rounds=programs if programs > 1 else 0, until=search.until)
    search.bound = relaxed.bound
    search.note("relaxation")
    _anneal(search, relaxed)
    _rebuild(search, relaxed)
    _certify(search, relaxed)
    search.plan, _ = descend(*_arrays(problem), search.plan, 1000)
    search.bound = min(search.bound, search.value)
    search.note("finish")
    return Solution(search.plan, search.value, search.bound, tuple(search.steps), search.cut)


def _first_plan(problem: Problem) -> Ints:
    """Everybody stays where that is possible, else goes to the cheapest rep."""
    home = problem.arcs_of(problem.home)
    order = np.lexsort((problem.cost, problem.unit))
    return np.where(home >= 0, home, order[problem.start[:-1]])


def _arrays(problem: Problem) -> tuple[object, ...]:
    return problem.start, problem.rep, problem.cost, problem.weight, problem.by_arc, problem.bands.table


def _core(problem: Problem, relaxed: Relaxation, per_unit: float) -> np.ndarray:
    """Arcs worth trying: of the least reduced cost, about ``per_unit`` of each unit, with those of the relaxation."""
    share = min(1.0, per_unit * problem.n / len(problem.rep))
    near = relaxed.reduced <= np.quantile(relaxed.reduced, share)
    return np.asarray(near | (relaxed.share > 1e-4))


def _anneal(search: _Search, relaxed: Relaxation) -> None:
    """Two chains of annealing, one from the rounded relaxation and one from the present plan; the better is kept."""
    problem, effort = search.problem, search.effort
    wide = 3.0 if problem.n > 2000 else 12.0
    inside = _core(problem, relaxed, wide)
    inside[search.plan] = True
    core, arcs = problem.kept(inside), np.flatnonzero(inside)
    rounded = np.lexsort((relaxed.reduced[arcs], -relaxed.share[arcs], core.unit))[core.start[:-1]]
    present = np.searchsorted(arcs, search.plan)
    share, most = (0.3, 200_000.0) if problem.n > _EXACT_UNITS else (0.12, 20_000.0)
    steps = int(min(share * effort.seconds * _PROPOSALS, most * problem.n))
    slope = problem.bands.over + problem.bands.under
    usual = np.median(slope, axis=0)
    price = float((problem.weight * usual).sum(axis=1).mean()) + 1e-12
    warm = price * (1.0 if steps >= 15_000 * problem.n else 0.1 if steps >= 2_000 * problem.n else 0.03)
    cold = price * 0.002
    until = search.until - 0.6 * max(0.0, search.left)  # on a busy machine, time is left to improve and to prove

    def chain(at: int) -> tuple[Ints, float]:
        now, heat = (rounded, warm) if at == 0 else (present, 3 * warm)
        best, value = now, np.inf
        cooling = (cold / heat) ** (1 / _STAGES)
        for stage in range(_STAGES):
            if time.perf_counter() > until:
                search.cut = True
                break
            seed = effort.seed * 1000 + at * 100 + stage
            made, reached, now = anneal(*_arrays(core), now, steps // _STAGES, heat, heat * cooling, 0.75, seed)
            if reached < value:
                best, value = made, reached
            heat *= cooling
        return best, value

    with ThreadPoolExecutor(effort.workers) as pool:
        chains = list(pool.map(chain, (0, 1)))
    best = min(chains, key=lambda made: made[1])[0]
    better, _ = descend(*_arrays(problem), arcs[best], 50)
    if problem.objective(better) < search.value:
        search.plan = better
    search.note("annealing")


def _rebuild(search: _Search, relaxed: Relaxation) -> None:
    """Rounds of large-neighbourhood search, until they stop paying or their budget is used up."""
    problem, effort = search.problem, search.effort
    if problem.m < 2 or search.done:
        return
    inside = _core(problem, relaxed, 4.0 if problem.n > 2000 else 12.0)
    inside[search.plan] = True
    core, arcs = problem.kept(inside), np.flatnonzero(inside)
    plan = np.searchsorted(arcs, search.plan)
    kin = kinship(core, relaxed.reduced[inside], float(np.quantile(relaxed.reduced[inside], 0.6)))
    rng = np.random.default_rng(effort.seed)
    wish, size, dry = np.ones(problem.m), min(3, problem.m), 0
    each = _REBUILD * (size * problem.n / problem.m / 150) ** 1.3
    budget = 0.35 * effort.seconds / each
    until = search.until - 0.3 * max(0.0, search.left)
    while budget > 0 and dry < 4 * problem.m // size + 4 and not search.late():
        teams = groups(kin, wish, size, 2, rng)
        if not teams:
            break
        plan, gains = improve_round(core, plan, teams, (200, max(0.05, until - time.perf_counter())), effort.workers)
        for team, gain in zip(teams, gains, strict=True):
            wish[team] = 0.5 * wish[team] + (0.5 if gain > 0 else 0.02)
        dry = 0 if (gains > 1e-6 * abs(search.value)).any() else dry + 1
        budget -= 1
        if time.perf_counter() > until:
            search.cut = True
            break
    search.plan = arcs[plan]
    search.note("neighbourhoods")


def _certify(search: _Search, relaxed: Relaxation) -> None:
    """Raise the bound: by full branch and bound where the part is small, else by knapsacks rep by rep."""
    problem, effort = search.problem, search.effort
    if search.done or search.late():
        return
    root = _ROOT * len(problem.rep)
    if problem.n <= _EXACT_UNITS:
        count = int((0.4 if 0.6 * effort.seconds < root else 0.1) * effort.seconds / (_PROGRAM * len(problem.rep)))
        bound, cut = branch(problem, search.value, effort.gap, (max(1, count), search.until))
        search.bound, search.cut = max(search.bound, bound), search.cut or cut
        search.note("branching")
        if search.done or 0.6 * effort.seconds < root:
            return
        nodes = int(1 + 40 * (0.6 * effort.seconds - root) / root)
        limits = (nodes, max(0.1, search.left))
        search.plan, bound, cut = prove(problem, search.plan, relaxed, limits, effort.gap)
        search.cut = search.cut or cut
        search.bound = max(search.bound, bound)
        search.note("branch and bound")
        return
    each = _KNAPSACK * problem.n / problem.m / 100
    count = min(problem.m, int(0.4 * effort.seconds * effort.workers / each))
    if count < 1:
        return
    price = cheapest(*_arrays(problem)[:5], relaxed.slope)
    upper = rep_values(problem, search.plan, price)
    floor = problem.bands.least(relaxed.slope, problem.most).sum(axis=1)
    chosen = np.argsort(floor - upper, kind="stable")[:count]
    made = certify(
        problem, relaxed.slope, price, upper, reps=np.sort(chosen), limits=(200, search.until), workers=effort.workers
    )
    search.bound = max(search.bound, made.bound)
    search.cut = search.cut or made.late
    search.note("knapsacks")
