"""The linear relaxation by an interior point method made for it: the units are eliminated, what is left is as large as the loads.

A primal-dual method with predictor and corrector (Mehrotra, 1992). Each step of a general solver factors a matrix with a row per
unit and load; here the units' rows, of one entry each, are eliminated by hand, and the loads' rows, with the reps ordered so that
those who compete for the same accounts stand together (Cuthill and McKee, 1969), make a narrow band that LAPACK factors.
100,000 units and 1,000 reps take some 40 steps of 0.4 seconds, where HiGHS's general method takes minutes.

    minimise  cost·x + sum of slope·y    such that  each unit's shares x add up to 1,
    load(x) = least load + sum of the filled pieces y,   x ≥ 0,  0 ≤ y ≤ width
"""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, cho_solve_banded, cholesky_banded
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import reverse_cuthill_mckee

from workbook.territories.solver.interior_kernels import assembled, by_unit, carried, central, longest, stepped
from workbook.territories.solver.problem import Floats, Problem

#: Steps, at most.
_STEPS = 300
#: Seconds of a step: per arc, and per entry of the matrix and column of its band.
_ARC, _ENTRY = 2.3e-7, 2e-11
#: How much of the way to the boundary a step goes.
_SHORT_OF = 0.99
#: Added to the diagonal, relative to its largest entry, so that loads on which nothing depends do no harm.
_FIRM = 1e-13
#: Entries of the matrix of the loads, at most: 400 MB.
_ROOM = 50_000_000
#: Loads that miss less than this share of the largest one are met.
_MET = 1e-7


@dataclass(frozen=True, eq=False)
class Interior:
    """Load prices (m, K), the shares of the arcs (A,), the value of the relaxation, which is met only when ``solved``, and the work in
    seconds."""

    slope: Floats
    share: Floats
    value: float
    solved: bool
    work: float


@dataclass(eq=False)
class _Point:
    """Shares x and reduced costs z of the arcs (A,), duals of the loads (m, K), which are minus their prices, filled pieces y (m, K, P) with the room left in them, and the duals of their lower and upper ends."""

    x: Floats
    z: Floats
    dual: Floats
    y: Floats
    room: Floats
    below: Floats
    above: Floats

    def moved(self, step: _Point, primal: float, dual: float) -> None:
        self.x += primal * step.x
        self.y += primal * step.y
        self.room += primal * step.room
        self.z += dual * step.z
        self.dual += dual * step.dual
        self.below += dual * step.below
        self.above += dual * step.above


@dataclass(frozen=True, eq=False)
class _Model:
    """The relaxation of a problem, ready for steps."""

    problem: Problem

    @cached_property
    def some(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.problem.pieces.width > 1e-12)

    @cached_property
    def width(self) -> Floats:
        return np.where(self.some, self.problem.pieces.width, 1.0)

    @cached_property
    def order(self) -> npt.NDArray[np.int64]:
        """The reps in an order in which those who share units are near each other."""
        return np.asarray(reverse_cuthill_mckee(self._sharing, symmetric_mode=True), dtype=np.int64)

    @cached_property
    def place(self) -> npt.NDArray[np.int64]:
        """Where the rows of each rep begin."""
        place = np.empty(self.problem.m, dtype=np.int64)
        place[self.order] = self.problem.k * np.arange(self.problem.m)
        return place

    @cached_property
    def turn(self) -> npt.NDArray[np.int64]:
        """The units by the place of their reps."""
        return np.argsort(np.minimum.reduceat(self.place[self.problem.rep], self.problem.start[:-1]), kind="stable")

    @cached_property
    def wide(self) -> int:
        """How far from the diagonal the matrix of the loads has entries."""
        rows, columns = self._sharing.nonzero()
        return int(np.abs(self.place[rows] - self.place[columns]).max(initial=0)) + self.problem.k

    @cached_property
    def band(self) -> Floats:
        """Room for the matrix of the loads."""
        return np.empty((self.wide, self.problem.m * self.problem.k), order="F")

    @cached_property
    def _sharing(self) -> csr_matrix:
        return self.problem.shared(np.arange(len(self.problem.rep)))

    @cached_property
    def shape(self) -> tuple[object, ...]:
        """What the kernels read of the arcs."""
        return self.problem.start, self.problem.rep, self.problem.weight, self.problem.by_arc

    def loads(self, value: Floats) -> Floats:
        out = np.zeros((self.problem.m, self.problem.k))
        carried(*self.shape, value, out)
        return out

    def first(self, slope: Floats, mu: float) -> _Point:
        """The point at which these load prices are central for ``mu``: only the loads miss what the pieces say."""
        problem, width = self.problem, self.width
        x, z = np.empty(len(problem.rep)), np.empty(len(problem.rep))
        central(problem.start, problem.rep, problem.cost, problem.weight, problem.by_arc, slope, mu, x, z)
        tilt = (problem.pieces.slope - slope[:, :, None]) * width
        y = 2 * mu * width / (tilt + 2 * mu + np.sqrt(tilt**2 + 4 * mu**2))
        y = np.clip(y, 1e-12 * width, (1 - 1e-12) * width)
        return _Point(x, z, -slope, y, width - y, mu / y, mu / (width - y))

    def products(self, at: _Point) -> float:
        """The sum of all products that shall be zero: how far primal and dual value are apart."""
        pieces = np.where(self.some, at.y * at.below + at.room * at.above, 0.0)
        return float((at.x * at.z).sum() + pieces.sum())

    @cached_property
    def count(self) -> int:
        return len(self.problem.rep) + 2 * int(self.some.sum())

    def missing(self, at: _Point) -> Floats:
        """What the loads lack of their pieces, (m, K)."""
        return np.asarray(
            self.problem.pieces.edge[:, :, 0] + np.where(self.some, at.y, 0.0).sum(axis=2) - self.loads(at.x)
        )

    def value(self, at: _Point) -> float:
        pieces = self.problem.pieces
        filled = np.where(self.some, pieces.slope * at.y, 0.0).sum() + pieces.first.sum()
        return float((self.problem.cost * at.x).sum() + filled)


