"""The projection of each account: run-rate, plus weighted open deals, minus likely losses; exact, by month and family."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.money import round_amounts
from workbook.periods import Calendar
from workbook.portfolio.bookings import History, month_edges
from workbook.portfolio.run_rate import RunRate

Floats = npt.NDArray[np.float64]
PARTS = ["run_rate_amount", "pipeline_amount", "loss_amount"]


@dataclass(frozen=True, eq=False)
class Horizon:
    """The time ahead: ``edges`` (ahead + 1) of rolling months, ``periods`` the fiscal months they touch, ``starts`` their
    first days within it, ``share`` (ahead, periods) of each rolling month's days in each of them.
    """

    edges: npt.NDArray[np.datetime64]
    periods: tuple[str, ...]
    starts: npt.NDArray[np.datetime64]
    share: Floats

    @classmethod
    def of(cls, as_of: date, ahead: int, calendar: Calendar) -> Horizon:
        """The ``ahead`` rolling months after ``as_of``, in the fiscal months of ``calendar``."""
        edges = month_edges(as_of, 0, ahead)
        days = pd.Series(pd.date_range(edges[0], edges[-1])[1:])
        names = calendar.periods_of(days, "month")
        month = np.searchsorted(edges, days.to_numpy().astype("datetime64[D]"), side="left") - 1
        codes, periods = pd.factorize(names)
        counts = np.bincount(month * len(periods) + codes, minlength=ahead * len(periods)).reshape(ahead, -1)
        starts = days.to_numpy().astype("datetime64[D]")[np.unique(codes, return_index=True)[1]]
        return cls(edges, tuple(str(p) for p in periods), starts, counts / counts.sum(1, keepdims=True))

    def cut(self, ahead: int) -> Horizon:
        """Only its first rolling months."""
        touched = self.share[:ahead].sum(0) > 0
        names = tuple(p for p, there in zip(self.periods, touched, strict=True) if there)
        return Horizon(self.edges[: ahead + 1], names, self.starts[touched], self.share[:ahead][:, touched])


@dataclass(frozen=True, eq=False)
class Cells:
    """What is expected, by account (``at``, position in the accounts table), fiscal month and product family (indices), in
    that order: ``parts`` (rows, 3) whole minor units in the order of :data:`PARTS`. Cells of nothing are left out.
    """

    at: npt.NDArray[np.int64]
    period: npt.NDArray[np.int64]
    family: npt.NDArray[np.int64]
    parts: npt.NDArray[np.int64]

    @property
    def projected(self) -> npt.NDArray[np.int64]:
        """The exact sum of the parts (rows,)."""
        sums: npt.NDArray[np.int64] = self.parts.sum(1)
        return sums


def projection_cells(past: History, rate: RunRate, weighted: pd.DataFrame, ids: pd.Series, horizon: Horizon) -> Cells:
    """Run-rate and loss by the account's mix of families, and open deals in the month in which they are expected to close.

    ``weighted`` are open deals with ``on_top_amount`` (whole minor units) and expected_close_on; ``ids`` the accounts' ids by
    position. The rounding to minor units happens here, once, cell by cell; all above are sums.
    """
    gross = rate.gross[:, : len(horizon.share)] @ horizon.share
    loss = rate.loss[:, : len(horizon.share)] @ horizon.share
    total = past.by_family.sum(1, keepdims=True)
    mix = past.by_family / np.where(total > 0, total, 1.0)
    months, kinds = len(horizon.periods), len(past.families)
    keys, values = [], []
    for family in range(kinds):
        rows = np.flatnonzero(mix[:, family] > 0)
        run = round_amounts(gross[rows] * mix[rows, family, None])
        lost = round_amounts(loss[rows] * mix[rows, family, None])
        row, period = np.nonzero(run | lost)
        keys.append((past.accounts[rows[row]] * months + period) * kinds + family)
        values.append(np.column_stack([run[row, period], np.zeros(len(row), np.int64), lost[row, period]]))
    day = weighted["expected_close_on"].to_numpy().astype("datetime64[D]")
    at = pd.Index(ids).get_indexer(pd.Index(weighted["account_id"]))
    inside = (day > horizon.edges[0]) & (day <= horizon.edges[-1]) & (at >= 0)
    inside &= weighted["on_top_amount"].to_numpy() != 0
    period = np.searchsorted(horizon.starts, day[inside], side="right") - 1
    family_at = pd.Index(past.families).get_indexer(pd.Index(weighted["product_family"][inside]))
    keys.append((at[inside] * months + period) * kinds + family_at)
    amount = weighted["on_top_amount"].to_numpy(np.int64)[inside]
    values.append(np.column_stack([np.zeros_like(amount), amount, np.zeros_like(amount)]))
    return _merged(np.concatenate(keys), np.concatenate(values), (months, kinds))


def _merged(key: npt.NDArray[np.int64], parts: npt.NDArray[np.int64], shape: tuple[int, int]) -> Cells:
    order = np.argsort(key, kind="stable")
    key, parts = key[order], parts[order]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, dtype=np.intp)
    sums = np.add.reduceat(parts, starts, axis=0) if len(starts) else parts
    key = key[starts]
    months, kinds = shape
    return Cells(key // (months * kinds), key // kinds % months, key % kinds, sums)


def projection_months(
    cells: Cells, ids: pd.Series, periods: tuple[str, ...], families: tuple[str, ...]
) -> pd.DataFrame:
    """One row per account, fiscal month and product family in which anything is expected: account_id, period,
    product_family, run_rate_amount, pipeline_amount, loss_amount, projected_amount (the exact sum of the three).
    """
    return pd.DataFrame(
        {
            "account_id": ids.take(cells.at).array,
            "period": pd.Series(periods, dtype="str").take(cells.period).array,
            "product_family": pd.Series(families, dtype="str").take(cells.family).array,
            **{part: cells.parts[:, at] for at, part in enumerate(PARTS)},
            "projected_amount": cells.projected,
        }
    )


def projection(cells: Cells, accounts: pd.DataFrame, method: str) -> pd.DataFrame:
    """One row per account: account_id, territory_id, run_rate_amount, pipeline_amount, loss_amount, projected_amount and
    the method; the exact sums of ``cells`` (zero rows where nothing is expected).
    """
    sums = np.zeros((len(accounts), len(PARTS)), dtype=np.int64)
    np.add.at(sums, cells.at, cells.parts)
    frame = accounts[["account_id", "territory_id"]].reset_index(drop=True)
    for at, part in enumerate(PARTS):
        frame[part] = sums[:, at]
    frame["projected_amount"] = sums.sum(1)
    frame["method"] = pd.Series([method], dtype="str").take(np.zeros(len(frame), dtype=np.intp)).array
    return frame


def projected_totals(past: History, rate: RunRate, weighted: pd.DataFrame, ids: pd.Series) -> pd.Series:
    """Only the projected amount of the next 12 months per account, by account_id, without its months and families."""
    totals = np.zeros(len(ids), dtype=np.int64)
    totals[past.accounts] = round_amounts((rate.gross[:, :12] + rate.loss[:, :12]).sum(1))
    day = weighted["expected_close_on"].to_numpy().astype("datetime64[D]")
    at = pd.Index(ids).get_indexer(pd.Index(weighted["account_id"]))
    inside = (at >= 0) & (day <= month_edges(past.as_of, 0, 12)[-1])
    np.add.at(totals, at[inside], weighted["on_top_amount"].to_numpy(np.int64)[inside])
    return pd.Series(totals, index=pd.Index(ids), name="projected_amount")
