"""The projection of each account: run-rate, plus weighted open deals, minus likely losses; exact, by month and family."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.keys import coded, positions
from workbook.money import round_amounts
from workbook.periods import Calendar
from workbook.portfolio.bookings import History, month_edges
from workbook.portfolio.run_rate import RunRate

Floats = npt.NDArray[np.float64]
#: Accounts whose cells are worked at once.
_BLOCK = 2_000
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
    that order: ``parts`` (3, rows) whole minor units in the order of :data:`PARTS`. Cells of nothing are left out.
    """

    at: npt.NDArray[np.int32]
    period: npt.NDArray[np.int16]
    family: npt.NDArray[np.int16]
    parts: npt.NDArray[np.int64]


def projection_cells(past: History, rate: RunRate, weighted: pd.DataFrame, ids: pd.Series, horizon: Horizon) -> Cells:
    """Run-rate and loss by the account's mix of families, and open deals in the month in which they are expected to close.

    ``weighted`` are open deals with ``on_top_amount`` (whole minor units) and expected_close_on; ``ids`` the accounts' ids by
    position. The rounding to minor units happens here, once, cell by cell; all above are sums. Worked in blocks of accounts,
    so that a million of them need little memory.
    """
    day = weighted["expected_close_on"].to_numpy().astype("datetime64[D]")
    who = positions(weighted["account_id"], ids)
    inside = (day > horizon.edges[0]) & (day <= horizon.edges[-1]) & (who >= 0)
    who, day = who[inside], day[inside]
    due = np.searchsorted(horizon.starts, day, side="right") - 1
    kind = pd.Index(past.families).get_indexer(pd.Index(weighted["product_family"][inside]))
    amount = weighted["on_top_amount"].to_numpy(np.int64)[inside]
    accounts = np.union1d(past.accounts, who).astype(np.intp)
    seat, deal_seat = np.searchsorted(accounts, past.accounts), np.searchsorted(accounts, who)
    total = past.by_family.sum(1, keepdims=True)
    mix = past.by_family / np.where(total > 0, total, 1.0)
    shape = (3, _BLOCK, len(horizon.periods), len(past.families))
    found: list[tuple[npt.NDArray[np.intp], ...]] = []
    values = []
    for start in range(0, len(accounts), _BLOCK):
        block = np.zeros(shape, dtype=np.int64)
        low, high = np.searchsorted(seat, (start, start + _BLOCK))
        for part, ahead in ((0, rate.gross), (2, rate.loss)):
            by_period = ahead[low:high, : len(horizon.share)] @ horizon.share
            block[part, seat[low:high] - start] = round_amounts(by_period[:, :, None] * mix[low:high, None, :])
        here = (deal_seat >= start) & (deal_seat < start + _BLOCK)
        np.add.at(block[1], (deal_seat[here] - start, due[here], kind[here]), amount[here])
        row, month, family = np.nonzero(block.any(0))
        values.append(block[:, row, month, family])
        found.append((accounts[start + row], month, family))
    if not found:
        none = np.zeros(0, dtype=np.int16)
        return Cells(none.astype(np.int32), none, none, np.zeros((3, 0), dtype=np.int64))
    rows, months, families = (np.concatenate(each) for each in zip(*found, strict=True))
    return Cells(
        rows.astype(np.int32), months.astype(np.int16), families.astype(np.int16), np.concatenate(values, axis=1)
    )


def projection_months(
    cells: Cells, ids: pd.Series, periods: tuple[str, ...], families: tuple[str, ...]
) -> pd.DataFrame:
    """One row per account, fiscal month and product family in which anything is expected: account_id, period,
    product_family, run_rate_amount, pipeline_amount, loss_amount, projected_amount (the exact sum of the three).
    """
    return pd.DataFrame(
        {
            "account_id": ids.take(cells.at).array,
            "period": coded(periods, cells.period),
            "product_family": coded(families, cells.family),
            **{part: cells.parts[at] for at, part in enumerate(PARTS)},
            "projected_amount": cells.parts.sum(0),
        },
        copy=False,
    )


def projection(cells: Cells, accounts: pd.DataFrame, method: str) -> pd.DataFrame:
    """One row per account: account_id, territory_id, run_rate_amount, pipeline_amount, loss_amount, projected_amount and
    the method; the exact sums of ``cells`` (zero rows where nothing is expected).
    """
    sums = np.zeros((len(PARTS), len(accounts)), dtype=np.int64)
    for into, amounts in zip(sums, cells.parts, strict=True):
        np.add.at(into, cells.at, amounts)
    frame = accounts[["account_id", "territory_id"]].reset_index(drop=True)
    for at, part in enumerate(PARTS):
        frame[part] = sums[at]
    frame["projected_amount"] = sums.sum(0)
    frame["method"] = pd.Series([method], dtype="str").take(np.zeros(len(frame), dtype=np.intp)).array
    return frame


def projected_totals(past: History, rate: RunRate, weighted: pd.DataFrame, ids: pd.Series) -> pd.Series:
    """Only the projected amount of the next 12 months per account, by account_id, without its months and families."""
    totals = np.zeros(len(ids), dtype=np.int64)
    totals[past.accounts] = round_amounts((rate.gross[:, :12] + rate.loss[:, :12]).sum(1))
    day = weighted["expected_close_on"].to_numpy().astype("datetime64[D]")
    at = positions(weighted["account_id"], ids)
    inside = (at >= 0) & (day <= month_edges(past.as_of, 0, 12)[-1])
    np.add.at(totals, at[inside], weighted["on_top_amount"].to_numpy(np.int64)[inside])
    return pd.Series(totals, index=pd.Index(ids), name="projected_amount")
