"""The meeting point: a proposal between target and plan at every node that adds up everywhere.

Both sides say a number for every node. Each is corrected by how far it was off before and believed the less, the wider it
missed. The proposal is the set of numbers that adds up and fits all of them best (weighted least squares):
minimum-trace reconciliation with a diagonal error matrix (Wickramasuriya, Athanasopoulos, Hyndman 2019, JASA 114(526)). In a tree the
solution needs no matrix: one pass up, one pass down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.money import apportion, format_amount
from workbook.reconcile.cube import Cube
from workbook.reconcile.track import Track

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Ladder:
    """A tree for the two passes: ``parent`` (n,) with -1 at the root, parents before children not needed, positions by depth."""

    parent: Ints
    levels: tuple[Ints, ...]

    @classmethod
    def of(cls, parent: Ints) -> Ladder:
        """The positions of each depth, the root's first."""
        depth = np.zeros(len(parent), dtype=np.intp)
        up = parent.copy()
        while (up >= 0).any():
            depth[up >= 0] += 1
            up = np.where(up >= 0, parent[np.maximum(up, 0)], -1)
        return cls(parent, tuple(np.flatnonzero(depth == d) for d in range(int(depth.max(initial=0)) + 1)))

    def sums(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Sum of the children of every node, shape of ``values``."""
        out = np.zeros_like(values)
        np.add.at(out, self.parent[self.parent >= 0], values[self.parent >= 0])
        return out


def reconciled(ladder: Ladder, mean: Floats, variance: Floats) -> Floats:
    """The numbers that add up and fit ``mean`` best, each weighted by one over its ``variance`` (infinite where nothing is said).

    Shape (n,) in and out. Leaves must have finite variances.
    """
    inner = np.zeros(len(mean), dtype=bool)
    inner[ladder.parent[ladder.parent >= 0]] = True
    value, spread = mean.astype(np.float64).copy(), variance.astype(np.float64).copy()
    for level in reversed(ladder.levels):
        at = level[inner[level]]
        if not len(at):
            continue
        total, width = (np.asarray(ladder.sums(v), dtype=np.float64)[at] for v in (value, spread))
        own = np.where(np.isfinite(variance[at]), 1.0 / np.maximum(variance[at], 1e-12), 0.0)
        below = 1.0 / np.maximum(width, 1e-12)
        spread[at] = 1.0 / (own + below)
        value[at] = (np.where(own > 0, mean[at], 0.0) * own + total * below) * spread[at]
    out = value.copy()
    for level in ladder.levels[1:]:
        up = ladder.parent[level]
        total, width = (np.asarray(ladder.sums(v), dtype=np.float64)[up] for v in (value, spread))
        out[level] = value[level] + spread[level] / np.maximum(width, 1e-12) * (out[up] - total)
    return out


def kept_positive(ladder: Ladder, values: Floats) -> Floats:
    """The same totals without numbers below zero: what is below is set to zero and taken from its siblings in proportion."""
    out = values.copy()
    out[ladder.levels[0]] = np.maximum(out[ladder.levels[0]], 0.0)
    for level in ladder.levels[1:]:
        up = ladder.parent[level]
        positive = np.maximum(out[level], 0.0)
        total = np.zeros(len(out))
        np.add.at(total, up, positive)
        count = np.bincount(up, minlength=len(out))
        even = out[up] / np.maximum(count[up], 1)
        out[level] = np.where(total[up] > 0, positive / np.where(total[up] > 0, total[up], 1.0) * out[up], even)
    return out


def whole(ladder: Ladder, values: Floats) -> Int64s:
    """Numbers that add up, as whole units that add up: each within one unit of its unrounded value (controlled rounding).

    The root is rounded; each parent's units go to its children, largest fraction first.
    """
    out = np.zeros(len(values), dtype=np.int64)
    root = ladder.levels[0]
    out[root] = np.rint(values[root]).astype(np.int64)
    for level in ladder.levels[1:]:
        up = ladder.parent[level]
        low = np.floor(values[level]).astype(np.int64)
        base = np.zeros(len(values), dtype=np.int64)
        np.add.at(base, up, low)
        left = out - base
        order = np.lexsort((level, -(values[level] - low), up))
        start = np.searchsorted(up[order], up[order], side="left")
        rank = np.empty(len(level), dtype=np.int64)
        rank[order] = np.arange(len(level)) - start
        size = np.bincount(up, minlength=len(values))[up]
        each, more = np.divmod(left[up], size)
        out[level] = low + each + (rank < more)
    return out


@dataclass(frozen=True, eq=False)
class Proposal:
    """Positions in ``ladder``: first the nodes of the tree and reps (``head`` of them), then each one's rest where it has one."""

    ladder: Ladder
    head: int
    target: Int64s
    plan: Int64s
    proposal: Int64s
    split: Int64s
    alone: Floats
    weight: Floats


def proposal(cube: Cube, target_record: Track, plan_record: Track) -> Proposal:
    """The proposal for the year at every node of the tree and every rep. Shapes (n,), in minor units.

    A rep without a plan stands with the projection.
    """
    head = cube.head
    parent = cube.nodes.parent[:head]
    target, plan = cube.by("target")[:head], cube.expected()[:head]
    known = cube.target_known[:head]
    below = [np.zeros(head, dtype=np.int64), np.zeros(head, dtype=np.int64)]
    for side, values in zip(below, (target, plan), strict=True):
        np.add.at(side, parent[1:], values[1:])
    inner = np.flatnonzero(np.bincount(parent[1:], minlength=head) > 0)
    rest = inner[(target[inner] != below[0][inner]) | (plan[inner] != below[1][inner])]
    ladder = Ladder.of(np.concatenate([parent, rest]).astype(np.intp))
    of = np.concatenate([np.arange(head), rest])
    both = [np.concatenate([v, (v - b)[rest]]) for v, b in zip((target, plan), below, strict=True)]
    believed = np.concatenate([known, known[rest]])
    size = np.maximum(np.maximum(np.abs(both[0]), np.abs(both[1])), 1).astype(np.float64)
    means = [v * (1.0 + t.bias[of]) for v, t in zip(both, (target_record, plan_record), strict=True)]
    variances = [(t.error[of] * size) ** 2 for t in (target_record, plan_record)]
    precision = [np.where(believed, 1.0 / variances[0], 0.0), 1.0 / variances[1]]
    together = precision[0] + precision[1]
    alone = (means[0] * precision[0] + means[1] * precision[1]) / together
    best = kept_positive(ladder, reconciled(ladder, alone, 1.0 / together))
    middle = np.where(believed, (both[0] + both[1]) / 2.0, both[1].astype(np.float64))
    leaf = np.ones(len(of), dtype=bool)
    leaf[ladder.parent[ladder.parent >= 0]] = False
    halves = np.where(leaf, middle, 0.0)
    for level in reversed(ladder.levels[1:]):
        np.add.at(halves, ladder.parent[level], halves[level])
    return Proposal(
        ladder, head, both[0], both[1], whole(ladder, best), whole(ladder, halves), alone, precision[0] / together
    )


def frame(made: Proposal, cube: Cube, records: tuple[Track, Track], currency: str) -> pd.DataFrame:
    """The proposal beside the plain policies, with the reason, one row per node of the tree and rep.

    Out: node, node_kind, parent, target_amount (hold the target; Int64, missing where none), plan_amount (hold the plan; Int64, missing
    without one), expected_amount (the plan, and the projection of reps without one), split_amount (half way), proposal_amount, target_weight_share (how much the target counts at the node itself), target_error_share, plan_error_share,
    sentence.
    """
    at = np.arange(made.head)
    target_record, plan_record = records
    out = pd.DataFrame(
        {
            "node": pd.Series(cube.nodes.ids[at], dtype="str"),
            "node_kind": pd.Series(cube.nodes.kinds[at], dtype="str"),
            "parent": pd.Series(np.array([*cube.nodes.ids, None], dtype=object)[cube.nodes.parent[at]], dtype="str"),
            "target_amount": pd.Series(pd.array(made.target[at], dtype="Int64")).where(cube.target_known[at]),
            "plan_amount": pd.Series(pd.array(cube.by("plan")[at], dtype="Int64")).where(cube.plan_known[at]),
            "expected_amount": made.plan[at],
            "split_amount": made.split[at],
            "proposal_amount": made.proposal[at],
            "target_weight_share": made.weight[at],
            "target_error_share": target_record.error[at],
            "plan_error_share": plan_record.error[at],
        }
    )
    held = (made.plan[at] != 0) | (out["proposal_amount"] != 0).to_numpy() | cube.target_known[at]
    out["sentence"] = [
        _sentence(row, made, (target_record.words(i), plan_record.words(i)), currency)
        for i, row in enumerate(out.itertuples())
    ]
    return out[held].reset_index(drop=True)


def _sentence(row: object, made: Proposal, said: tuple[str, str], currency: str) -> str:
    def money(amount: object) -> str:
        return format_amount(amount, currency, short=True)

    at = row.Index  # type: ignore[attr-defined]
    if pd.isna(row.plan_amount):  # type: ignore[attr-defined]
        second = f"projection {money(row.expected_amount)} (no plan yet)"  # type: ignore[attr-defined]
    elif row.expected_amount != row.plan_amount:  # type: ignore[attr-defined]
        second = f"plan with the projection of reps who have none {money(row.expected_amount)} ({said[1]})"  # type: ignore[attr-defined]
    else:
        second = f"plan {money(row.plan_amount)} ({said[1]})"  # type: ignore[attr-defined]
    if pd.isna(row.target_amount):  # type: ignore[attr-defined]
        start = f"No target; {second}"
    else:
        start = f"Target {money(row.target_amount)} ({said[0]}) counts {row.target_weight_share:.0%}, {second} the rest"  # type: ignore[attr-defined]
    moved = int(row.proposal_amount) - round(float(made.alone[at]))  # type: ignore[attr-defined]
    text = f"{start}: {money(round(float(made.alone[at])))} by itself"
    if abs(moved) > abs(int(row.proposal_amount)) * 0.0005:  # type: ignore[attr-defined]
        text += f"; {'+' if moved > 0 else ''}{money(moved)} so that it adds up with what is above and below"
    return text + "."


def months(made: Proposal, cube: Cube) -> pd.DataFrame:
    """The proposal by month and product family: node, period, product_family, proposal_amount; adds up to the year and up the tree.

    A leaf's year is spread as its target and plan together are, in whole units.
    """
    shape = cube.cells["plan"].shape[1:]
    weights = np.maximum(cube.cells["target"][: made.head] + cube.cells["plan"][: made.head], 0).reshape(made.head, -1)
    company = np.maximum(weights[0], 1)
    leaf = np.ones(len(made.proposal), dtype=bool)
    leaf[made.ladder.parent[made.ladder.parent >= 0]] = False
    cells = np.zeros((len(made.proposal), weights.shape[1]), dtype=np.int64)
    of = np.concatenate([np.arange(made.head), made.ladder.parent[made.head :]])
    for at in np.flatnonzero(leaf):
        own = weights[of[at]]
        cells[at] = apportion(int(made.proposal[at]), own if own.any() else company)
    for level in reversed(made.ladder.levels[1:]):
        np.add.at(cells, made.ladder.parent[level], cells[level])
    node, cell = np.nonzero(cells[: made.head])
    month, family = np.divmod(cell, shape[1])
    return pd.DataFrame(
        {
            "node": pd.Series(cube.nodes.ids[node], dtype="str"),
            "period": pd.Series(np.array(cube.months, dtype=object)[month], dtype="str"),
            "product_family": pd.Series(np.array(cube.families, dtype=object)[family], dtype="str"),
            "proposal_amount": cells[node, cell],
        }
    )
