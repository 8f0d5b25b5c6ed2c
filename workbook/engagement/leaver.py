"""The leaver test (A2): what would go with each rep tomorrow; and large accounts that hang on one thread (A19)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.depth import account_value
from workbook.engagement.log import Bools, Ints, Log, distinct
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


def people_on(real: Log, ownership: pd.DataFrame, rules: EngagementRules) -> Ints:
    """Per account of the log: how many of our people hold a role on it today or touched it in the window."""
    rep_ids = real.reps.union(ownership["rep_id"].dropna().unique())
    today = np.datetime64(real.today, "D")
    open_roles = ownership[(ownership["from_on"] <= today) & ~(ownership["to_on"] < today)]
    held = positions(open_roles["account_id"], real.accounts), positions(open_roles["rep_id"], rep_ids)
    lately = real.since(rules.window_days)
    touched = real.account[lately], rep_ids.get_indexer(real.reps)[real.rep[lately]]
    account, rep = (np.concatenate(both) for both in zip(held, touched, strict=True))
    seen = distinct((account * len(rep_ids) + rep)[(account >= 0) & (rep >= 0)])
    return np.bincount(seen // max(len(rep_ids), 1), minlength=len(real.accounts))


def large(frame: pd.DataFrame, rules: EngagementRules) -> pd.Series:
    """Which accounts are large: key accounts, and the top share by the greater of sales, projection and potential."""
    value = account_value(frame)
    count = int(np.ceil(len(frame) * rules.large_share))
    order = np.argsort(-value, kind="stable")[:count]
    out = np.zeros(len(frame), dtype=bool)
    out[order] = value[order] > 0
    return pd.Series(out | frame["is_key"].to_numpy(dtype=bool))


def single_threaded(
    standing: Standing, real: Log, contacts: pd.DataFrame | None, ownership: pd.DataFrame, rules: EngagementRules
) -> pd.DataFrame:
    """Large accounts that hang on one contact or one of our people (A19), failing ones first, then by value.

    Columns account_id, territory_id, rep_id, contacts (Int64: known there), active_contacts (touched in the window), people
    (ours), has_sponsor, has_specialist, value_amount (the greatest of sales, projection and potential), verdict (fail: one contact and one person; warn: either), sentence.
    """
    frame = standing.frame
    held = (frame["owner_rep_id"].notna() & ~frame["disqualified"]).to_numpy()
    at = np.flatnonzero(large(frame, rules).to_numpy() & held)
    frame = frame.iloc[at].reset_index(drop=True)
    out = frame[["account_id", "territory_id", "owner_rep_id"]].rename(columns={"owner_rep_id": "rep_id"})
    known = frame["contacts"].astype("Int64") if contacts is not None else pd.Series(pd.NA, frame.index, "Int64")
    out["contacts"] = known
    out["active_contacts"] = real.different(real.contact, real.since(rules.window_days))[at]
    out["people"] = people_on(real, ownership, rules)[at]
    today = np.datetime64(real.today, "D")
    roles = ownership[(ownership["from_on"] <= today) & ~(ownership["to_on"] < today)]
    for column, role in (("has_sponsor", "sponsor"), ("has_specialist", "overlay")):
        out[column] = out["account_id"].isin(roles.loc[roles["role"] == role, "account_id"])
    out["value_amount"] = account_value(frame)
    one_contact = (known <= 1).fillna(False).to_numpy(dtype=bool)
    one_person = (out["people"] <= 1).to_numpy()
    out["verdict"] = pd.Series(np.where(one_contact & one_person, "fail", "warn"), dtype="str")
    out["sentence"] = _thread_sentences(out, known, one_contact, one_person)
    kept = out[one_contact | one_person]
    return kept.sort_values(["verdict", "value_amount"], ascending=[True, False], kind="stable").reset_index(drop=True)


def _thread_sentences(out: pd.DataFrame, known: pd.Series, one_contact: Bools, one_person: Bools) -> pd.Series:
    contact = known.astype("str").where(known != 1, "one") + " contact" + pd.Series(np.where(one_contact, "", "s"))
    contact = contact.where(known.notna().to_numpy(), "contacts not known").where(
        (known != 0).fillna(True), "no contact"
    )
    people = (out["people"].astype("str") + " of us").where(out["people"] > 1, "one of us")
    lead = np.where(out["has_sponsor"], "", " Name a senior lead.")
    helper = np.where(out["has_specialist"] | ~one_person, "", " Name a specialist or second manager.")
    return ("Large account, " + contact + ", " + people + " on it." + pd.Series(lead + helper)).astype("str")


def leaver(
    standing: Standing, single: pd.DataFrame, alone: pd.DataFrame | None, rules: EngagementRules, currency: str
) -> pd.DataFrame:
    """What would go with each rep who holds accounts, worst first by sales of 12 months and open pipeline together.

    ``single`` from :func:`single_threaded`, ``alone`` from :func:`known_by_one` (None without contacts). Columns rep_id,
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
        f"{row.accounts} accounts, "
        + (
            "contacts not known"
            if row.contacts_only_here is pd.NA
            else f"{row.contacts_only_here} contacts nobody else knows"
        )
        + f", {format_amount(row.sales_12m_amount, currency, short=True)} of sales in 12 months, "
        f"{format_amount(row.open_amount, currency, short=True)} of open pipeline; "
        f"{row.single_threaded} large accounts on one thread."
        for row in out.itertuples()
    ]
    first = ["rep_id", "accounts", "contacts_only_here", "single_threaded", *AMOUNTS]
    return out[[*first, "rank", "worst", "sentence"]]
