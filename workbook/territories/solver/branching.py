"""Branch and bound on units: the few large ones that the relaxation splits among reps are given to each rep in turn.

Best first (Land and Doig, 1960) over small linear programs that HiGHS solves from the last basis. Which unit is asked next is
learned from how far such questions raised the bound before (reliability branching; Achterberg, Koch and Martin, 2005). A few
levels down, what the reduced costs of a node rule out is left out and the cuts are separated anew: with the large units fixed
they are much tighter than those of the root.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from workbook.territories.solver.cuts import strengthened
from workbook.territories.solver.highs import Program, Relaxed
from workbook.territories.solver.problem import Floats, Ints, Problem
from workbook.territories.solver.program import assignment_program

#: Up to this share an arc counts as not used.
_NONE = 1e-6
#: Levels below a separation of cuts after which cuts are separated anew.
_LEVELS = 4
#: How often a unit must have been asked before its estimate is relied on, and how many are tried until then.
_RELIABLE, _TRIED = 3, 6
#: Seconds of work of one linear program: at least, and per arc.
_PROGRAM = (5e-4, 1.6e-6)
#: Looks for a plan by the shares of a relaxation (A,) and its reduced costs (A,): the value of the best plan known then, and
#: the work in seconds.
Better = Callable[[Floats, Floats], tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Branched:
    """``bound``: no plan costs less; ``late``: the clock cut the search; ``floor``: the value of the relaxation before any
    branching; ``work``: in seconds.
    """

    bound: float
    late: bool
    floor: float
    work: float


@dataclass(frozen=True, eq=False)
class _Part:
    """A relaxation with cuts of the problem on some of its arcs: places of these arcs in the whole problem, and which of them
    a better plan may still use.
    """

    problem: Problem
    arcs: Ints
    model: Relaxed
    open: np.ndarray


@dataclass(frozen=True, eq=False)
class _Node:
    """What is closed (arcs of the part) at this node, with the shares there and the levels since the last cuts."""

    part: _Part
    closed: Ints
    share: Floats
    reduced: Floats
    level: int


_Solved = tuple[float, Floats, Floats]


class _LateError(Exception):
    """The clock is out."""


def branch(
    problem: Problem,
    program: Program,
    value: float,
    gap: float,
    limits: tuple[float, float],
    better: Better | None = None,
) -> Branched:
    """Raise the bound by branching on units.

    ``program``: the relaxation of ``problem``, with or without cuts. ``value``: that of the best plan known; ``limits``: seconds
    of work, and the moment (``time.perf_counter``) to end at. ``better`` is asked for a plan at every node. The bound is the
    least of the open nodes' bounds, and the value of the best plan.
    """
    tree = _Tree(problem, value, limits[1], better)
    late = False
    try:
        tree.plant(program)
        while tree.nodes and tree.bound < tree.goal(gap) and tree.work < limits[0]:
            tree.grow()
    except _LateError:
        late = True
    return Branched(min(tree.bound, tree.value), late, tree.floor, tree.work)


@dataclass(eq=False)
class _Tree:
    problem: Problem
    value: float
    until: float
    better: Better | None
    nodes: list[tuple[float, int, _Node]] = field(default_factory=list)
    floor: float = -np.inf
    work: float = 0.0
    count: int = 0

    def __post_init__(self) -> None:
        problem = self.problem
        size = problem.weight if not problem.by_arc else np.ones((problem.n, 1))
        self.size = size.sum(axis=1) + 1e-12
        self.raised, self.asked = np.zeros(problem.n), np.zeros(problem.n)
        self.whole = np.inf

    @property
    def bound(self) -> float:
        """What is proven now."""
        if self.floor == -np.inf:
            return -np.inf
        return min(self.whole, self.nodes[0][0] if self.nodes else self.value)

    def goal(self, gap: float) -> float:
        return self.value - gap * abs(self.value)

    def plant(self, program: Program) -> None:
        """The root."""
        part, (self.floor, share, reduced) = self._part(np.arange(len(self.problem.rep)), program)
        self._push(self.floor, _Node(part, np.zeros(0, dtype=np.int64), share, reduced, 0))

    def grow(self) -> None:
        """The node with the least bound gives way to its children, or to itself with new cuts."""
        bound, number, node = heapq.heappop(self.nodes)
        try:
            if node.level >= _LEVELS:
                self._cut(bound, node)
                return
            self._improve(node)
            split = _split(node.part.problem, node.share)
            if not split.any():  # whole already: its value is that of a plan, and bounds what is below it
                self.whole = min(self.whole, bound)
                return
            for value, child in self._children(bound, node, split):
                self._push(max(bound, value), child)
        except _LateError:
            heapq.heappush(self.nodes, (bound, number, node))
            raise

    def _push(self, bound: float, node: _Node) -> None:
        self.count += 1
        if bound < self.value - 1e-9:
            heapq.heappush(self.nodes, (bound, self.count, node))

    def _part(self, arcs: Ints, program: Program | None = None) -> tuple[_Part, _Solved]:
        """The problem on ``arcs`` with cuts (those of ``program``, or new ones), and its relaxation."""
        keep = np.zeros(len(self.problem.rep), dtype=bool)
        keep[arcs] = True
        part = self.problem.kept(keep)
        if program is None:
            cut = strengthened(assignment_program(part, whole=True), self.until - time.perf_counter())
            if cut.late:
                raise _LateError
            self.work += cut.work
            program = cut.program
        model = Relaxed(program, self.until - time.perf_counter())
        open_ = np.ones(len(arcs), dtype=bool)
        made = _Part(part, arcs, model, open_)
        solved = self._solve(made, np.zeros(0, dtype=np.int64))
        if solved[0] < np.inf:
            open_ &= _usable(solved, self.value)
            model.close(np.flatnonzero(~open_))
        return made, solved

    def _solve(self, part: _Part, closed: Ints) -> _Solved:
        self.work += _PROGRAM[0] + _PROGRAM[1] * len(part.arcs)
        part.model.beyond(self.value)
        solved = part.model.solve(closed) if time.perf_counter() < self.until else None
        if solved is None:
            raise _LateError
        arcs = len(part.arcs)
        return solved[0], solved[1][:arcs], np.maximum(solved[2][:arcs], 0.0)

    def _cut(self, bound: float, node: _Node) -> None:
        """The node again, on what a better plan may use there, with cuts of its own."""
        part = node.part
        usable = part.open.copy()
        usable[node.closed] = False
        usable &= _usable((bound, node.share, node.reduced), self.value)
        made, solved = self._part(part.arcs[usable])
        if solved[0] < self.value:
            blank = np.zeros(0, dtype=np.int64)
            self._push(max(bound, solved[0]), _Node(made, blank, solved[1], solved[2], 0))

    def _improve(self, node: _Node) -> None:
        if self.better is None:
            return
        arcs = len(self.problem.rep)
        share, reduced = np.zeros(arcs), np.full(arcs, np.inf)
        share[node.part.arcs], reduced[node.part.arcs] = node.share, node.reduced
        value, work = self.better(share, reduced)
        self.value, self.work = min(self.value, value), self.work + work

    def _children(self, bound: float, node: _Node, split: Floats) -> list[tuple[float, _Node]]:
        """The children by the unit that raises the bound most, among those tried."""
        each = self.raised / np.maximum(self.asked, 1)
        known = self.asked > 0
        usual = float((each[known] / self.size[known]).mean()) if known.any() else 1.0
        hope = np.where(split > 0, np.where(known, each, usual * self.size) * np.minimum(split, 0.5), -1.0)
        order = np.argsort(-hope, kind="stable")[:_TRIED]
        order = order[split[order] > 0]
        best: list[tuple[float, _Node]] = []
        most = -np.inf
        for unit in order[:1] if self.asked[order[0]] >= _RELIABLE else order:
            made = []
            for more in _choices(node, unit):
                closed = np.union1d(node.closed, more)
                value, share, reduced = self._solve(node.part, closed)
                if value < np.inf:
                    made.append((value, _Node(node.part, closed, share, reduced, node.level + 1)))
                else:
                    made.append((value, node))
            gains = np.array([min(value, self.value) - bound for value, _ in made])
            gain = float(gains.min() + 0.3 * gains.mean())
            self.raised[unit] += gain / max(min(split[unit], 0.5), 1e-3)
            self.asked[unit] += 1
            if gain > most:
                best, most = made, gain
        return [(value, child) for value, child in best if value < self.value]


def _usable(solved: _Solved, value: float) -> np.ndarray:
    """Arcs that a plan better than ``value`` may use (reduced cost fixing; Dantzig, Fulkerson and Johnson, 1954)."""
    bound, share, reduced = solved
    return np.asarray((reduced <= value - bound + 1e-9) | (share > _NONE))


def _split(problem: Problem, share: Floats) -> Floats:
    """Shape (n,): how much of each unit is not with its main rep."""
    split = 1 - np.maximum.reduceat(share, problem.start[:-1])
    return np.where(split > _NONE, split, 0.0)


def _choices(node: _Node, unit: int) -> list[Ints]:
    """What each child closes: all arcs of the unit but one of those used, and in the last one those used."""
    start = node.part.problem.start
    own = np.arange(start[unit], start[unit + 1])
    used = own[node.share[own] > _NONE]
    return [np.setdiff1d(own, [arc]) for arc in used] + ([used] if len(used) < len(own) else [])
