"""HiGHS, one thread per model, every status read: a linear or mixed-integer program as arrays in, a result out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, csr_matrix, vstack

from workbook.errors import WorkbookError

Floats = npt.NDArray[np.float64]


class SolverError(WorkbookError):
    """HiGHS gave an answer that cannot be used; its status is in the message."""


@dataclass(frozen=True, eq=False)
class Program:
    """Minimise cost·x + offset, low ≤ Ax ≤ high, lower ≤ x ≤ upper; A by columns (start, index, value); ``whole`` marks integers."""

    cost: Floats
    lower: Floats
    upper: Floats
    low: Floats
    high: Floats
    start: npt.NDArray[np.int32]
    index: npt.NDArray[np.int32]
    value: Floats
    whole: npt.NDArray[np.bool_] | None = None
    offset: float = 0.0

    @cached_property
    def matrix(self) -> csc_matrix:
        return csc_matrix((self.value, self.index, self.start), shape=(len(self.low), len(self.cost)))

    def only(self, columns: npt.NDArray[np.int64]) -> Program:
        """The program on some of its columns."""
        part = self.matrix[:, columns]
        whole = None if self.whole is None else self.whole[columns]
        cost, lower, upper = self.cost[columns], self.lower[columns], self.upper[columns]
        return Program(
            cost, lower, upper, self.low, self.high, part.indptr, part.indices, part.data, whole, self.offset
        )

    def with_rows(self, pool: Pool) -> Program:
        """The program with more rows."""
        both = vstack([self.matrix, pool.matrix(len(self.cost))]).tocsc()
        low, high = np.concatenate([self.low, pool.low]), np.concatenate([self.high, pool.high])
        return replace(self, start=both.indptr, index=both.indices, value=both.data, low=low, high=high)


@dataclass(frozen=True, eq=False)
class Result:
    """What came back. ``status`` is HiGHS's word; ``bound`` is proven where it is finite; ``cut`` by a limit."""

    status: str
    objective: float
    bound: float
    values: Floats | None
    duals: Floats | None
    cut: bool
    nodes: int
    iterations: int


#: Iterations of the simplex method per row and column, a multiple of what hard programs of ours take (0.3): one that circles ends.
_ITERATIONS = 10
#: Seconds of a linear program solved again: at least, per step of the simplex method, and per step and coefficient.
_SOLVE = (1.5e-3, 1e-5, 1.6e-9)
#: Statuses with which a solution, a bound, or both can be used.
_DONE = {"Optimal"}
_CUT = {
    "Time limit reached",
    "Iteration limit reached",
    "Solution limit reached",
    "Bound on objective reached",
    "Target for objective reached",
    "Interrupted by user",
    "Unknown",
}


def run(program: Program, options: dict[str, Any], warm: Floats | None = None) -> Result:
    """Solve a program. Raises :class:`SolverError` for any status that is neither solved nor cut by a limit."""
    highs = _given(program, {"random_seed": 1, **options})
    if warm is not None:
        _ok(highs.setSolution(len(warm), np.arange(len(warm), dtype=np.int32), warm), "start")
    _ok(highs.run(), "run")
    return _result(highs, program.whole is not None)


def _given(program: Program, options: dict[str, Any]) -> Any:
    """HiGHS with a program, silent."""
    import highspy

    highs = highspy.Highs()
    # One thread, always: the scheduler of the process keeps the first number it sees, and later ones fail in silence.
    always: dict[str, Any] = {"output_flag": False, "threads": 1}
    if program.whole is None:
        always["simplex_iteration_limit"] = _enough(program)
    for name, value in {**always, **options}.items():
        _ok(highs.setOptionValue(name, value), f"option {name}")
    _pass(highs, program)
    return highs


def _enough(program: Program) -> int:
    return 1000 + _ITERATIONS * (len(program.cost) + len(program.low))


def _pass(highs: Any, program: Program) -> None:
    """Hand a program over."""
    import highspy

    whole = program.whole
    integrality = np.zeros(len(program.cost), dtype=np.int32) if whole is None else whole.astype(np.int32)
    _ok(
        highs.passModel(
            len(program.cost),
            len(program.low),
            len(program.value),
            int(highspy.MatrixFormat.kColwise),
            int(highspy.ObjSense.kMinimize),
            program.offset,
            program.cost,
            program.lower,
            program.upper,
            program.low,
            program.high,
            program.start.astype(np.int32),
            program.index.astype(np.int32),
            program.value,
            integrality,
        ),
        "model",
    )


def _ok(status: Any, what: str) -> None:
    import highspy

    if status == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS refused the {what}", remedy="Report this with the book's rules.")


def _result(highs: Any, whole: bool) -> Result:
    import highspy

    status = highs.modelStatusToString(highs.getModelStatus())
    info = highs.getInfo()
    if status not in _DONE and status not in _CUT:
        raise SolverError(f"HiGHS stopped with {status!r}", remedy="Report this with the book's rules.")
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    solution = highs.getSolution()
    duals = np.array(solution.row_dual) if solution.dual_valid else None
    objective = float(info.objective_function_value) if feasible else np.inf
    if whole:
        bound = float(info.mip_dual_bound) if np.isfinite(info.mip_dual_bound) else -np.inf
    else:
        bound = objective if status in _DONE else -np.inf
    return Result(
        status=status,
        objective=objective,
        bound=bound,
        values=np.array(solution.col_value) if solution.value_valid else None,
        duals=duals,
        cut=status not in _DONE,
        nodes=int(info.mip_node_count) if whole else 0,
        iterations=int(info.simplex_iteration_count),
    )


