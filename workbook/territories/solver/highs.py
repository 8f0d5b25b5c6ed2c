"""HiGHS, one thread per model, every status read: a linear or mixed-integer program as arrays in, a result out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbook.errors import WorkbookError

Floats = npt.NDArray[np.float64]


class SolverError(WorkbookError):
    """HiGHS gave an answer that cannot be used; its status is in the message."""


@dataclass(frozen=True, eq=False)
class Program:
    """Minimise cost·x, low ≤ Ax ≤ high, lower ≤ x ≤ upper; A by columns (start, index, value); ``whole`` marks integers."""

    cost: Floats
    lower: Floats
    upper: Floats
    low: Floats
    high: Floats
    start: npt.NDArray[np.int32]
    index: npt.NDArray[np.int32]
    value: Floats
    whole: npt.NDArray[np.bool_] | None = None


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


#: Statuses with which a solution, a bound, or both can be used.
_DONE = {"Optimal"}
_CUT = {
    "Time limit reached",
    "Iteration limit reached",
    "Solution limit reached",
    "Objective bound reached",
    "Target for objective reached",
    "Interrupted by user",
    "Unknown",
}


def run(program: Program, options: dict[str, Any], warm: Floats | None = None) -> Result:
    """Solve a program. Raises :class:`SolverError` for any status that is neither solved nor cut by a limit."""
    import highspy

    highs = highspy.Highs()
    # One thread, always: the scheduler of the process keeps the first number it sees, and later ones fail in silence.
    for name, value in {"output_flag": False, "threads": 1, "random_seed": 1, **options}.items():
        _ok(highs.setOptionValue(name, value), f"option {name}")
    _pass(highs, program)
    if warm is not None:
        _ok(highs.setSolution(len(warm), np.arange(len(warm), dtype=np.int32), warm), "start")
    _ok(highs.run(), "run")
    return _result(highs, program.whole is not None)


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
            0.0,
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
    )


class Relaxed:
    """A linear program that is solved again and again with some columns closed, each time from the last basis."""

    def __init__(self, program: Program) -> None:
        import highspy

        self.highs = highspy.Highs()
        for name, value in {"output_flag": False, "threads": 1, "solver": "simplex", "presolve": "off"}.items():
            _ok(self.highs.setOptionValue(name, value), f"option {name}")
        _pass(self.highs, program)
        self.upper, self.changed = program.upper, np.zeros(0, dtype=np.int32)

    def solve(self, closed: dict[int, float]) -> tuple[float, Floats]:
        """Value and solution with the upper bounds of some columns changed; infinite when infeasible."""
        back = np.setdiff1d(self.changed, np.fromiter(closed, dtype=np.int32, count=len(closed))).astype(np.int32)
        self._bounds(back, self.upper[back])
        now = np.fromiter(closed, dtype=np.int32, count=len(closed))
        self._bounds(now, np.fromiter(closed.values(), dtype=np.float64, count=len(closed)))
        self.changed = now
        _ok(self.highs.run(), "run")
        status = self.highs.modelStatusToString(self.highs.getModelStatus())
        if status == "Infeasible":
            return np.inf, np.zeros(len(self.upper))
        if status != "Optimal":
            raise SolverError(f"HiGHS stopped with {status!r}", remedy="Report this with the book's rules.")
        return float(self.highs.getInfo().objective_function_value), np.array(self.highs.getSolution().col_value)

    def _bounds(self, columns: npt.NDArray[np.int32], upper: Floats) -> None:
        if len(columns):
            _ok(self.highs.changeColsBounds(len(columns), columns, np.zeros(len(columns)), upper), "bounds")
