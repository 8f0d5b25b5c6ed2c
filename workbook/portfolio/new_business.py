"""What customers who are not customers yet will buy: as last year's new customers did, beyond the deals already open."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.money import round_amounts
from workbook.portfolio.bookings import History
from workbook.portfolio.deals import NEW
from workbook.portfolio.projection import Horizon

#: Months on record before the last 12, without which nobody can be told to be new.
_KNOWN_BEFORE = 6


def new_business(past: History, accounts: pd.DataFrame, odds: pd.DataFrame, horizon: Horizon) -> pd.DataFrame:
    """Expected sales of the next 12 months to customers that cannot be named yet: territory_id, period, product_family,
    new_business_amount.

    What accounts that first bought within the last 12 months bought in them, month for month a year on, less the weighted
    open deals with new customers in the same territory and family (never below zero), which the projection holds already.
    Empty where the record starts less than 18 months ago: then nobody can be told to be new.
    """
    columns = ["territory_id", "period", "product_family", "new_business_amount"]
    fresh = np.flatnonzero(past.first < 12)
    if past.span < 12 + _KNOWN_BEFORE or not len(fresh):
        return pd.DataFrame({c: pd.Series(dtype="int64" if c.endswith("amount") else "str") for c in columns})
    ahead = np.maximum(past.months[fresh, 11::-1][:, :12], 0.0) @ horizon.share[:12]
    total = past.by_family[fresh].sum(1, keepdims=True)
    mix = past.by_family[fresh] / np.where(total > 0, total, 1.0)
    codes, territories = pd.factorize(accounts["territory_id"].take(past.accounts[fresh]), sort=True)
    cells = np.zeros((len(territories), len(horizon.periods), len(past.families)))
    np.add.at(cells, codes, ahead[:, :, None] * mix[:, None, :])
    due = odds[(odds["segment"] == NEW) & (odds["expected_close_on"] <= pd.Timestamp(horizon.edges[12]))]
    named = np.zeros((len(territories), len(past.families)))
    at = pd.Index(territories).get_indexer(pd.Index(due["territory_id"]))
    family = pd.Index(past.families).get_indexer(pd.Index(due["product_family"]))
    known = (at >= 0) & (family >= 0)
    np.add.at(named, (at[known], family[known]), due["on_top_amount"].to_numpy(np.float64)[known])
    whole = cells.sum(1)
    left = np.where(whole > 0, np.maximum(whole - named, 0.0) / np.where(whole > 0, whole, 1.0), 0.0)
    amounts = round_amounts(cells * left[:, None, :])
    place, period, kind = np.nonzero(amounts)
    return pd.DataFrame(
        {
            "territory_id": pd.Series(territories, dtype="str").take(place).array,
            "period": pd.Series(horizon.periods, dtype="str").take(period).array,
            "product_family": pd.Series(past.families, dtype="str").take(kind).array,
            "new_business_amount": amounts[place, period, kind],
        }
    )
