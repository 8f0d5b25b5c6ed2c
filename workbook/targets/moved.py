"""Amounts that go from one place of the grid to another, whole: transfers between nodes, shifts between periods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workbook.errors import UsageError
from workbook.money import apportion
from workbook.targets.edits import Edit, mask, subtree
from workbook.targets.giving import PinConflictError
from workbook.targets.grid import Cells, Nodes

Int64s = npt.NDArray[np.int64]
Ints = npt.NDArray[np.intp]


#: What one edit changes: leaves, columns, and the block of amounts added there.
Change = tuple[slice, Ints, Int64s]


def moved(
    nodes: Nodes, cells: Cells, amounts: Int64s, edits: Sequence[Edit]
) -> tuple[Int64s, dict[str, tuple[Change, Change]]]:
    """Leaf amounts after all transfers, shifts and splits, and what each of them took and gave, by its label.

    Each is reckoned on ``amounts`` as they stand before all of them, so their order does not matter. Raises
    :class:`PinConflictError` when together they take more than there is.
    """
    changes: dict[str, tuple[Change, Change]] = {}
    after = amounts.copy()
    for edit in sorted(edits, key=lambda e: (e.revision, e.label)):
        if edit.action not in ("transfer", "shift", "split"):
            continue
        move = {"transfer": _transfer, "shift": _shift, "split": _split}[edit.action]
        changes[edit.label] = move(nodes, cells, amounts, edit)
        for rows, columns, block in changes[edit.label]:
            after[rows, columns] += block
    short = (after < 0) & (amounts >= 0)
    if short.any():
        takers = [label for label, ((rows, columns, _), _) in changes.items() if short[rows, columns].any()]
        raise PinConflictError(takers, int(-after[short].sum()))
    return after, changes


def _transfer(nodes: Nodes, cells: Cells, amounts: Int64s, edit: Edit) -> tuple[Change, Change]:
    assert edit.amount is not None
    assert edit.to_node is not None
    source, goal = nodes.at(edit.node, edit.holder), nodes.at(edit.to_node)
    end = nodes.branches.end
    if source <= goal < end[source] or goal <= source < end[goal]:
        how = "is the same" if source == goal else f"lies above or under {edit.node}"
        raise UsageError(f"{edit.label}: {edit.to_node} {how}", remedy="Name two apart.")
    if edit.amount < 0:
        source, goal = goal, source
    columns = np.flatnonzero(mask(cells, edit))
    span, into = subtree(nodes.branches, source), subtree(nodes.branches, goal)
    taken = _taken(amounts[span][:, columns], abs(edit.amount), edit)
    have = amounts[into][:, columns]
    size = np.maximum(have, 0).sum(axis=1)
    given = np.zeros_like(have)
    for number in range(len(columns)):
        own = np.maximum(have[:, number], 0)
        given[:, number] = apportion(int(taken[:, number].sum()), own if own.any() else size)
    return (span, columns, -taken), (into, columns, given)


def _shift(nodes: Nodes, cells: Cells, amounts: Int64s, edit: Edit) -> tuple[Change, Change]:
    assert edit.amount is not None
    assert edit.to_period is not None
    first, second = mask(cells, edit), mask(cells, edit, edit.to_period)
    if (first & second).any():
        raise UsageError(f"{edit.label}: {edit.to_period} and {edit.period} overlap", remedy="Name two apart.")
    if edit.amount < 0:
        first, second = second, first
    span = subtree(nodes.branches, nodes.at(edit.node, edit.holder))
    columns, goal = np.flatnonzero(first), np.flatnonzero(second)
    taken = _taken(amounts[span][:, columns], abs(edit.amount), edit)
    given = np.zeros((taken.shape[0], len(goal)), dtype=np.int64)
    have = np.maximum(amounts[span][:, goal], 0)
    for slot in np.unique(columns // 12):
        into = np.flatnonzero(goal // 12 == slot)
        gone = taken[:, columns // 12 == slot].sum(axis=1)
        for row in np.flatnonzero(gone):
            own = have[row, into] if have[row, into].any() else have[:, into].sum(axis=0)
            given[row, into] = apportion(int(gone[row]), own)
    return (span, columns, -taken), (span, goal, given)


def _split(nodes: Nodes, cells: Cells, amounts: Int64s, edit: Edit) -> tuple[Change, Change]:
    """An account's cells among its holders by the stated shares; holders that are not named get nothing."""
    columns = np.flatnonzero(mask(cells, edit))
    seats = np.flatnonzero(nodes.ids == edit.node)
    up = nodes.branches.parent[seats]
    holders = [str(nodes.ids[u]) if nodes.kinds[u] == "rep" else "" for u in up]
    missing = [rep for rep, _ in edit.shares if rep not in holders]
    if not len(seats) or missing:
        what = f"{missing[0]} does not hold {edit.node}" if len(seats) else f"there is no account {edit.node!r}"
        raise UsageError(f"{edit.label}: {what}", remedy="Make the rep a co-owner in the ownership table first.")
    leaf = nodes.branches.leaf_span[0][seats]
    have = amounts[np.ix_(leaf, columns)]
    share = np.array([dict(edit.shares).get(holder, 0.0) for holder in holders])
    wanted = np.stack([apportion(int(total), share) for total in have.sum(axis=0)], axis=1)
    span = slice(int(leaf[0]), int(leaf[-1]) + 1)
    taken = np.zeros((span.stop - span.start, len(columns)), dtype=np.int64)
    given = taken.copy()
    taken[leaf - span.start] = np.minimum(wanted - have, 0)
    given[leaf - span.start] = np.maximum(wanted - have, 0)
    return (span, columns, taken), (span, columns, given)


def _taken(have: Int64s, amount: int, edit: Edit) -> Int64s:
    """How much each cell gives: by its size, whole, never more than it has."""
    positive = np.maximum(have, 0)
    there = int(positive.sum())
    if amount > there:
        raise PinConflictError([edit.label], amount - there)
    return apportion(amount, positive.reshape(-1)).reshape(have.shape) if amount else np.zeros_like(have)