@dataclass(frozen=True, eq=False)
class Pool:
    """Cuts by rows (start, index, value): low ≤ row·x ≤ high."""

    start: npt.NDArray[np.int32]
    index: npt.NDArray[np.int32]
    value: Floats
    low: Floats
    high: Floats

    def __len__(self) -> int:
        return len(self.low)

    def matrix(self, columns: int) -> csr_matrix:
        return csr_matrix((self.value, self.index, self.start), shape=(len(self), columns))

    def only(self, rows: npt.NDArray[np.bool_]) -> Pool:
        """Those of a mask."""
        counts = np.diff(self.start)
        kept, start = np.repeat(rows, counts), np.concatenate([[0], np.cumsum(counts[rows])])
        return Pool(start.astype(np.int32), self.index[kept], self.value[kept], self.low[rows], self.high[rows])

    def on(self, place: npt.NDArray[np.int64]) -> Pool:
        """The same rows on the columns that have a ``place`` (-1: none)."""
        kept = place[self.index] >= 0
        start = np.concatenate([[0], np.cumsum(kept)])[self.start]
        index = place[self.index[kept]].astype(np.int32)
        return Pool(start.astype(np.int32), index, self.value[kept], self.low, self.high)

    def and_more(self, other: Pool) -> Pool:
        """These and others."""
        start = np.concatenate([self.start, self.start[-1] + other.start[1:]])
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("index", "value", "low", "high"))
        return Pool(start, *(np.concatenate(pair) for pair in pairs))


NO_CUTS = Pool(np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0), np.zeros(0), np.zeros(0))


#: The value of a relaxation, its columns and their reduced costs.
Solved = tuple[float, Floats, Floats]


class Relaxed:
    """A linear program that is solved again and again with some columns closed, each time from the last basis. ``work``: in seconds, so far."""

    def __init__(self, program: Program, seconds: float = np.inf) -> None:
        limit = {"time_limit": max(0.01, seconds)} if np.isfinite(seconds) else {}
        self.highs = _given(program, {"solver": "simplex", "presolve": "off", **limit})
        self.upper, self.changed = program.upper.copy(), np.zeros(0, dtype=np.int32)
        self.rows, self.cuts, self.work = len(program.low), NO_CUTS, 0.0

    def beyond(self, value: float) -> None:
        """From now on a program whose value proves to be above ``value`` counts as infeasible."""
        _ok(self.highs.setOptionValue("objective_bound", value), "option objective_bound")

    def close(self, columns: npt.NDArray[np.int64]) -> None:
        """Columns that stay closed."""
        self.upper[columns] = 0.0
        self._bounds(columns.astype(np.int32), np.zeros(len(columns)))

    def add(self, pool: Pool) -> None:
        """More rows."""
        rows = (pool.low, pool.high, len(pool.value), pool.start[:-1], pool.index, pool.value)
        _ok(self.highs.addRows(len(pool), *rows), "cuts")
        self.cuts = self.cuts.and_more(pool)

    def duals(self) -> Floats:
        """The rows' duals in the last solution."""
        return np.array(self.highs.getSolution().row_dual)

    def widen(self, more: Program) -> None:
        """More columns: those of a program with as many rows as this one has by now."""
        parts = (more.cost, more.lower, more.upper, len(more.value), more.start[:-1], more.index, more.value)
        _ok(self.highs.addCols(len(more.cost), *parts), "columns")
        self.upper = np.concatenate([self.upper, more.upper])

    def tidy(self) -> npt.NDArray[np.bool_]:
        """Leaves out the cuts that do not bind in the last solution; a mask of those that stay."""
        binding = self.duals()[self.rows :] != 0.0
        idle = (self.rows + np.flatnonzero(~binding)).astype(np.int32)
        if len(idle):
            _ok(self.highs.deleteRows(len(idle), idle), "cuts")
            self.cuts = self.cuts.only(binding)
        return binding

    def solve(self, closed: npt.NDArray[np.int64]) -> Solved | None:
        """Value, solution and reduced costs with these columns closed; an infinite value when infeasible or beyond the
        bound set; None when the time limit came first. Raises :class:`SolverError` where HiGHS cannot say, even from scratch.
        """
        back = np.setdiff1d(self.changed, closed).astype(np.int32)
        self._bounds(back, self.upper[back])
        self.changed = closed.astype(np.int32)
        self._bounds(self.changed, np.zeros(len(closed)))
        status = self._run()
        if status in ("Unknown", "Iteration limit reached"):  # the last basis led astray: once more without it
            _ok(self.highs.clearSolver(), "restart")
            status = self._run()
        if status == "Time limit reached":
            return None
        if status in ("Infeasible", "Bound on objective reached"):
            return np.inf, np.zeros(0), np.zeros(0)
        if status != "Optimal":
            raise SolverError(f"HiGHS stopped with {status!r}", remedy="Report this with the book's rules.")
        solution = self.highs.getSolution()
        value = float(self.highs.getInfo().objective_function_value)
        return value, np.array(solution.col_value), np.array(solution.col_dual)

    def _run(self) -> str:
        _ok(self.highs.run(), "run")
        steps = int(self.highs.getInfo().simplex_iteration_count)
        self.work += _SOLVE[0] + steps * (_SOLVE[1] + _SOLVE[2] * self.highs.getNumNz())
        return str(self.highs.modelStatusToString(self.highs.getModelStatus()))

    def _bounds(self, columns: npt.NDArray[np.int32], upper: Floats) -> None:
        if len(columns):
            _ok(self.highs.changeColsBounds(len(columns), columns, np.zeros(len(columns)), upper), "bounds")
