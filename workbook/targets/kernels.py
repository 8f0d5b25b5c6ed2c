"""Compiled loops of the controlled rounding. Imported only when numbers are rounded: numba takes a moment to load."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Int64s = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@njit(cache=True)
def settle(frac: Int64s, bits: int, first: tuple[Int32s, Int32s], second: tuple[Int32s, Int32s]) -> None:
    """Round fixed-point fractions in place to multiples of ``2**bits``, bit by bit.

    ``first`` and ``second`` are two families of sets, each nested like a tree: the set that each element lies in directly,
    and each set's enclosing set (-1 at the top), enclosing sets having smaller numbers. At every bit the odd elements are
    paired inside the smallest sets, in both families; the pairs form paths and even cycles, along which signs alternate.
    So a set of either family has at most one unpaired element per bit, and moves by less than one unit in all.
    """
    n = len(frac)
    mate_a = np.empty(n, np.int32)
    mate_b = np.empty(n, np.int32)
    sign = np.empty(n, np.int8)
    wait_a = np.empty(len(first[1]), np.int32)
    wait_b = np.empty(len(second[1]), np.int32)
    turn = np.int8(1)
    for bit in range(bits):
        _pair(frac, bit, first[0], first[1], mate_a, wait_a)
        _pair(frac, bit, second[0], second[1], mate_b, wait_b)
        sign[:] = 0
        for closed in range(2):
            for start in range(n):
                if ((frac[start] >> bit) & 1) == 0 or sign[start] != 0:
                    continue
                if closed == 0 and mate_a[start] >= 0 and mate_b[start] >= 0:
                    continue
                turn = np.int8(-turn)
                mark, at, by_a = turn, start, mate_a[start] >= 0
                while at >= 0 and sign[at] == 0:
                    sign[at] = mark
                    mark = np.int8(-mark)
                    at = mate_a[at] if by_a else mate_b[at]
                    by_a = not by_a
        step = np.int64(1) << bit
        for i in range(n):
            if sign[i] != 0:
                frac[i] += sign[i] * step


@njit(cache=True)
def _pair(frac: Int64s, bit: int, own: Int32s, up: Int32s, mate: Int32s, wait: Int32s) -> None:
    """Pair the elements that are odd at a bit, inside the smallest sets first."""
    wait[:] = -1
    for i in range(len(frac)):
        if (frac[i] >> bit) & 1:
            mate[i] = -1
            other = wait[own[i]]
            if other < 0:
                wait[own[i]] = i
            else:
                mate[i], mate[other] = other, i
                wait[own[i]] = -1
    for s in range(len(up) - 1, -1, -1):
        i = wait[s]
        if i < 0 or up[s] < 0:
            continue
        other = wait[up[s]]
        if other < 0:
            wait[up[s]] = i
        else:
            mate[i], mate[other] = other, i
            wait[up[s]] = -1


@njit(cache=True)
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
