"""The tables of accounts and of who holds them, from the accounts' arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.sample.accounts import COLD, CORE, INCUMBENT, NEW, STAR, Accounts, Bools, Ints
from workbook.sample.company import DAYS, Company, day, hired_days
from workbook.sample.days import UNKNOWN, dates, only
from workbook.sample.geography import TERRITORIES
from workbook.sample.words import COMPETITORS, DIVISIONS, INDUSTRIES, company_names


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
    latitude = np.array([c.latitude for c in cities])[place] + rng.normal(0, 0.08, count)
    longitude = np.array([c.longitude for c in cities])[place] + rng.normal(0, 0.09, count)
    revenue = made.potential * rng.uniform(60, 260, count) + 2.4e6 * np.exp(0.4 * rng.standard_normal(count))
    fit = np.clip(
        0.45 + 0.1 * rng.standard_normal(count) + np.array([0.2, 0.2, 0.15, 0.2, -0.15, -0.05, 0.1])[made.nature],
        0.05,
        0.98,
    )
    asked = bought & (rng.random(count) < 0.6) & ~np.isin(made.nature, (COLD, STAR))
    skill = np.random.default_rng([company.seed, 5]).normal(0, 0.7, len(company.people))[made.owner]
    mood = np.array([7.6, 8.0, 6.1, 6.8, 5.2, 6.0, 7.8])[made.nature] + skill + 1.3 * rng.standard_normal(count)
    nps_on = DAYS - rng.integers(10, 500, count)
    created = np.where(made.late, made.start, -160) - rng.integers(20, 2500, count)
    created = np.where(made.nature == NEW, made.start - rng.integers(160, 420, count), created)
    dropped = (made.nature == COLD) & (rng.random(count) < 0.03) & ~bought
    rival = (made.nature == INCUMBENT) | ((made.nature == CORE) & (rng.random(count) < 0.04) & (made.territory != 7))
    return pd.DataFrame(
        {
            "account_id": made.ids,
            "name": names_of(made, company, rng),
            "territory_id": np.array([t.node for t in company.territories], dtype=object)[made.territory],
            "status": np.where(bought, "customer", "prospect"),
            "parent_account_id": only(made.parent >= 0, made.ids[made.parent]),
            "industry": np.array(list(INDUSTRIES), dtype=object)[made.industry],
            "employees": np.maximum(4, np.round(revenue / 230e3 * np.exp(0.3 * rng.standard_normal(count)))).astype(int),
            "annual_revenue": np.maximum(1, np.round(revenue / 1e5)).astype(np.int64) * 10_000_000,
            "country": np.full(count, "US", dtype=object),
            "region": np.array([c.state for c in cities], dtype=object)[place],
            "city": np.array([c.name for c in cities], dtype=object)[place],
            "latitude": np.round(latitude, 3),
            "longitude": np.round(longitude, 3),
            "potential_amount": np.maximum(5, np.round(made.potential / 100)).astype(np.int64) * 10_000,
            "fit_score": np.round(fit, 2),
            "nps": np.where(asked, np.clip(np.round(mood), 0, 10), np.nan),
            "nps_on": dates(np.where(asked, nps_on, UNKNOWN)),
            "incumbent": only(rival, np.array(COMPETITORS, dtype=object)[rng.integers(0, 5, count)]),
            "prefers_channel": np.array(["visit", "call", "email", None], dtype=object)[
                rng.choice(4, count, p=[0.15, 0.25, 0.2, 0.4])
            ],
            "created_on": dates(created),
            "disqualified_on": dates(np.where(dropped, DAYS - rng.integers(5, 200, count), UNKNOWN)),
        }
    )  # fmt: skip


def ownership_frame(made: Accounts, company: Company, bought_on: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """The ownership table: owners and those before them, co-owners, specialists and sponsors of large accounts.

    ``bought_on``: the day of each account's first sale. Shares stay blank where one owner has all.
    """
    reps, count = company.rep_ids, len(made)
    hired = hired_days(company)
    begin = np.maximum(day("2022-01-01"), hired[made.owner])
    first = np.where(made.before >= 0, made.moved, np.minimum(begin, np.maximum(bought_on, day("2022-01-01"))))
    first = np.maximum(first, hired[made.owner])
    now = np.flatnonzero(~made.free)
    parts = [(now, reps[made.owner[now]], "owner", first[now], np.full(len(now), UNKNOWN))]
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
    parts.append((large[shared], reps[mates[shared]], "co_owner", late[shared], np.full(int(shared.sum()), UNKNOWN)))
    managers = dict(zip(company.people["rep_id"], company.people["manager_rep_id"], strict=True))
    top = large[: len(large) // 2]
    boss = np.array([managers[r] for r in reps[made.owner[top]]], dtype=object)
    parts.append((top, boss, "sponsor", since_all[: len(top)], np.full(len(top), UNKNOWN)))
    specialists = reps[company.people["role"].to_numpy() == "specialist"]
    helped = large[::2]
    parts.append(
        (helped, specialists[np.arange(len(helped)) % 2], "overlay", since_all[::2], np.full(len(helped), UNKNOWN))
    )
    frames = []
    for rows, who, role, since_on, to in parts:
        frames.append(pd.DataFrame({"account_id": made.ids[rows], "rep_id": who, "role": role,
                                    "from_on": dates(since_on), "to_on": dates(to)}))  # fmt: skip
    shares = pd.concat(frames, ignore_index=True)
    shared_ids = set(made.ids[large[shared]])
    lasts = shares["to_on"].isna()
    owner_of_shared = (shares["role"] == "owner") & lasts & shares["account_id"].isin(shared_ids)
    shares["share"] = np.where(owner_of_shared, 0.7, np.where(shares["role"] == "co_owner", 0.3, np.nan))
    return shares.sort_values(["account_id", "from_on", "role", "rep_id"], kind="stable", ignore_index=True)
