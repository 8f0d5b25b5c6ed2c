"""Held numbers met exactly and together: in any order of entry the same answer, or a refusal that names who conflicts.

The solution is the one nearest to the base in relative entropy, that is, every free cell keeps its proportion to its
neighbours as well as the held numbers let it (iterative proportional fitting; Deming and Stephan 1940, Csiszár 1975).
It is found on the skeleton, rounded there to whole units by a small integer programme, and then handed down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbook.targets.giving import PinConflictError, settled
from workbook.targets.grid import Branches
from workbook.targets.programme import Rows, least
from workbook.targets.rounding import Fixed, rounded
from workbook.targets.skeleton import Held, Skeleton

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

SWEEPS = 2000


@dataclass(frozen=True, eq=False)
class Solved:
    """Leaf amounts that meet every held number; ``given_way``: labels of numbers above edits that could not stay."""

    amounts: Int64s
    given_way: tuple[str, ...] = ()


def solved(branches: Branches, base: Int64s, weights: Floats, held: Sequence[Held]) -> Solved:
    """Whole leaf amounts (leaves, cells) nearest to ``base`` that meet all held numbers exactly.

    ``weights``: unrounded leaf values, by which a changed total is handed down. Cells whose total does not change keep
    their amounts. The order of ``held`` does not matter. Raises :class:`PinConflictError`.
    """
    ordered = _distinct(held)
    skeleton = Skeleton.of(branches, branches.roll_up(base), ordered)
    active = np.ones(len(ordered), dtype=bool)
    parts, given_way = settled(skeleton, active)
    table = _table(skeleton, active, parts)
    for kind in ("given", "keep"):
        gives = active & np.array([one.kind == kind for one in ordered])
        if table is None and gives.any():
            given_way += [ordered[i].label for i in np.flatnonzero(gives)]
            active &= ~gives
            parts, more = settled(skeleton, active)
            given_way += more
            table = _table(skeleton, active, parts)
    if table is None:
        raise _conflict(skeleton, active)[0]
    return Solved(_handed_down(branches, base, weights, skeleton, table), tuple(sorted(given_way)))


def _table(skeleton: Skeleton, active: Bools, parts: list[list[int]]) -> Int64s | None:
    """The skeleton's table in whole units; None where the held numbers cannot be met."""
    low = _lowest(skeleton, active)
    for seed in (0.0, 1e-3):
        found = _whole(skeleton, active, _fitted(skeleton, active, parts, seed))
        if found is not None and (found.reshape(-1) >= low).all():
            return found
    conflict, feasible = _conflict(skeleton, active)
    return _whole(skeleton, active, feasible) if conflict.amount == 0 else None


def _lowest(skeleton: Skeleton, active: Bools) -> Floats:
    """What each cell of the table (flat) may be at least: nothing falls below zero to make room, but where numbers are negative
    already, or are held so.
    """
    if skeleton.table.min() < 0:
        return np.full(skeleton.table.size, -np.inf)
    low = np.zeros(skeleton.table.size)
    for i in np.flatnonzero(active):
        if skeleton.held[i].amount < 0:
            low[skeleton.rest(int(i), [])] = -np.inf
    return low


def _distinct(held: Sequence[Held]) -> list[Held]:
    """Sorted, each set of cells once; two different amounts for one set are a conflict."""
    rank = {"company": 0, "finance": 1, "lock": 2, "pin": 3, "scale": 4, "keep": 5, "given": 6}
    found: dict[tuple[int, bytes], Held] = {}
    for one in sorted(held, key=lambda h: (rank[h.kind], h.node, h.columns.tobytes(), h.amount, h.label)):
        key = (one.node, one.columns.tobytes())
        other = found.get(key)
        if other is None:
            found[key] = one
        elif other.amount != one.amount and one.kind not in ("keep", "given"):
            raise PinConflictError([other.label, one.label], abs(other.amount - one.amount))
    return sorted(found.values(), key=lambda h: (rank[h.kind], h.node, h.columns.tobytes()))


