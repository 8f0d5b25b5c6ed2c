"""Sales of each account by product family in months counted from the as-of day, as one dense array of exact amounts.

A *rolling month* is the time between two edges: the as-of day and the same day of other months (the last of a month stays
the last of a month). Months back are numbered 0 (the newest) upwards, months ahead 0 upwards, so that "the last 12 months"
and "the next 12 months" are exact on any day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.keys import positions
from workbook.portfolio.history import NO_FAMILY
from workbook.tables.frames import Tables


def month_edges(as_of: date, back: int, ahead: int) -> npt.NDArray[np.datetime64]:
    """The last days of rolling months from ``back`` months before ``as_of`` to ``ahead`` after it (back + ahead + 1 days).

    >>> [str(day) for day in month_edges(date(2026, 2, 28), 1, 1)]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    at_end = (as_of + timedelta(days=1)).day == 1
    first = np.datetime64(as_of, "M")
    starts = np.arange(-back, ahead + 1) + first
    lasts = (starts + 1).astype("datetime64[D]") - 1
    if at_end:
        return lasts
    return np.minimum(starts.astype("datetime64[D]") + (as_of.day - 1), lasts)


def product_families(rows: pd.DataFrame, products: pd.DataFrame) -> pd.Categorical:
    """The product family of rows with a column product_id: a categorical with sorted categories, unknown as "no family"."""
    named = products.dropna(subset=["product_id"]).drop_duplicates("product_id")
    names = named["family"].fillna(NO_FAMILY)
    categories = pd.Index(sorted({*names, NO_FAMILY}), dtype="str")
    codes = categories.get_indexer(pd.Index(names))
    at = positions(rows["product_id"], named["product_id"])
    none = categories.get_loc(NO_FAMILY)
    found = np.where(at >= 0, codes[np.maximum(at, 0)] if len(codes) else none, none)
    return pd.Categorical.from_codes(found, categories=categories)


@dataclass(frozen=True, eq=False)
class Booked:
    """The sales of known accounts as arrays, looked up once: ``at`` positions in the accounts table, ``day``, ``amount`` (whole
    minor units), ``family`` index into ``families``; ``size`` accounts in all.
    """

    at: npt.NDArray[np.intp]
    day: npt.NDArray[np.datetime64]
    amount: npt.NDArray[np.int64]
    family: npt.NDArray[np.int16]
    families: tuple[str, ...]
    size: int

    @classmethod
    def of(cls, tables: Tables) -> Booked:
        """From the table sales (account_id, booked_on, amount, product_id); those of unknown accounts or without a date are left out
        (the tables' checks name them).
        """
        sales, at = tables.sales, tables.account_at("sales")
        day = sales["booked_on"].to_numpy().astype("datetime64[D]")
        named = product_families(sales, tables.products)
        amount, family = sales["amount"].to_numpy(np.int64), named.codes.astype(np.int16)
        known = (at >= 0) & ~np.isnat(day)
        if not known.all():  # else the arrays of the tables serve, without a copy
            at, day, amount, family = at[known], day[known], amount[known], family[known]
        return cls(at, day, amount, family, tuple(str(name) for name in named.categories), len(tables.accounts))

    def every(self, step: int) -> Booked:
        """The sales of every ``step``-th account only; positions stay."""
        if step <= 1:
            return self
        kept = self.at % step == 0
        return replace(self, at=self.at[kept], day=self.day[kept], amount=self.amount[kept], family=self.family[kept])

    def sums(self, after: np.datetime64 | None, until: np.datetime64) -> npt.NDArray[np.int64]:
        """Exact sums per account (size,) of the bookings later than ``after`` (all when None) up to ``until``."""
        inside = self.day <= until
        if after is not None:
            inside &= self.day > after
        sums = np.zeros(self.size, dtype=np.int64)
        np.add.at(sums, self.at[inside], self.amount[inside])
        return sums

    @cached_property
    def first_day(self) -> npt.NDArray[np.datetime64]:
        """Day of the first booking per account (size,), not-a-time where there is none."""
        return self._extreme(np.minimum, np.iinfo(np.int64).max, np.ones(len(self.at), dtype=bool))

    def last_day(self, until: np.datetime64) -> npt.NDArray[np.datetime64]:
        """Day of the last booking per account (size,) up to ``until``, not-a-time where there is none."""
        return self._extreme(np.maximum, -1, self.day <= until)

    def _extreme(self, pick: np.ufunc, start: int, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.datetime64]:
        out = np.full(self.size, start, dtype=np.int64)
        pick.at(out, self.at[rows], self.day[rows].astype(np.int64))
        days = np.where(out == start, np.datetime64("NaT", "D"), out.astype("datetime64[D]"))
        return days.astype("datetime64[D]")


