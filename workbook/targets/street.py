"""Street quotas: the target with the hedge that each level adds, and the reserve for people who leave."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbook.targets.grid import Branches
from workbook.targets.rounding import Fixed, rounded

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]


def hedge_factors(branches: Branches, hedge: Floats, attrition_share: float) -> Floats:
    """What a node's street quota is of its target (n,): all hedges above it multiplied, and the reserve.

    The reserve for attrition is ``1 / (1 - share)``: so much more is handed out that what remains reaches the target.
    """
    factor = np.empty(len(branches))
    factor[0] = 1.0 / (1.0 - attrition_share)
    for level in branches.levels[1:]:
        up = branches.parent[level]
        factor[level] = factor[up] * (1.0 + hedge[up])
    return factor


def hedges(branches: Branches, targets: Int64s, factors: Floats) -> Int64s:
    """The hedge of every leaf (leaves, cells) in whole minor units: targets × (factor - 1), negative targets carry none.

    Rounded as the targets are: each within one unit. The street quota is target + hedge, so it adds up too.
    """
    values = np.maximum(targets, 0) * (factors[branches.leaves, None] - 1.0)
    if not values.any():
        return np.zeros_like(targets)
    slots = values.shape[1] // 12
    kind = np.repeat(np.arange(slots), 12)
    totals = np.rint(values.reshape(len(values), slots, 12).sum(axis=(0, 2))).astype(np.int64)
    return rounded(branches, values, Fixed(np.zeros(1, dtype=np.intp), kind, totals[None, :]))
