"""Cuts by mixed-integer rounding of one load at a time (Marchand and Wolsey, 2001).

The load of a rep and what it lacks up to an edge of its price make a row:  load + lacking ≥ edge,  or  load - beyond ≤ edge. Units
come whole; where the relaxation splits one, the row divided by a step, some units counted by what is *not* held, and rounded, cuts
that off. The steps tried are the weights of split units and parts of them; the best cut of each row is taken. A cut says nothing
that depends on where it was found: it holds for every plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from workbook.territories.solver.highs import Pool
from workbook.territories.solver.problem import Floats, Ints, Problem
from workbook.territories.solver.program import part_columns
from workbook.territories.solver.rounding_kernels import found, written

#: A cut is worth having when it cuts off so much of the usual weight.
_WORTH = 1e-4


@dataclass(frozen=True, eq=False)
class _Edges:
    """The rows to round, one per priced load and edge of its price: rep, attribute, edge, whether it counts what is beyond, and the
    columns ``first`` to before ``last`` of the program that hold what is lacking or beyond.
    """

    rep: Ints
    k: Ints
    edge: Floats
    over: npt.NDArray[np.bool_]
    first: Ints
    last: Ints


@dataclass(frozen=True, eq=False)
class Rounding:
    """Finds cuts for the program of ``problem`` (:func:`~workbook.territories.solver.program.assignment_program`)."""

    problem: Problem

    @cached_property
    def _edges(self) -> _Edges:
        pieces, (under, over) = self.problem.pieces, part_columns(self.problem)
        parts = []
        for columns, beyond in ((under, False), (over, True)):
            rep, k, piece = np.nonzero(columns >= 0)
            at = columns[rep, k, piece]
            if beyond:  # from this piece to the last
                edge, first, last = pieces.edge[rep, k, piece], at, columns[rep, k].max(axis=1) + 1
            else:  # from the first piece to this one
                some = np.where(columns >= 0, columns, columns.max(initial=0) + 1)
                edge, first, last = pieces.edge[rep, k, piece + 1], some[rep, k].min(axis=1), at + 1
            parts.append((rep, k, edge, np.full(len(rep), beyond), first, last))
        return _Edges(*(np.concatenate(both) for both in zip(*parts, strict=True)))

    @cached_property
    def _arcs(self) -> tuple[Ints, Ints, Floats, Floats]:
        """The arcs rep by rep, where each rep's begin, their weights (A, K), and what is worth cutting off (K,)."""
        order = np.argsort(self.problem.rep, kind="stable")
        head = np.concatenate([[0], np.cumsum(np.bincount(self.problem.rep, minlength=self.problem.m))])
        weight = np.ascontiguousarray(self.problem.weight[self.problem.row[order]])
        some = np.maximum((weight != 0).sum(axis=0), 1)
        return order, head, weight, _WORTH * np.abs(weight).sum(axis=0) / some

    def cuts(self, values: Floats) -> Pool | None:
        """The cuts that ``values`` of the program's columns violate, None where there are none."""
        edges, (order, head, weight, worth) = self._edges, self._arcs
        share = np.clip(values[order], 0.0, 1.0)
        share[share < 1e-9], share[share > 1 - 1e-9] = 0.0, 1.0
        rows = (edges.rep, edges.k, edges.edge, edges.over)
        sums = np.concatenate([[0.0], np.cumsum(np.maximum(values, 0.0))])
        step, turned = found(head, weight, share, *rows, sums[edges.last] - sums[edges.first], worth)
        good = np.flatnonzero(step > 0)
        if not len(good):
            return None
        sizes = head[edges.rep[good] + 1] - head[edges.rep[good]]
        count = edges.last[good] - edges.first[good]
        start = np.concatenate([[0], np.cumsum(sizes + count)])
        index, value = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])
        low, high = np.full(len(good), -np.inf), np.full(len(good), np.inf)
        written(head, order, weight, good, *rows, edges.first, edges.last, step, turned, start, index, value, low, high)
        some = value != 0
        start = np.concatenate([[0], np.cumsum(some)])[start]
        return Pool(start.astype(np.int32), index[some], value[some], low, high)
