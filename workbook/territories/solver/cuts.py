"""Cuts: rows that every whole plan keeps and the relaxation does not, so that the relaxation's bound rises.

HiGHS separates them (mixed-integer rounding, lifted covers, zero-half) at the root of its search and hands over its pool;
the search itself is then ended. (Marchand and Wolsey, 2001, for the rounding of rows with a free slack, which ours are.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, vstack

from workbook.territories.solver.highs import Program, separated

_OPTIONS: dict[str, Any] = {
    "mip_max_nodes": 1,
    "presolve": "off",  # the pool speaks of the columns that HiGHS works with: they must be ours
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_shifting": False,
    "mip_heuristic_run_zi_round": False,
}


#: Seconds of work of a simplex iteration of the separation: at least, and per column.
_ITERATION = (2e-4, 6e-8)


@dataclass(frozen=True, eq=False)
class Strengthened:
    """A linear program with ``cuts`` more rows; ``late``: the time limit came first; ``work``: in seconds."""

    program: Program
    cuts: int
    late: bool
    work: float


def strengthened(program: Program, seconds: float, stopped: Callable[[], bool] = lambda: False) -> Strengthened:
    """``program`` (with ``whole``) as a linear program with cuts; without them where ``stopped`` says that nobody waits."""
    pool, late, iterations = separated(program, {**_OPTIONS, "time_limit": max(0.01, seconds)}, stopped)
    work = iterations * (_ITERATION[0] + _ITERATION[1] * len(program.cost))
    relaxed = replace(program, whole=None)
    if pool is None:
        return Strengthened(relaxed, 0, late, work)
    own = csc_matrix((program.value, program.index, program.start), shape=(len(program.low), len(program.cost)))
    cuts = csr_matrix((pool.value, pool.index, pool.start), shape=(len(pool.low), len(program.cost)))
    both = vstack([own, cuts]).tocsc()
    low, high = np.concatenate([program.low, pool.low]), np.concatenate([program.high, pool.high])
    made = replace(relaxed, start=both.indptr, index=both.indices, value=both.data, low=low, high=high)
    return Strengthened(made, len(pool.low), late, work)
