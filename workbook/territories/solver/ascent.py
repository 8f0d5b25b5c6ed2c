"""A quick start for large relaxations: load prices by ascent on the smoothed Lagrangian dual.

Units are shared softly among their arcs (entropic smoothing; Nesterov, 2005), prices follow the gradient with steps of Adam
(Kingma and Ba, 2015) while the heat falls. The prices need not be optimal: any prices prove a bound, and good ones tell which
columns the first linear program needs.
"""

from __future__ import annotations

import time

import numpy as np

from workbook.territories.solver.kernels import soft_loads
from workbook.territories.solver.problem import Bands, Floats, Problem


def ascend(problem: Problem, rounds: int, until: float) -> Floats:
    """Load prices of shape (m, K) after so many rounds, or when the clock (``time.perf_counter``) is out."""
    bands = problem.bands
    lowest, highest = -(bands.under + bands.under_more), bands.over + bands.over_more
    usual = np.minimum(np.abs(lowest), 10.0) + np.minimum(highest, 10.0)
    heat = float((problem.weight * usual.mean(axis=0)).sum(axis=1).mean()) / 4 + 1e-12
    fair = np.maximum((bands.low + np.minimum(bands.high, 1e3)) / 2, 1e-9)
    slope, first, second = (np.zeros((problem.m, problem.k)) for _ in range(3))
    for at in range(rounds):
        if time.perf_counter() > until:
            break
        done = at / rounds
        load = soft_loads(
            problem.start, problem.rep, problem.cost, problem.weight, problem.by_arc, slope, heat * 0.02**done
        )
        gradient = (load - wanted(bands, slope, load)) / fair
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        step = first / (1 - 0.9 ** (at + 1)) / (np.sqrt(second / (1 - 0.99 ** (at + 1))) + 1e-9)
        slope = np.clip(slope + 0.2 * 0.02**done * step, lowest, highest)
    return np.asarray(slope)


def wanted(bands: Bands, slope: Floats, load: Floats) -> Floats:
    """The load that a rep would choose at these prices: an edge of the band, or any load between two that both fit."""
    over = np.where(slope > bands.over, bands.highest, bands.high)
    under = np.where(-slope > bands.under, bands.lowest, bands.low)
    free = np.clip(load, bands.low, bands.high)
    return np.asarray(np.where(slope > 1e-9, over, np.where(slope < -1e-9, under, free)))
