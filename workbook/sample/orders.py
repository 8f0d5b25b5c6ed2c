"""What the accounts bought: regular orders with season, growth and the customer's own rhythm, and won deals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.money import round_amounts
from workbook.sample.accounts import CORE, Accounts, Floats, Ints
from workbook.sample.company import DAYS, FIRST_DAY, Company
from workbook.sample.days import dates, working
from workbook.sample.words import FAMILIES

#: Relative size of the calendar months: a slow winter, strong ends of quarters.
SEASON = np.array([0.78, 0.88, 1.14, 0.96, 1.02, 1.12, 0.82, 0.86, 1.13, 1.05, 1.08, 1.16])
PRODUCTS = pd.DataFrame(
    [
        (f"PR-{i + 1:02d}", name, family, price * 100)
        for i, (family, name, price) in enumerate((f, n, p) for f, ps in FAMILIES.items() for n, p in ps)
    ],
    columns=["product_id", "name", "family", "list_price"],
)
_FAMILY = np.array([list(FAMILIES).index(f) for f in PRODUCTS["family"]])
_FIRST = np.array([int(np.flatnonzero(f == _FAMILY)[0]) for f in range(len(FAMILIES))])
_COUNT = np.bincount(_FAMILY)


def product_in(family: Ints, rng: np.random.Generator) -> Ints:
    """A product (position) of each family."""
    return np.asarray(_FIRST[family] + (rng.random(len(family)) * _COUNT[family]).astype(np.int64))


def family_of(rows: Ints, made: Accounts, rng: np.random.Generator) -> Ints:
    """A product family (position) for each account position in ``rows``, drawn from what the account buys."""
    cut = np.cumsum(made.basket, axis=1)[rows]
    return np.asarray((cut <= (rng.random(len(rows)) * cut[:, -1])[:, None]).sum(axis=1).clip(0, cut.shape[1] - 1))


def holder(rows: Ints, days: Ints, made: Accounts) -> Ints:
    """Position of the rep who held the account on that day."""
    earlier = (made.before[rows] >= 0) & (days < made.moved[rows])
    return np.where(earlier, made.before[rows], made.owner[rows])


def orders(made: Accounts, company: Company, won: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The sales table of the run, sorted by day: regular orders, credits, and the ``won`` deals
    (row, day, product, rep, amount in minor units).
    """
    rows, days = _days(made, rng)
    amounts = _amounts(rows, days, made, company, rng)
    product = product_in(family_of(rows, made, rng), rng)
    credit = np.flatnonzero(rng.random(len(rows)) < 0.006)
    frame = pd.DataFrame(
        {
            "row": np.concatenate([rows, rows[credit], won["row"].to_numpy()]),
            "day": np.concatenate([days, np.minimum(days[credit] + 9, DAYS), won["day"].to_numpy()]),
            "amount": np.concatenate([amounts, -(amounts[credit] // 3), won["amount"].to_numpy()]),
            "product": np.concatenate([product, product[credit], won["product"].to_numpy()]),
        }
    )
    frame["day"] = working(frame["day"].to_numpy())
    frame["rep"] = holder(frame["row"].to_numpy(), frame["day"].to_numpy(), made)
    frame = frame[(frame["day"] >= 1) & (frame["amount"] != 0)]
    return frame.sort_values(["day", "row", "product"], kind="stable", ignore_index=True)


def _days(made: Accounts, rng: np.random.Generator) -> tuple[Ints, Ints]:
    interval = 365.0 / made.orders
    span = np.where(made.buys, np.maximum(made.end - made.start, 0), 0)
    count = np.ceil(span / interval).astype(np.int64)
    rows = np.repeat(np.arange(len(made)), count)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    phase = rng.random(len(made))[rows]
    jitter = np.where(made.nature == CORE, 0.16, 0.4)[rows] * rng.standard_normal(len(rows))
    days = made.start[rows] + ((place + phase + jitter) * interval[rows]).astype(np.int64)
    kept = (days >= made.start[rows]) & (days <= made.end[rows]) & (days <= DAYS)
    return rows[kept], days[kept]


def _amounts(
    rows: Ints, days: Ints, made: Accounts, company: Company, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    stamps = FIRST_DAY + days.astype("timedelta64[D]")
    month = stamps.astype("datetime64[M]").astype(int) % 12
    year = stamps.astype("datetime64[Y]").astype(int) - 53
    form: Floats = np.random.default_rng([company.seed, 11]).normal(0.0, 0.11, (len(company.people), 4))
    yearly = made.potential[rows] * made.wallet[rows] * np.exp(made.growth[rows] * (days / 365.0 - 1.5))
    each = yearly / made.orders[rows] * SEASON[month] * np.exp(form[holder(rows, days, made), year])
    return round_amounts(100 * each * np.exp(0.38 * rng.standard_normal(len(rows)) - 0.072))


def sales_frame(lines: pd.DataFrame, made: Accounts, company: Company) -> pd.DataFrame:
    """The lines as the sales table."""
    return pd.DataFrame(
        {
            "account_id": made.ids[lines["row"].to_numpy()],
            "booked_on": dates(lines["day"].to_numpy()),
            "amount": lines["amount"].to_numpy(),
            "product_id": PRODUCTS["product_id"].to_numpy(dtype=object)[lines["product"].to_numpy()],
            "rep_id": company.rep_ids[lines["rep"].to_numpy()],
        }
    )
