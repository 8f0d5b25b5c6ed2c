"""The cascade before rounding: shares of siblings, and what they make of the numbers above them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from workbook.targets.grid import Branches

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
#: How much of the parent's season goes into a node's own; sweeps of the fitting at most.
TRACE, SWEEPS = 1e-6, 500


@dataclass(frozen=True, eq=False)
class Shares:
    """Each node's share of its parent, and where a stated fallback stood in.

    ``values`` has shape (n,), (n, 12) for months or (n, cells); the shares of siblings add up to 1.
    ``filled``: per basis, nodes whose missing value was taken as their siblings' mean; ``clipped``: negative ones taken as
    zero; ``dropped``: per basis, parents below which it says nothing; ``even``: parents split evenly since nothing did.
    """

    values: Floats
    filled: Mapping[str, Bools] = field(default_factory=dict)
    clipped: Mapping[str, Bools] = field(default_factory=dict)
    dropped: Mapping[str, Bools] = field(default_factory=dict)
    even: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))


def normalised(branches: Branches, weights: Floats) -> tuple[Floats, Bools]:
    """Weights (n, …) as shares among siblings, and the parents where all weights are zero (their shares are zero)."""
    sums = branches.sums_by_parent(weights)
    up = np.maximum(branches.parent, 0)
    below = sums[up]
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(below > 0, weights / np.where(below > 0, below, 1.0), 0.0)
    shares[0] = 1.0
    return shares, (sums <= 0) & ~_column(branches.is_leaf, sums.ndim)


def mixed(branches: Branches, bases: Mapping[str, Floats], mix: Mapping[str, Floats]) -> Shares:
    """The blend of several bases: each normalised among siblings, then weighted.

    ``bases``: values per node (n,), NaN where missing. ``mix``: each basis's weight as it stands at the *parent* (n,).
    A basis that is zero or missing for all siblings drops out there and the others keep their proportion; where none is
    left the split is even.
    """
    up = np.maximum(branches.parent, 0)
    total = np.zeros(len(branches))
    weight = np.zeros(len(branches))
    filled, clipped, dropped = {}, {}, {}
    for name, given in bases.items():
        stated = mix[name] > 0
        if not stated.any():
            continue
        missing = np.isnan(given)
        negative = np.nan_to_num(given) < 0
        values = np.where(missing | negative, 0.0, given)
        known = branches.sums_by_parent((~missing).astype(float))
        mean = branches.sums_by_parent(values) / np.where(known > 0, known, 1.0)
        values = np.where(missing, mean[up], values)
        shares, silent = normalised(branches, values)
        effective = np.where(silent, 0.0, mix[name])
        total += effective[up] * shares
        weight += effective
        asked = stated[up] & (branches.parent >= 0)
        filled[name] = missing & asked & ~silent[up]
        clipped[name] = negative & asked
        dropped[name] = silent & stated
    even = (weight <= 0) & ~branches.is_leaf
    children = branches.sums_by_parent(np.ones(len(branches)))
    values = np.where(
        even[up], 1.0 / np.where(children[up] > 0, children[up], 1.0), total / np.where(weight > 0, weight, 1.0)[up]
    )
    values[0] = 1.0
    return Shares(values, filled, clipped, dropped, even)


def reshaped(branches: Branches, shares: Floats, factors: Floats) -> tuple[Floats, Bools]:
    """Shares by month (n, 12) scaled by factors (n, 12), such as ramp, and normalised again; where the factors leave nobody the
    shares stay as they were. Returns the shares, and the parents by month where that happened.
    """
    scaled, nobody = normalised(branches, shares * factors)
    up = np.maximum(branches.parent, 0)
    kept = np.where(nobody[up], shares, scaled)
    kept[0] = 1.0
    return kept, nobody


def seasonal(branches: Branches, shares: Floats, own: Floats, top: Floats) -> Floats:
    """Shares by month (n, 12) of nodes with seasons of their own: of the year each has its share (n,), of each month all siblings
    together have their parent's.

    ``own``: seasons (n, 12), NaN where a node has its parent's. ``top``: the root's months, none of them negative. Found by
    proportional fitting (Deming and Stephan, 1940); a trace of the parent's season lets every month be met.
    """
    made = np.repeat(shares[:, None], 12, axis=1)
    months = np.zeros((len(branches), 12))
    months[0] = top
    for level in branches.levels[1:]:
        up = branches.parent[level]
        above = months[up]
        year = shares[level] * above.sum(axis=1)
        known = np.isfinite(own[level].sum(axis=1))
        plain = above / np.maximum(above.sum(axis=1, keepdims=True), TRACE)
        mixed_season = np.where(known[:, None], (1 - TRACE) * np.nan_to_num(own[level]) + TRACE * plain, plain)
        values = year[:, None] * mixed_season
        for _ in range(SWEEPS if known.any() else 0):
            values *= np.divide(year, values.sum(axis=1), where=values.sum(axis=1) > 0, out=np.zeros_like(year))[
                :, None
            ]
            sums = np.zeros((len(branches), 12))
            np.add.at(sums, up, values)
            values *= np.divide(above, sums[up], where=sums[up] > 0, out=np.zeros_like(above))
            if np.abs(values.sum(axis=1) - year).max() <= TRACE**2 * max(1.0, np.abs(year).max()):
                break
        made[level] = np.divide(values, above, where=above > 0, out=made[level])
        months[level] = values
    return made


def cascaded(branches: Branches, top: Floats, shares: Floats) -> Floats:
    """The top's cells (cells,) down the tree by shares (n,), (n, 12) or (n, cells): unrounded values (n, cells)."""
    values = np.empty((len(branches), len(top)))
    values[0] = top
    slots = len(top) // 12 if shares.ndim == 2 and shares.shape[1] == 12 else 1
    for level in branches.levels[1:]:
        share = shares[level]
        if share.ndim == 1:
            share = share[:, None]
        elif share.shape[1] == 12 and len(top) != 12:
            share = np.tile(share, slots)
        values[level] = values[branches.parent[level]] * share
    return values


def _column(mask: Bools, ndim: int) -> Bools:
    return mask.reshape(mask.shape + (1,) * (ndim - 1))
