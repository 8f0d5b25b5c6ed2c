"""The tree of nodes: company → region → team → territory, any depth, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.errors import DataError, UsageError

Ints = npt.NDArray[np.intp]
Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True, eq=False)
class Tree:
    """Nodes in an order where every parent stands before its children.

    ``ids`` and ``names`` have shape (n,); ``parent`` holds each node's parent position, -1 for the root at position 0.
    """

    ids: npt.NDArray[np.object_]
    names: npt.NDArray[np.object_]
    parent: Ints

    @classmethod
    def of(cls, territories: pd.DataFrame) -> Tree:
        """From columns territory_id, name, parent_id. Raises :class:`DataError` unless it is one tree."""
        ids = territories["territory_id"].to_numpy(dtype=object)
        index = pd.Index(ids)
        if len(index) == 0 or not index.is_unique:
            raise DataError("the territories are not a tree: an id is missing or doubled", where="territories")
        parents = territories["parent_id"]
        missing = parents.isna().to_numpy()
        up = np.where(missing, -1, index.get_indexer(parents.where(~missing, ids[0])))
        if missing.sum() != 1 or (up[~missing] < 0).any():
            raise DataError(
                f"the territories have {int(missing.sum())} roots and {int((up[~missing] < 0).sum())} unknown parents",
                where="territories",
                remedy="Exactly one territory, the company, has no parent_id.",
            )
        depth = np.where(missing, 0, -1)
        while (depth < 0).any():
            ready = (depth < 0) & (depth[up] >= 0)
            if not ready.any():
                loop = ", ".join(sorted(str(i) for i in ids[depth < 0])[:10])
                raise DataError(
                    f"the territories run in a circle: {loop}", where="territories", remedy="Mend parent_id."
                )
            depth[ready] = depth[up[ready]] + 1
        order = np.argsort(depth, kind="stable")
        place = np.empty(len(order), dtype=np.intp)
        place[order] = np.arange(len(order))
        sorted_up = up[order]
        parent = np.where(sorted_up < 0, -1, place[np.maximum(sorted_up, 0)])
        names = territories["name"].to_numpy(dtype=object)
        return cls(ids[order], names[order], parent.astype(np.intp))

    @cached_property
    def _index(self) -> pd.Index:
        return pd.Index(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, node: object) -> bool:
        return node in self._index

    @property
    def root(self) -> str:
        return str(self.ids[0])

    @cached_property
    def depth(self) -> Ints:
        """Shape (n,): 0 for the root."""
        depth = np.zeros(len(self), dtype=np.intp)
        for at in range(1, len(self)):
            depth[at] = depth[self.parent[at]] + 1
        return depth

    @cached_property
    def is_leaf(self) -> npt.NDArray[np.bool_]:
        """Shape (n,): nodes without children, the territories proper."""
        leaf = np.ones(len(self), dtype=bool)
        leaf[self.parent[1:]] = False
        return leaf

    def at(self, node: str) -> int:
        """A node's position; :class:`UsageError` names near ones when it is unknown."""
        try:
            return int(self._index.get_loc(node))
        except KeyError:
            import difflib

            near = difflib.get_close_matches(str(node), [str(i) for i in self.ids], n=3, cutoff=0.4)
            raise UsageError(
                f"there is no node {node!r}",
                remedy=f"Did you mean {' or '.join(near)}?" if near else "See `workbook check`.",
            ) from None

    @cached_property
    def spans(self) -> tuple[Ints, Ints]:
        """Each node's place when the tree is walked from the root, and how many nodes it holds with itself, both (n,): the nodes
        under one stand in one run after it.
        """
        size = np.ones(len(self), dtype=np.intp)
        for at in range(len(self) - 1, 0, -1):
            size[self.parent[at]] += size[at]
        first, taken = np.zeros(len(self), dtype=np.intp), np.ones(len(self), dtype=np.intp)
        for at in range(1, len(self)):
            up = self.parent[at]
            first[at] = first[up] + taken[up]
            taken[up] += size[at]
        return first, size

    def name(self, node: str) -> str:
        return str(self.names[self.at(node)])

    def parent_of(self, node: str) -> str | None:
        up = self.parent[self.at(node)]
        return None if up < 0 else str(self.ids[up])

    def children(self, node: str) -> list[str]:
        return [str(i) for i in self.ids[self.parent == self.at(node)]]

    def below(self, node: str) -> list[str]:
        """The node and all under it."""
        inside = np.zeros(len(self), dtype=bool)
        inside[self.at(node)] = True
        for at in range(1, len(self)):
            inside[at] |= inside[self.parent[at]]
        return [str(i) for i in self.ids[inside]]

    def leaves(self, node: str | None = None) -> list[str]:
        """The territories under a node (of the company when none is given), in tree order."""
        wanted = set(self.below(node or self.root))
        return [str(i) for i in self.ids[self.is_leaf] if i in wanted]

    def path(self, node: str) -> list[str]:
        """From the root down to the node."""
        at, path = self.at(node), []
        while at >= 0:
            path.append(str(self.ids[at]))
            at = int(self.parent[at])
        return path[::-1]

    def walk(self, node: str) -> str:
        """What sorts nodes as one walks down the tree: each right under its parent, siblings by id."""
        return "\x00".join(self.path(node))

    def level(self, node: str) -> str:
        """What people call the node: company, territory (a leaf), team (parent of leaves only), or region."""
        at = self.at(node)
        if at == 0:
            return "company"
        if self.is_leaf[at]:
            return "territory"
        return "team" if self.is_leaf[self.parent == at].all() and self.depth[at] > 1 else "region"

    def roll_up(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Own values of shape (n, …) summed up the tree: each node's value plus those of all nodes below it."""
        out = np.array(values, copy=True)
        for at in range(len(self) - 1, 0, -1):
            out[self.parent[at]] += out[at]
        return out