def _fitted(skeleton: Skeleton, active: Bools, parts: list[list[int]], seed: float) -> Floats:
    """The table as real numbers that meet the held numbers, by proportional fitting over their disjoint remainders.

    With a ``seed`` cells that have nothing yet may get something, by that share of what their row and column suggest.
    """
    from workbook.targets.kernels import fit

    table = skeleton.table.astype(np.float64).reshape(-1)
    free = np.repeat(skeleton.free > 0, skeleton.table.shape[1])
    profile = np.abs(skeleton.table).sum(axis=0).astype(np.float64) + 1e-9
    if seed:
        row = np.abs(skeleton.table).sum(axis=1) + skeleton.free
        table += np.where(free & (table == 0), seed * np.outer(row, profile).reshape(-1) / profile.sum(), 0.0)
    numbers = [i for i in range(len(skeleton.held)) if active[i]]
    sets, goals = [], []
    for number in numbers:
        rest = skeleton.rest(number, parts[number])
        rest = rest[free[rest]]
        goal = skeleton.held[number].amount - sum(skeleton.held[i].amount for i in parts[number])
        if goal and not table[rest].any():  # nothing there yet: take the company's profile
            weight = profile[rest % len(profile)]
            table[rest] = goal * weight / weight.sum()
        sets.append(rest)
        goals.append(float(goal))
    starts = np.concatenate([[0], np.cumsum([len(s) for s in sets])])
    fit(table, starts, np.concatenate(sets), np.array(goals), SWEEPS)
    return table.reshape(skeleton.table.shape)


def _whole(skeleton: Skeleton, active: Bools, fitted: Floats) -> Int64s | None:
    """The fitted table in whole units that meet every held number, moved by as little as can be; None if it is far off."""
    fitted = np.where(np.abs(fitted) < 1e-6, 0.0, fitted)
    near = np.rint(fitted)
    table = near.astype(np.int64)
    misses = _misses(skeleton, active, table)
    if misses == 0:
        return table
    if misses > 4 * fitted.size + 1e-9 * np.abs(fitted).sum():
        return None
    loose = np.abs(fitted - near) > 1e-6 + 1e-10 * np.abs(fitted)
    for slack in (0, 1, 3):
        found = _programme(skeleton, active, fitted, loose if slack == 0 else np.ones_like(loose), slack)
        if found is not None and _misses(skeleton, active, found) == 0:
            return found
    return None


def _misses(skeleton: Skeleton, active: Bools, table: Int64s) -> int:
    off = 0
    for i in np.flatnonzero(active):
        rows, cols = skeleton.rows[i], skeleton.cols[i]
        off += abs(int(table[rows[0] : rows[1]][:, cols].sum()) - skeleton.held[i].amount)
    return off


def _programme(skeleton: Skeleton, active: Bools, fitted: Floats, loose: Bools, slack: int) -> Int64s | None:
    """Whole numbers within ``slack`` of the fitted cells' neighbours, nearest to them; None where there are none."""
    low = np.where(loose, np.floor(fitted) - slack, np.rint(fitted)).reshape(-1)
    high = np.where(loose, np.ceil(fitted) + slack, np.rint(fitted)).reshape(-1)
    low = np.where((fitted.reshape(-1) >= 0) & (low < 0), 0.0, low)
    free = np.repeat(skeleton.free > 0, skeleton.table.shape[1])
    low, high = np.where(free, low, 0.0), np.where(free, high, 0.0)
    numbers = np.flatnonzero(active)
    cells = [skeleton.rest(int(i), []) for i in numbers]
    goals = np.array(
        [skeleton.held[i].amount - low[c].sum() for i, c in zip(numbers, cells, strict=True)], dtype=np.float64
    )
    up = (high - low).astype(np.float64)
    moving = np.flatnonzero(up > 0)
    if not len(moving):
        return None
    steps = np.concatenate([moving[up[moving] > step] for step in range(int(up.max()))])
    rise = np.concatenate([np.full((up[moving] > step).sum(), float(step)) for step in range(int(up.max()))])
    goal = fitted.reshape(-1)[steps] - low[steps]
    cost = np.abs(rise + 1.0 - goal) - np.abs(rise - goal)  # convex, so a cell's earlier steps are taken first
    answer = least(cost, np.zeros(len(steps)), np.ones(len(steps)), _over(cells, steps, goals), whole=True)
    if answer is None:
        return None
    np.add.at(low, steps, np.rint(answer[0]))
    found: Int64s = low.astype(np.int64).reshape(fitted.shape)
    return found


