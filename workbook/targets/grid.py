"""The grid that targets stand on: a tree of nodes in preorder (territories, reps, accounts) by cells (family × month)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from workbook import periods
from workbook.errors import UsageError

Int64s = npt.NDArray[np.int64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True, eq=False)
class Branches:
    """A tree as arrays in preorder: a node's subtree is the slice ``[v, end[v])``; parents stand before their children.

    ``parent`` has -1 for the root at position 0; siblings keep the order in which they were given.
    """

    parent: Ints
    depth: Ints
    end: Ints

    @classmethod
    def of(cls, parent: npt.ArrayLike) -> tuple[Branches, Ints]:
        """From parents given in any order where each stands before its children; also the order that sorts the given nodes.

        >>> Branches.of([-1, 0, 0, 1])[1].tolist()
        [0, 1, 3, 2]
        """
        up = np.asarray(parent, dtype=np.intp)
        n = len(up)
        if n == 0 or up[0] != -1 or (up[1:] < 0).any() or (up >= np.arange(n)).any():
            raise UsageError("the nodes are not one tree", remedy="Give the root first and parents before children.")
        depth = _depths(up)
        size = np.ones(n, dtype=np.intp)
        by_depth = np.argsort(depth, kind="stable")
        edges = np.searchsorted(depth[by_depth], np.arange(depth.max() + 2))
        levels = [by_depth[a:b] for a, b in pairwise(edges)]
        for level in reversed(levels[1:]):
            np.add.at(size, up[level], size[level])
        place = np.zeros(n, dtype=np.intp)
        for level in levels[1:]:
            grouped = level[np.argsort(up[level], kind="stable")]
            before = np.cumsum(size[grouped]) - size[grouped]
            first = np.r_[True, up[grouped][1:] != up[grouped][:-1]]
            start = before[first][np.cumsum(first) - 1]
            place[grouped] = place[up[grouped]] + 1 + before - start
        order = np.empty(n, dtype=np.intp)
        order[place] = np.arange(n)
        sorted_up = np.where(up[order] < 0, -1, place[np.maximum(up[order], 0)])
        return cls(sorted_up, depth[order], np.arange(n) + size[order]), order

    def __len__(self) -> int:
        return len(self.parent)

    @cached_property
    def is_leaf(self) -> Bools:
        return self.end == np.arange(len(self)) + 1

    @cached_property
    def leaves(self) -> Ints:
        """Positions of the leaves, in order; a subtree's leaves are a slice of them."""
        return np.flatnonzero(self.is_leaf)

    @cached_property
    def leaf_span(self) -> tuple[Ints, Ints]:
        """For each node, where its leaves begin and end in ``leaves``."""
        return np.searchsorted(self.leaves, np.arange(len(self))), np.searchsorted(self.leaves, self.end)

    @cached_property
    def levels(self) -> list[Ints]:
        """Positions by depth."""
        order = np.argsort(self.depth, kind="stable")
        edges = np.searchsorted(self.depth[order], np.arange(self.depth.max() + 2))
        return [order[a:b] for a, b in pairwise(edges)]

    def path(self, node: int) -> list[int]:
        """From the root down to the node."""
        path = [node]
        while self.parent[path[-1]] >= 0:
            path.append(int(self.parent[path[-1]]))
        return path[::-1]

    def roll_up(self, leaf_values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Values of the leaves (leaves, …) as sums at every node (n, …); exact for integers."""
        lo, hi = self.leaf_span
        sums = np.concatenate([np.zeros_like(leaf_values[:1]), np.cumsum(leaf_values, axis=0)])
        if leaf_values.dtype.kind == "f":
            return _float_sums(self, leaf_values)
        return sums[hi] - sums[lo]

    def sums_by_parent(self, values: Floats) -> Floats:
        """For each node, the sum of ``values`` (n, …) over its children."""
        sums = np.zeros_like(values)
        for level in self.levels[1:]:
            kids = level  # in preorder the children of one parent at one depth stand in a row
            first = np.flatnonzero(np.r_[True, self.parent[kids][1:] != self.parent[kids][:-1]])
            sums[self.parent[kids[first]]] = np.add.reduceat(values[kids], first, axis=0)
        return sums


def _depths(up: Ints) -> Ints:
    depth = np.zeros(len(up), dtype=np.intp)
    at = up.copy()
    while (at >= 0).any():
        depth += at >= 0
        at = np.where(at >= 0, up[np.maximum(at, 0)], -1)
    return depth


def _float_sums(branches: Branches, leaf_values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    sums = np.zeros((len(branches), *leaf_values.shape[1:]), dtype=leaf_values.dtype)
    sums[branches.leaves] = leaf_values
    for level in reversed(branches.levels[1:]):
        first = np.flatnonzero(np.r_[True, branches.parent[level][1:] != branches.parent[level][:-1]])
        sums[branches.parent[level[first]]] += np.add.reduceat(sums[level], first, axis=0)
    return sums


@dataclass(frozen=True)
class Cells:
    """The columns of the grid: measure and family (``slots``) by the twelve months of one fiscal year.

    Column ``slot * 12 + month``. A family ``""`` means all products.
    """

    year: str
    slots: tuple[tuple[str, str], ...]

    def __len__(self) -> int:
        return 12 * len(self.slots)

    @cached_property
    def months(self) -> list[str]:
        return periods.children(self.year, "month")

    def months_of(self, period: str) -> Ints:
        """The numbers (0 to 11) of the months in a period; :class:`UsageError` for a period of another year."""
        year, _, _ = periods.parse(period)
        if f"FY{year:04d}" != self.year:
            raise UsageError(f"{period} is not in {self.year}", remedy=f"Targets are for {self.year}.")
        wanted = set(periods.children(periods.normal(period), "month"))
        return np.flatnonzero([m in wanted for m in self.months])

    def slots_of(self, family: str | None = None, measure: str | None = None) -> Ints:
        """The numbers of the slots of a family (None: all families) and a measure (None: the first one's)."""
        counted = measure or self.slots[0][0]
        found = [i for i, (m, f) in enumerate(self.slots) if m == counted and (family is None or f == family)]
        if not found:
            known = ", ".join(sorted({f or "all products" for m, f in self.slots}))
            raise UsageError(
                f"there is no target for product family {family!r} of {counted}", remedy=f"There are {known}."
            )
        return np.array(found, dtype=np.intp)

    def mask(self, period: str, family: str | None = None, measure: str | None = None) -> Bools:
        """Which columns a period and family hold."""
        mask = np.zeros(len(self), dtype=bool)
        for slot in self.slots_of(family, measure):
            mask[slot * 12 + self.months_of(period)] = True
        return mask


@dataclass(frozen=True, eq=False)
class Nodes:
    """Who the nodes of the grid are, in the order of ``branches``.

    ``kinds``: territory, rep, account, or pool (what a territory's accounts have that no rep of it holds; never shown,
    its accounts stand directly under the territory). One account held by two reps is two nodes with one id.
    """

    ids: npt.NDArray[np.object_]
    names: npt.NDArray[np.object_]
    kinds: npt.NDArray[np.object_]
    levels: npt.NDArray[np.object_]
    branches: Branches

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def shown_parent(self) -> Ints:
        """The parent that is shown: pools are passed over."""
        up = self.branches.parent
        over = (up >= 0) & (self.kinds[np.maximum(up, 0)] == "pool")
        return np.where(over, up[np.maximum(up, 0)], up)

    @cached_property
    def _first(self) -> dict[str, int]:
        shown = [i for i in range(len(self) - 1, -1, -1) if self.kinds[i] != "pool"]
        return {str(self.ids[i]): i for i in shown}

    def at(self, node: str, parent: str | None = None) -> int:
        """A node's position (with a parent, that holder's part of an account); :class:`UsageError` for an unknown one."""
        if parent is not None:
            for i in np.flatnonzero(self.ids == node):
                if self.shown_parent[i] >= 0 and self.ids[self.shown_parent[i]] == parent:
                    return int(i)
            raise UsageError(f"{parent} does not hold {node!r}")
        if str(node) not in self._first:
            import difflib

            near = difflib.get_close_matches(str(node), list(self._first)[:5000], n=3, cutoff=0.5)
            raise UsageError(
                f"there is no node {node!r}", remedy=f"Did you mean {' or '.join(near)}?" if near else "See the tree."
            )
        return self._first[str(node)]

    def position(self, nodes: Sequence[str]) -> Ints:
        """Positions of many nodes."""
        return np.array([self.at(n) for n in nodes], dtype=np.intp)
