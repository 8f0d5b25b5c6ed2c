"""Better plans: chains of annealing on the arcs that the relaxation favours, then large neighbourhoods."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from workbook.territories.solver.kernels import anneal, descend
from workbook.territories.solver.neighbourhoods import How, improve_round, kinship
from workbook.territories.solver.problem import Ints, Problem
from workbook.territories.solver.relaxation import Relaxation
from workbook.territories.solver.state import Search, arrays, core

#: Proposals of the annealing per second and thread.
_PROPOSALS = 7_000_000
#: Beyond so many proposals per unit a longer chain gains nothing.
_ENOUGH = 4_000
#: The annealing looks at the clock so many times.
_STAGES = 8
#: Rounds of two chains, at least and at most.
_ROUNDS = (1, 10)
#: Share of the work; less where there are many units, of which the relaxation already tells most.
_SHARE, _SHARE_OF_MANY = 0.4, 0.3
_Kind = tuple[float, float]
#: Two kinds of chain from the rounded relaxation: arcs tried per unit, highest temperature as a share of a unit's usual price.
#: A narrow choice suits many small units, a wide one few large units, which the relaxation misplaces:
#: the kind that does better in the first round goes on with other seeds.
_CHAINS: tuple[_Kind, _Kind] = ((2.0, 0.1), (12.0, 0.15))
#: Among thousands of units the relaxation is nearly whole: narrower and colder.
_MANY, _CHAINS_OF_MANY = 2000, ((1.2, 0.02), (1.5, 0.005))
#: Lowest temperature, as the same share.
_COLD = 0.0007
#: Chance of a proposal to be a swap.
_SWAPS = 0.8
#: Neighbourhoods, from small ones to large: units of one, arcs tried per unit among many units, relative gap that is good enough
#: (first a wide one: the few groups in which much is to be gained are found soon), share of what the annealing leaves of the work.
_SIZES = (
    (200, 3.0, 5e-3, 0.04),
    (300, 2.0, 5e-3, 0.10),
    (300, 2.0, 2e-3, 0.22),
    (400, 1.5, 2e-3, 0.28),
    (300, 2.0, 5e-4, 0.14),
    (400, 1.5, 1e-3, 0.22),
)
#: Nodes of each model.
_NODES = 50
#: Seconds of work of a half of the reps before they are halved anew, at least and at most.
_SLICE = (0.05, 1.5)
#: Tries without any gain after which a size is done with: so many times all reps.
_DRY = 8
#: Seconds of work below which the larger neighbourhoods are not begun.
_WORTH = 1.0


def anneal_plan(search: Search, relaxed: Relaxation) -> None:
    """Rounds of chains of annealing; the best plan of each round is where the next one starts."""
    problem, effort = search.problem, search.effort
    price = problem.usual_price + 1e-12
    proposals = _share(problem) * search.seconds * _PROPOSALS / 2  # for each of two chains in all rounds
    each = int(min(proposals / _ROUNDS[0], _ENOUGH * problem.n))
    until = search.until - 0.5 * max(0.0, search.left)  # on a busy machine, time is left to improve and to prove
    kinds, winner = _CHAINS if problem.n <= _MANY else _CHAINS_OF_MANY, 0
    for number in range(int(np.clip(proposals / max(each, 1), *_ROUNDS))):
        if number:
            kinds = (kinds[winner], kinds[winner])

        def run(at: int, number: int = number, kinds: tuple[_Kind, ...] = kinds) -> Ints:
            per_unit, warm = kinds[at]
            inside = core(problem, relaxed, per_unit)
            inside[search.plan] = True
            seed = effort.seed * 1000 + number * 100 + at * 10
            return _chain(search, relaxed, inside, (price * warm, price * _COLD), (each, until, seed))

        with ThreadPoolExecutor(search.workers) as pool:
            plans = [descend(*arrays(problem), plan, 50)[0] for plan in pool.map(run, range(2))]
        values = [problem.objective(plan) for plan in plans]
        winner = int(np.argmin(values)) if number == 0 else 0
        if min(values) < search.value:
            search.plan = plans[int(np.argmin(values))]
    search.note("annealing")


def _share(problem: Problem) -> float:
    """Share of the annealing in the work."""
    return _SHARE if problem.n <= _MANY else _SHARE_OF_MANY


def _chain(
    search: Search,
    relaxed: Relaxation,
    inside: np.ndarray,
    heats: tuple[float, float],
    more: tuple[int, float, int],
) -> Ints:
    """The best plan of one chain on the arcs ``inside`` from the rounded relaxation; ``more``: proposals, when to end, seed."""
    steps, until, seed = more
    small, arcs = search.problem.kept(inside), np.flatnonzero(inside)
    now = np.lexsort((relaxed.reduced[arcs], -relaxed.share[arcs], small.unit))[small.start[:-1]]
    heat, cooling = heats[0], (heats[1] / heats[0]) ** (1 / _STAGES)
    best, value = now, np.inf
    for stage in range(_STAGES):
        if time.perf_counter() > until:
            search.cut = True
            break
        made, reached, now = anneal(*arrays(small), now, steps // _STAGES, heat, heat * cooling, _SWAPS, seed + stage)
        if reached < value:
            best, value = made, reached
        heat *= cooling
    return np.asarray(arcs[best])


def rebuild_plan(search: Search, relaxed: Relaxation, reserved: float) -> None:
    """Rounds of large-neighbourhood search over a few reps, then over more, until they stop paying or their budget is used up; the share
    ``reserved`` of the time that is left is left to the proof.
    """
    problem, effort = search.problem, search.effort
    if problem.m < 2 or search.done:
        return
    rng, work = np.random.default_rng(effort.seed), (1 - _share(problem)) * search.seconds
    saved = 0.0
    until = search.until - reserved * max(0.0, search.left)
    for number, (units, per_unit, gap, part) in enumerate(_SIZES):
        size = int(np.clip(round(units * problem.m / problem.n), 2, problem.m))
        if not number or part * work > _WORTH:
            saved = _rounds(search, relaxed, (size, per_unit, gap, part * work + saved, until), rng)
    search.note("neighbourhoods")


def _rounds(
    search: Search, relaxed: Relaxation, how: tuple[int, float, float, float, float], rng: np.random.Generator
) -> float:
    """Rounds over groups of one size; ``how``: size, arcs per unit, gap that is good enough, seconds of work, when to end. Seconds of
    work that were not needed.
    """
    size, per_unit, gap, budget, until = how
    problem: Problem = search.problem
    inside = core(problem, relaxed, per_unit if problem.n > 1000 else 12.0)
    inside[search.plan] = True
    small, arcs = problem.kept(inside), np.flatnonzero(inside)
    plan = np.searchsorted(arcs, search.plan)
    kin, wish = kinship(small, relaxed.reduced[inside], np.inf), np.ones(problem.m)
    here = How(size, kin, _NODES, gap, max(_SLICE[0], min(_SLICE[1], budget / 8)), until)
    dry = 0
    while budget > 0 and dry < _DRY * problem.m // size and not search.late():
        made = improve_round(small, plan, wish, here, int(rng.integers(2**31)), search.workers)
        plan, wish, budget = made.plan, made.wish, budget - made.work
        dry = 0 if made.gained else dry + made.tries
        if time.perf_counter() > until:
            search.cut = True
            break
        if not made.tries:
            break
    search.plan = arcs[plan]
    return max(0.0, budget)
