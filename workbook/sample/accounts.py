"""Accounts of a run of territories, as arrays: what is behind them (nature, potential, growth, rhythm)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from workbook.sample.company import DAYS, Company, Territory, day, hired_days
from workbook.sample.geography import TERRITORIES
from workbook.sample.words import INDUSTRIES, INDUSTRY_SHARES, LEANINGS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: What an account is by nature; the data that follow from it make the classes.
CORE, GROWER, INCUMBENT, STAR, DIVEST, COLD, NEW = range(7)
NATURES = ("core", "grower", "incumbent", "star", "divest", "cold", "new")
MIXED = (0.40, 0.08, 0.10, 0.14, 0.08, 0.13, 0.07)
#: Mix of natures in the territories with a story, by position.
MIXES = {
    7: (1.0, 0, 0, 0, 0, 0, 0),
    9: (0, 0.18, 0.34, 0.48, 0, 0, 0),
    11: (0.17, 0, 0.05, 0.08, 0.58, 0.12, 0),
}
SITTER_MIX = (0.24, 0.03, 0.12, 0.16, 0.09, 0.36, 0)
NEWCOMER_MIX = (0, 0, 0, 0.15, 0, 0.85, 0)
SITTER_ACCOUNTS, WORKED = 300, 20
#: Median potential in dollars a year, its spread (log), and the share of it that we sell at the start.
POTENTIAL = ((36e3, 1.05), (60e3, 0.8), (130e3, 0.6), (85e3, 0.6), (2.7e3, 0.3), (11e3, 0.7), (34e3, 0.8))
WALLET = ((0.45, 0.85), (0.06, 0.12), (0.02, 0.08), (0.02, 0.06), (0.75, 1.0), (0.02, 0.08), (0.25, 0.45))
GROWTH = ((0.04, 0.06), (0.62, 0.06), (0.0, 0.1), (0.0, 0.1), (-0.55, 0.06), (-0.1, 0.1), (0.1, 0.05))
ORDERS = ((7, 14), (10, 14), (1, 1.6), (1, 1.3), (4, 6), (1, 2), (5, 9))
NEVER_BOUGHT = (0.0, 0.0, 0.45, 0.45, 0.0, 0.8, 0.0)


@dataclass
class Accounts:
    """One run of territories. Arrays have one element per account; positions of territories and reps are the company's."""

    ids: npt.NDArray[np.object_]
    numbers: Ints
    territory: Ints
    owner: Ints
    nature: Ints
    industry: Ints
    city: Ints
    potential: Floats
    wallet: Floats
    growth: Floats
    orders: Floats
    buys: Bools
    start: Ints
    end: Ints
    basket: Floats
    parent: Ints
    before: Ints
    moved: Ints
    worked: Bools
    free: Bools
    special: dict[str, Ints] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def late(self) -> Bools:
        """Whether nothing at all happened with the account before its ``start``."""
        return (self.start > 0) & ~np.isin(self.nature, (INCUMBENT, STAR, COLD))


def accounts_of(company: Company, run: range, first: int, rng: np.random.Generator) -> Accounts:
    """The accounts of the territories at positions ``run``, numbered from ``first``."""
    territory, owner = _places(company, run, rng)
    count = len(territory)
    width = max(4, len(str(company.accounts)))
    nature = _natures(company, territory, owner, rng)
    numbers = first + np.arange(count)
    middle, spread = np.array(POTENTIAL)[nature].T
    potential = middle * np.exp(spread * rng.standard_normal(count))
    least = np.array([9e3, 0, 50e3, 38e3, 0, 0, 0])[nature] * (1 + 0.3 * rng.random(count))
    least = np.where((nature == INCUMBENT) & (territory == 9), 125e3, least)
    potential = np.maximum(potential, least)
    low, high = np.array(WALLET)[nature].T
    wallet = rng.uniform(low, high)
    trend, noise = np.array(GROWTH)[nature].T
    few, many = np.array(ORDERS, dtype=float)[nature].T
    big = np.clip(np.log10(potential / middle + 1e-9), -1, 1)
    orders = np.clip(rng.uniform(few, many) * np.where(nature == CORE, np.exp(0.35 * big), 1.0), 1, 24)
    industry = rng.choice(len(INDUSTRIES), count, p=INDUSTRY_SHARES)
    start = np.where((rng.random(count) < 0.15) & (territory != 7), rng.integers(1, 700, count), 0)
    start = np.where(nature == NEW, rng.integers(day("2025-07-15"), day("2026-04-15"), count), start)
    start = np.where(np.isin(nature, (INCUMBENT, STAR, COLD)), rng.integers(0, 1000, count), start)
    cities = np.array([len(TERRITORIES[t.cities][2]) for t in company.territories])[territory]
    weights = 0.62 ** np.arange(6)
    city = np.minimum(rng.choice(6, count, p=weights / weights.sum()), cities - 1)
    basket = LEANINGS[industry] * rng.gamma(1.2, 1.0, (count, LEANINGS.shape[1]))
    basket *= rng.random(basket.shape) < np.clip(0.25 + 0.35 * LEANINGS[industry], 0, 0.92)
    basket[np.arange(count), LEANINGS[industry].argmax(axis=1)] += 0.4
    before, moved = _history(company, owner, start, rng)
    made = Accounts(
        np.array([f"A-{i + 1:0{width}d}" for i in numbers], dtype=object), numbers, territory, owner, nature, industry,
        city, potential, wallet, trend + noise * rng.standard_normal(count), orders,
        rng.random(count) >= np.array(NEVER_BOUGHT)[nature], start, np.full(count, DAYS), basket,
        np.full(count, -1), before, moved, np.ones(count, dtype=bool), np.zeros(count, dtype=bool),
    )  # fmt: skip
    lost = (nature == CORE) & (rng.random(count) < 0.05) & (territory != 7) & (potential * wallet < 60e3)
    made.end = np.where(lost, rng.integers(day("2025-02-01"), day("2026-01-31"), count), made.end)
    _families(made, rng)
    idle = np.isin(nature, (STAR, COLD)) & ~made.buys & ~np.isin(territory, (7, 9)) & (before < 0)
    made.free = idle & (rng.random(count) < 0.4) & ~np.isin(owner, (company.sitter, company.newcomer))
    made.worked &= ~made.free
    return made


