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


def projection_months(
    past: History, rate: RunRate, weighted: pd.DataFrame, ids: pd.Series, horizon: Horizon
) -> pd.DataFrame:
    """One row per account, fiscal month and product family in which anything is expected: account_id, period,
    product_family, run_rate_amount, pipeline_amount, loss_amount, projected_amount (the exact sum of the three).

    ``weighted`` are open deals with ``on_top_amount`` (whole minor units) and expected_close_on; ``ids`` the accounts'
    ids by position. The rounding to minor units happens here, once, cell by cell; all above are sums.
    """
    gross = rate.gross[:, : len(horizon.share)] @ horizon.share
    loss = rate.loss[:, : len(horizon.share)] @ horizon.share
    total = past.by_family.sum(1, keepdims=True)
    mix = past.by_family / np.where(total > 0, total, 1.0)
    parts = [_family_cells(gross, loss, mix[:, at], past.accounts, at) for at in range(len(past.families))]
    cells = pd.concat([*parts, _deal_cells(weighted, ids, past.families, horizon)], ignore_index=True)
    if cells["pipeline_amount"].any():
        cells = cells.groupby(["at", "period", "family"], sort=False, as_index=False)[PARTS].sum()
    cells = cells.sort_values(["at", "period", "family"], kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "account_id": ids.take(cells["at"]).array,
            "period": pd.Series(horizon.periods, dtype="str").take(cells["period"]).array,
            "product_family": pd.Series(past.families, dtype="str").take(cells["family"]).array,
            **{part: cells[part].to_numpy() for part in PARTS},
            "projected_amount": cells[PARTS].sum(axis=1).to_numpy(),
        }
    )


def _family_cells(
    gross: Floats, loss: Floats, mix: Floats, accounts: npt.NDArray[np.intp], family: int
) -> pd.DataFrame:
    rows = np.flatnonzero(mix > 0)
    run = round_amounts(gross[rows] * mix[rows, None])
    lost = round_amounts(loss[rows] * mix[rows, None])
    row, period = np.nonzero(run | lost)
    return pd.DataFrame(
        {
            "at": accounts[rows[row]].astype(np.int32),
            "period": period.astype(np.int16),
            "family": np.full(len(row), family, dtype=np.int16),
            "run_rate_amount": run[row, period],
            "pipeline_amount": np.zeros(len(row), dtype=np.int64),
            "loss_amount": lost[row, period],
        }
    )


def _deal_cells(weighted: pd.DataFrame, ids: pd.Series, families: tuple[str, ...], horizon: Horizon) -> pd.DataFrame:
    day = weighted["expected_close_on"].to_numpy().astype("datetime64[D]")
    at = pd.Index(ids).get_indexer(pd.Index(weighted["account_id"]))
    inside = (day > horizon.edges[0]) & (day <= horizon.edges[-1]) & (at >= 0)
    rows = weighted[inside]
    period = np.searchsorted(horizon.starts, day[inside], side="right") - 1
    frame = pd.DataFrame(
        {
            "at": at[inside].astype(np.int32),
            "period": period.astype(np.int16),
            "family": pd.Index(families).get_indexer(pd.Index(rows["product_family"])).astype(np.int16),
            "run_rate_amount": np.zeros(len(rows), dtype=np.int64),
            "pipeline_amount": rows["on_top_amount"].to_numpy(np.int64),
            "loss_amount": np.zeros(len(rows), dtype=np.int64),
        }
    )
    return frame[frame["pipeline_amount"] != 0]


def projection(months: pd.DataFrame, accounts: pd.DataFrame, method: str) -> pd.DataFrame:
    """One row per account: account_id, territory_id, run_rate_amount, pipeline_amount, loss_amount, projected_amount and
    the method; the exact sums of ``months`` (zero rows where nothing is expected).
    """
    sums = months.groupby("account_id", sort=False)[[*PARTS, "projected_amount"]].sum()
    frame = accounts[["account_id", "territory_id"]].reset_index(drop=True)
    for part in (*PARTS, "projected_amount"):
        frame[part] = sums[part].reindex(frame["account_id"], fill_value=0).astype("int64").array
    frame["method"] = pd.Series(method, index=frame.index, dtype="str")
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
