"""Branch and bound on units: the few large ones that the relaxation splits among reps are given to each rep in turn.

Best first (Land and Doig, 1960) over small linear programs that HiGHS solves from the last basis. Which unit is asked next is
learned from how far such questions raised the bound before (reliability branching; Achterberg, Koch and Martin, 2005). Each node
gets new cuts of its own: with the large units fixed they are much tighter than those of the root. A few levels down, what the
reduced costs rule out is left out of the program and the cuts are separated anew. Two nodes are worked on at a time, each with a model of its own, so that what comes
out does not depend on the number of threads.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from workbook.territories.solver.cuts import strengthened
from workbook.territories.solver.highs import Program, Solved, SolverError
from workbook.territories.solver.nodes import Node, Outcome, Part, choices, split_of, usable
from workbook.territories.solver.problem import Floats, Ints, Problem

#: Rounds of cuts at a node, the relative rise below which no more are made, and how many cuts may stay before idle ones go.
_ROUNDS, _RISE, _MANY = 5, 2e-5, 300
#: Levels below a separation of cuts after which cuts are separated anew.
_LEVELS = 4
#: A root of which less than this share may still be used is made anew without the rest.
_MOST = 0.8
#: How often a unit must have been asked before its estimate is relied on, and how many are tried until then.
_RELIABLE, _TRIED = 3, 6
#: Nodes at a time.
_LANES = 2
#: A plan by the shares of a relaxation (A,), its reduced costs (A,) and a number to draw by, and the work in seconds.
Better = Callable[[Floats, Floats, int], tuple[Ints, float]]


@dataclass(frozen=True, eq=False)
class Branched:
    """``bound``: no plan costs less; ``plan``: a better one than the one given, if any was found; ``late``: the clock cut the
    search; ``floor``: the value of the relaxation before any branching; ``work``: in seconds.
    """

    bound: float
    plan: Ints | None
    late: bool
    floor: float
    work: float


class _LateError(Exception):
    """The clock is out."""


def branch(
    problem: Problem,
    program: Program,
    value: float,
    limits: tuple[float, float, float],
    better: tuple[Better | None, int] = (None, 1),
) -> Branched:
    """Raise the bound by branching on units.

    ``program``: the relaxation of ``problem``, with or without cuts. ``value``: that of the best plan known; ``limits``: seconds
    of work, the moment (``time.perf_counter``) to end at, the relative gap that is good enough. ``better``: who is asked for a
    plan at every node, and the number of threads. The bound is the least of the open nodes' bounds and of what is good enough to prove.
    """
    work, until, gap = limits
    tree = _Tree(problem, value, until, better[0], gap)
    try:
        tree.plant(program)
    except (_LateError, SolverError) as fault:  # no time, or numbers beyond HiGHS: nothing is proven here
        return Branched(-np.inf, None, isinstance(fault, _LateError), -np.inf, tree.work)
    late = False
    with ThreadPoolExecutor(max(1, min(_LANES, better[1]))) as pool:
        while not late and tree.nodes and tree.bound < tree.goal and tree.work < work:
            late = tree.grow(pool)
    return Branched(tree.bound, tree.plan, late, tree.floor, tree.work)


@dataclass(eq=False)
class _Tree:
    problem: Problem
    value: float
    until: float
    better: Better | None
    gap: float
    nodes: list[tuple[float, int, Node]] = field(default_factory=list)
    floor: float = -np.inf
    work: float = 0.0
    count: int = 0
    plan: Ints | None = None

    def __post_init__(self) -> None:
        problem = self.problem
        size = problem.weight if not problem.by_arc else np.ones((problem.n, 1))
        self.size = size.sum(axis=1) + 1e-12
        self.raised, self.asked = np.zeros(problem.n), np.zeros(problem.n)
        self.whole = np.inf

    @property
    def bound(self) -> float:
        """What is proven now: no more than the goal, which was higher when nodes were left aside for it."""
        return min(self.whole, self.goal, self.nodes[0][0] if self.nodes else np.inf)

    @property
    def goal(self) -> float:
        """What is good enough to prove: nobody asks for plans between it and the best one's value."""
        return self.value - self.gap * abs(self.value)

    def plant(self, program: Program) -> None:
        """The root."""
        made = Outcome()
        part, (self.floor, share, reduced) = self._part(np.arange(len(self.problem.rep)), 0, made, program)
        self.work += made.work
        level = _LEVELS if part.open.mean() < _MOST else 0  # what is ruled out from the beginning is left out soon
        self._push(self.floor, Node(part, np.zeros(0, dtype=np.int64), self.floor, share, reduced, level))

    def grow(self, pool: ThreadPoolExecutor) -> bool:
        """The nodes with the least bounds give way to their children, or to themselves with new cuts; whether the clock is out."""
        taken = [heapq.heappop(self.nodes)]
        while len(taken) < _LANES and self.nodes and self.nodes[0][0] < self.goal:
            taken.append(heapq.heappop(self.nodes))
        made = list(pool.map(self._expand, taken, range(len(taken))))
        for node, outcome in zip(taken, made, strict=True):
            self.work += outcome.work
            if outcome.late:
                heapq.heappush(self.nodes, node)
                continue
            self.whole = min(self.whole, outcome.whole)
            for unit, gain in outcome.gains:
                self.raised[unit] += gain
                self.asked[unit] += 1
            if outcome.plan is not None and (value := self.problem.objective(outcome.plan)) < self.value - 1e-9:
                self.value, self.plan = value, outcome.plan
            for bound, child in outcome.nodes:
                self._push(max(node[0], bound), child)
        return any(outcome.late for outcome in made)

    def _push(self, bound: float, node: Node) -> None:
        self.count += 1
        if bound < self.goal - 1e-9:
            heapq.heappush(self.nodes, (bound, self.count, node))

    def _expand(self, taken: tuple[float, int, Node], lane: int) -> Outcome:
        """What comes of a node. Changes nothing but the lane's models: two nodes are expanded at a time."""
        (bound, number, node), made = taken, Outcome()
        try:
            if node.level >= _LEVELS:
                self._cut(node, lane, made)
                return made
            bound, node = self._tightened(bound, node, lane, made)
            if bound >= self.goal:
                return made
            self._improve(node, number, made)
            split = split_of(node.part.problem, node.share)
            if split.any():
                self._children((bound, node, split), lane, made)
            else:  # whole already: its value is that of a plan, and bounds what is below it
                made.whole = bound
        except _LateError:
            made.late = True
        except SolverError:  # numbers beyond HiGHS: the node stays as it is, and bounds what is below it
            made.whole, made.nodes = bound, []
        return made

    def _part(self, arcs: Ints, lane: int, made: Outcome, program: Program | None = None) -> tuple[Part, Solved]:
        """The problem on ``arcs`` with cuts (those of ``program``, or new ones), and its relaxation."""
        keep = np.zeros(len(self.problem.rep), dtype=bool)
        keep[arcs] = True
        problem = self.problem.kept(keep)
        if program is None:
            cut = strengthened(problem, self.until - time.perf_counter())
            if cut.solved is None:
                raise _LateError
            made.work += cut.work
            program = cut.program
        part = Part(problem, arcs, program, np.ones(len(arcs), dtype=bool))
        solved = self._solve(part, np.zeros(0, dtype=np.int64), lane, made)
        if solved[0] < np.inf:
            part.open[:] = usable(solved, self.goal)
            part.models[lane].close(np.flatnonzero(~part.open))
        return part, solved

    def _tightened(self, bound: float, node: Node, lane: int, made: Outcome) -> tuple[float, Node]:
        """The node with rounds of new cuts, which serve all that is below it, and its bound."""
        for number in range(_ROUNDS):
            values = self._values(node.part, node.closed, lane, made)
            if values[0] >= self.goal:
                return max(bound, values[0]), node
            rise, bound = values[0] - bound, max(bound, values[0])
            value, share, reduced = _of_arcs(node.part, values)
            node = replace(node, value=value, share=share, reduced=reduced)
            model, pool = node.part.models[lane], node.part.rounding.cuts(values[1])
            if pool is None or (number and rise < _RISE * abs(bound)):
                break
            if len(model.cuts) > _MANY:
                model.tidy()
            model.add(pool)
        return bound, node

    def _solve(self, part: Part, closed: Ints, lane: int, made: Outcome) -> Solved:
        return _of_arcs(part, self._values(part, closed, lane, made))

    def _values(self, part: Part, closed: Ints, lane: int, made: Outcome) -> Solved:
        """Value, columns and reduced costs."""
        left = self.until - time.perf_counter()
        if left <= 0:
            raise _LateError
        model = part.model(lane, left)
        model.beyond(self.goal)
        before = model.work
        solved = model.solve(closed)
        made.work += model.work - before
        if solved is None:
            raise _LateError
        return solved

    def _cut(self, node: Node, lane: int, made: Outcome) -> None:
        """The node again, on what a better plan may use there, with cuts of its own."""
        part = node.part
        open_ = part.open & usable((node.value, node.share, node.reduced), self.goal)
        open_[node.closed] = False
        fresh, (value, share, reduced) = self._part(part.arcs[open_], lane, made)
        if value < self.goal:
            made.nodes.append((value, Node(fresh, np.zeros(0, dtype=np.int64), value, share, reduced, 0)))

    def _improve(self, node: Node, number: int, made: Outcome) -> None:
        if self.better is None:
            return
        arcs = len(self.problem.rep)
        share, reduced = np.zeros(arcs), np.full(arcs, np.inf)
        share[node.part.arcs], reduced[node.part.arcs] = node.share, node.reduced
        made.plan, work = self.better(share, reduced, number)
        made.work += work

    def _children(self, asked: tuple[float, Node, Floats], lane: int, made: Outcome) -> None:
        """The children by the unit that raises the bound most, among those tried."""
        bound, node, split = asked
        each = self.raised / np.maximum(self.asked, 1)
        known = self.asked > 0
        usual = float((each[known] / self.size[known]).mean()) if known.any() else 1.0
        hope = np.where(split > 0, np.where(known, each, usual * self.size) * np.minimum(split, 0.5), -np.inf)
        order = np.argsort(-hope, kind="stable")[:_TRIED]
        order = order[split[order] > 0]
        most = -np.inf
        for unit in order[:1] if self.asked[order[0]] >= _RELIABLE else order:
            values, children = [], []
            for more in choices(node, unit):
                closed = np.union1d(node.closed, more)
                value, share, reduced = self._solve(node.part, closed, lane, made)
                values.append(max(0.0, min(value, self.goal) - bound))  # after new cuts a relaxation may say less
                if value < self.goal:
                    children.append((value, Node(node.part, closed, value, share, reduced, node.level + 1)))
            gain = float(min(values) + 0.3 * np.mean(values))
            made.gains.append((int(unit), gain / max(min(split[unit], 0.5), 1e-3)))
            if gain > most:
                most, made.nodes = gain, children


def _of_arcs(part: Part, solved: Solved) -> Solved:
    """Value, shares and reduced costs of the arcs alone; an arc at its upper end costs no less than nothing."""
    arcs = len(part.arcs)
    return solved[0], solved[1][:arcs], np.maximum(solved[2][:arcs], 0.0)