def _over(cells: list[npt.NDArray[np.intp]], steps: npt.NDArray[np.intp], goals: Floats) -> Rows:
    """Held numbers as rows over the columns ``steps``, each a cell of the table (a cell may stand there more than once)."""
    order = np.argsort(steps, kind="stable")
    ordered = steps[order]
    found = []
    for own in cells:
        first, last = np.searchsorted(ordered, own), np.searchsorted(ordered, own, side="right")
        count = last - first
        begin = np.repeat(first - np.concatenate([[0], np.cumsum(count)[:-1]]), count) + np.arange(count.sum())
        found.append(order[begin])
    return Rows.of(found, goals)


def _conflict(skeleton: Skeleton, active: Bools) -> tuple[PinConflictError, Floats]:
    """The held numbers that conflict, by the least amount that would have to give (an elastic linear programme).

    Its amount is 0 where all can be met; then the table that does.
    """
    numbers = np.flatnonzero(active)
    scale = max(1.0, float(np.abs(skeleton.table).max()))
    goals = np.array([float(skeleton.held[i].amount) for i in numbers]) / scale
    price = np.array([100.0 if skeleton.held[i].kind == "company" else 1.0 for i in numbers])
    size, count = skeleton.table.size, len(numbers)
    free = np.repeat(skeleton.free > 0, skeleton.table.shape[1])
    columns, values = [], []
    for row, i in enumerate(numbers):  # the held cells, and what the number gives up or takes beyond them
        cells = skeleton.rest(int(i), [])
        columns.append(np.concatenate([cells, [size + row, size + count + row]]))
        values.append(np.concatenate([np.ones(len(cells)), [1.0, -1.0]]))
    starts = np.concatenate([[0], np.cumsum([len(c) for c in columns])]).astype(np.intp)
    rows = Rows(starts, np.concatenate(columns).astype(np.intp), np.concatenate(values), goals)
    low = np.concatenate([np.where(free, _lowest(skeleton, active), 0.0), np.zeros(2 * count)])
    high = np.concatenate([np.where(free, np.inf, 0.0), np.full(2 * count, np.inf)])
    answer = least(np.concatenate([np.zeros(size), price, price]), low, high, rows, whole=False)
    assert answer is not None  # giving up everything is always possible
    found, duals = answer
    gives = found[size : size + count] + found[size + count :]
    amount = round(float(gives.sum()) * scale)
    involved = (np.abs(duals) > 1e-9) | (gives > 1e-12)
    labels = [skeleton.held[i].label for i in numbers[involved]] or [skeleton.held[i].label for i in numbers]
    return PinConflictError(labels, amount), found[:size].reshape(skeleton.table.shape) * scale


def _handed_down(branches: Branches, base: Int64s, weights: Floats, skeleton: Skeleton, table: Int64s) -> Int64s:
    """The whole table down to the leaves: unchanged totals keep their cells, changed ones go by weight."""
    cells = base.shape[1]
    owner = np.zeros(len(branches), dtype=np.intp)
    for number, top in enumerate(skeleton.tops):
        owner[top : branches.end[top]] = number
    owner = owner[branches.leaves]
    kind = skeleton.column_class
    changed = table != skeleton.table
    rows = np.flatnonzero(changed.any(axis=1)[owner])
    values = base.astype(np.float64)
    flags = changed[owner[rows]][:, kind]
    goal = table[owner[rows]][:, kind].astype(np.float64)
    part = np.full(flags.shape, np.nan)
    for size in (weights[rows], np.tile(np.abs(weights[rows]).sum(axis=1)[:, None], cells), np.ones_like(part)):
        total = _class_sums(owner[rows], kind, size, table.shape)[owner[rows]][:, kind]
        usable = np.isnan(part) & (np.abs(total) > 1e-6)
        part = np.where(usable, size / np.where(usable, total, 1.0), part)
    values[rows] = np.where(flags, goal * part, values[rows])
    return rounded(branches, values, Fixed(skeleton.tops, kind, table))


def _class_sums(
    owner: npt.NDArray[np.intp], kind: npt.NDArray[np.intp], size: Floats, shape: tuple[int, ...]
) -> Floats:
    by_class = np.stack([size[:, kind == k].sum(axis=1) for k in range(shape[1])], axis=1)
    sums = np.zeros(shape)
    np.add.at(sums, owner, by_class)
    return sums
