"""Compiled loops of the controlled rounding. Imported only when numbers are rounded: numba takes a moment to load."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbook.compiled import kernel

Int64s = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
#: A family of sets: by leaf, offset by cell, and each set's enclosing set.
Sets = tuple[Int32s, Int32s, Int32s]
#: The order of a leaf's cells, and how many levels end after each.
Within = tuple[Int32s, Int32s]
#: Each cell's mate, who waits in each set, the odd cells, and the sets of the second family that these lie in.
Work = tuple[Int32s, Int32s, Int32s, Int32s]


@kernel()
def settle(frac: Int32s, bits: int, within: Within, rows: Sets, columns: Sets) -> None:
    """Round fixed-point fractions (leaves, cells) in place to multiples of ``2**bits``, bit by bit.

    Two families of sets, each nested like a tree. The first: a leaf's cells in an order, and how many of the levels
    quarter, half, class end after each (``within``), then ``rows``; the second: ``columns``. Both are given as the set in
    which a leaf's cell lies (by leaf, then offset per cell) and each set's enclosing one (-1 at the top; enclosing sets have
    smaller numbers). At every bit the odd cells are paired inside the smallest sets, in both families; the pairs form paths
    and even cycles, along which signs alternate. So a set of either family has at most one unpaired cell per bit, and moves
    by less than one unit in all.
    """
    n = frac.size
    flat = frac.reshape(n)
    mate_a = np.empty(n, np.int32)
    mate_b = np.empty(n, np.int32)
    sign = np.zeros(n, np.int8)
    odd = np.empty(n, np.int32)
    own = np.empty(n, np.int32)
    wait_a = np.empty(len(rows[2]), np.int32)
    wait_b = np.empty(len(columns[2]), np.int32)
    turn = np.int8(1)
    for bit in range(bits):
        count = _pair_rows(frac, bit, within, (rows, columns), (mate_a, wait_a, odd, own))
        wait_b[:] = -1
        for k in range(count):
            mate_b[odd[k]] = -1
            _meet(wait_b, own[k], odd[k], mate_b)
        _upwards(columns[2], mate_b, wait_b)
        for closed in range(2):
            for k in range(count):
                start = odd[k]
                if sign[start] != 0 or (closed == 0 and mate_a[start] >= 0 and mate_b[start] >= 0):
                    continue
                turn = np.int8(-turn)
                mark, at, by_a = turn, start, mate_a[start] >= 0
                while at >= 0 and sign[at] == 0:
                    sign[at] = mark
                    mark = np.int8(-mark)
                    at = mate_a[at] if by_a else mate_b[at]
                    by_a = not by_a
        for k in range(count):
            i = odd[k]
            flat[i] += np.int32(sign[i]) << bit
            sign[i] = 0


@kernel()
def _pair_rows(frac: Int32s, bit: int, within: Within, sets: tuple[Sets, Sets], work: Work) -> int:
    """Pair odd cells inside each leaf's quarters, then halves, then classes, then nodes further up.

    Lists the odd cells, and for each the set of the second family that it lies in; returns how many there are.
    """
    leaves, cells = frac.shape
    order, closes = within
    base, offset, up = sets[0]
    mate, wait, odd, own = work
    wait[:] = -1
    pending = np.full(3, -1, np.int32)
    count = 0
    for leaf in range(leaves):
        for k in range(cells):
            c = order[k]
            if (frac[leaf, c] >> bit) & 1:
                i = np.int32(leaf * cells + c)
                odd[count] = i
                own[count] = sets[1][0][leaf] + sets[1][1][c]
                count += 1
                mate[i] = -1
                _meet(pending, 0, i, mate)
            for level in range(closes[k]):
                i = pending[level]
                if i >= 0:
                    pending[level] = -1
                    if level < 2:
                        _meet(pending, level + 1, i, mate)
                    elif base[leaf] >= 0:
                        _meet(wait, base[leaf] + offset[c], i, mate)
    _upwards(up, mate, wait)
    return count


@kernel()
def _meet(wait: Int32s, at: int, i: int, mate: Int32s) -> None:
    """Pair a cell with the one that waits in a set, or let it wait there."""
    other = wait[at]
    if other < 0:
        wait[at] = i
    else:
        mate[i] = other
        mate[other] = i
        wait[at] = -1


@kernel()
def _upwards(up: Int32s, mate: Int32s, wait: Int32s) -> None:
    """Hand what is left unpaired in each set to the one around it."""
    for s in range(len(up) - 1, -1, -1):
        if wait[s] >= 0 and up[s] >= 0:
            _meet(wait, up[s], wait[s], mate)


@kernel()
def fit(table: Floats, starts: Int64s, cells: Int64s, goals: Floats, sweeps: int) -> int:
    """Scale sets of cells in turn until each adds up to its goal; in place. Returns the sweeps that it took.

    Cells of one sign are scaled by one factor; of both signs, each moves by its share of the absolute sum.
    """
    for sweep in range(sweeps):
        worst = 0.0
        for s in range(len(goals)):
            total, size = 0.0, 0.0
            for i in range(starts[s], starts[s + 1]):
                total += table[cells[i]]
                size += abs(table[cells[i]])
            gap = goals[s] - total
            if gap == 0.0 or size == 0.0:
                continue
            worst = max(worst, abs(gap) / max(1.0, size))
            for i in range(starts[s], starts[s + 1]):
                table[cells[i]] += gap * (abs(table[cells[i]]) / size)
        if worst < 1e-13:
            return sweep + 1
    return sweeps