class _Newton:
    """The directions from one point: the matrix is factored once, and serves predictor and corrector."""

    def __init__(self, model: _Model, at: _Point) -> None:
        self.model, self.at = model, at
        problem, some = model.problem, model.some
        self.stiff = at.x / at.z
        self.soft = np.where(some, 1.0 / (at.below / at.y + at.above / at.room), 0.0)
        tilt = problem.pieces.slope + at.dual[:, :, None] - at.below + at.above
        self.tilt = np.where(some, tilt, 0.0)
        self.lacks, self.short = 1.0 - by_unit(problem.start, at.x), model.missing(at)
        self.total = by_unit(problem.start, self.stiff)
        assembled(*model.shape, self.stiff, model.place, model.turn, model.band)
        model.band[0] += self.soft.sum(axis=2)[model.order].ravel()
        model.band[0] += _FIRM * model.band[0].max()
        self.factor = cholesky_banded(model.band, lower=True, check_finite=False)

    def toward(self, mu: float, guess: _Point | None = None) -> _Point:
        """The direction to the point where all products are ``mu``; with ``guess``, corrected for what that one left out."""
        model, at, problem = self.model, self.at, self.model.problem
        arcs, low, high = mu - at.x * at.z, mu - at.y * at.below, mu - at.room * at.above
        if guess is not None:
            arcs -= guess.x * guess.z
            low -= guess.y * guess.below
            high += guess.y * guess.above
        step = arcs / at.z
        lacks = self.lacks - by_unit(problem.start, step)
        fill = low / at.y - high / at.room - self.tilt
        pull = step + self.stiff * (lacks / self.total)[problem.unit]
        right = self.short - model.loads(pull) + (self.soft * fill).sum(axis=2)
        dual = np.empty_like(at.dual)
        solved = cho_solve_banded((self.factor, True), right[model.order].ravel(), check_finite=False)
        dual[model.order] = solved.reshape(dual.shape)
        stepped(*model.shape, self.stiff, self.lacks, dual, step)
        y = np.where(model.some, self.soft * (fill - dual[:, :, None]), 0.0)
        below = np.where(model.some, (low - at.below * y) / at.y, 0.0)
        above = np.where(model.some, (high + at.above * y) / at.room, 0.0)
        return _Point(step, (arcs - at.z * step) / at.x, dual, y, -y, below, above)

    def lengths(self, step: _Point) -> tuple[float, float]:
        """How far primal and dual may go along a direction."""
        at = self.at
        primal = min(
            longest(at.x, step.x),
            longest(at.y.ravel(), step.y.ravel()),
            longest(at.room.ravel(), step.room.ravel()),
        )
        dual = min(
            longest(at.z, step.z),
            longest(at.below.ravel(), step.below.ravel()),
            longest(at.above.ravel(), step.above.ravel()),
        )
        return primal, dual


def fits(problem: Problem) -> bool:
    """Whether the matrix of the loads has room in memory."""
    return _Model(problem).wide * problem.m * problem.k <= _ROOM


@np.errstate(all="ignore")  # what overflows near the end is seen and not used
def interior(problem: Problem, slope: Floats, away: float, accuracy: float, until: float) -> Interior:
    """The linear relaxation to within ``accuracy`` (relative), from load prices ``slope`` (m, K), ``away`` from the best ones (1: not
    known, 0.01: near them). Ends without when the clock (``time.perf_counter``) passes ``until``; any load prices prove a bound.
    """
    model = _Model(problem)
    at, steps, solved = model.first(slope, away * _usual(problem)), 0, False
    met = _MET * float(np.abs(problem.bands.high).max(initial=1.0))
    while True:
        apart, value = model.products(at), model.value(at)
        solved = apart <= accuracy * max(abs(value), 1e-9) and float(np.abs(model.missing(at)).max(initial=0.0)) <= met
        if solved or steps >= _STEPS or time.perf_counter() > until:
            break
        try:
            newton = _Newton(model, at)
        except LinAlgError:  # the numbers lead no further: what was reached proves its bound
            break
        guess = newton.toward(0.0)
        ahead = deepcopy(at)
        ahead.moved(guess, *newton.lengths(guess))
        step = newton.toward(apart / model.count * (model.products(ahead) / apart) ** 3, guess)
        if not np.isfinite(step.dual).all():
            break
        primal, dual = newton.lengths(step)
        at.moved(step, _SHORT_OF * primal if primal < 1 else 1.0, _SHORT_OF * dual if dual < 1 else 1.0)
        steps += 1
    work = steps * (_ARC * len(problem.rep) + _ENTRY * model.wide**2 * problem.m * problem.k)
    return Interior(-at.dual, at.x, value, solved, work)


def _usual(problem: Problem) -> float:
    """A first product: what a unit's weight usually costs in the bands, spread over its arcs."""
    usual = problem.usual_price + float(problem.cost.mean()) + 1e-12
    return usual * problem.n / len(problem.rep)
