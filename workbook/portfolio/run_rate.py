"""What present customers will go on buying: level by their own ordering rhythm, season, and learned losses.

Sources: Croston (1972) and Syntetos & Boylan (2005) for demand that comes in orders, Teunter, Syntetos & Babai (2011) for its
ageing; Gardner & McKenzie (1985) for damping; the loss curve is the chain-ladder idea (Mack, 1993) applied to customers.
The formulas stand in docs/portfolio.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbook.portfolio.bookings import History
from workbook.rules.portfolio import ProjectionRules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

#: An account's longest ordering cycle, in months.
LONGEST = 24
#: Cycles since the last order: on time, late, long overdue, silent.
OVERDUE = (1.01, 2.01, 4.01)
OVERDUE_NAMES = ("on time", "late", "overdue", "silent", "new")
#: The most that a group is taken to grow or keep.
_MOST = np.array([1.5, 1.0, 1.0, 1.0, 1.5])
#: An account is new for so many months after its first order; its rate rests on little.
_NEW_MONTHS = 6
#: Months of history before losses are learned from a past day.
_LEARN_FROM = 12
#: What is tried where the rules leave the smoothing open.
_WEIGHTS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.85)
_PLAINS = (0.0, 0.5, 1.0)
_TRIED_ACCOUNTS = 20_000


@dataclass(frozen=True)
class Smoothing:
    """How the level is taken: ``weight`` of the newest ordering cycle, ``plain`` share of the mean of 12 months."""

    weight: float
    plain: float


@dataclass(frozen=True, eq=False)
class RunRate:
    """The run-rate of accounts: ``gross`` (n, months ahead) if all goes on, ``loss`` (≤ 0) what is likely to be lost,
    ``cycle`` (n,) months between orders, ``overdue`` (n,) index into :data:`OVERDUE_NAMES`; and what was learned:
    ``smoothing``, ``season`` (12, by months back), ``kept`` (groups, months ahead).
    """

    gross: Floats
    loss: Floats
    cycle: Ints
    overdue: Ints
    smoothing: Smoothing
    season: Floats
    kept: Floats


def run_rate(past: History, ahead: int, rules: ProjectionRules) -> RunRate:
    """The run-rate of every account of ``past`` for rolling months ahead, by the method that the rules name."""
    cycle, overdue = cycles(past, rules)
    if rules.method == "rhythm":
        season = season_index(past, rules)
        smoothing = smoothing_of(past, season, rules)
        flat = levels(past, cycle, season, smoothing)[:, None] * ahead_index(season, ahead)[None, :]
        gross = in_rhythm(flat, past, rules)
        curve = kept_shares(past, season, ahead, (rules, smoothing))
        kept = curve[overdue]
        loss = gross * np.minimum(kept - 1.0, 0.0)
        return RunRate(gross * np.maximum(kept, 1.0), loss, cycle, overdue, smoothing, season, curve)
    gross = seasonal_naive(past, ahead) if rules.method == "seasonal_naive" else naive(past, ahead)
    flat_curve = np.ones((len(OVERDUE_NAMES), ahead))
    return RunRate(gross, np.zeros_like(gross), cycle, overdue, Smoothing(0.5, 1.0), np.ones(12), flat_curve)


def naive(past: History, ahead: int) -> Floats:
    """The mean of the last three months, again and again (n, ahead)."""
    mean = np.maximum(past.months[:, :3].sum(1) / 3, 0.0)
    return np.repeat(mean[:, None], ahead, axis=1)


def seasonal_naive(past: History, ahead: int) -> Floats:
    """The same month of the year before, again and again (n, ahead)."""
    year = np.maximum(past.months[:, 11::-1][:, :12], 0.0)
    return year[:, np.arange(ahead) % 12]


def cycles(past: History, rules: ProjectionRules) -> tuple[Ints, Ints]:
    """Months between an account's orders, shrunk to the company's typical gap, and how overdue it is.

    With m months with orders over s months from first to last: (prior · typical + s) / (prior + m - 1), at least 1.
    """
    bought = past.months > 0
    count = bought.sum(1)
    width = past.months.shape[1]
    oldest = width - 1 - bought[:, ::-1].argmax(1)
    span = np.where(count > 1, oldest - bought.argmax(1), 0)
    several = count > 1
    typical = float(np.median(span[several] / (count[several] - 1))) if several.any() else 3.0
    gap = (rules.cycle_prior * typical + span) / np.maximum(rules.cycle_prior + count - 1, 1e-9)
    cycle = np.clip(np.rint(np.where(count > 0, gap, typical)), 1, LONGEST).astype(np.intp)
    late = np.digitize(past.last / cycle, OVERDUE)
    return cycle, np.where((past.first < _NEW_MONTHS) & (late == 0), len(OVERDUE) + 1, late).astype(np.intp)


def levels(past: History, cycle: Ints, season: Floats, smoothing: Smoothing) -> Floats:
    """Amount per month (n,): the mean over whole ordering cycles, newer cycles weighing more, without the season.

    The k-th cycle back weighs (1 - weight)^k: Σ weight × amount ÷ Σ weight × season. Only cycles since the first order count, so that a new customer's rate is
    not thinned by months before it was one. Of this and of the plain mean of 12 months, the mean by ``plain`` is taken.
    """
    width = past.months.shape[1]
    month = np.arange(width)
    turned = season[month % 12]
    plain = past.months[:, :12].sum(1) / turned[:12].sum()
    if smoothing.plain == 1:
        return np.maximum(plain, 0.0)
    counted = np.minimum(-(-(past.first + 1) // cycle) * cycle, width)
    by_cycle = (1 - smoothing.weight) ** (month[None, :] // np.arange(1, LONGEST + 1)[:, None])
    weight = by_cycle[cycle - 1]
    weight = np.where(month[None, :] < counted[:, None], weight, 0.0)
    own = (weight * past.months).sum(1) / np.maximum(weight @ turned, 1e-12)
    return np.maximum((1 - smoothing.plain) * own + smoothing.plain * plain, 0.0)


def season_index(past: History, rules: ProjectionRules) -> Floats:
    """Twelve factors, mean 1, by months back (place 0 = the newest month of the year): ratio to a centred moving average
    over twelve months of the company's sales, damped by how many months it was learned from, and by how many accounts carry
    the sales (inverse Herfindahl index), so that a few large orders make no season. Ones where too few months are known.
    """
    width = min(past.span, past.months.shape[1])
    if width < rules.season_months_needed or width < 24:
        return np.ones(12)
    total = past.months[:, :width].sum(0)
    weights = np.r_[0.5, np.ones(11), 0.5] / 12
    trend = np.convolve(total, weights, mode="valid")
    middle = np.arange(6, width - 6)
    if (trend <= 0).any():
        return np.ones(12)
    ratio = total[middle] / trend
    place = middle % 12
    mean = np.bincount(place, ratio, 12) / np.maximum(np.bincount(place, minlength=12), 1)
    mean = np.maximum(mean / mean.mean(), 0.05)
    carried = past.months[:, :width].sum(1)
    accounts = carried.sum() ** 2 / max(float((carried**2).sum()), 1.0)
    damped = len(ratio) / (len(ratio) + rules.evidence_prior_months)
    damped *= accounts / (accounts + rules.loss_prior_accounts)
    index = 1 + (mean - 1) * damped
    return index / index.mean()


def ahead_index(season: Floats, ahead: int) -> Floats:
    """The season's factors of months ahead: month a ahead is the month 11 - a back, a year on."""
    return season[(11 - np.arange(ahead)) % 12]


