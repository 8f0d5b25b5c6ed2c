"""How much of the open deals of present customers comes on top of their run-rate, which already holds their usual deals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from workbook.money import round_amounts
from workbook.portfolio.bookings import history, month_edges
from workbook.portfolio.deals import PRESENT, deals, learn
from workbook.portfolio.run_rate import run_rate
from workbook.rules.portfolio import ProjectionRules
from workbook.tables.frames import Tables

#: Where nothing can be learned, half of such a deal is taken as new; the learned share is shrunk towards it.
_PRIOR_SHARE = 0.5


def with_on_top(odds: pd.DataFrame, share: float) -> pd.DataFrame:
    """Open deals with ``on_top_amount``: the weighted amount, of present customers only ``share`` of it."""
    part = np.where(odds["segment"].eq(PRESENT), share, 1.0)
    return odds.assign(on_top_amount=round_amounts(odds["weighted_amount"].to_numpy(np.float64) * part))


def on_top_share(tables: Tables, as_of: Any, rules: ProjectionRules) -> float:
    """Share (0 to 1) of the weighted deals of present customers that came on top of their run-rate a year ago.

    What the accounts with open deals then bought in the 12 months after, less their run-rate, divided by their weighted
    deals that were due in that time; shrunk towards one half by the rules' number of deals.
    """
    if rules.pipeline_on_top_share is not None:
        return rules.pipeline_on_top_share
    then = month_edges(as_of, 12, 0)[0].astype(object)
    known = tables.known_at(then)
    rows = deals(known, then)
    opened = rows[(rows["status"] == "open") & (rows["segment"] == PRESENT)]
    past = history(known.sales, tables.accounts, tables.products, then, rules.history_months)
    if opened.empty or past.span < 12:
        return _PRIOR_SHARE
    odds = learn(rows, rules).odds(opened, then)
    due = odds[odds["expected_close_on"] <= pd.Timestamp(as_of + timedelta(days=0))]
    weighted = due.groupby("account_id")["weighted_amount"].sum()
    rate = run_rate(past, 12, rules)
    expected = pd.Series((rate.gross + rate.loss).sum(1), index=tables.accounts["account_id"].take(past.accounts))
    after = tables.sales[
        (tables.sales["booked_on"] > pd.Timestamp(then)) & (tables.sales["booked_on"] <= pd.Timestamp(as_of))
    ]
    bought = after.groupby("account_id")["amount"].sum()
    extra = bought.reindex(weighted.index, fill_value=0) - expected.reindex(weighted.index, fill_value=0.0)
    learned = float(np.clip(extra.sum() / max(float(weighted.sum()), 1.0), 0.0, 1.0))
    count, prior = len(due), rules.deal_prior
    return (count * learned + prior * _PRIOR_SHARE) / (count + prior)
