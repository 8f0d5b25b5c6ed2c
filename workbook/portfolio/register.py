"""The account register: one row per account, with who holds it and what is known of it (C1, A1)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from workbook.portfolio.bookings import month_edges
from workbook.portfolio.families import owners
from workbook.tables.frames import Tables


def register(tables: Tables, family: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """One row per account: account_id, name, territory_id, status, family_id, owner_rep_id, owner_since,
    sales_12m_amount, sales_prior_12m_amount, sales_amount (all on record), first_sale_on, last_sale_on, open_amount,
    open_deals, contacts (Int64, missing without a contacts table), potential_amount (Int64), industry, nps, nps_on, disqualified.

    ``family`` is the frame of families; the last 12 months end on ``as_of``.
    """
    accounts = tables.accounts
    ids = pd.Index(accounts["account_id"])
    held = owners(tables.ownership, as_of).set_index("account_id")
    frame = accounts[["account_id", "name", "territory_id", "status"]].copy()
    frame["family_id"] = family["family_id"].array
    frame["owner_rep_id"] = held["rep_id"].reindex(ids).astype("str").array
    frame["owner_since"] = held["from_on"].reindex(ids).array
    sold = _sold(tables.sales, as_of)
    for column in ("sales_12m_amount", "sales_prior_12m_amount", "sales_amount"):
        frame[column] = sold[column].reindex(ids, fill_value=0).astype("int64").array
    for column in ("first_sale_on", "last_sale_on"):
        frame[column] = sold[column].reindex(ids).array
    deals = tables.opportunities[tables.opportunities["status"] == "open"]
    opened = deals.groupby("account_id", sort=False)["amount"].agg(["sum", "size"])
    frame["open_amount"] = opened["sum"].reindex(ids, fill_value=0).astype("int64").array
    frame["open_deals"] = opened["size"].reindex(ids, fill_value=0).astype("int64").array
    frame["contacts"] = contact_points(tables, ids).array
    for column in ("potential_amount", "industry", "nps", "nps_on"):
        frame[column] = accounts[column].array
    frame["disqualified"] = (accounts["disqualified_on"] <= pd.Timestamp(as_of)).to_numpy()
    return frame.reset_index(drop=True)


def contact_points(tables: Tables, ids: pd.Index) -> pd.Series:
    """Contacts per account as Int64; missing where the book has no contacts table."""
    if "contacts" not in tables.given:
        return pd.Series(pd.NA, index=ids, dtype="Int64")
    counts = tables.contacts.groupby("account_id", sort=False).size()
    return counts.reindex(ids, fill_value=0).astype("Int64")


def _sold(sales: pd.DataFrame, as_of: date) -> pd.DataFrame:
    edges = month_edges(as_of, 24, 0).astype("datetime64[us]")
    day = sales["booked_on"].to_numpy()
    amount = sales["amount"].to_numpy()
    known = day <= edges[24]
    frame = pd.DataFrame(
        {
            "account_id": sales["account_id"],
            "sales_12m_amount": np.where(known & (day > edges[12]), amount, 0),
            "sales_prior_12m_amount": np.where(known & (day > edges[0]) & (day <= edges[12]), amount, 0),
            "sales_amount": np.where(known, amount, 0),
            "first_sale_on": sales["booked_on"],
            "last_sale_on": sales["booked_on"],
        }
    )[known]
    how = {"first_sale_on": "min", "last_sale_on": "max"}
    return frame.groupby("account_id", sort=False).agg({c: how.get(c, "sum") for c in frame.columns[1:]})
