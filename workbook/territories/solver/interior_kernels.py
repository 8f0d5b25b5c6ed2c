# mypy: disable-error-code="assignment"
"""Compiled kernels of the interior point method: what is done arc by arc.

``weight`` is by unit (n, K) or by arc (A, K), as in :class:`~workbook.territories.solver.problem.Problem`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workbook.compiled import kernel
from workbook.territories.solver.kernels import priced

Array = Any

#: An arc whose share of its unit's stiffness is smaller is left out of the matrix: it would change nothing that counts.
_NOTHING = 1e-10


@kernel(nogil=True)
def central(
    start: Array, rep: Array, cost: Array, weight: Array, by_arc: bool, slope: Array, mu: float, x: Array, z: Array
) -> None:
    """Shares ``x`` and reduced costs ``z`` (A,) with x z = ``mu`` for every arc and shares that add up to 1 for every unit."""
    for u in range(len(start) - 1):
        first, last = start[u], start[u + 1]
        least = 1e300
        for a in range(first, last):
            value = priced(a, a if by_arc else u, rep, cost, weight, slope)
            z[a] = value
            least = min(least, value)
        above = mu  # of the unit's price below its cheapest arc: with it the shares add up to 1 or more, and Newton's steps rise
        for _ in range(60):
            total, falling = -1.0, 0.0
            for a in range(first, last):
                part = mu / (z[a] - least + above)
                total += part
                falling += part * part / mu
            step = total / falling
            above += step
            if abs(step) <= 1e-12 * above:
                break
        for a in range(first, last):
            z[a] += above - least
            x[a] = mu / z[a]


@kernel(nogil=True)
def carried(start: Array, rep: Array, weight: Array, by_arc: bool, value: Array, load: Array) -> None:
    """Adds to ``load`` (m, K) what the reps carry when each arc counts with its ``value`` (A,)."""
    n, k = len(start) - 1, load.shape[1]
    for u in range(n):
        for a in range(start[u], start[u + 1]):
            row = a if by_arc else u
            for i in range(k):
                load[rep[a], i] += value[a] * weight[row, i]


@kernel(nogil=True)
def by_unit(start: Array, value: Array) -> Array:
    """Shape (n,): the sum of the values (A,) of each unit's arcs."""
    n = len(start) - 1
    out = np.zeros(n)
    for u in range(n):
        for a in range(start[u], start[u + 1]):
            out[u] += value[a]
    return out


@kernel(nogil=True)
def assembled(
    start: Array, rep: Array, weight: Array, by_arc: bool, stiff: Array, place: Array, turn: Array, band: Array
) -> None:
    """The matrix of the loads with the units eliminated, in ``band`` (columns together): entry (i, j) of its lower half at [i - j, j].

    With the arcs' stiffness d (A,) a unit adds  sum of d w w' - (sum of d w)(sum of d w)' / sum of d ,  w standing in the rows of
    the arc's rep. ``place`` (m,): where a rep's rows begin. ``turn`` (n,): the units in the order in which they are taken, best by place,
    so that what is written stands together in memory.
    """
    n, k = len(start) - 1, weight.shape[1]
    band[:] = 0.0
    product = np.empty((k, k))
    for at in range(n):
        u = turn[at]
        first, last = start[u], start[u + 1]
        total = 0.0
        for a in range(first, last):
            total += stiff[a]
        least = _NOTHING * total
        if not by_arc:
            for j in range(k):
                for i in range(k):
                    product[j, i] = weight[u, i] * weight[u, j]
        for a in range(first, last):
            if stiff[a] <= least:
                continue
            others = 0.0
            for b in range(first, last):
                if b != a:
                    others += stiff[b]
            own, part = place[rep[a]], stiff[a] * (others / total)
            if by_arc:
                for j in range(k):
                    for i in range(k):
                        product[j, i] = weight[a, i] * weight[a, j]
            for j in range(k):
                for i in range(j, k):
                    band[i - j, own + j] += part * product[j, i]
            for b in range(first, a):
                if stiff[b] <= least:
                    continue
                its, part = place[rep[b]], -stiff[a] * (stiff[b] / total)
                low, away = min(own, its), abs(own - its)
                if by_arc:
                    down, right = (b, a) if its > own else (a, b)
                    for j in range(k):
                        for i in range(k):
                            product[j, i] = weight[down, i] * weight[right, j]
                for j in range(k):
                    for i in range(k):
                        band[away + i - j, low + j] += part * product[j, i]


@kernel(nogil=True)
def stepped(
    start: Array,
    rep: Array,
    weight: Array,
    by_arc: bool,
    stiff: Array,
    given: Array,
    dual: Array,
    step: Array,
) -> None:
    """The ``step`` (A,) of the shares when the loads' duals change by ``dual`` (m, K), and those of the units as they must.

    ``step`` holds what the arcs do of themselves, ``given`` (n,) is what the shares of each unit lack.
    """
    n, k = len(start) - 1, weight.shape[1]
    for u in range(n):
        lacking, total = given[u], 0.0
        for a in range(start[u], start[u + 1]):
            row = a if by_arc else u
            drawn = 0.0
            for i in range(k):
                drawn += weight[row, i] * dual[rep[a], i]
            lacking -= step[a] + stiff[a] * drawn
            total += stiff[a]
            step[a] += stiff[a] * drawn
        price = lacking / total
        for a in range(start[u], start[u + 1]):
            step[a] += stiff[a] * price


@kernel(nogil=True)
def longest(value: Array, step: Array) -> float:
    """How far along ``step`` all values stay positive; at most 1."""
    most = 1.0
    for i in range(len(value)):
        if value[i] + most * step[i] < 0.0:
            most = -value[i] / step[i]
    return most