def _places(company: Company, run: range, rng: np.random.Generator) -> tuple[Ints, Ints]:
    territory, owner = [], []
    for at in run:
        leaf = company.territories[at]
        territory.append(np.full(leaf.accounts, at))
        owner.append(_owners(company, leaf, rng))
    order = rng.permutation(sum(map(len, territory)))
    return np.concatenate(territory)[order], np.concatenate(owner)[order]


def _owners(company: Company, leaf: Territory, rng: np.random.Generator) -> Ints:
    reps = np.array(leaf.reps)
    if company.sitter in leaf.reps:
        rest = leaf.accounts - SITTER_ACCOUNTS
        sizes = [SITTER_ACCOUNTS, rest // 2, rest - rest // 2]
    else:
        weights = rng.uniform(0.75, 1.3, len(reps))
        sizes = [int(leaf.accounts * w / weights.sum()) for w in weights]
        sizes[0] += leaf.accounts - sum(sizes)
    return np.repeat(reps, sizes)


def _natures(company: Company, territory: Ints, owner: Ints, rng: np.random.Generator) -> Ints:
    draw = rng.random(len(territory))
    nature = np.searchsorted(np.cumsum(MIXED), draw).clip(0, 6)
    special = [(territory == at, mix) for at, mix in MIXES.items()]
    special += [(owner == company.sitter, SITTER_MIX), (owner == company.newcomer, NEWCOMER_MIX)]
    for rows, mix in special:
        where = np.flatnonzero(rows)
        if len(where):
            counts = np.floor(np.array(mix) * len(where)).astype(int)
            counts[int(np.argmax(mix))] += len(where) - counts.sum()
            nature[where] = rng.permutation(np.repeat(np.arange(7), counts))
    return nature


def _history(company: Company, owner: Ints, start: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Position of the rep who held the account before (-1: nobody), and the day of the hand-over."""
    count, hired = len(owner), hired_days(company)
    before, moved = np.full(count, -1), np.zeros(count, dtype=np.int64)
    veterans = np.full(len(company.people), -1)
    for leaf in company.territories:
        old = [r for r in leaf.reps if hired[r] <= 0]
        for rep in leaf.reps:
            veterans[rep] = next((r for r in reversed(old) if r != rep), -1)
    some = (rng.random(count) < 0.09) & (owner != company.sitter) | (hired[owner] > 0)
    when = np.where(hired[owner] > 0, hired[owner], rng.integers(400, DAYS - 120, count))
    some &= veterans[owner] >= 0
    before[some], moved[some] = veterans[owner[some]], when[some]
    fifth = np.isin(owner, company.territories[4].reps) & (rng.random(count) < 0.4)
    before[fifth], moved[fifth] = company.leaver, day("2025-11-01")
    return before, moved


def _families(made: Accounts, rng: np.random.Generator) -> None:
    """Let about a fifth of the accounts be subsidiaries, in every depth up to three; heads are larger accounts."""
    count = len(made)
    score = made.potential * rng.uniform(0.5, 1.5, count)
    order = np.argsort(-score, kind="stable")
    heads = order[: max(4, count // 14)]
    rest = order[len(heads) :]
    subs = rest[rng.random(len(rest)) < 0.22]
    made.parent[subs] = heads[(rng.random(len(subs)) ** 1.6 * len(heads)).astype(int)]
    deeper = subs[rng.random(len(subs)) < 0.15]
    upper = np.setdiff1d(subs, deeper)
    if len(upper):
        made.parent[deeper] = upper[rng.integers(0, len(upper), len(deeper))]
    top = made.parent.copy()
    for _ in range(2):
        top = np.where((top >= 0) & (made.parent[top] >= 0), made.parent[top], top)
    made.industry = np.where((top >= 0) & (rng.random(count) < 0.8), made.industry[top], made.industry)
