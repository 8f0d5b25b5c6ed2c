"""The odds: simulated years per unit, added up the tree; P10, P50, P90 and the chance of reaching target and plan.

What is booked is certain. The run-rate varies as quarters did before: a company-wide shock that all units share and one of
each unit's own (a one-factor model, as in credit risk: Vasicek, 2002). Open deals are won or not by their learned chance,
shifted by the same company-wide factor, and close when their expected date and the learned slips say. Every draw comes
from a stream of its own per unit, so that neither order nor number of threads changes a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit, ndtri

from workbook.reconcile import draws
from workbook.rules.reconcile import OddsRules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

#: Levels of the shared factor, equally likely; simulations come in blocks of one level each.
LEVELS = 16
#: Units whose simulated years are held at once.
_BATCH = 16


@dataclass(frozen=True, eq=False)
class Deals:
    """Open deals: the unit of each (position), its amount on top of the run-rate (minor units), its chance, and when it closes
    if won: ``share[d, p]`` is the share that falls into period ``p`` of those still to come (the rest comes later)."""

    unit: Ints
    amount: Floats
    chance: Floats
    share: Floats


@dataclass(frozen=True, eq=False)
class World:
    """What is simulated. ``booked`` and ``run_rate`` have shape (units, periods); ``names`` seed the units' streams.

    ``shared_sd`` and ``own_sd`` are standard deviations of the logarithm of a period's run-rate: what all units share, and each unit's
    own, shape (units,); ``deal_sd`` that of the shared factor in the log odds of deals.
    """

    names: tuple[str, ...]
    booked: Floats
    run_rate: Floats
    deals: Deals
    shared_sd: float
    own_sd: Floats
    deal_sd: float


@dataclass(frozen=True, eq=False)
class Shared:
    """What all units share in each simulation: the factor's levels (LEVELS,), the run-rate's shocks (sims, periods), and the function
    that draws deals."""

    level: Floats
    shock: Floats
    won: Callable[[draws.Keys, Floats, draws.Limits, int], Floats]


def shared(world: World, rules: OddsRules, seed: int) -> Shared:
    """The company-wide part of all simulations."""
    level = ndtri((np.arange(LEVELS) + 0.5) / LEVELS)
    level = level / level.std()
    sims, periods = rules.simulations // LEVELS * LEVELS, world.run_rate.shape[1]
    rng = np.random.Generator(np.random.SFC64([seed, 0]))
    factor = np.repeat(level, sims // LEVELS)[:, None]
    weight = np.sqrt(rules.shared_share)
    noise = rng.standard_normal((sims, periods))
    shock = world.shared_sd * (weight * factor + np.sqrt(1 - rules.shared_share) * noise)
    return Shared(level, shock, _drawing(len(world.deals.amount) * sims))


def _drawing(count: int) -> Callable[[draws.Keys, Floats, draws.Limits, int], Floats]:
    """The loop for so many draws: compiled where that pays."""
    if count < draws.COMPILED_FROM:
        return draws.won
    from workbook.reconcile import kernels

    compiled: Callable[[draws.Keys, Floats, draws.Limits, int], Floats] = kernels.won
    return compiled


def simulate_unit(world: World, at: int, common: Shared, deals: Ints, seed: int) -> Floats:
    """Simulated amounts of one unit, shape (sims, periods), booked included. ``deals`` are the positions of its deals."""
    sims, periods = common.shock.shape
    rng = np.random.Generator(np.random.SFC64([seed, *_stream(world.names[at])]))
    variance = world.shared_sd**2 + world.own_sd[at] ** 2
    shock = rng.standard_normal((sims, periods))
    shock *= world.own_sd[at]
    shock += common.shock
    shock -= variance / 2
    out: Floats = np.exp(shock, out=shock)
    out *= world.run_rate[at]
    out += world.booked[at]
    if len(deals):
        chance = world.deals.chance[deals]
        odds = logit(np.clip(chance, 1e-6, 1 - 1e-6))[:, None] + world.deal_sd * common.level
        below = draws.limits(expit(_centred(odds, chance)), world.deals.share[deals])
        out += common.won(draws.keys(world.names[at], len(deals), seed), world.deals.amount[deals], below, sims)
    return out


def _centred(odds: Floats, chance: Floats) -> Floats:
    """Log odds by level, moved so that the mean chance over the levels is the given one (two Newton steps)."""
    for _ in range(2):
        now = expit(odds)
        slope = np.maximum((now * (1 - now)).mean(axis=1), 1e-9)
        odds = odds - ((now.mean(axis=1) - chance) / slope)[:, None]
    return odds


def _stream(name: str) -> Iterable[int]:
    digest = blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:], "big")


@dataclass(frozen=True, eq=False)
class Marks:
    """Amounts to compare with, shape (nodes, periods + 1), the last one the whole year; NaN where there is none."""

    target: Floats
    plan: Floats


@dataclass(frozen=True, eq=False)
class Places:
    """Where units stand: ``above[u]`` are the positions of unit ``u`` and all nodes over it, among ``count`` nodes; ``kept`` are the
    nodes whose results are wanted beside those that are units."""

    above: tuple[Ints, ...]
    count: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """Results per node and period (the last one the year): shape (nodes, periods + 1), and the company's simulated years."""

    p10: Floats
    p50: Floats
    p90: Floats
    mean: Floats
    target_chance: Floats
    plan_chance: Floats
    company: Floats


