"""Compile the solver's kernels before anybody waits for a clock; numba keeps them on disk for the next time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from workbook.territories.solver import kernels
from workbook.territories.solver.problem import Bands, Problem
from workbook.territories.solver.search import solve
from workbook.territories.solver.state import Effort


def compiled() -> bool:
    """Whether the kernels were compiled on this machine before, so that they only have to be read."""
    folder = Path(kernels.anneal.stats.cache_path)
    return any(folder.glob(f"{Path(kernels.__file__).stem}.anneal-*.nbi"))


def prepare() -> None:
    """Compile (or read) every kernel, by solving a problem of four units and two reps."""
    ones = np.ones((2, 1))
    bands = Bands(0 * ones, ones, ones, 2 * ones, ones, ones, ones, ones)
    unit, rep = np.repeat(np.arange(4), 2), np.tile(np.arange(2), 4)
    cost = np.where(rep == 0, 0.0, 0.1)
    problem = Problem.of(unit, rep, cost, np.array([[1.0], [2.0], [1.5], [0.5]]), bands, np.zeros(4, dtype=np.int64))
    solve(problem, Effort(seconds=0.05, limit=60.0, workers=1))
