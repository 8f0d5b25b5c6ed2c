"""The model: units, the arcs to the reps who may hold them, and a convex price for each rep's load of each attribute.

    minimise   sum of cost[a] over the chosen arcs  +  sum over reps r and attributes k of price_rk(load_rk)
    such that  each unit has exactly one chosen arc;  load_rk = sum of the weights k of the units that r holds

``price_rk`` is zero inside a band, sloped beyond it, steeper beyond a second edge (a piecewise-linear penalty as in goal
programming; Charnes and Cooper, 1961). Everything is elastic, so a plan always exists and a shortage has a number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from workbook.territories.solver.pieces import Pieces, pieces_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Bands:
    """The price of a load, per rep and attribute, all of shape (m, K).

    Free between ``low`` and ``high``; ``under``/``over`` per unit of load beyond; from ``lowest``/``highest`` on
    ``under_more``/``over_more`` are added to the slope. lowest ≤ low ≤ high ≤ highest; slopes are not negative.
    """

    lowest: Floats
    low: Floats
    high: Floats
    highest: Floats
    under: Floats
    under_more: Floats
    over: Floats
    over_more: Floats

    def __post_init__(self) -> None:
        if (self.lowest > self.low).any() or (self.low > self.high).any() or (self.high > self.highest).any():
            raise ValueError("the edges of a band are not in order")
        if min(self.under.min(initial=0), self.under_more.min(initial=0)) < 0:
            raise ValueError("a slope below a band is negative")
        if min(self.over.min(initial=0), self.over_more.min(initial=0)) < 0:
            raise ValueError("a slope above a band is negative")

    @cached_property
    def table(self) -> Floats:
        """Shape (m, K, 8), in the order of the fields: what compiled code reads."""
        parts = (self.lowest, self.low, self.high, self.highest)
        slopes = (self.under, self.under_more, self.over, self.over_more)
        return np.ascontiguousarray(np.stack(parts + slopes, axis=-1))

    def price(self, load: npt.NDArray[Any]) -> Floats:
        """The price of loads of shape (m, K), shape (m, K)."""
        return np.asarray(
            self.under * np.maximum(self.low - load, 0.0)
            + self.under_more * np.maximum(self.lowest - load, 0.0)
            + self.over * np.maximum(load - self.high, 0.0)
            + self.over_more * np.maximum(load - self.highest, 0.0)
        )

    def of(self, reps: npt.NDArray[Any]) -> Bands:
        """The bands of some reps, in their order."""
        return Bands(**{name: getattr(self, name)[reps] for name in self.__dataclass_fields__})


@dataclass(frozen=True, eq=False)
class Problem:
    """An assignment problem of n units, m reps, A arcs and K attributes.

    Arcs of unit u are ``start[u]:start[u + 1]``, in ascending order of ``rep``. ``weight`` has shape (n, K), or (A, K)
    where a unit weighs differently with each rep. ``home[u]`` is the rep who holds u now, -1 for none.
    """

    start: Ints
    rep: npt.NDArray[np.int32]
    cost: Floats
    weight: Floats
    bands: Bands
    home: npt.NDArray[np.int32]

    @classmethod
    def of(cls, unit: Any, rep: Any, cost: Any, weight: Any, bands: Bands, home: Any) -> Problem:
        """From arcs in any order. Raises ValueError when a unit has no arc or an arc stands twice."""
        unit, rep = np.asarray(unit, dtype=np.int64), np.asarray(rep, dtype=np.int32)
        home, weight = np.asarray(home, dtype=np.int32), np.asarray(weight, dtype=np.float64)
        order = np.lexsort((rep, unit))
        unit, rep, cost = unit[order], rep[order], np.asarray(cost, dtype=np.float64)[order]
        counts = np.bincount(unit, minlength=len(home))
        if len(counts) != len(home) or (counts == 0).any():
            raise ValueError(f"{int((counts == 0).sum())} units have no rep who may hold them")
        if ((np.diff(unit) == 0) & (np.diff(rep) == 0)).any():
            raise ValueError("an arc stands twice")
        if not (np.isfinite(cost).all() and np.isfinite(weight).all()):
            raise ValueError("a cost or weight is missing")
        if weight.shape[0] == len(order) != len(home):
            weight = weight[order]
        elif weight.shape[0] != len(home):
            raise ValueError("weights are neither by unit nor by arc")
        start = np.concatenate([[0], np.cumsum(counts)])
        return cls(start, rep, cost, np.ascontiguousarray(weight), bands, home)

    @property
    def n(self) -> int:
        return len(self.start) - 1

    @property
    def m(self) -> int:
        return len(self.bands.low)

    @property
    def k(self) -> int:
        return int(self.weight.shape[1])

    @property
    def by_arc(self) -> bool:
        """Whether a unit weighs differently with each rep."""
        return self.weight.shape[0] != self.n

    @cached_property
    def unit(self) -> Ints:
        """Shape (A,): the unit of each arc."""
        return np.repeat(np.arange(self.n), np.diff(self.start))

    @cached_property
    def row(self) -> Ints:
        """Shape (A,): the row of ``weight`` of each arc."""
        return np.arange(len(self.rep)) if self.by_arc else self.unit

    @cached_property
    def pieces(self) -> Pieces:
        """The prices of the loads as pieces, raised where whole units cannot lie."""
        weight = self.weight[self.row]
        least, most = (_sums(part, self.rep, self.m) for part in (np.minimum(weight, 0.0), np.maximum(weight, 0.0)))
        return pieces_of(self.bands, least, most, self.weight)

    @cached_property
    def usual_price(self) -> float:
        """What the weight of a unit usually costs beyond the bands."""
        slope = np.median(self.bands.over + self.bands.under, axis=0)
        return float((self.weight * slope).sum(axis=1).mean())

    def shared(self, arcs: Ints) -> csr_matrix:
        """Shape (m, m): how many units two reps have in common by these arcs, each rep with itself among them."""
        who = csr_matrix((np.ones(len(arcs)), (self.unit[arcs], self.rep[arcs])), shape=(self.n, self.m))
        return (who.T @ who).tocsr()

    def arcs_of(self, chosen: npt.NDArray[Any]) -> Ints:
        """Shape (n,): the arc of each unit to the rep ``chosen`` for it, -1 where there is none."""
        hit = np.flatnonzero(self.rep == np.asarray(chosen)[self.unit])
        arcs = np.full(self.n, -1)
        arcs[self.unit[hit]] = hit
        return arcs

    def loads(self, arcs: Ints) -> Floats:
        """Shape (m, K): what each rep carries when the given arcs are chosen."""
        return _sums(self.weight[self.row[arcs]], self.rep[arcs], self.m)

    def objective(self, arcs: Ints) -> float:
        """The value of a plan."""
        return float(self.cost[arcs].sum() + self.bands.price(self.loads(arcs)).sum())

    def part(self, units: Ints, reps: Ints) -> tuple[Problem, Ints]:
        """The same problem on some units and reps (all arcs between them), and the arcs it was cut from."""
        place = np.full(self.m, -1, dtype=np.int32)
        place[reps] = np.arange(len(reps))
        inside = np.zeros(self.n, dtype=bool)
        inside[units] = True
        arcs = np.flatnonzero(inside[self.unit] & (place[self.rep] >= 0))
        number = np.cumsum(inside) - 1
        unit = number[self.unit[arcs]]
        homes = self.home[np.flatnonzero(inside)]
        made = Problem.of(
            unit,
            place[self.rep[arcs]],
            self.cost[arcs],
            self.weight[arcs] if self.by_arc else self.weight[np.flatnonzero(inside)],
            self.bands.of(reps),
            np.where(homes >= 0, place[homes], -1),
        )
        return made, arcs[np.lexsort((place[self.rep[arcs]], unit))]

    def kept(self, arcs: npt.NDArray[np.bool_]) -> Problem:
        """The same problem with only the arcs of a mask."""
        counts = np.bincount(self.unit[arcs], minlength=self.n)
        return replace(
            self,
            start=np.concatenate([[0], np.cumsum(counts)]),
            rep=self.rep[arcs],
            cost=self.cost[arcs],
            weight=np.ascontiguousarray(self.weight[arcs]) if self.by_arc else self.weight,
        )


def _sums(values: Floats, reps: npt.NDArray[Any], count: int) -> Floats:
    """Shape (count, K): sums by rep of values (any number, K)."""
    out = np.empty((count, values.shape[1]))
    for k in range(values.shape[1]):
        out[:, k] = np.bincount(reps, weights=values[:, k], minlength=count)
    return out