def simulate(world: World, places: Places, marks: Marks, rules: OddsRules, seed: int) -> Outcome:
    """Simulate all units, add them up, and read off percentiles and chances.

    Nodes that hold only one unit are judged as they come, so that memory grows with the number of nodes above units.
    """
    common = shared(world, rules, seed)
    sims, periods = common.shock.shape
    order = np.argsort(world.deals.unit, kind="stable")
    edges = np.searchsorted(world.deals.unit[order], np.arange(len(world.names) + 1))
    shape = (places.count, periods + 1)
    out = {name: np.full(shape, np.nan) for name in ("p10", "p50", "p90", "mean", "target", "plan")}
    held = np.bincount(np.concatenate(places.above), minlength=places.count) if places.above else np.zeros(places.count)
    sums = {int(n): np.zeros((sims, periods)) for n in np.flatnonzero(held > 1)}

    def run(at: int) -> Floats:
        amounts = simulate_unit(world, at, common, order[edges[at] : edges[at + 1]], seed)
        if alone := [int(n) for n in places.above[at] if int(n) not in sums]:
            _judge(alone, amounts, marks, out)
        return amounts

    with ThreadPoolExecutor(rules.threads) as pool:
        for start in range(0, len(world.names), _BATCH):
            batch = range(start, min(start + _BATCH, len(world.names)))
            for at, amounts in zip(batch, pool.map(run, batch), strict=True):
                for node in places.above[at]:
                    if int(node) in sums:
                        sums[int(node)] += amounts
    for node, amounts in sums.items():
        _judge([node], amounts, marks, out)
    company = sums[0].sum(axis=1) if 0 in sums else run(0).sum(axis=1) if world.names else np.zeros(sims)
    return Outcome(out["p10"], out["p50"], out["p90"], out["mean"], out["target"], out["plan"], company)


def _judge(nodes: list[int], amounts: Floats, marks: Marks, out: dict[str, Floats]) -> None:
    with_year = np.concatenate([amounts, amounts.sum(axis=1, keepdims=True)], axis=1)
    low, middle, high = _deciles(with_year)
    mean = with_year.mean(axis=0)
    for node in nodes:
        out["p10"][node], out["p50"][node], out["p90"][node], out["mean"][node] = low, middle, high, mean
        for name, mark in (("target", marks.target[node]), ("plan", marks.plan[node])):
            out[name][node] = np.where(np.isnan(mark), np.nan, (with_year >= np.nan_to_num(mark)).mean(axis=0))


def _deciles(values: Floats) -> tuple[Floats, Floats, Floats]:
    """The 10th, 50th and 90th percentile of each column (the nearest simulated value below)."""
    at = [int((len(values) - 1) * q) for q in (0.1, 0.5, 0.9)]
    sorted_at = np.partition(np.ascontiguousarray(values.T), at, axis=1)[:, at]
    return sorted_at[:, 0], sorted_at[:, 1], sorted_at[:, 2]


def needed_hedge(company: Floats, target: float, wanted: float) -> float:
    """The share by which everything must grow so that the company reaches ``target`` with probability ``wanted``.

    If all outcomes grew by h, the wanted percentile of the simulated years would be the target: h = target ÷ quantile − 1.
    """
    low = float(np.quantile(company, 1 - wanted))
    return float("nan") if low <= 0 else max(target / low - 1.0, 0.0)


def spread_of_history(quarters: Floats, rules: OddsRules) -> tuple[float, Floats, int]:
    """How quarters differ from a year before, after what the whole company did: the standard deviations of the logarithm.

    ``quarters``: shape (units, n), oldest first, whole quarters of booked amounts. Returns the shared one, each unit's own, and how many
    year-on-year changes they rest on. The shared one is shrunk to ``unknown_spread``, which counts as three changes; a unit's own to the
    typical unit's by n / (n + 4). With fewer than 3 changes ``unknown_spread`` is the shared one and twice it each unit's own.
    """
    floor = rules.least_spread
    number = max(quarters.shape[1] - 4, 0)
    if number < 3:
        return rules.unknown_spread, np.full(len(quarters), 2 * rules.unknown_spread), number
    whole = quarters.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        company = np.log(whole[4:] / whole[:-4])
        change = np.log(quarters[:, 4:] / quarters[:, :-4]) - company
    known = np.isfinite(company)
    shared_sd = float(np.std(company[known], ddof=1)) / np.sqrt(2) if known.sum() > 1 else floor
    good = np.isfinite(change)
    count = good.sum(axis=1)
    square = np.where(good, np.nan_to_num(change, posinf=0.0, neginf=0.0) ** 2, 0.0).sum(axis=1)
    typical = square.sum() / max(count.sum(), 1)
    own = np.sqrt((square + 4 * typical) / (count + 4) / 2)
    shared_sd = float(np.sqrt((number * shared_sd**2 + 3 * rules.unknown_spread**2) / (number + 3)))
    return max(shared_sd, floor), np.maximum(np.minimum(own, 2.0), floor), number


def deal_spread(won: pd.DataFrame) -> float:
    """The shared factor in deals, as a standard deviation of log odds: what quarters' win rates vary beyond chance.

    In: one row per closed deal with period and won (bool). Method of moments: variance of the quarterly rates less the binomial one,
    over the squared slope of the logistic curve.
    """
    rate = won.groupby("period")["won"].agg(["mean", "size"])
    rate = rate[(rate["size"] >= 10).to_numpy()]
    if len(rate) < 3:
        return 0.0
    p = float(won["won"].mean())
    extra = float(rate["mean"].var(ddof=1) - (p * (1 - p) / rate["size"]).mean())
    return float(np.sqrt(max(extra, 0.0)) / max(p * (1 - p), 1e-3))
