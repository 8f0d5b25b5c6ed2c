"""A bound by branching on units: the few large ones that the relaxation splits among reps are given to each rep in turn.

Best first (Land and Doig, 1960) over small linear programs that HiGHS solves from the last basis; the relaxation may carry
cuts. Cheap where a whole branch and bound is not: it finds no plans, it only raises the bound.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass

import numpy as np

from workbook.territories.solver.highs import Program, Relaxed
from workbook.territories.solver.problem import Floats, Ints, Problem

#: Up to this share an arc counts as not used.
_NONE = 1e-6


@dataclass(frozen=True, eq=False)
class Branched:
    """``bound``: no plan costs less; ``late``: the clock cut the search; ``floor`` and ``reduced`` (A,): the value of the
    relaxation and its reduced costs before any branching.
    """

    bound: float
    late: bool
    floor: float
    reduced: Floats


def branch(problem: Problem, program: Program, value: float, gap: float, limits: tuple[int, float]) -> Branched:
    """Raise the bound by branching on units.

    ``program``: the relaxation of ``problem``, with or without cuts. ``value``: that of the best plan known; ``limits``: linear
    programs, and the moment (``time.perf_counter``) to end at. Arcs whose reduced cost at the root exceeds the distance to
    ``value`` are closed (no better plan uses them). A node whose relaxation is not below ``value`` is closed too. The bound is
    the least of the open nodes' bounds, and ``value``.
    """
    arcs = len(problem.rep)
    model = Relaxed(program, limits[1] - time.perf_counter())
    root = model.solve(np.zeros(0, dtype=np.int64))
    if root is None:
        return Branched(-np.inf, True, -np.inf, np.zeros(arcs))
    floor, x, dual = root
    dual = np.maximum(dual[:arcs], 0.0)
    model.close(np.flatnonzero((dual > value - floor + 1e-9) & (x[:arcs] <= _NONE)))
    model.beyond(value)
    size = problem.weight.sum(axis=1) if not problem.by_arc else np.ones(problem.n)
    goal = value * (1 - gap) if value > 0 else value
    nothing = np.zeros(0, dtype=np.int64)
    open_nodes: list[tuple[float, int, Ints, Floats]] = [(floor, 0, nothing, x)]
    count, whole = 1, value
    while open_nodes and open_nodes[0][0] < goal:
        if count >= limits[0] or time.perf_counter() >= limits[1]:
            break
        bound, _, closed, x = heapq.heappop(open_nodes)
        unit = _most_split(problem, x, size)
        if unit < 0:  # whole already: its value is that of a plan, and bounds what is below it
            whole = min(whole, bound)
            continue
        own = np.arange(problem.start[unit], problem.start[unit + 1])
        used = own[x[own] > _NONE]
        children = [np.setdiff1d(own, [arc]) for arc in used] + ([used] if len(used) < len(own) else [])
        for more in children:
            below = np.union1d(closed, more)
            solved = model.solve(below)
            count += 1
            if solved is None:  # cut: the node stays open with the bound it had
                heapq.heappush(open_nodes, (bound, count, closed, x))
                break
            if solved[0] < value:
                heapq.heappush(open_nodes, (max(bound, solved[0]), count, below, solved[1]))
        if solved is None:
            break
    late = bool(open_nodes) and open_nodes[0][0] < goal and count < limits[0]
    return Branched(min([whole, *(node[0] for node in open_nodes)]), late, floor, dual)


def _most_split(problem: Problem, x: Floats, size: Floats) -> int:
    """The unit whose split weighs most, -1 when none is split."""
    largest = np.maximum.reduceat(x[: len(problem.rep)], problem.start[:-1])
    split = (1 - largest) * size
    split[largest > 1 - _NONE] = 0.0
    at = int(split.argmax())
    return at if split[at] > 0 else -1
