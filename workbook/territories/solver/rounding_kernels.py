# mypy: disable-error-code="assignment"
"""Compiled kernels of mixed-integer rounding: which cuts a solution violates, and their coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbook.compiled import kernel

Array = Any

#: Parts of a split unit's weight that are tried as steps, and the units whose turn is tried.
_PARTS, _TURNS = 4, 12
#: How near to whole the divided edge may be: beyond, coefficients lose all precision.
_WHOLE = 0.02


@kernel(nogil=True, inline="always")
def _rounded(value: float, part: float, over: bool) -> float:
    """The rounding function of a row whose divided edge has the fraction ``part``."""
    whole = np.floor(value)
    rest = value - whole
    if over:
        return whole + max(0.0, rest - part) / (1.0 - part)
    return whole + min(1.0, rest / part)


@kernel(nogil=True)
def _violation(
    weight: Array, share: Array, turn: Array, split: Array, edge: float, over: bool, step: float, slack: float
) -> float:
    """By how much the rounded row is violated, in units of the load. Only split units count: ``split`` are their places, ``edge`` is
    already less by the weights of all turned units.
    """
    ratio = edge / step
    whole = np.floor(ratio)
    part = ratio - whole
    if part < _WHOLE or part > 1.0 - _WHOLE:
        return 0.0
    held = 0.0
    for i in split:
        if turn[i]:
            held += _rounded(-weight[i] / step, part, over) * (1.0 - share[i])
        else:
            held += _rounded(weight[i] / step, part, over) * share[i]
    if over:
        return step * (1.0 - part) * (held - whole) - slack
    return step * part * (whole + 1.0 - held) - slack


@kernel(nogil=True)
def _best_step(
    weight: Array,
    share: Array,
    turn: Array,
    split: Array,
    edge: float,
    over: bool,
    slack: float,
    best: float,
    step: float,
) -> tuple[float, float]:
    """The largest violation and its step, if any step tried does better than ``best`` with ``step``."""
    for i in split:
        size = weight[i]
        for _ in range(_PARTS):
            value = _violation(weight, share, turn, split, edge, over, size, slack)
            if value > best:
                best, step = value, size
            size /= 2.0
    return best, step


@kernel(nogil=True)
def found(
    head: Array,
    weight: Array,
    share: Array,
    rep: Array,
    k: Array,
    edge: Array,
    over: Array,
    slack: Array,
    worth: Array,
) -> tuple[Array, Array]:
    """For each row the step of its best violated cut, 0 where there is none, and which of the rep's arcs are turned (rows, most)."""
    most = 0
    for r in range(len(head) - 1):
        most = max(most, head[r + 1] - head[r])
    steps, turned = np.zeros(len(rep)), np.zeros((len(rep), most), np.bool_)
    for row in range(len(rep)):
        first, last = head[rep[row]], head[rep[row] + 1]
        w, x = weight[first:last, k[row]].copy(), share[first:last]
        turn = x > 0.5
        at = edge[row]
        count = 0
        for i in range(len(x)):
            if turn[i]:
                at -= w[i]
            if 0.0 < x[i] < 1.0 and w[i] > 0.0:
                count += 1
        split, away = np.empty(count, np.int64), np.empty(count)
        count = 0
        for i in range(len(x)):
            if 0.0 < x[i] < 1.0 and w[i] > 0.0:
                split[count], away[count] = i, abs(x[i] - 0.5)
                count += 1
        best, step = worth[k[row]], 0.0
        best, step = _best_step(w, x, turn, split, at, over[row], slack[row], best, step)
        if step == 0.0:
            continue
        nearest = split[np.argsort(away, kind="mergesort")]
        for i in nearest[:_TURNS]:
            change = w[i] if turn[i] else -w[i]
            turn[i] = not turn[i]
            value = _violation(w, x, turn, split, at + change, over[row], step, slack[row])
            if value > best:
                best, at = value, at + change
            else:
                turn[i] = not turn[i]
        best, step = _best_step(w, x, turn, split, at, over[row], slack[row], best, step)
        steps[row] = step
        turned[row, : len(turn)] = turn
    return steps, turned


@kernel(nogil=True)
def written(
    head: Array,
    order: Array,
    weight: Array,
    rows: Array,
    rep: Array,
    k: Array,
    edge: Array,
    over: Array,
    left: Array,
    right: Array,
    steps: Array,
    turned: Array,
    start: Array,
    index: Array,
    value: Array,
    low: Array,
    high: Array,
) -> None:
    """The coefficients of the cuts of ``rows``, in units of the load: low ≤ row ≤ high."""
    for number in range(len(rows)):
        row = rows[number]
        first, last, step = head[rep[row]], head[rep[row] + 1], steps[row]
        at = edge[row]
        for i in range(last - first):
            if turned[row, i]:
                at -= weight[first + i, k[row]]
        whole = np.floor(at / step)
        part = at / step - whole
        unit = step * (1.0 - part) if over[row] else step * part
        side = whole if over[row] else whole + 1.0
        place = start[number]
        for i in range(last - first):
            size = weight[first + i, k[row]] / step
            index[place] = order[first + i]
            if turned[row, i]:
                held = _rounded(-size, part, over[row])
                side -= held
                value[place] = -held * unit
            else:
                value[place] = _rounded(size, part, over[row]) * unit
            place += 1
        for column in range(left[row], right[row]):
            index[place] = column
            value[place] = -1.0 if over[row] else 1.0
            place += 1
        if over[row]:
            high[number] = side * unit
        else:
            low[number] = side * unit
