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


def with_on_top(odds: pd.DataFrame, share: float) -> pd.DataFrame:
    """Open deals with ``on_top_amount``: the weighted amount, of present customers only ``share`` of it."""
    part = np.where(odds["segment"].eq(PRESENT), share, 1.0)
    return odds.assign(on_top_amount=round_amounts(odds["weighted_amount"].to_numpy(np.float64) * part))


def on_top_share(tables: Tables, booked: Booked, as_of: date, rules: ProjectionRules) -> float:
    """Share (0 to 1) of the weighted deals of present customers that came on top of their run-rate a year ago.

    What the accounts with open deals then bought in the 12 months after, less their run-rate as it came true for the accounts
    without deals, divided by their weighted deals due in that time. A normal prior of one half ± 0.3 is updated with that,
    by the inverse of its variance (the squares of what the learned share leaves unexplained): few deals among large sales
    teach little.
    """
    if rules.pipeline_on_top_share is not None:
        return rules.pipeline_on_top_share
    then = month_edges(as_of, 12, 0)[0].astype(object)
    rows = deals(deals_known_at(tables, then), booked, then)
    opened = rows[(rows["status"] == "open") & (rows["segment"] == PRESENT)]
    past = history(booked, then, rules.history_months)
    if opened.empty or past.span < 12:
        return _PRIOR_SHARE
    odds = learn(rows, rules).odds(opened, then)
    due = odds[odds["expected_close_on"] <= pd.Timestamp(as_of)]
    account = positions(due["account_id"], tables.accounts["account_id"])
    weighted = np.bincount(account[account >= 0], due["weighted_amount"].to_numpy()[account >= 0], booked.size)
    there = np.bincount(account[account >= 0], minlength=booked.size) > 0
    rate = run_rate(past, 12, rules)
    expected = (rate.gross + rate.loss).sum(1)
    bought = booked.sums(np.datetime64(then), np.datetime64(as_of))[past.accounts].astype(np.float64)
    with_deals = there[past.accounts]
    usual = bought[~with_deals].sum() / max(expected[~with_deals].sum(), 1.0) if (~with_deals).any() else 1.0
    misses = bought[with_deals] - usual * expected[with_deals]
    due_amount = weighted[past.accounts][with_deals]
    size = max(float(due["weighted_amount"].sum()), 1.0)
    learned = float(np.clip(misses.sum() / size, 0.0, 1.0))
    evidence = 1 / max(float(((misses - learned * due_amount) ** 2).sum()) / size**2, 1e-9)
    belief = 1 / _PRIOR_SPREAD**2
    share = (evidence * learned + belief * _PRIOR_SHARE) / (evidence + belief)
    return float(np.clip(share, 0.0, 1.0))


def deals_known_at(tables: Tables, day: date) -> Tables:
    """The tables with the deals as known on a day, and without sales, touches and contacts, which are known otherwise."""
    bare = {name: getattr(tables, name).iloc[:0] for name in ("sales", "activities", "contacts", "ownership")}
    return replace(tables, **bare).known_at(day)
