"""Compile the solver's kernels before anybody waits for a clock; numba keeps them on disk for the next time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from workbook.compiled import is_kept
from workbook.territories.solver import kernels
from workbook.territories.solver.ascent import ascend
from workbook.territories.solver.interior import interior
from workbook.territories.solver.problem import Bands, Problem
from workbook.territories.solver.program import assignment_program
from workbook.territories.solver.rounding import Rounding
from workbook.territories.solver.search import solve
from workbook.territories.solver.state import Effort


def compiled() -> bool:
    """Whether the kernels need no compiling: they were compiled on this machine before, or in this process."""
    if not is_kept(kernels.anneal):
        return bool(kernels.anneal.signatures)
    folder = Path(kernels.anneal.stats.cache_path)
    return any(folder.glob(f"{Path(kernels.__file__).stem}.anneal-*.nbi"))


def first_word() -> str:
    """What to tell people who wait for the compiler; empty when there is nothing to wait for."""
    if compiled():
        return ""
    if is_kept(kernels.anneal):
        return "The first design on this machine compiles the search, once: some ten seconds."
    return (
        "The search is compiled first, some ten seconds, and again next time: neither the package's folder nor the home "
        "folder can be written. Set NUMBA_CACHE_DIR to a folder that can."
    )


def prepare() -> None:
    """Compile (or read) every kernel, by solving a problem of four units and two reps, which needs no ascent, and what it does not need."""
    ones = np.ones((2, 1))
    bands = Bands(0 * ones, ones, ones, 2 * ones, ones, ones, ones, ones)
    unit, rep = np.repeat(np.arange(4), 2), np.tile(np.arange(2), 4)
    cost = np.where(rep == 0, 0.0, 0.1)
    problem = Problem.of(unit, rep, cost, np.array([[1.0], [2.0], [1.5], [0.5]]), bands, np.zeros(4, dtype=np.int64))
    solve(problem, Effort(seconds=0.05, limit=60.0, workers=1))
    slope = ascend(problem, 1, np.inf)
    interior(problem, slope, 1.0, 1e-3, np.inf)
    values = np.zeros(len(assignment_program(problem, whole=False).cost))
    values[: len(problem.rep)] = np.where(rep == 0, 0.7, 0.3)  # units split and nothing lacking: that violates some cut
    Rounding(problem).cuts(values)
