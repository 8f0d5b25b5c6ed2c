"""The projection's trial: what it said on a past day against what was then sold, beside the two naive methods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.errors import UsageError
from workbook.facts import Facts
from workbook.portfolio.bookings import month_edges
from workbook.portfolio.run_rate import naive, seasonal_naive

if TYPE_CHECKING:
    from workbook.portfolio.stage import Portfolio

Floats = npt.NDArray[np.float64]
METHODS = ("projected", "seasonal_naive", "naive")


@dataclass(frozen=True, eq=False)
class Backtest:
    """``rows`` per account that had bought by ``cut``: account_id, territory_id, actual, projected, seasonal_naive, naive
    (amounts of the 12 months after). ``scores``: level, method, wape, bias. ``new_actual`` what new customers then bought,
    ``new_projected`` what was expected of them (None where not known).
    """

    cut: date
    method: str
    rows: pd.DataFrame
    scores: pd.DataFrame
    new_actual: int
    new_projected: int | None

    @property
    def best(self) -> bool:
        """Whether the projection beats both naive methods, in WAPE and in absolute bias, on every level."""
        table = self.scores.assign(bias=self.scores["bias"].abs())
        own = table[table["method"] == "projected"].set_index("level")[["wape", "bias"]]
        others = table[table["method"] != "projected"].groupby("level")[["wape", "bias"]].min()
        return bool((own <= others.loc[own.index]).all(axis=None))

    @property
    def sentence(self) -> str:
        """What follows from it for the book."""
        if self.best:
            return "The projection beats both naive methods on every level, in error and in bias."
        wape = self.scores[self.scores["level"] == "account"].set_index("method")["wape"]
        better = str(wape.drop("projected").idxmin())
        if better == self.method or wape[better] >= wape["projected"]:
            return "The projection has the smallest error per account, but not on every level: read the table."
        if wape[better] > 0.98 * wape["projected"]:
            return f"Per account the projection errs as much as {better.replace('_', ' ')}: read the table for the other levels."
        return f'A simpler method did better per account: set portfolio.projection.method = "{better}" in book.toml.'


def backtest(facts: Facts, cut: date | None = None) -> Backtest:
    """Project as of ``cut`` (a year before the facts' as-of day when None) and score the 12 months after it.

    Levels: account (its 12 months in one sum), account quarter, known customers by quarter, and company (all sales in one
    sum, for the projection with its new-business line). WAPE is Σ|actual − projected| ÷ Σ|actual|, bias Σ(projected − actual) ÷ Σ actual.
    Raises :class:`UsageError` when fewer than 12 months of sales lie after the cut, or none before or after it.
    """
    from workbook.portfolio.stage import Portfolio

    then = cut or month_edges(facts.as_of, 12, 0)[0].astype(object)
    end = month_edges(then, 0, 12)[-1].astype(object)
    if end > facts.as_of:
        raise UsageError(f"the 12 months after {then} end on {end}, later than {facts.as_of}", remedy="Cut earlier.")
    past = Portfolio(replace(facts, tables=facts.tables.known_at(then), as_of=then, plans=()))
    known = past._history
    if not len(known):
        raise UsageError(f"no account had bought anything by {then}", remedy="Cut later.")
    ids = facts.tables.accounts["account_id"]
    actual, new_actual = _actual(facts, then, known.accounts)
    if not actual.sum(1).any():
        raise UsageError(
            f"no account that had bought by {then} bought anything in the 12 months after {then}", remedy="Cut earlier."
        )
    said = {
        "projected": _projected_quarters(past),
        "seasonal_naive": _by_quarter(seasonal_naive(known, 12)),
        "naive": _by_quarter(naive(known, 12)),
    }
    whole = past.projection["projected_amount"]
    rows = pd.DataFrame({"account_id": ids.take(known.accounts).array})
    rows["territory_id"] = facts.tables.accounts["territory_id"].take(known.accounts).array
    rows["actual"] = actual.sum(1).astype(np.int64)
    rows["projected"] = whole.take(known.accounts).to_numpy()
    for name in ("seasonal_naive", "naive"):
        rows[name] = np.rint(said[name].sum(1)).astype(np.int64)
    fresh = past.new_business["new_business_amount"]
    expected = int(fresh.sum()) if len(fresh) else None
    scores = []
    for name, values in said.items():
        total = float(values.sum()) if name != "projected" else float(whole.sum() + (expected or 0))
        scores += [
            ("account", name, *_score(actual.sum(1), rows[name].to_numpy(np.float64))),
            ("account quarter", name, *_score(_by_quarter(actual), values)),
            ("known customers, quarter", name, *_score(_by_quarter(actual).sum(0), values.sum(0))),
            ("company", name, *_score(np.array([actual.sum() + new_actual]), np.array([total]))),
        ]
    table = pd.DataFrame(scores, columns=["level", "method", "wape", "bias"])
    return Backtest(then, facts.rules.portfolio.projection.method, rows, table, new_actual, expected)


def _actual(facts: Facts, cut: date, accounts: npt.NDArray[np.intp]) -> tuple[Floats, int]:
    """Sales of the 12 rolling months after the cut by account (n, 12), and those of all other accounts in one sum."""
    edges = month_edges(cut, 0, 12)
    sales = facts.tables.sales
    day = sales["booked_on"].to_numpy().astype("datetime64[D]")
    inside = (day > edges[0]) & (day <= edges[-1])
    month = np.searchsorted(edges, day[inside], side="left") - 1
    at = pd.Index(facts.tables.accounts["account_id"]).get_indexer(pd.Index(sales["account_id"][inside]))
    amount = sales["amount"].to_numpy()[inside]
    place = np.full(len(facts.tables.accounts), -1)
    place[accounts] = np.arange(len(accounts))
    row = np.where(at >= 0, place[np.maximum(at, 0)], -1)
    ours = row >= 0
    grid = np.zeros((len(accounts), 12))
    np.add.at(grid, (row[ours], month[ours]), amount[ours].astype(np.float64))
    return grid, int(amount[~ours].sum())


def _projected_quarters(past: Portfolio) -> Floats:
    """The projection of the accounts with a history, by rolling quarter (n, 4)."""
    known, rate, odds = past._history, past._run_rate, past.deal_odds
    grid = rate.gross[:, :12] + rate.loss[:, :12]
    edges = month_edges(past.facts.as_of, 0, 12)
    day = odds["expected_close_on"].to_numpy().astype("datetime64[D]")
    month = np.searchsorted(edges, day, side="left") - 1
    ids = past.facts.tables.accounts["account_id"].take(known.accounts)
    at = pd.Index(ids).get_indexer(pd.Index(odds["account_id"]))
    inside = (at >= 0) & (month >= 0) & (month < 12)
    np.add.at(grid, (at[inside], month[inside]), odds["on_top_amount"].to_numpy(np.float64)[inside])
    return _by_quarter(grid)


def _by_quarter(months: Floats) -> Floats:
    return months.reshape(len(months), 4, 3).sum(2)


def _score(actual: Floats, said: Floats) -> tuple[float, float]:
    whole = float(np.abs(actual).sum())
    if not whole:
        return float("nan"), float("nan")
    return float(np.abs(actual - said).sum()) / whole, float(said.sum() - actual.sum()) / whole
