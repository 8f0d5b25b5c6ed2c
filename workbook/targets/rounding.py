"""Controlled rounding of the grid: whole minor units that add up at every node and period, each within one unit.

A three-way table cannot always be rounded so that *every* crossed subtotal stays within one unit (Causey, Cox and Ernst,
"Applications of transportation theory to statistical problems", JASA 80, 1985; with subtotals Cox and George, Annals of
Operations Research 20, 1989). What always can is chosen here as two families of nested sets: every node × month × family on
the one hand; on the other every node × given period × family, and each leaf's halves and quarters. Both stay strictly within
one unit of their unrounded values (two nested families have discrepancy 1: Beck and Fiala, Discrete Applied Mathematics 3,
1981), and sums that are whole before stay exactly what they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbook.targets.grid import Branches

Int64s = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Sets = tuple[Int32s, Int32s, Int32s]

#: Binary digits of a minor unit that are kept of a fraction.
BITS = 20


@dataclass(frozen=True, eq=False)
class Fixed:
    """What rounding must keep: for each top node (positions, ascending) and class of columns, a whole total.

    ``column_class`` (cells,) numbers the classes; ``totals`` has shape (tops, classes). A leaf belongs to the nearest top at
    or above it. The root is always a top.
    """

    tops: Ints
    column_class: Ints
    totals: Int64s


def rounded(branches: Branches, values: Floats, fixed: Fixed) -> Int64s:
    """Leaf values (leaves, cells) as whole numbers that keep ``fixed``; zero stays zero, and whole stays whole.

    ``values`` add up to the totals but for float noise.
    """
    whole = np.floor(values)
    parts = values - whole
    amounts = whole.astype(np.int64)
    owner = _owners(branches, fixed.tops)
    frac = _fractions(parts, amounts, owner, fixed)
    if (frac % (1 << BITS)).any():
        from workbook.targets.kernels import settle

        within = _within_leaf(fixed.column_class)
        settle(frac, BITS, within, _rows(branches, fixed), _columns(branches, values.shape[1]))
    return amounts + (frac >> BITS)


def _owners(branches: Branches, tops: Ints) -> Ints:
    """For each leaf, the number of the nearest top at or above it."""
    owner = np.zeros(len(branches), dtype=np.intp)
    for number, top in enumerate(tops):  # preorder: deeper tops come later and overwrite
        owner[top : branches.end[top]] = number
    return owner[branches.leaves]


def _fractions(parts: Floats, amounts: Int64s, owner: Ints, fixed: Fixed) -> Int32s:
    """Fractions in units of ``2**-BITS`` whose sums per top and class are exactly whole.

    Running sums are rounded, column by column in preorder, so that every subtree of a column is off by at most one such unit.
    """
    frac = np.zeros(parts.shape, dtype=np.int32)
    grouped = np.argsort(owner, kind="stable")
    edges = np.searchsorted(owner[grouped], np.arange(len(fixed.tops) + 1))
    classes = [np.flatnonzero(fixed.column_class == k) for k in range(fixed.totals.shape[1])]
    for top in range(len(fixed.tops)):
        rows = grouped[edges[top] : edges[top + 1]]
        if not len(rows):
            continue
        span = slice(rows[0], rows[-1] + 1) if rows[-1] - rows[0] + 1 == len(rows) else rows
        for number, columns in enumerate(classes):
            at = span if isinstance(span, slice) else span[:, None]
            block = parts[at, columns].T
            left = int(fixed.totals[top, number]) - int(amounts[at, columns].sum())
            running = np.cumsum(block.reshape(-1))
            end = running[-1]
            if end > 0:
                running *= left / end
            steps = np.rint(running * (1 << BITS)).astype(np.int64)
            steps[-1] = left << BITS
            flat = np.diff(steps, prepend=0)
            if end > 0 and flat[-1] and block.reshape(-1)[-1] == 0:
                last = int(np.flatnonzero(block.reshape(-1))[-1])
                flat[last] += flat[-1]
                flat[-1] = 0
            frac[at, columns] = flat.reshape(block.shape).T
    return frac


def _within_leaf(kind: Ints) -> tuple[Int32s, Int32s]:
    """A leaf's cells so that classes, halves and quarters stand together, and how many of these end after each cell."""
    slot, month = np.divmod(np.arange(len(kind)), 12)
    order = np.lexsort((month, slot, kind))
    keys = np.stack([kind, slot, month // 6, month // 3])[:, order]
    last = np.concatenate([keys[:, 1:] != keys[:, :-1], np.ones((4, 1), dtype=bool)], axis=1)
    ends_class, ends_half = last[0], last[:3].any(axis=0)
    closes = np.where(ends_class, 3, np.where(ends_half, 2, np.where(last.any(axis=0), 1, 0)))
    return order.astype(np.int32), closes.astype(np.int32)


def _numbered(branches: Branches) -> tuple[Ints, Int64s]:
    """Nodes that are no leaves, and each node's number among them (-1 for leaves)."""
    inner = np.flatnonzero(~branches.is_leaf)
    number = np.full(len(branches), -1, dtype=np.int64)
    number[inner] = np.arange(len(inner))
    return inner, number


def _rows(branches: Branches, fixed: Fixed) -> Sets:
    """The first family above the leaves: node × class, up to the nearest top."""
    classes = fixed.totals.shape[1]
    inner, number = _numbered(branches)
    is_top = np.zeros(len(branches), dtype=bool)
    is_top[fixed.tops] = True
    above = number[np.maximum(branches.parent[inner], 0)]
    up = np.where(is_top[inner, None], -1, above[:, None] * classes + np.arange(classes))
    leaves = branches.leaves
    base = np.where(is_top[leaves], -1, number[np.maximum(branches.parent[leaves], 0)] * classes)
    return base.astype(np.int32), fixed.column_class.astype(np.int32), up.reshape(-1).astype(np.int32)


def _columns(branches: Branches, cells: int) -> Sets:
    """The second family: every node × month × family, and the root's quarters, halves and years by family."""
    slots = cells // 12
    slot, month = np.divmod(np.arange(cells), 12)
    halves = slots + np.arange(2 * slots)
    quarter = (3 * slots + slot * 4 + month // 3).astype(np.int32)
    top = np.concatenate([np.full(slots, -1), np.repeat(np.arange(slots), 2), np.repeat(halves, 2)])
    inner, number = _numbered(branches)
    if not len(inner):  # a company of one node
        return np.zeros(1, dtype=np.int32), quarter, top.astype(np.int32)
    first = len(top)
    up = first + number[np.maximum(branches.parent[inner], 0)][:, None] * cells + np.arange(cells)
    up[0] = quarter
    base = first + number[branches.parent[branches.leaves]] * cells
    columns = np.concatenate([top, up.reshape(-1)])
    return base.astype(np.int32), np.arange(cells, dtype=np.int32), columns.astype(np.int32)
