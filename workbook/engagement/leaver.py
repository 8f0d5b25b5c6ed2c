"""The leaver test (A2): what would go with each rep tomorrow."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.checks import counted
from workbook.engagement.cadence import Standing
from workbook.engagement.log import Log, distinct
from workbook.keys import positions
from workbook.money import format_amount
from workbook.rules.engagement import EngagementRules

AMOUNTS = ("sales_12m_amount", "open_amount", "projected_amount")


def known_by_one(real: Log, contacts: pd.DataFrame, rules: EngagementRules) -> pd.DataFrame:
    """Contacts whom exactly one of our people knows: recorded as theirs, or touched by them in twice the window.

    Columns contact_id, account_id, rep_id.
    """
    contact_ids, rep_ids = pd.Index(contacts["contact_id"]), real.reps.union(contacts["owner_rep_id"].dropna().unique())
    size = len(rep_ids)
    lately = real.since(2 * rules.window_days)
    at = np.append(positions(pd.Series(real.contact_ids), contact_ids), -1)[real.contact[lately]]
    touched = at * size + positions(pd.Series(real.reps), rep_ids)[real.rep[lately]]
    owner = positions(contacts["owner_rep_id"], rep_ids)
    recorded = np.arange(len(contacts), dtype=np.int64) * size + owner
    both = distinct(np.concatenate([recorded[owner >= 0], touched[at >= 0]]))
    contact, rep = both // max(size, 1), both % max(size, 1)
    alone = np.bincount(contact, minlength=1)[contact] == 1
    found = contacts[["contact_id", "account_id"]].iloc[contact[alone]].reset_index(drop=True)
    return found.assign(rep_id=pd.Series(rep_ids[rep[alone]], dtype="str"))


def leaver(
    standing: Standing, single: pd.DataFrame, alone: pd.DataFrame | None, rules: EngagementRules, currency: str
) -> pd.DataFrame:
    """What would go with each rep who holds accounts, worst first by sales of 12 months and open pipeline together.

    ``single`` from :func:`workbook.engagement.threads.single_threaded`, ``alone`` from :func:`known_by_one` (None without contacts). Columns rep_id,
    accounts, contacts_only_here (Int64), single_threaded, sales_12m_amount, open_amount, projected_amount, rank, worst
    (bool, among the worst of the company), sentence.
    """
    held = standing.frame[standing.frame["owner_rep_id"].notna()]
    held = held.assign(open_amount=held["open_amount"].fillna(0).astype("int64"))
    by = held.groupby("owner_rep_id", sort=True)
    out = by[list(AMOUNTS)].sum().assign(accounts=by.size())
    out.index.name = "rep_id"
    threads = single.groupby("rep_id").size().reindex(out.index).fillna(0).astype("int64")
    out["single_threaded"] = threads
    out["contacts_only_here"] = pd.Series(pd.NA, out.index, dtype="Int64")
    if alone is not None:
        out["contacts_only_here"] = alone.groupby("rep_id").size().reindex(out.index).fillna(0).astype("Int64")
    order = np.argsort(-(out["sales_12m_amount"] + out["open_amount"]).to_numpy(), kind="stable")
    out = out.iloc[order].reset_index()
    out["rank"] = np.arange(1, len(out) + 1)
    out["worst"] = out["rank"] <= rules.worst_leavers
    out["sentence"] = [
        f"{counted(row.accounts, 'account')}, "
        + (
            "contacts not known"
            if row.contacts_only_here is pd.NA
            else f"{counted(row.contacts_only_here, 'contact')} nobody else knows"
        )
        + f", {format_amount(row.sales_12m_amount, currency, short=True)} of sales in 12 months, "
        f"{format_amount(row.open_amount, currency, short=True)} of open pipeline; "
        f"{counted(row.single_threaded, 'large account')} on one thread."
        for row in out.itertuples()
    ]
    first = ["rep_id", "accounts", "contacts_only_here", "single_threaded", *AMOUNTS]
    return out[[*first, "rank", "worst", "sentence"]]
