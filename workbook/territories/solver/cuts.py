"""Cuts: rows that every whole plan keeps and the relaxation does not, added in rounds until its bound rises no more.

Where there are many arcs the rounds go over few of each unit (column sifting); in the end all others are priced, and those that pay
come in. What is left out of the linear program then could not lower its value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
import numpy.typing as npt

from workbook.territories.solver.highs import NO_CUTS, Floats, Pool, Program, Relaxed, Solved
from workbook.territories.solver.problem import Ints, Problem
from workbook.territories.solver.program import assignment_program
from workbook.territories.solver.rounding import Rounding

#: Rounds before each sifting, at most (none before those after), and the rise of the bound in one (relative) below which no more are made.
_ROUNDS, _RISE = (40, *(8,) * 12), 5e-5
#: A reduced cost below this much is no reason to take a column in.
_PAYS = 1e-9


@dataclass(frozen=True, eq=False)
class Strengthened:
    """A linear program with ``cuts`` more rows, what it comes to, None when the time limit came first, the rows'
    duals in it (those of the units first), and the work in seconds.
    """

    program: Program
    cuts: int
    solved: Solved | None
    duals: Floats
    work: float


def strengthened(
    problem: Problem,
    seconds: float,
    inside: npt.NDArray[np.bool_] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Strengthened:
    """The relaxation of ``problem`` with cuts, separated on the arcs ``inside`` (default: all); with fewer of them where ``stopped``
    says that nobody waits. Raises :class:`~workbook.territories.solver.highs.SolverError` where HiGHS cannot say.
    """
    program = assignment_program(problem, whole=False)
    taken = np.ones(len(program.cost), dtype=bool)
    if inside is not None:
        taken[: len(problem.rep)] = inside
    columns = np.flatnonzero(taken)
    made = _Sifted(program, Rounding(problem), Relaxed(program.only(columns), seconds), columns)
    for rounds in chain(_ROUNDS, repeat(0)):
        if not made.cut(rounds, stopped) or not made.sift():
            break
    solved = None if made.solved is None else (made.solved[0], made.values, made.reduced)
    return Strengthened(program.with_rows(made.pool), len(made.pool), solved, made.model.duals(), made.model.work)


@dataclass(eq=False)
class _Sifted:
    """The program on some of its columns, with the cuts of all columns in ``pool``."""

    program: Program
    rounding: Rounding
    model: Relaxed
    columns: Ints
    pool: Pool = NO_CUTS
    solved: Solved | None = None

    def cut(self, rounds: int, stopped: Callable[[], bool]) -> bool:
        """Solves with at most so many rounds of cuts; whether there is something to go on with."""
        self._solve()
        for _ in range(rounds):
            if not self._usable or stopped():
                break
            more = self.rounding.cuts(self.values)
            if more is None:
                break
            self.pool = self.pool.only(self.model.tidy()).and_more(more)
            place = np.full(len(self.program.cost), -1)
            place[self.columns] = np.arange(len(self.columns))
            self.model.add(more.on(place))
            before = self.value
            self._solve()
            if self._usable and self.value - before <= _RISE * abs(before):
                break
        return self._usable

    def sift(self) -> bool:
        """Takes in the columns that pay; whether there are any."""
        paying = self.reduced < -_PAYS
        paying[self.columns] = False
        more = np.flatnonzero(paying)
        if len(more):
            self.model.widen(self.program.with_rows(self.pool).only(more))
            self.columns = np.concatenate([self.columns, more])
        return len(more) > 0

    @property
    def value(self) -> float:
        return np.inf if self.solved is None else self.solved[0]

    @property
    def values(self) -> Floats:
        """The values of all columns."""
        values = np.zeros(len(self.program.cost))
        if self.solved is not None and self._usable:
            values[self.columns] = self.solved[1]
        return values

    @property
    def reduced(self) -> Floats:
        """The reduced costs of all columns."""
        if not self._usable:
            return np.zeros(len(self.program.cost))
        duals, rows = self.model.duals(), len(self.program.low)
        priced = self.program.matrix.T @ duals[:rows] + self.pool.matrix(len(self.program.cost)).T @ duals[rows:]
        return np.asarray(self.program.cost - priced)

    @property
    def _usable(self) -> bool:
        return self.solved is not None and self.solved[0] < np.inf

    def _solve(self) -> None:
        self.solved = self.model.solve(np.zeros(0, dtype=np.int64))
