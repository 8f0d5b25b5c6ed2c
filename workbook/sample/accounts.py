"""Accounts of a run of territories, as arrays: what is behind them (nature, potential, growth), and their table."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.sample.company import DAYS, FIRST_DAY, Company, Territory, day
from workbook.sample.geography import TERRITORIES
from workbook.sample.words import COMPETITORS, DIVISIONS, INDUSTRIES, INDUSTRY_SHARES, LEANINGS, company_names

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
POTENTIAL = ((36e3, 1.05), (60e3, 0.8), (130e3, 0.6), (85e3, 0.6), (3.2e3, 0.35), (11e3, 0.7), (34e3, 0.8))
WALLET = ((0.45, 0.85), (0.10, 0.20), (0.02, 0.08), (0.01, 0.05), (0.75, 1.0), (0.02, 0.08), (0.25, 0.45))
GROWTH = ((0.04, 0.06), (0.42, 0.08), (0.0, 0.1), (0.0, 0.1), (-0.45, 0.08), (-0.1, 0.1), (0.1, 0.05))
ORDERS = ((7, 14), (6, 10), (1, 3), (1, 2), (3, 5), (1, 2), (5, 9))
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
    special: dict[str, Ints] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)


def accounts_of(company: Company, run: range, first: int, rng: np.random.Generator) -> Accounts:
    """The accounts of the territories at positions ``run``, numbered from ``first``."""
    territory, owner = _places(company, run, rng)
    count = len(territory)
    width = max(4, len(str(company.accounts)))
    nature = _natures(company, territory, owner, rng)
    numbers = first + np.arange(count)
    middle, spread = np.array(POTENTIAL)[nature].T
    potential = middle * np.exp(spread * rng.standard_normal(count))
    low, high = np.array(WALLET)[nature].T
    wallet = rng.uniform(low, high)
    trend, noise = np.array(GROWTH)[nature].T
    few, many = np.array(ORDERS, dtype=float)[nature].T
    big = np.clip(np.log10(potential / middle + 1e-9), -1, 1)
    orders = np.clip(rng.uniform(few, many) * np.where(nature == CORE, np.exp(0.35 * big), 1.0), 1, 24)
    industry = rng.choice(len(INDUSTRIES), count, p=INDUSTRY_SHARES)
    start = np.where(rng.random(count) < 0.15, rng.integers(1, 700, count), 0)
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
        np.full(count, -1), before, moved, np.ones(count, dtype=bool),
    )  # fmt: skip
    lost = (nature == CORE) & (rng.random(count) < 0.04) & (territory != 7)
    made.end = np.where(lost, rng.integers(day("2025-02-01"), day("2026-01-31"), count), made.end)
    _families(made, rng)
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
    count = len(owner)
    before, moved = np.full(count, -1), np.zeros(count, dtype=np.int64)
    mates = {rep: [r for r in leaf.reps if r != rep] for leaf in company.territories for rep in leaf.reps}
    some = np.flatnonzero(rng.random(count) < 0.09)
    for at in some:
        others = [r for r in mates[int(owner[at])] if r != company.newcomer]
        if others and int(owner[at]) != company.sitter:
            before[at], moved[at] = others[int(rng.integers(len(others)))], int(rng.integers(400, DAYS - 120))
    fifth = np.isin(owner, company.territories[4].reps) & (rng.random(count) < 0.4)
    before[fifth], moved[fifth] = company.leaver, day("2025-11-01")
    young = owner == company.newcomer
    if young.any():
        mentors = [r for r in company.territories[10].reps if r != company.newcomer]
        before[young], moved[young] = rng.choice(mentors, int(young.sum())), day("2026-03-02")
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


def names_of(made: Accounts, company: Company, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """A name per account; a subsidiary carries its family's brand and its city or its trade."""
    names = company_names(made.numbers, made.industry, rng)
    top = made.parent.copy()
    for _ in range(2):
        top = np.where((top >= 0) & (made.parent[top] >= 0), made.parent[top], top)
    subs = np.flatnonzero(top >= 0)
    brands = np.array([names[t].rsplit(" ", 1)[0] for t in top[subs]], dtype=object)
    taken: dict[str, int] = {}
    for at, brand in zip(subs, brands, strict=True):
        city = TERRITORIES[company.territories[made.territory[at]].cities][2][made.city[at]].name
        name = f"{brand} {city}"
        taken[name] = taken.get(name, -1) + 1
        names[at] = name if not taken[name] else f"{name} {DIVISIONS[(taken[name] - 1) % len(DIVISIONS)]}"
        if taken[name] > len(DIVISIONS):
            names[at] += f" {taken[name]}"
    return names