@dataclass(frozen=True, eq=False)
class History:
    """Booked sales of the accounts that bought by a day, over a window of rolling months.

    ``accounts`` (n,) positions in the accounts table; ``months`` (n, months) float64 of whole minor units, newest first;
    ``by_family`` (n, families) amounts of the mix window; ``first`` (n,) rolling month of the first booking on record,
    ``span`` months on record in the whole book.
    """

    as_of: date
    accounts: npt.NDArray[np.intp]
    families: tuple[str, ...]
    months: npt.NDArray[np.float64]
    by_family: npt.NDArray[np.float64]
    first: npt.NDArray[np.intp]
    span: int

    def __len__(self) -> int:
        return len(self.accounts)

    @cached_property
    def last(self) -> npt.NDArray[np.intp]:
        """(n,) rolling month of the newest positive booking; the number of months where there is none."""
        bought = self.months > 0
        return np.where(bought.any(1), bought.argmax(1), self.months.shape[1])

    def every(self, step: int) -> History:
        """Every ``step``-th account only."""
        at = slice(None, None, max(step, 1))
        return replace(
            self, accounts=self.accounts[at], months=self.months[at], by_family=self.by_family[at], first=self.first[at]
        )

    def before(self, months: int) -> History:
        """What was known ``months`` rolling months earlier: the accounts that had bought by then."""
        known = self.first >= months
        return replace(
            self, accounts=self.accounts[known], months=self.months[known, months:], by_family=self.by_family[known],
            first=self.first[known] - months, span=max(self.span - months, 0),
        )  # fmt: skip


def history(booked: Booked, as_of: date, months: int) -> History:
    """What was booked up to ``as_of``, laid out by rolling months.

    The mix of families is that of the last 12 months, else of the window.
    """
    at, day, amount, family = booked.at, booked.day, booked.amount, booked.family
    known = day <= np.datetime64(as_of)
    if not known.all():
        at, day, amount, family = at[known], day[known], amount[known], family[known]
    back = months_back(day, as_of)
    there = np.bincount(at, minlength=booked.size) > 0
    buyers = np.flatnonzero(there)
    row = (np.cumsum(there) - 1)[at]
    inside, kinds = back < months, len(booked.families)
    grid = np.bincount((row * months + back)[inside], amount[inside], len(buyers) * months).astype(np.float64)

    def mix(rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        cells = np.bincount(row[rows] * kinds + family[rows], amount[rows], len(buyers) * kinds)
        return np.maximum(cells.reshape(-1, kinds), 0.0)

    year = mix(back < 12)
    by_family = np.where(year.sum(1, keepdims=True) > 0, year, mix(inside))
    first = np.zeros(len(buyers), dtype=np.intp)
    np.maximum.at(first, row, back)
    span = int(back.max(initial=-1)) + 1
    return History(as_of, buyers, booked.families, grid.reshape(-1, months), by_family, first, span)


def months_back(days: npt.NDArray[np.datetime64], as_of: date) -> npt.NDArray[np.intp]:
    """The rolling month, counted back from ``as_of`` (0 = the newest), of days not after it."""
    if not len(days):
        return np.zeros(0, dtype=np.intp)
    first, last = days.min(), np.datetime64(as_of)
    oldest = int((last.astype("datetime64[M]") - first.astype("datetime64[M]")).astype(int)) + 2
    edges = month_edges(as_of, oldest, 0)
    every = np.arange(first, last + 1)
    of_day = oldest - np.searchsorted(edges, every, side="left")
    found: npt.NDArray[np.intp] = of_day[(days - first).astype(np.intp)]
    return found
