"""A small linear or integer programme, by HiGHS: the least cost of columns between 0 and their bounds whose rows meet their goals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Rows:
    """Sparse rows: where each begins in ``columns`` and ``values`` (one more than there are rows), and what each must sum to."""

    starts: Ints
    columns: Ints
    values: Floats
    goals: Floats

    @classmethod
    def of(cls, columns: Sequence[Ints], goals: Floats) -> Rows:
        """Rows of ones."""
        starts = np.concatenate([[0], np.cumsum([len(c) for c in columns])]).astype(np.intp)
        at = np.concatenate(columns) if columns else np.zeros(0, dtype=np.intp)
        return cls(starts, at.astype(np.intp), np.ones(len(at)), goals)


def least(cost: Floats, low: Floats, high: Floats, rows: Rows, *, whole: bool) -> tuple[Floats, Floats] | None:
    """The columns' values and the rows' duals (zeros where ``whole``); None where no values meet every goal."""
    import highspy

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(cost), len(rows.goals)
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, low, high
    model.row_lower_, model.row_upper_ = rows.goals, rows.goals
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = rows.starts.astype(np.int32)
    model.a_matrix_.index_ = rows.columns.astype(np.int32)
    model.a_matrix_.value_ = rows.values
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    if whole:
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_max_nodes", 20000)
    solver.passModel(model)
    solver.run()
    if solver.getInfo().primal_solution_status != 2:  # feasible
        return None
    answer = solver.getSolution()
    return np.array(answer.col_value), np.array(answer.row_dual)
