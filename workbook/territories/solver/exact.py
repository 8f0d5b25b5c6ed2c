"""Small problems: cuts first, plans from the relaxation with its cuts, then branch and bound that looks for plans as it goes.

The relaxation alone splits the few large units and so misplaces what lies around them; with cuts, what it says of the rest is
worth following closely: short chains of annealing on few arcs find in a tenth of a second what long ones on many arcs miss.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from workbook.territories.solver.branching import branch
from workbook.territories.solver.cuts import Strengthened, strengthened
from workbook.territories.solver.highs import SolverError, run
from workbook.territories.solver.kernels import anneal, descend
from workbook.territories.solver.problem import Floats, Ints, Problem
from workbook.territories.solver.program import assignment_program, warm_values
from workbook.territories.solver.relaxation import Relaxation
from workbook.territories.solver.state import Search, arrays, core

#: Up to so many units a problem is small, if the cuts of its root (seconds per arc) take no more than this share of the work.
_SMALL, _SEPARATION, _CUTTING = 2000, 7e-5, 0.41
#: Kinds of chain: arcs tried per unit, and the highest temperature as a share of a unit's usual price. Short ones from the
#: relaxation without cuts come first of all, so that a machine too busy for more has a plan; then some from the rounded
#: relaxation with cuts, then some from the best plan.
_FIRST = ((2.0, 0.05), (8.0, 0.05))
_FRESH = ((1.2, 0.05), (1.5, 0.05), (2.0, 0.05), (1.2, 0.02), (4.0, 0.05), (8.0, 0.05))
_AGAIN = ((4.0, 0.005), (2.0, 0.01), (1.5, 0.02), (1.5, 0.01))
#: Lowest temperature, as the same share; chance of a proposal to be a swap.
_COLD, _SWAPS = 0.0007, 0.8
#: Kinds of short chain from the nodes of the branching, in turn.
_NEAR = ((4.0, 0.02), (2.0, 0.02), (4.0, 0.005), (2.0, 0.05))
#: Proposals per unit of a chain, and of a short one.
_CHAIN, _SHORT = 1000, 200
#: Proposals per second; share of the work that goes into chains.
_PROPOSALS, _SHARE = 10_000_000, 0.15
#: The arcs of so many of the best plans are put together anew, in so many nodes; seconds of an iteration there, per arc.
_BEST, _NODES, _ITERATION = 8, 50, 8e-8
#: Seconds of work per unit below which that is not begun.
_MERGED = 0.016
#: Of the clock, cuts may take this part of what is left, and so much of the rest is left to branching.
_LEFT = 0.4


def is_small(problem: Problem, seconds: float) -> bool:
    """Whether the problem can be treated so with the work of so many seconds."""
    return problem.n <= _SMALL and _SEPARATION * len(problem.rep) <= _CUTTING * seconds


def settle(search: Search, relaxed: Relaxation) -> None:
    """Plan and bound of a small problem, in ``search``."""
    first = [_chain(search, relaxed, (*kind, _SHORT), (_rounded(search.problem, relaxed), 1)) for kind in _FIRST]
    search.plan = min((search.plan, *first), key=search.problem.objective)
    search.note("start")
    if search.done or search.late():
        return
    cut, tight = _tightened(search, relaxed)
    if search.late():
        return
    search.bound = max(search.bound, tight.bound)
    search.note("cuts")
    spent = cut.work
    if not search.done:
        spent += _chains(search, tight)
    if search.done or search.late():
        return

    def better(share: Floats, reduced: Floats, number: int) -> tuple[Ints, float]:
        here = replace(tight, share=share, reduced=reduced)
        kind, seed = (*_NEAR[number % len(_NEAR)], _SHORT), search.effort.seed * 100_000 + number
        plan = _chain(search, here, kind, (_rounded(search.problem, here), seed))
        return plan, _SHORT * search.problem.n / _PROPOSALS

    limits, who = (search.seconds - spent, search.until, search.effort.gap), (better, search.workers)
    made = branch(search.problem, cut.program, search.value, limits, who)
    search.bound, search.cut = max(search.bound, made.bound), search.cut or made.late
    if made.plan is not None:
        search.plan = made.plan
    search.note("branching")


def _tightened(search: Search, relaxed: Relaxation) -> tuple[Strengthened, Relaxation]:
    """The relaxation with cuts as a program, and what it says; where HiGHS cannot tell, what the one without cuts says."""
    problem = search.problem
    try:
        cut = strengthened(problem, max(0.01, search.left * _LEFT))
    except SolverError:
        return Strengthened(assignment_program(problem, whole=False), 0, None, np.zeros(0), 0.0), relaxed
    if cut.solved is None:
        search.cut = True
        return cut, relaxed
    if cut.solved[0] == np.inf:  # some plan there always is: cuts that leave none are wrong, and prove nothing
        return replace(cut, program=assignment_program(problem, whole=False), cuts=0), relaxed
    arcs = len(problem.rep)
    bound, share, reduced = cut.solved[0], cut.solved[1][:arcs], np.maximum(cut.solved[2][:arcs], 0.0)
    return cut, replace(relaxed, bound=bound, share=share, reduced=reduced)


def _chains(search: Search, tight: Relaxation) -> float:
    """Rounds of chains, fresh ones and such from the best plan, then the best of them merged; the work in seconds."""
    problem = search.problem
    each = _CHAIN * problem.n
    count = int(np.clip(_SHARE * search.seconds * _PROPOSALS / each, len(_FRESH) + len(_AGAIN), 200))
    until = search.left * _LEFT
    start, made = _rounded(problem, tight), [search.plan]
    kinds: list[tuple[tuple[float, float], bool]] = []
    while len(kinds) < count:
        kinds += [(kind, True) for kind in _FRESH] + [(kind, False) for kind in _AGAIN]
    done = 0
    with ThreadPoolExecutor(search.workers) as pool:
        while done < count:
            fresh = kinds[done][1]
            size = len(_FRESH) if fresh else len(_AGAIN)
            now, first = start if fresh else search.plan, search.effort.seed * 1000 + done

            def run_one(at: int, now: Ints = now, first: int = first, done: int = done) -> Ints:
                return _chain(search, tight, (*kinds[done + at][0], _CHAIN), (now, first + at))

            made += pool.map(run_one, range(size))
            search.plan = min((search.plan, *made[-size:]), key=problem.objective)
            done += size
            if search.left < until:
                search.cut = True
                break
    search.note("annealing")
    work = done * each / _PROPOSALS
    if search.seconds >= _MERGED * problem.n and not search.done:
        work += _merge(search, made)
        search.note("merging")
    return work


def _rounded(problem: Problem, tight: Relaxation) -> Ints:
    """Each unit with the rep who has most of it in the relaxation."""
    return np.lexsort((tight.reduced, -tight.share, problem.unit))[problem.start[:-1]]


def _chain(search: Search, tight: Relaxation, kind: tuple[float, float, int], more: tuple[Ints, int]) -> Ints:
    """The plan that one chain of annealing leads to, where no single move improves it; ``kind``: arcs tried per unit,
    temperature, proposals per unit; ``more``: the plan it starts from, and the seed.
    """
    problem, (per_unit, heat, steps), (now, seed) = search.problem, kind, more
    price = problem.usual_price + 1e-12
    inside = core(problem, tight, per_unit)
    inside[now] = True
    small, arcs = problem.kept(inside), np.flatnonzero(inside)
    now = np.searchsorted(arcs, now)
    found, _, _ = anneal(*arrays(small), now, steps * problem.n, price * heat, price * _COLD, _SWAPS, seed)
    plan, _ = descend(*arrays(problem), arcs[found], 50)
    return np.asarray(plan)


def _merge(search: Search, plans: list[Ints]) -> float:
    """The best plan that can be put together from the arcs of the best ones; the work in seconds."""
    problem = search.problem
    values = np.array([problem.objective(plan) for plan in plans])
    keep = np.zeros(len(problem.rep), dtype=bool)
    for at in np.argsort(values, kind="stable")[:_BEST]:
        keep[plans[at]] = True
    keep[search.plan] = True
    small, arcs = problem.kept(keep), np.flatnonzero(keep)
    place = np.searchsorted(arcs, search.plan)
    options = {"mip_max_nodes": _NODES, "time_limit": max(0.05, search.left * 0.3), "mip_rel_gap": 1e-4}
    options |= {"mip_heuristic_effort": 0.02, "mip_heuristic_run_feasibility_jump": False}
    result = run(assignment_program(small, whole=True), options, warm=warm_values(small, place, small.loads(place)))
    search.cut = search.cut or result.status == "Time limit reached"
    if result.values is not None and np.isfinite(result.objective):
        chosen = np.flatnonzero(result.values[: len(small.rep)] > 0.5)
        if len(chosen) == problem.n and small.objective(chosen) < search.value - 1e-9:
            search.plan = descend(*arrays(problem), arcs[chosen], 50)[0]
    return _ITERATION * result.iterations * len(arcs)
