"""The price of a load as pieces of one slope, as high as whole units allow.

Where every unit weighs a multiple of one step (accounts of a class: one or several), a load is a multiple of that step too. Between
two multiples no plan can lie, so that the price may be raised there to the straight line between them: the price of every plan
stays, the linear relaxation rises (the convex hull of the price on its lattice; mixed-integer rounding would find one side of it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from workbook.territories.solver.problem import Bands, Floats

#: A step is the smallest weight, or such a part of it.
_PARTS = (1, 2, 3, 4)
#: How far from whole a multiple may be, relative to the number of steps.
_NEAR = 1e-9
#: How far the last piece reaches beyond any load, so that rounding never leaves one without a piece.
_BEYOND = 1e-6


@dataclass(frozen=True, eq=False)
class Pieces:
    """Convex prices: ``edge`` (m, K, P + 1) from the least load to more than any, ``slope`` (m, K, P) between them, rising, and
    the price of the least load ``first`` (m, K). A piece may have no width.
    """

    edge: Floats
    slope: Floats
    first: Floats

    @property
    def width(self) -> Floats:
        """Shape (m, K, P)."""
        return np.diff(self.edge, axis=2)

    def price(self, load: Floats) -> Floats:
        """The price of loads of shape (m, K), shape (m, K)."""
        part = np.clip(load[:, :, None] - self.edge[:, :, :-1], 0.0, self.width)
        return np.asarray(self.first + (part * self.slope).sum(axis=2))

    def least(self, slope: Floats) -> Floats:
        """The least of price(y) - slope × y over all loads y, shape (m, K)."""
        falling = (np.minimum(self.slope - slope[:, :, None], 0.0) * self.width).sum(axis=2)
        return np.asarray(self.first - slope * self.edge[:, :, 0] + falling)


def step_of(weights: Floats) -> float:
    """The step of which all weights are multiples; 0 where there is none.

    >>> step_of(np.array([0.0, 0.5, 1.0, 1.5])), step_of(np.array([2.0, 3.0])), step_of(np.array([1.0, 2.2]))
    (0.5, 1.0, 0.0)
    """
    some = np.unique(np.abs(weights[weights != 0]))
    for part in _PARTS:
        step = float(some[0]) / part if len(some) else 0.0
        if step > 0 and (np.abs(some / step - np.round(some / step)) <= _NEAR * some / step).all():
            return step
    return 0.0


def pieces_of(bands: Bands, least: Floats, most: Floats, weight: npt.NDArray[np.float64]) -> Pieces:
    """The pieces of ``bands`` between the loads ``least`` and ``most`` (m, K), for weights of shape (anything, K)."""
    edges = np.stack([bands.lowest, bands.low, bands.high, bands.highest], axis=2)
    edges = np.clip(edges, least[:, :, None], most[:, :, None])
    near = np.concatenate([edges, edges], axis=2)
    for k in range(most.shape[1]):
        if step := step_of(weight[:, k]):
            count = edges[:, k] / step
            near[:, k, :4] = step * np.floor(count + _NEAR * np.maximum(np.abs(count), 1.0))
            near[:, k, 4:] = step * np.ceil(count - _NEAR * np.maximum(np.abs(count), 1.0))
    beyond = _BEYOND * (1.0 + most - least)
    first, last = (least - beyond)[:, :, None], (most + beyond)[:, :, None]
    edge = np.concatenate([np.minimum(first, near.min(axis=2, keepdims=True)), np.sort(near, axis=2), last], axis=2)
    edge[:, :, -1] = np.maximum(edge[:, :, -1], edge[:, :, -2])
    price = np.stack([bands.price(edge[:, :, p]) for p in range(edge.shape[2])], axis=2)
    width = np.diff(edge, axis=2)
    slope = np.divide(np.diff(price, axis=2), width, out=np.zeros_like(width), where=width > 0)
    return Pieces(edge, slope, price[:, :, 0])
