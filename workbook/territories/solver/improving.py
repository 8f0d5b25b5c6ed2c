"""Better plans: chains of annealing on the arcs that the relaxation favours, put together anew, then large neighbourhoods; where these
find no more before the work is done, other plans, put together with the best."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from workbook.territories.solver.kernels import anneal, descend
from workbook.territories.solver.neighbourhoods import How, improve_round, kinship
from workbook.territories.solver.problem import Floats, Ints, Problem
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
#: Several plans are put together anew in neighbourhoods with so many units on which they do not agree, to this relative gap, with this
#: share of the work.
_SPLIT, _EXACT, _MERGING = 70, 2e-4, 0.04
#: Another plan is begun where more than this share of the work is left beyond its chains; these count from a number of their own.
_AGAIN, _OTHERS = 0.2, 100


def anneal_plan(search: Search, relaxed: Relaxation) -> None:
    """Rounds of chains of annealing; the best plan of each round is where the next one starts."""
    problem = search.problem
    proposals, each = _proposals(search)
    kinds, made = _kinds(problem), [search.plan]
    for number in range(int(np.clip(proposals / max(each, 1), *_ROUNDS))):
        plans = _annealed(search, relaxed, kinds, number)
        winner = min(range(2), key=lambda at: problem.objective(plans[at]))
        if not number:
            kinds = (kinds[winner], kinds[winner])
        search.plan = min((search.plan, plans[winner]), key=problem.objective)
        made += plans
    search.note("annealing")
    if problem.m > 1:
        rng = np.random.default_rng(search.effort.seed)
        _merged(search, made[1:], (_MERGING * search.seconds, search.until - 0.5 * max(0.0, search.left)), rng)
        search.note("merging")


def _annealed(search: Search, relaxed: Relaxation, kinds: tuple[_Kind, ...], number: int) -> list[Ints]:
    """The plans of round ``number``: two chains, each followed by single moves as long as one pays."""
    problem = search.problem
    until = search.until - 0.5 * max(0.0, search.left)  # on a busy machine, time is left to improve and to prove
    each = _proposals(search)[1]

    def run(at: int) -> Ints:
        per_unit, warm = kinds[at]
        inside = core(problem, relaxed, per_unit)
        inside[search.plan] = True
        seed = search.effort.seed * 1000 + number * 100 + at * 10
        return _chain(search, relaxed, inside, warm, (each, until, seed))

    with ThreadPoolExecutor(search.workers) as pool:
        return [descend(*arrays(problem), plan, 50)[0] for plan in pool.map(run, range(2))]


def _proposals(search: Search) -> tuple[float, int]:
    """Of each of two chains: in all rounds, and in one."""
    proposals = _share(search.problem) * search.seconds * _PROPOSALS / 2
    return proposals, int(min(proposals / _ROUNDS[0], _ENOUGH * search.problem.n))


def _kinds(problem: Problem) -> tuple[_Kind, _Kind]:
    return _CHAINS if problem.n <= _MANY else _CHAINS_OF_MANY


def _share(problem: Problem) -> float:
    """Share of the annealing in the work."""
    return _SHARE if problem.n <= _MANY else _SHARE_OF_MANY


def _chain(
    search: Search,
    relaxed: Relaxation,
    inside: np.ndarray,
    warm: float,
    more: tuple[int, float, int],
) -> Ints:
    """The best plan of one chain on the arcs ``inside`` from the rounded relaxation; ``warm``: its highest temperature as a share of a
    unit's usual price; ``more``: proposals, when to end, seed.
    """
    steps, until, seed = more
    price = search.problem.usual_price + 1e-12
    small, arcs = search.problem.kept(inside), np.flatnonzero(inside)
    now = np.lexsort((relaxed.reduced[arcs], -relaxed.share[arcs], small.unit))[small.start[:-1]]
    heat, cooling = price * warm, (_COLD / warm) ** (1 / _STAGES)
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
    ``reserved`` of the time that is left is left to the proof. What they did not use goes into other plans, from other chains.
    """
    problem, effort = search.problem, search.effort
    if problem.m < 2 or search.done:
        return
    rng, work = np.random.default_rng(effort.seed), (1 - _share(problem)) * search.seconds
    until = search.until - reserved * max(0.0, search.left)
    saved = _rebuilt(search, relaxed, (work, until), rng)
    search.note("neighbourhoods")
    plans = [search.plan]
    chains = 2 * _proposals(search)[1] / _PROPOSALS
    while saved > chains + _AGAIN * work and time.perf_counter() < until:
        search.plan = min(_annealed(search, relaxed, _kinds(problem), _OTHERS + len(plans)), key=problem.objective)
        merging = _MERGING * search.seconds
        saved = _rebuilt(search, relaxed, (saved - chains - merging, until), rng)
        plans.append(search.plan)
        saved += _merged(search, plans, (merging, until), rng)
    if len(plans) > 1:
        search.note("other plans")


def _rebuilt(search: Search, relaxed: Relaxation, limits: tuple[float, float], rng: np.random.Generator) -> float:
    """Neighbourhoods of all sizes; ``limits``: seconds of work, when to end. The seconds of work that were not needed."""
    problem, (work, until) = search.problem, limits
    saved = 0.0
    for number, (units, per_unit, gap, part) in enumerate(_SIZES):
        saved += part * work
        if number and part * work <= _WORTH:
            continue
        inside = core(problem, relaxed, per_unit if problem.n > 1000 else 12.0)
        saved = _rounds(search, (inside, relaxed.reduced), (_reps(problem, units), gap, saved, until), rng)
    return saved


def _merged(search: Search, plans: list[Ints], limits: tuple[float, float], rng: np.random.Generator) -> float:
    """The best plan that can be put together from ``plans``, by neighbourhoods of many reps on their arcs alone (tour merging; Cook
    and Seymour, 2003); the seconds of work that were not needed.
    """
    problem, (work, until) = search.problem, limits
    search.plan = min(plans, key=problem.objective)
    inside = np.zeros(len(problem.rep), dtype=bool)
    for plan in plans:
        inside[plan] = True
    split = int((np.add.reduceat(inside, problem.start[:-1]) > 1).sum())  # units on which they do not agree
    how = (int(np.clip(round(_SPLIT * problem.m / max(split, 1)), 2, problem.m)), _EXACT, work, until)
    return _rounds(search, (inside, np.zeros(len(inside))), how, rng)


def _reps(problem: Problem, units: int) -> int:
    """How many reps have so many units."""
    return int(np.clip(round(units * problem.m / problem.n), 2, problem.m))


def _rounds(
    search: Search,
    where: tuple[np.ndarray, Floats],
    how: tuple[int, float, float, float],
    rng: np.random.Generator,
) -> float:
    """Rounds over groups of one size; ``where``: the mask of the arcs to use, and what all arcs cost above the cheapest; ``how``: size, gap
    that is good enough, seconds of work, when to end. Seconds of work that were not needed.
    """
    size, gap, budget, until = how
    inside, reduced = where
    problem = search.problem
    inside[search.plan] = True
    small, arcs = problem.kept(inside), np.flatnonzero(inside)
    plan = np.searchsorted(arcs, search.plan)
    kin, wish = kinship(small, reduced[inside], np.inf), np.ones(problem.m)
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
