"""The account register: one row per account, with who holds it and what is known of it (C1, A1)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from workbook.keys import positions
from workbook.portfolio.bookings import Booked, month_edges
from workbook.portfolio.families import owners
from workbook.tables.frames import Tables


def register(tables: Tables, family: pd.DataFrame, booked: Booked, as_of: date) -> pd.DataFrame:
    """One row per account: account_id, name, territory_id, status, family_id, owner_rep_id, owner_since,
    sales_12m_amount, sales_prior_12m_amount, sales_amount (all on record), first_sale_on, last_sale_on, open_amount,
    open_deals, contacts (Int64, missing without a contacts table), potential_amount (Int64), industry, nps, nps_on, disqualified.

    ``family`` is the frame of families, ``booked`` the sales; the last 12 months end on ``as_of``.
    """
    accounts = tables.accounts
    held = owners(tables.ownership, as_of)
    owner = positions(accounts["account_id"], held["account_id"])
    frame = accounts[["account_id", "name", "territory_id", "status"]].copy()
    frame["family_id"] = family["family_id"].array
    frame["owner_rep_id"] = held["rep_id"].array.take(owner, allow_fill=True)
    frame["owner_since"] = held["from_on"].array.take(owner, allow_fill=True)
    edges = month_edges(as_of, 24, 0)
    frame["sales_12m_amount"] = booked.sums(edges[12], edges[24])
    frame["sales_prior_12m_amount"] = booked.sums(edges[0], edges[12])
    frame["sales_amount"] = booked.sums(None, edges[24])
    first = booked.first_day
    frame["first_sale_on"] = np.where(first <= edges[24], first, np.datetime64("NaT")).astype("datetime64[us]")
    frame["last_sale_on"] = booked.last_day(edges[24]).astype("datetime64[us]")
    at = tables.account_at("opportunities")
    opened = (tables.opportunities["status"] == "open").to_numpy(dtype=bool, na_value=False) & (at >= 0)
    sums = np.zeros(len(accounts), dtype=np.int64)
    np.add.at(sums, at[opened], tables.opportunities["amount"].to_numpy(np.int64)[opened])
    frame["open_amount"] = sums
    frame["open_deals"] = np.bincount(at[opened], minlength=len(accounts))
    frame["contacts"] = contact_points(tables).array
    for column in ("potential_amount", "industry", "nps", "nps_on"):
        frame[column] = accounts[column].array
    frame["disqualified"] = (accounts["disqualified_on"] <= pd.Timestamp(as_of)).to_numpy()
    return frame.reset_index(drop=True)


def contact_points(tables: Tables) -> pd.Series:
    """Contacts per account as Int64; missing where the book has no contacts table."""
    if "contacts" not in tables.given:
        return pd.Series(pd.NA, index=range(len(tables.accounts)), dtype="Int64")
    at = tables.account_at("contacts")
    return pd.Series(np.bincount(at[at >= 0], minlength=len(tables.accounts)), dtype="Int64")
