"""A bound by branching on units: the few large ones that the relaxation splits among reps are given to each rep in turn.

Best first (Land and Doig, 1960) over small linear programs that HiGHS solves from the last basis. Cheap where a whole branch
and bound is not: it finds no plans, it only raises the bound.
"""

from __future__ import annotations

import heapq
import time

import numpy as np

from workbook.territories.solver.highs import Relaxed
from workbook.territories.solver.problem import Floats, Problem
from workbook.territories.solver.program import assignment_program


def branch(problem: Problem, value: float, gap: float, limits: tuple[int, float]) -> tuple[float, bool]:
    """The bound reached, and whether the clock cut the search. ``value``: that of the best plan known; ``limits``: linear
    programs, and the moment (``time.perf_counter``) to end at.

    A node whose relaxation is not below ``value`` is closed. The bound is the least of the open nodes' bounds, and ``value``.
    """
    model = Relaxed(assignment_program(problem, whole=False))
    root, x = model.solve({})
    size = problem.weight.sum(axis=1) if not problem.by_arc else np.ones(problem.n)
    goal = value * (1 - gap) if value > 0 else value
    open_nodes: list[tuple[float, int, dict[int, int], Floats]] = [(root, 0, {}, x)]
    count = 1
    while open_nodes and open_nodes[0][0] < goal:
        if count >= limits[0] or time.perf_counter() >= limits[1]:
            return min(value, open_nodes[0][0]), count < limits[0]
        _, _, fixed, x = heapq.heappop(open_nodes)
        unit = _most_split(problem, x, size, fixed)
        if unit < 0:  # whole already: its value is that of a plan, and bounds what is below it
            continue
        for arc in range(problem.start[unit], problem.start[unit + 1]):
            below = {**fixed, unit: arc}
            bound, inner = model.solve(_closed(problem, below))
            count += 1
            if bound < value:
                heapq.heappush(open_nodes, (bound, count, below, inner))
    return min([value, *(node[0] for node in open_nodes)]), False


def _most_split(problem: Problem, x: Floats, size: Floats, fixed: dict[int, int]) -> int:
    """The unit whose split weighs most, -1 when none is split."""
    share = x[: len(problem.rep)]
    largest = np.maximum.reduceat(share, problem.start[:-1])
    split = (1 - largest) * size
    split[largest > 1 - 1e-6] = 0.0
    if fixed:
        split[list(fixed)] = 0.0
    at = int(split.argmax())
    return at if split[at] > 0 else -1


def _closed(problem: Problem, fixed: dict[int, int]) -> dict[int, float]:
    """Upper bounds of arcs under these choices: 0 for the arcs not chosen of each fixed unit."""
    out = {}
    for unit, arc in fixed.items():
        for other in range(problem.start[unit], problem.start[unit + 1]):
            if other != arc:
                out[other] = 0.0
    return out