def accounts_frame(made: Accounts, company: Company, bought: Bools, rng: np.random.Generator) -> pd.DataFrame:
    """The accounts table. ``bought``: whether the account has any sale."""
    count = len(made)
    cities = [c for _, _, cs in TERRITORIES for c in cs]
    base = np.cumsum([0, *(len(cs) for _, _, cs in TERRITORIES)])[:-1]
    pools = np.array([t.cities for t in company.territories])[made.territory]
    place = base[pools] + made.city
    taken = lambda key: np.array([getattr(c, key) for c in cities], dtype=object)[place]  # noqa: E731
    latitude = np.array([c.latitude for c in cities])[place] + rng.normal(0, 0.08, count)
    longitude = np.array([c.longitude for c in cities])[place] + rng.normal(0, 0.09, count)
    revenue = made.potential * rng.uniform(60, 260, count)
    fit = np.clip(
        0.45 + 0.1 * rng.standard_normal(count) + np.array([0.2, 0.2, 0.15, 0.2, -0.15, -0.05, 0.1])[made.nature],
        0.05,
        0.98,
    )
    asked = bought & (rng.random(count) < 0.6) & ~np.isin(made.nature, (COLD, STAR))
    skill = np.random.default_rng([company.seed, 5]).normal(0, 0.7, len(company.people))[made.owner]
    mood = np.array([7.9, 8.2, 6.5, 7.0, 5.8, 6.0, 8.0])[made.nature] + skill + 1.3 * rng.standard_normal(count)
    nps_on = DAYS - rng.integers(10, 500, count)
    created = np.where(made.start > 0, made.start, 0) - rng.integers(20, 2500, count)
    created = np.where(made.nature == NEW, made.start - rng.integers(120, 420, count), created)
    dropped = (made.nature == COLD) & (rng.random(count) < 0.03) & ~bought
    rival = (made.nature == INCUMBENT) | ((made.nature == CORE) & (rng.random(count) < 0.04) & (made.territory != 7))
    return pd.DataFrame(
        {
            "account_id": made.ids,
            "name": names_of(made, company, rng),
            "territory_id": np.array([t.node for t in company.territories], dtype=object)[made.territory],
            "status": np.where(bought, "customer", "prospect"),
            "parent_account_id": np.where(made.parent >= 0, made.ids[made.parent], None),
            "industry": np.array(list(INDUSTRIES), dtype=object)[made.industry],
            "employees": np.maximum(4, np.round(revenue / 230e3 * np.exp(0.3 * rng.standard_normal(count)))).astype(int),
            "annual_revenue": np.maximum(1, np.round(revenue / 1e5)).astype(np.int64) * 10_000_000,
            "country": np.full(count, "US", dtype=object),
            "region": taken("state"),
            "city": taken("name"),
            "latitude": np.round(latitude, 3),
            "longitude": np.round(longitude, 3),
            "potential_amount": np.maximum(5, np.round(made.potential / 100)).astype(np.int64) * 10_000,
            "fit_score": np.round(fit, 2),
            "nps": np.where(asked, np.clip(np.round(mood), 0, 10), np.nan),
            "nps_on": dates(np.where(asked, nps_on, -(10**6)), -(10**6)),
            "incumbent": np.where(rival, np.array(COMPETITORS, dtype=object)[rng.integers(0, 5, count)], None),
            "prefers_channel": np.array(["visit", "call", "email", None], dtype=object)[
                rng.choice(4, count, p=[0.15, 0.25, 0.2, 0.4])
            ],
            "created_on": dates(created),
            "disqualified_on": dates(np.where(dropped, DAYS - rng.integers(5, 200, count), -(10**6)), -(10**6)),
        }
    )  # fmt: skip


