"""The nodes of branch and bound, and what is read off their relaxations."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from workbook.territories.solver.highs import Program, Relaxed, Solved
from workbook.territories.solver.problem import Floats, Ints, Problem
from workbook.territories.solver.rounding import Rounding

#: Up to this share an arc counts as not used.
_NONE = 1e-6


@dataclass(frozen=True, eq=False)
class Part:
    """A relaxation with cuts of the problem on some of its arcs: places of these arcs in the whole problem, which of them
    a better plan may still use, and a model for each lane that has worked on it.
    """

    problem: Problem
    arcs: Ints
    program: Program
    open: np.ndarray
    models: dict[int, Relaxed] = field(default_factory=dict)

    @cached_property
    def rounding(self) -> Rounding:
        return Rounding(self.problem)

    def model(self, lane: int, left: float) -> Relaxed:
        """The lane's model; ``left``: seconds that it may take in all."""
        if lane not in self.models:
            self.models[lane] = Relaxed(self.program, left)
            self.models[lane].close(np.flatnonzero(~self.open))
        return self.models[lane]


@dataclass(frozen=True, eq=False)
class Node:
    """What is closed (arcs of the part) at this node, with the value of the relaxation there, which may be less than what is proven, its
    shares and reduced costs, and the levels since the last cuts.
    """

    part: Part
    closed: Ints
    value: float
    share: Floats
    reduced: Floats
    level: int


@dataclass(eq=False)
class Outcome:
    """What came of a node: nodes to go on with, what a whole solution bounds, gains by unit asked, a plan, the work."""

    nodes: list[tuple[float, Node]] = field(default_factory=list)
    whole: float = np.inf
    gains: list[tuple[int, float]] = field(default_factory=list)
    plan: Ints | None = None
    work: float = 0.0
    late: bool = False


def usable(solved: Solved, value: float) -> np.ndarray:
    """Arcs that a plan better than ``value`` may use (reduced cost fixing; Dantzig, Fulkerson and Johnson, 1954)."""
    bound, share, reduced = solved
    return np.asarray((reduced <= value - bound + 1e-9) | (share > _NONE))


def split_of(problem: Problem, share: Floats) -> Floats:
    """Shape (n,): how much of each unit is not with its main rep; crumbs do not count, so that each child closes what it used."""
    split = 1 - np.maximum.reduceat(share, problem.start[:-1])
    used = np.add.reduceat(share > _NONE, problem.start[:-1])
    return np.where((split > _NONE) & (used > 1), split, 0.0)


def choices(node: Node, unit: int) -> list[Ints]:
    """What each child closes: all arcs of the unit but one of those used, and in the last one those used."""
    start = node.part.problem.start
    own = np.arange(start[unit], start[unit + 1])
    used = own[node.share[own] > _NONE]
    return [np.setdiff1d(own, [arc]) for arc in used] + ([used] if len(used) < len(own) else [])
