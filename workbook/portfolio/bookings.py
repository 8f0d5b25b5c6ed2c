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

from workbook.portfolio.history import NO_FAMILY


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
    at = pd.Index(named["product_id"]).get_indexer(pd.Index(rows["product_id"]))
    none = categories.get_loc(NO_FAMILY)
    found = np.where(at >= 0, codes[np.maximum(at, 0)] if len(codes) else none, none)
    return pd.Categorical.from_codes(found, categories=categories)


@dataclass(frozen=True, eq=False)
class History:
    """Booked sales of the accounts that bought within the window.

    ``accounts`` (n,) positions in the accounts table; ``months`` (n, months) float64 of whole minor units, newest first;
    ``orders`` (n, months) days with a positive booking; ``by_family`` (n, families) amounts of the mix window;
    ``first`` (n,) rolling month of the first booking on record, ``span`` months on record in the whole book.
    """

    as_of: date
    accounts: npt.NDArray[np.intp]
    families: tuple[str, ...]
    months: npt.NDArray[np.float64]
    orders: npt.NDArray[np.int16]
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
            self, accounts=self.accounts[at], months=self.months[at], orders=self.orders[at],
            by_family=self.by_family[at], first=self.first[at],
        )  # fmt: skip

    def before(self, months: int) -> History:
        """What was known ``months`` rolling months earlier: the accounts that had bought by then."""
        known = self.first >= months
        cut = self.months[known, months:]
        return History(
            self.as_of, self.accounts[known], self.families, cut, self.orders[known, months:],
            self.by_family[known], self.first[known] - months, max(self.span - months, 0),
        )  # fmt: skip


def history(sales: pd.DataFrame, accounts: pd.DataFrame, products: pd.DataFrame, as_of: date, months: int) -> History:
    """Sales (account_id, booked_on, amount, product_id) of known accounts, as :class:`History`.

    Sales after ``as_of`` and of unknown accounts are left out (the tables' checks name them).
    """
    at = pd.Index(accounts["account_id"]).get_indexer(pd.Index(sales["account_id"]))
    day = sales["booked_on"].to_numpy().astype("datetime64[D]")
    known = (at >= 0) & ~np.isnat(day) & (day <= np.datetime64(as_of))
    families = product_families(sales, products)
    at, day, amount = at[known], day[known], sales["amount"].to_numpy()[known].astype(np.float64)
    family = families.codes[known].astype(np.intp)
    back = months_back(day, as_of)
    buyers, row = np.unique(at, return_inverse=True)
    inside = back < months
    cell = row * months + back
    booked = np.bincount(cell[inside], amount[inside], len(buyers) * months).astype(np.float64)
    grid = booked.reshape(-1, months)
    ordered = inside & (amount > 0)
    orders = np.bincount(_distinct_days(cell[ordered], day[ordered]), minlength=grid.size).reshape(-1, months)
    names = tuple(str(name) for name in families.categories)

    def mix(rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        cells = np.bincount(row[rows] * len(names) + family[rows], amount[rows], len(buyers) * len(names))
        return np.maximum(cells.reshape(-1, len(names)), 0.0)

    year = mix(back < 12)
    by_family = np.where(year.sum(1, keepdims=True) > 0, year, mix(inside))
    first = np.zeros(len(buyers), dtype=np.intp)
    np.maximum.at(first, row, back)
    span = int(back.max(initial=-1)) + 1
    return History(as_of, buyers, names, grid, orders.astype(np.int16), by_family, first, span)


def months_back(days: npt.NDArray[np.datetime64], as_of: date) -> npt.NDArray[np.intp]:
    """The rolling month, counted back from ``as_of`` (0 = the newest), of days not after it."""
    if not len(days):
        return np.zeros(0, dtype=np.intp)
    oldest = int((np.datetime64(as_of, "M") - days.min().astype("datetime64[M]")).astype(int)) + 2
    edges = month_edges(as_of, oldest, 0)
    found: npt.NDArray[np.intp] = oldest - np.searchsorted(edges, days, side="left")
    return found


def _distinct_days(cells: npt.NDArray[np.intp], days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.intp]:
    pairs = np.unique(cells.astype(np.int64) * 100_000 + (days.astype(np.int64) % 100_000))
    return pairs // 100_000