def in_rhythm(flat: Floats, past: History, rules: ProjectionRules) -> Floats:
    """``flat`` (n, whole years of months) with each year's total moved into the months in which the account itself buys.

    An account's profile of months weighs as much as last year's predicted this year's better than an even one: with o the
    overlap Σ min of the two years' profiles and e that with an even year, (o - e) ÷ (1 - e), times orders a year ÷ (orders
    a year + prior). The company's season weighs the rest; an account of less than two years has no profile.
    """
    if past.months.shape[1] < 24:
        return flat
    one, two = np.maximum(past.months[:, 11::-1][:, :12], 0.0), np.maximum(past.months[:, 23:11:-1], 0.0)
    newer, older = _shares(one), _shares(two)
    overlap = np.minimum(newer, older).sum(1)
    even = np.minimum(newer, 1 / 12).sum(1)
    better = np.clip((overlap - even) / np.maximum(1 - even, 1e-9), 0.0, 1.0)
    orders = (past.months[:, :24] > 0).sum(1) / 2
    known = (past.first >= 23) & (one.sum(1) > 0) & (two.sum(1) > 0)
    weight = np.where(known, better * orders / (orders + rules.own_season_prior), 0.0)[:, None, None]
    by_year = flat.reshape(len(flat), flat.shape[1] // 12, 12)
    mine = by_year.sum(2, keepdims=True) * _shares(one + two)[:, None, :]
    return ((1 - weight) * by_year + weight * mine).reshape(flat.shape)


def _shares(amounts: Floats) -> Floats:
    total = amounts.sum(1, keepdims=True)
    return amounts / np.where(total > 0, total, 1.0)


def kept_shares(past: History, season: Floats, ahead: int, how: tuple[ProjectionRules, Smoothing]) -> Floats:
    """Share of the level that is still bought (overdue groups, ahead), learned from every past quarter there is.

    On each past day the same level is computed from what was known then, and compared with what was bought in the first,
    second … quarter after it: sums over accounts, by how overdue they were. Each group is shrunk to the company's curve, and
    the whole towards "nothing lost" by how many months it was learned from; after the last quarter known the curve goes
    on falling at its mean rate. Above 1 the accounts grow.
    """
    quarters, groups = -(-ahead // 3), len(OVERDUE_NAMES)
    rules, smoothing = how
    bought, level, count = _what_came(past, season, rules, smoothing)
    known = int((level.sum(1) > 0).sum())
    if not known:
        return np.ones((groups, ahead))
    curve = (bought[:known].sum(1) / level[:known].sum(1))[:quarters]
    fall = min((curve[-1] / curve[0]) ** (1 / (len(curve) - 1)), 1.0) if len(curve) > 1 and curve[0] > 0 else 1.0
    further = curve[-1] * fall ** np.arange(1, quarters - len(curve) + 1)
    whole = np.r_[curve, further][:, None]
    prior = rules.loss_prior_accounts * level.sum() / max(count, 1)
    pad = ((0, max(quarters - known, 0)), (0, 0))
    there, base = np.pad(bought[:known], pad)[:quarters], np.pad(level[:known], pad)[:quarters]
    each = np.clip((there + prior * whole) / (base + prior), 0.0, _MOST)
    months = 3 * known
    damped = 1 + (each - 1) * months / (months + rules.evidence_prior_months)
    shares: Floats = np.repeat(damped, 3, axis=0)[:ahead].T
    return shares


def _what_came(
    past: History, season: Floats, rules: ProjectionRules, smoothing: Smoothing
) -> tuple[Floats, Floats, int]:
    """Sums of what was bought and of the level then, each (quarters after, overdue groups), and how many accounts × days
    they stand on. The past days lie whole quarters back, at most two years, with a year of history before them.
    """
    groups = len(OVERDUE_NAMES)
    bought, level = np.zeros((8, groups)), np.zeros((8, groups))
    count = 0
    for back, then, turned in _past_days(past, season, 24):
        cycle, overdue = cycles(then, rules)
        rate = levels(then, cycle, turned, smoothing)
        after = past.months[past.first >= back, :back][:, ::-1]
        factor = ahead_index(turned, back)
        for quarter in range(back // 3):
            came = after[:, 3 * quarter : 3 * quarter + 3].sum(1)
            bought[quarter] += np.bincount(overdue, came, groups)
            level[quarter] += np.bincount(overdue, rate * factor[3 * quarter : 3 * quarter + 3].sum(), groups)
            count += len(rate)
    return np.maximum(bought, 0.0), level, count


def smoothing_of(past: History, season: Floats, rules: ProjectionRules) -> Smoothing:
    """The smoothing that the rules name, or the one that erred least on past days.

    Tried on the four last quarter ends of at most 20,000 accounts (evenly taken), against what was bought from then to now,
    in absolute error per account after scaling to the right total, so that the choice is about accounts and not the trend.
    """
    weights = _WEIGHTS if rules.rhythm_weight is None else (rules.rhythm_weight,)
    plains = _PLAINS if rules.plain_share is None else (rules.plain_share,)
    tried = [Smoothing(w, p) for p in plains for w in (weights if p < 1 else weights[:1])]
    if len(tried) == 1:
        return tried[0]
    some = past.every(-(-len(past) // _TRIED_ACCOUNTS))
    errors = np.zeros(len(tried))
    for back, then, turned in _past_days(some, season, 12):
        came = some.months[some.first >= back, :back].sum(1)
        cycle, _ = cycles(then, rules)
        for at, smoothing in enumerate(tried):
            rate = levels(then, cycle, turned, smoothing)
            whole = float(rate.sum())
            scaled = rate * (came.sum() / whole) if whole > 0 else rate
            errors[at] += np.abs(came - scaled).sum() / max(float(np.abs(came).sum()), 1.0)
    if not errors.any():
        return Smoothing(weights[len(weights) // 2], plains[len(plains) // 2])
    return tried[int(np.argmin(np.round(errors, 9)))]


def _past_days(past: History, season: Floats, most: int) -> Iterator[tuple[int, History, Floats]]:
    """Quarters back (in months), what was known then, and the season turned to that day."""
    width = min(past.span, past.months.shape[1])
    for back in range(3, min(width - _LEARN_FROM, most) + 1, 3):
        yield back, past.before(back), np.roll(season, -(back % 12))
