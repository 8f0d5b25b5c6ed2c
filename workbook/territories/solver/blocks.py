"""Cuts for very many units: region by region, the prices of everybody else's loads staying as they are.

Any prices of loads and cuts prove a bound (Lagrangian relaxation):  sum over units of the cheapest priced arc + sum over reps of what
their loads at least cost. The linear program of a region, in which a unit may also leave for its cheapest arc elsewhere, gives the best
prices of its reps while those of the others stand still: each region raises the bound of the whole (ascent by blocks of the dual;
Bertsekas, 1999, section 2.7).
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from workbook.territories.solver.cuts import Strengthened, strengthened
from workbook.territories.solver.highs import Solved, SolverError
from workbook.territories.solver.problem import Bands, Ints, Problem
from workbook.territories.solver.relaxation import Relaxation, cheapest_arcs

#: Arcs of each unit that a region begins with.
_FEW = 3


class Blocks:
    """The bound of ``problem`` at prices that begin as those of its relaxation. The teams of reps stay the same in all sweeps: what
    the loads at least cost (m,) is known team by team.
    """

    def __init__(self, problem: Problem, relaxed: Relaxation) -> None:
        self.problem = problem
        priced = problem.cost + (relaxed.slope[problem.rep] * problem.weight[problem.row]).sum(axis=1)
        self.priced = np.asarray(priced)
        self.least = problem.pieces.least(relaxed.slope).sum(axis=1)

    @property
    def bound(self) -> float:
        return float(np.minimum.reduceat(self.priced, self.problem.start[:-1]).sum() + self.least.sum())

    def sweep(self, teams: list[Ints], until: float, stopped: Callable[[], bool]) -> bool:
        """Every team of reps once, each rep in one; whether the clock or ``stopped`` ended it early."""
        for team in teams:
            if stopped() or time.perf_counter() > until:
                return True
            self.raise_with(team, until, stopped)
        return False

    def raise_with(self, team: Ints, until: float, stopped: Callable[[], bool]) -> None:
        """New prices for the reps of a team, if they prove more than the old ones."""
        problem = self.problem
        own = np.flatnonzero(np.isin(problem.rep, team))
        units = np.unique(problem.unit[own])
        if not len(units):
            return
        part, arcs = self._region(team, units)
        inside = cheapest_arcs(part, np.where(arcs >= 0, self.priced[arcs], 0.0), _FEW) | (arcs < 0)
        try:
            made = strengthened(part, max(0.01, until - time.perf_counter()), inside, stopped)
        except SolverError:  # numbers beyond HiGHS: the old prices prove what they did
            return
        if made.solved is None or not np.isfinite(made.solved[0]):
            return
        priced, least = self.priced.copy(), self.least.copy()
        here = arcs >= 0
        priced[arcs[here]] = (made.solved[2][: len(arcs)] + made.duals[part.unit])[here]
        before, old = self.bound, (self.priced, self.least)
        least[team] = 0.0
        least[team[0]] = _least_of(part, made, made.solved)
        self.priced, self.least = priced, least
        if self.bound < before:
            self.priced, self.least = old

    def _region(self, team: Ints, units: Ints) -> tuple[Problem, Ints]:
        """The problem of a team and one rep more, who stands for everybody else; the arcs, -1 for those of the latter."""
        problem, size = self.problem, len(team)
        inner, arcs = problem.part(units, team)
        outer = np.where(np.isin(problem.rep, team), np.inf, self.priced)
        away = np.minimum.reduceat(outer, problem.start[:-1])[units]
        some = np.flatnonzero(np.isfinite(away))
        bands = {
            name: np.vstack([getattr(inner.bands, name), np.zeros((1, problem.k))])
            for name in Bands.__dataclass_fields__
        }
        unit, rep = np.concatenate([inner.unit, some]), np.concatenate([inner.rep, np.full(len(some), size)])
        cost, weight = np.concatenate([inner.cost, away[some]]), inner.weight
        if problem.by_arc:
            weight = np.vstack([weight, np.zeros((len(some), problem.k))])
        part = Problem.of(unit, rep, cost, weight, Bands(**bands), np.full(len(units), -1))
        arcs = np.concatenate([arcs, np.full(len(some), -1)])
        return part, arcs[np.lexsort((rep, unit))]


def _least_of(part: Problem, made: Strengthened, solved: Solved) -> float:
    """What the loads of a region at least cost at the prices of its linear program: what its rows and the parts of its loads come to."""
    program, reduced = made.program, solved[2][len(part.rep) :]
    duals = made.duals[part.n :]
    side = np.where(duals > 0, program.low[part.n :], program.high[part.n :])
    side = np.where(np.isfinite(side), side, 0.0)  # where there is no side, what is left of a dual is noise
    rows = float((duals * side).sum())
    upper = np.minimum(program.upper[len(part.rep) :], np.abs(part.weight).sum())
    return float(rows + (np.minimum(reduced, 0.0) * upper).sum() + program.offset)
