"""Instances for the design solver: made companies of any size, and readers of public ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from workbook.territories.solver import Bands, Problem
from workbook.territories.solver.kernels import anneal, descend


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


@dataclass(frozen=True)
class Districts:
    """A territory design instance: places (n, 2), activities (n, 3), neighbours, number of territories, tolerance."""

    places: np.ndarray
    activity: np.ndarray
    edges: np.ndarray
    count: int
    tolerance: float

    @classmethod
    def read(cls, path: Path) -> Districts:
        """From a file of the 2DU family: n, a line per unit, the number of edges, the edges, then count and tolerances."""
        lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
        n = int(lines[0][0])
        units = np.array([[float(x) for x in line] for line in lines[1 : n + 1]])
        edges = np.array([[int(x) for x in line] for line in lines[n + 2 : n + 2 + int(lines[n + 1][0])]])
        last = lines[n + 2 + len(edges)]
        return cls(units[:, 1:3], units[:, 3:6], edges, int(last[0]), float(last[2]))

    def problem(self, centres: np.ndarray, banned: np.ndarray) -> Problem:
        """Assign units to centres: cost is the distance, each activity within the tolerance of an equal share."""
        n, p = len(self.places), len(centres)
        km = np.linalg.norm(self.places[:, None] - self.places[centres][None], axis=2)
        fair = np.tile(self.activity.sum(axis=0) / p, (p, 1))
        low, high = (1 - self.tolerance) * fair, (1 + self.tolerance) * fair
        steep = 100.0 * km.max() / fair
        bands = Bands(low, low, high, high, steep, 0 * steep, steep, 0 * steep)
        unit, rep = np.repeat(np.arange(n), p), np.tile(np.arange(p), n)
        cost = km.ravel() + 1e4 * banned.ravel()
        return Problem.of(unit, rep, cost, self.activity, bands, np.full(n, -1))

    def apart(self, held: np.ndarray, centres: np.ndarray) -> np.ndarray:
        """Units that are not joined to their centre within their territory."""
        same = held[self.edges[:, 0]] == held[self.edges[:, 1]]
        a, b = self.edges[same].T
        n = len(held)
        label = connected_components(coo_matrix((np.ones(len(a)), (a, b)), shape=(n, n)), directed=False)[1]
        return np.flatnonzero(label != label[centres][held])

    def imbalance(self, held: np.ndarray) -> float:
        """The largest relative distance of an activity from an equal share."""
        sums = np.stack([np.bincount(held, weights=a, minlength=self.count) for a in self.activity.T], axis=1)
        fair = self.activity.sum(axis=0) / self.count
        return float(np.abs(sums / fair - 1).max())


def districted(case: Districts, seed: int, starts: int = 6, effort: float = 0.05) -> tuple[np.ndarray, float]:
    """Who holds which unit, and the sum of distances to the centres: locate and allocate (Cooper, 1963), each allocation by the
    solver's annealing and descent, units cut off from their centre being kept out of it. (-1s and infinity: nothing feasible.)
    """
    rng = np.random.default_rng(seed)
    n = len(case.places)
    best, best_value = np.full(n, -1), np.inf
    near = np.argsort(np.linalg.norm(case.places[:, None] - case.places[None], axis=2), axis=1)
    for start in range(starts):
        centres = _spread_out(case, rng)
        held, value = _allocated(case, centres, start, effort)
        better = True
        while better:
            better = False
            medoids = np.array([_medoid(case, held, t, centres[t]) for t in range(case.count)])
            trials = [medoids] if (medoids != centres).any() else []
            for t in range(case.count):
                for other in near[centres[t]][1:7]:
                    if other not in centres:
                        trials.append(np.where(np.arange(case.count) == t, other, centres))
            for trial in trials:
                new, new_value = _allocated(case, trial, start, effort)
                if new_value < value - 1e-6:
                    centres, held, value, better = trial, new, new_value, True
                    break
        if value < best_value:
            best, best_value = held, value
    return best, best_value


def _spread_out(case: Districts, rng: np.random.Generator) -> np.ndarray:
    centres = [int(rng.integers(len(case.places)))]
    while len(centres) < case.count:
        away = np.min(np.linalg.norm(case.places[:, None] - case.places[centres][None], axis=2), axis=1)
        centres.append(int(rng.choice(len(away), p=away**2 / (away**2).sum())))
    return np.array(centres)


def _medoid(case: Districts, held: np.ndarray, territory: int, centre: int) -> int:
    inside = np.flatnonzero(held == territory)
    if not len(inside):
        return centre
    apart = np.linalg.norm(case.places[inside][:, None] - case.places[inside][None], axis=2)
    return int(inside[apart.sum(axis=1).argmin()])


def _allocated(case: Districts, centres: np.ndarray, seed: int, effort: float) -> tuple[np.ndarray, float]:
    """The best feasible allocation to these centres, or the infinite value."""
    banned = np.zeros((len(case.places), len(centres)))
    problem = case.problem(centres, banned)
    for _ in range(4):
        problem = case.problem(centres, banned)
        chosen = problem.start[:-1] + np.argmin(problem.cost.reshape(len(banned), -1), axis=1)
        arrays = (problem.start, problem.rep, problem.cost, problem.weight, False, problem.bands.table)
        steps = int(effort * 4_000_000)
        plan, _, _ = anneal(*arrays, chosen, steps, 60.0, 0.5, 0.5, seed + 1)
        plan, _ = descend(*arrays, plan, 100)
        held = problem.rep[plan].astype(np.int64)
        apart = case.apart(held, centres)
        if not len(apart):
            break
        banned[apart, held[apart]] = 1
    held = problem.rep[plan].astype(np.int64)
    if len(case.apart(held, centres)) or case.imbalance(held) > case.tolerance + 1e-9:
        return held, np.inf
    return held, float(np.linalg.norm(case.places - case.places[centres][held], axis=1).sum())
