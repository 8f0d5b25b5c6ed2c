"""Instances for the design solver: made companies of any size, and readers of public ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from workbook.territories.solver import Bands, Problem


def company(n: int, m: int, seed: int, reach: int = 12) -> Problem:
    """A made company: n accounts and m reps on a map, accounts of very uneven size, books that grew as they did.

    Attributes (each sums to 100, so that one point is 1 % of the book): sales, potential, hours, invest accounts, and hours
    against capacity. Each account may go to the ``reach`` nearest reps, or stay.
    """
    rng = np.random.default_rng(seed)
    reps = rng.uniform(0, 100, (m, 2))
    towns = rng.uniform(0, 100, (max(5, m // 2), 2))
    at = towns[rng.integers(0, len(towns), n)] + rng.normal(0, 6, (n, 2))
    customer = rng.random(n) < 0.6
    size = rng.lognormal(0, 0.8, n)
    sales = np.where(customer, size * rng.lognormal(0, 0.4, n), 0)
    potential = size * rng.lognormal(0.3, 0.4, n)
    hours = 4 + 20 * (size > np.quantile(size, 0.85)) + 8 * customer + rng.uniform(0, 4, n)
    invest = (rng.random(n) < 0.15).astype(float)
    attributes = np.stack([sales, potential, hours, invest, hours], axis=1)
    attributes = 100 * attributes / attributes.sum(axis=0)
    share = rng.uniform(0.85, 1.15, m) * np.where(rng.random(m) < 0.12, 0.5, 1.0)
    share /= share.sum()
    from scipy.spatial import cKDTree

    reach = min(reach, m)
    distance, near = cKDTree(reps).query(at, k=reach)
    distance, near = distance.reshape(n, -1), near.reshape(n, -1)
    home = _grown(near, distance / distance[:, :1].mean() + rng.exponential(1.0, near.shape), share * n)
    moving = 100 * (0.4 / n + 0.6 * attributes[:, 0] / 100 + 0.15 * rng.random(n) * attributes[:, 1] / 100)
    travel = 0.1 * attributes[:, [2]] * (distance - distance[:, :1]) / distance[:, :1].mean()
    cost = np.where(near == home[:, None], 0.0, moving[:, None]) + travel
    target = 100 * share[:, None] * np.ones(5)
    slope = np.array([1.0, 1.0, 1.2, 0.5, 0.0])
    zero, free = np.zeros((m, 5)), np.tile(slope, (m, 1))
    low, lowest, high, highest = 0.95 * target, 0.80 * target, 1.05 * target, 1.20 * target
    one = 100 / max(1.0, invest.sum())  # a class mix cannot be nearer than one account
    low[:, 3], high[:, 3] = np.minimum(low[:, 3], target[:, 3] - one), np.maximum(high[:, 3], target[:, 3] + one)
    lowest[:, 3], highest[:, 3] = np.minimum(lowest[:, 3], low[:, 3]), np.maximum(highest[:, 3], high[:, 3])
    over, over_more = free.copy(), 3 * free
    over[:, 4], high[:, 4], highest[:, 4] = 8.0, 1.15 * target[:, 4], 1.15 * target[:, 4]
    low[:, 4] = lowest[:, 4] = 0
    bands = Bands(lowest, low, high, highest, free.copy(), 3 * free, over, over_more + zero)
    cap = np.minimum(attributes, 1.2 * 100 * share.mean())
    return Problem.of(np.repeat(np.arange(n), reach), near.ravel(), cost.ravel(), cap, bands, home)


def _grown(near: np.ndarray, apart: np.ndarray, fair: np.ndarray) -> np.ndarray:
    """Who holds what: the near and the lucky, somewhat evened out, as if by years of small moves."""
    crowd = np.zeros(len(fair))
    for _ in range(12):
        pick = np.argmin(apart + crowd[near], axis=1)
        held = np.bincount(near[np.arange(len(near)), pick], minlength=len(fair))
        crowd += 0.35 * (held / fair - 1.0)
    return near[np.arange(len(near)), pick].astype(np.int32)


def settled(problem: Problem, plan: np.ndarray, seed: int, disturbed: float = 0.07) -> Problem:
    """The same company when ``plan`` (an arc per unit) is how it stands, but for a share of accounts that went astray."""
    rng = np.random.default_rng(seed)
    home = problem.rep[plan].copy()
    for unit in rng.choice(problem.n, int(disturbed * problem.n), replace=False):
        home[unit] = rng.choice(problem.rep[problem.start[unit] : problem.start[unit + 1]])
    was, now = problem.rep == problem.home[problem.unit], problem.rep == home[problem.unit]
    moving = np.zeros(problem.n)
    np.maximum.at(moving, problem.unit, problem.cost)
    base = problem.cost.copy()
    stay = np.zeros(problem.n)
    stay[problem.unit[was]] = base[was]
    return replace(
        problem, cost=np.where(now, np.minimum(base, stay[problem.unit]), base + was * moving[problem.unit]), home=home
    )


def generalized_assignment(path: Path) -> Problem:
    """An OR-Library generalized assignment instance, minimised; a unit of capacity too much costs more than any plan saves."""
    numbers = np.array(path.read_text().split(), dtype=float)
    m, n = int(numbers[0]), int(numbers[1])
    cost = numbers[2 : 2 + m * n].reshape(m, n)
    use = numbers[2 + m * n : 2 + 2 * m * n].reshape(m, n)
    room = numbers[2 + 2 * m * n :].reshape(m, 1)
    zero = np.zeros((m, 1))
    steep = np.full((m, 1), float(cost.max()))
    bands = Bands(zero, zero, room, room, zero, zero, steep, zero)
    unit, rep = np.tile(np.arange(n), m), np.repeat(np.arange(m), n)
    return Problem.of(unit, rep, cost.ravel(), use.reshape(-1, 1), bands, np.full(n, -1))
