"""How much of the open deals of present customers comes on top of their run-rate, which already holds their usual deals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from workbook.keys import positions
from workbook.money import round_amounts
from workbook.portfolio.bookings import Booked, history, month_edges
from workbook.portfolio.deals import PRESENT, deals, learn
from workbook.portfolio.run_rate import run_rate
from workbook.rules.portfolio import ProjectionRules
from workbook.tables.frames import Tables

#: Where nothing can be learned, half of such a deal is taken as new, give or take 0.3.
_PRIOR_SHARE, _PRIOR_SPREAD = 0.5, 0.3
#: Starts of the quarters that it is learned from, in months back.
_QUARTERS_BACK = (3, 6, 9, 12)
_QUARTERS_NEEDED = 3
#: It is learned from at most so many accounts, evenly taken; more would hardly change the share.
_LEARNED_FROM = 100_000


def with_on_top(odds: pd.DataFrame, share: float) -> pd.DataFrame:
    """Open deals with ``on_top_amount``: the weighted amount, of present customers only ``share`` of it."""
    part = np.where(odds["segment"].eq(PRESENT), share, 1.0)
    return odds.assign(on_top_amount=round_amounts(odds["weighted_amount"].to_numpy(np.float64) * part))


def on_top_share(tables: Tables, booked: Booked, as_of: date, rules: ProjectionRules) -> float:
    """Share (0 to 1) of the weighted deals of present customers that came on top of the run-rate in the last four quarters.

    At each quarter's start the run-rate and the deals then open are what was known that day. What all present customers then bought,
    less their run-rate, divided by their weighted deals due in the quarter, is one trial. All customers count, because the run-rate is
    learned from all sales, those from deals among them: measured only against customers without deals it would be counted
    twice. A normal prior of one half ± 0.3 is updated with the trials, by the inverse of their variance (the squares of what the
    learned share leaves unexplained): few deals among large sales teach little.
    """
    if rules.pipeline_on_top_share is not None:
        return rules.pipeline_on_top_share
    step = -(-booked.size // _LEARNED_FROM)
    some = booked.every(step)
    tried = [
        found
        for back in _QUARTERS_BACK
        if (found := _quarter(tables, (booked, some, step), month_edges(as_of, back, 0)[0].astype(object), rules))
    ]
    if len(tried) < _QUARTERS_NEEDED:
        return _PRIOR_SHARE
    due, missed = np.array(tried).T
    size = max(float(due.sum()), 1.0)
    learned = float(np.clip(missed.sum() / size, 0.0, 1.0))
    spread = float(((missed - learned * due) ** 2).sum()) * len(tried) / (len(tried) - 1)
    evidence = 1 / max(spread / size**2, 1e-9)
    belief = 1 / _PRIOR_SPREAD**2
    share = (evidence * learned + belief * _PRIOR_SHARE) / (evidence + belief)
    return float(np.clip(share, 0.0, 1.0))


def _quarter(
    tables: Tables, sales: tuple[Booked, Booked, int], then: date, rules: ProjectionRules
) -> tuple[float, float] | None:
    """The quarter that began after a past day: weighted deals of present customers due in it, and what all of them bought beyond
    their run-rate. ``sales`` are all, those of every n-th account, and n: who is a present customer and what closed deals teach is
    taken of all, the amounts of every n-th account. None without such deals, or with less than a year of sales before.
    """
    booked, some, step = sales
    end = month_edges(then, 0, 3)[-1]
    rows = deals(deals_known_at(tables, then), booked, then)
    opened = rows[(rows["status"] == "open") & (rows["segment"] == PRESENT)]
    if step > 1:
        opened = opened[positions(opened["account_id"], tables.accounts["account_id"]) % step == 0]
    past = history(some, then, rules.history_months)
    if opened.empty or past.span < 12:
        return None
    odds = learn(rows, rules).odds(opened, then)
    due = odds.loc[(odds["expected_close_on"] <= pd.Timestamp(end)).to_numpy(), "weighted_amount"].sum()
    rate = run_rate(past, 12, rules)
    expected = (rate.gross + rate.loss)[:, :3].sum()
    bought = some.sums(np.datetime64(then), end)[past.accounts].sum()
    return (float(due), float(bought - expected)) if due > 0 else None


def deals_known_at(tables: Tables, day: date) -> Tables:
    """The tables with the deals as known on a day, and without sales, touches and contacts, which are known otherwise."""
    bare = {name: getattr(tables, name).iloc[:0] for name in ("sales", "activities", "contacts", "ownership")}
    return replace(tables, **bare).finding("opportunities", tables.account_at("opportunities")).known_at(day)