def dates(days: Ints, missing: int | None = None) -> npt.NDArray[np.datetime64]:
    """Days of the sample's history as datetime64[us]; ``missing`` marks days that are not known."""
    stamps = FIRST_DAY + np.asarray(days).astype("timedelta64[D]")
    if missing is not None:
        stamps = np.where(np.asarray(days) == missing, np.datetime64("NaT", "D"), stamps)
    return stamps.astype("datetime64[us]")


def working(days: Ints) -> Ints:
    """The same days, with Saturdays and Sundays moved back to Friday (2023-01-01 was a Sunday)."""
    weekday = (days - 1) % 7
    return np.asarray(days - np.where(weekday >= 5, weekday - 4, 0))


def ownership_frame(made: Accounts, company: Company, bought_on: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """The ownership table: owners and those before them, co-owners, specialists and sponsors of large accounts.

    ``bought_on``: unused for owners; shares stay blank where one owner has all.
    """
    reps, count = company.rep_ids, len(made)
    hired = (company.people["hired_on"].to_numpy().astype("datetime64[D]") - FIRST_DAY).astype(int)
    begin = np.maximum(day("2022-01-01"), hired[made.owner])
    first = np.where(made.before >= 0, made.moved, np.minimum(begin, np.maximum(bought_on, day("2022-01-01"))))
    first = np.maximum(first, hired[made.owner])
    parts = [(np.arange(count), reps[made.owner], "owner", first, np.full(count, -(10**6)))]
    old = np.flatnonzero(made.before >= 0)
    since = np.minimum(np.maximum(day("2022-01-01"), hired[made.before[old]]), made.moved[old] - 30)
    parts.append((old, reps[made.before[old]], "owner", since, made.moved[old] - 1))
    alone = made.special.get("single", np.zeros(0, dtype=np.int64))
    large = np.setdiff1d(np.argsort(-made.potential * made.wallet, kind="stable")[: max(24, count // 50)], alone)
    large = large[made.nature[large] == CORE]
    mates = np.array([company.territories[t].reps[(company.territories[t].reps.index(o) + 1) % len(company.territories[t].reps)]
                      for t, o in zip(made.territory[large], made.owner[large], strict=True)], dtype=np.int64)  # fmt: skip
    shared = mates != made.owner[large]
    since_all = np.full(len(large), day("2024-01-01"))
    late = np.maximum(since_all, hired[mates])
    parts.append((large[shared], reps[mates[shared]], "co_owner", late[shared], np.full(int(shared.sum()), -(10**6))))
    managers = dict(zip(company.people["rep_id"], company.people["manager_rep_id"], strict=True))
    top = large[: len(large) // 2]
    boss = np.array([managers[r] for r in reps[made.owner[top]]], dtype=object)
    parts.append((top, boss, "sponsor", since_all[: len(top)], np.full(len(top), -(10**6))))
    specialists = reps[company.people["role"].to_numpy() == "specialist"]
    helped = large[::2]
    parts.append(
        (helped, specialists[np.arange(len(helped)) % 2], "overlay", since_all[::2], np.full(len(helped), -(10**6)))
    )
    frames = []
    for rows, who, role, since_on, to in parts:
        frames.append(pd.DataFrame({"account_id": made.ids[rows], "rep_id": who, "role": role,
                                    "from_on": dates(since_on), "to_on": dates(to, -(10**6))}))  # fmt: skip
    shares = pd.concat(frames, ignore_index=True)
    shared_ids = set(made.ids[large[shared]])
    now = shares["to_on"].isna()
    owner_of_shared = (shares["role"] == "owner") & now & shares["account_id"].isin(shared_ids)
    shares["share"] = np.where(owner_of_shared, 0.7, np.where(shares["role"] == "co_owner", 0.3, np.nan))
    return shares.sort_values(["account_id", "from_on", "role", "rep_id"], kind="stable", ignore_index=True)
