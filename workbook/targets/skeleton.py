"""What numbers are held, as a small table: nodes that are held (and those above them) by classes of columns.

Between held nodes nothing changes but by one factor per class, so a handful of rows stands for a million accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from workbook.targets.grid import Branches

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]
Int64s = npt.NDArray[np.int64]

Kind = Literal["company", "finance", "pin", "lock", "scale", "keep", "given"]


@dataclass(frozen=True, eq=False)
class Held:
    """One number that must come out exactly: a node, which columns, the amount; ``label`` is how people know it.

    Kinds: ``company`` and ``finance`` are given, ``pin``, ``lock`` and ``scale`` are edits, ``keep`` is a number above an
    edit and ``given`` one of finance's for a lower node, both of which stay beside the edits if they can.
    """

    node: int
    columns: Bools
    amount: int
    label: str
    kind: Kind = "pin"


@dataclass(frozen=True, eq=False)
class Skeleton:
    """The table on which held numbers are solved.

    ``tops``: positions of its nodes in preorder, each standing for the leaves under it that no deeper top has;
    ``column_class`` (cells,); ``table`` (tops, classes) sums now; ``free`` (tops,): leaves of its own.
    ``rows``: for each held number its first and past-the-last row; ``cols`` (held, classes): its classes.
    """

    held: tuple[Held, ...]
    tops: Ints
    column_class: Ints
    table: Int64s
    free: Int64s
    rows: Ints
    cols: Bools

    @classmethod
    def of(cls, branches: Branches, sums: Int64s, held: Sequence[Held]) -> Skeleton:
        """From every node's amounts (n, cells) and the numbers to hold; the first of ``held`` are the company's."""
        marked = np.zeros(len(branches), dtype=bool)
        marked[0] = True
        for one in held:
            at = one.node
            while not marked[at]:
                marked[at] = True
                at = int(branches.parent[at])
        tops = np.flatnonzero(marked)
        row_of = np.full(len(branches), -1, dtype=np.intp)
        row_of[tops] = np.arange(len(tops))
        masks = np.array([one.columns for one in held])
        distinct, which = np.unique(masks, axis=0, return_inverse=True)
        patterns, column_class = np.unique(distinct, axis=1, return_inverse=True)
        cols = patterns[which.reshape(-1)].astype(bool)
        classes = patterns.shape[1]
        by_class = np.stack([sums[tops][:, column_class == k].sum(axis=1) for k in range(classes)], axis=1)
        lo, hi = branches.leaf_span
        leaves = (hi - lo)[tops]
        own, free = by_class.copy(), leaves.astype(np.int64)
        above = row_of[branches.parent[tops[1:]]]
        np.subtract.at(own, above, by_class[1:])
        np.subtract.at(free, above, leaves[1:])
        nodes = np.array([one.node for one in held], dtype=np.intp)
        rows = np.stack([row_of[nodes], np.searchsorted(tops, branches.end[nodes])], axis=1)
        return cls(tuple(held), tops, column_class.reshape(-1), own, free, rows, cols)

    def size(self, number: int) -> int:
        """How many cells of the table a held number has."""
        return int((self.rows[number, 1] - self.rows[number, 0]) * self.cols[number].sum())

    @cached_property
    def inside(self) -> Bools:
        """(held, held): whether the cells of the second all lie in the first (and it is not the first itself)."""
        lo, hi = self.rows[:, 0], self.rows[:, 1]
        rows = (lo[None, :] >= lo[:, None]) & (hi[None, :] <= hi[:, None])
        outside = (
            (self.cols[None, :, :] & ~self.cols[:, None, :]).any(axis=2) if len(self.held) < 400 else self._outside
        )
        both = rows & ~outside
        np.fill_diagonal(both, False)
        return both

    @cached_property
    def _outside(self) -> Bools:
        a = self.cols.astype(np.float32)
        return (a @ (1.0 - a).T).T > 0.5

    def meets(self, a: int, b: int) -> bool:
        """Whether two held numbers share a cell."""
        rows = max(self.rows[a, 0], self.rows[b, 0]) < min(self.rows[a, 1], self.rows[b, 1])
        return bool(rows and (self.cols[a] & self.cols[b]).any())

    def within(self, number: int, active: Bools) -> list[int]:
        """The largest active held numbers inside one, none of which overlap: what can be taken out of it."""
        candidates = np.flatnonzero(self.inside[number] & active)
        size = (self.rows[candidates, 1] - self.rows[candidates, 0]) * self.cols[candidates].sum(axis=1)
        taken = np.zeros(self.table.shape, dtype=bool)
        kept: list[int] = []
        for at in candidates[np.lexsort((candidates, -size))]:
            block = taken[self.rows[at, 0] : self.rows[at, 1]][:, self.cols[at]]
            if not block.any():
                kept.append(int(at))
                taken[self.rows[at, 0] : self.rows[at, 1], self.cols[at]] = True
        return kept

    def rest(self, number: int, parts: Sequence[int]) -> Ints:
        """Flat cells of the table that belong to a held number and to none of ``parts``."""
        own = np.zeros(self.table.shape, dtype=bool)
        own[self.rows[number, 0] : self.rows[number, 1], self.cols[number]] = True
        for part in parts:
            own[self.rows[part, 0] : self.rows[part, 1], self.cols[part]] = False
        return np.flatnonzero(own)
