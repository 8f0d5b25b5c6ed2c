"""Lists for one action (B5): who is to be called, visited or messaged, by whom, until when, and why."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.ladder import GRADES
from workbook.engagement.log import Log, dates
from workbook.errors import UsageError
from workbook.keys import beside, positions
from workbook.portfolio.classes import CLASSES

#: Words of accounts.prefers_channel that mean an action; any other channel is decided by class and grade.
CHANNELS = {
    "visit": "visit", "meeting": "visit", "in person": "visit", "field": "visit",
    "call": "call", "phone": "call", "telephone": "call", "video": "call", "inside": "call",
    "email": "message", "e-mail": "message", "mail": "message", "message": "message", "digital": "message",
    "web": "message", "online": "message",
}  # fmt: skip
ACTIONS = ("visit", "call", "message")
#: Lists by name: the noun they come from, what to do (blank: the noun's own column action), and what they are for.
LISTS = {
    "due": ("call_list", "", "accounts whose cadence asks for a touch in the next four weeks"),
    "prospects": ("prospects", "call", "prospects and where they stand against 12 to 15 touches"),
    "look-again": ("since_touch", "call", "accounts whose class, grade or plan asks for another look"),
    "family": ("sight", "call", "accounts in whose family something happened in another territory"),
    "at-risk": ("at_risk", "visit", "neglected accounts by what winning them has cost"),
    "single-thread": ("single_threaded", "visit", "large accounts on one contact or one of us"),
    "neglected": ("neglected", "visit", "accounts of high value that nobody has touched"),
    "book-care": ("book_care", "", "disqualified accounts that leave, and free ones that could enter"),
    "rotate": ("rotation", "call", "accounts that may rotate"),
    "top": ("top_criteria", "visit", "top accounts against the published criteria"),
}


def main_contact(contacts: pd.DataFrame, real: Log) -> pd.DataFrame:
    """The contact to turn to, per account: the most influential, then the one touched last. Columns account_id, contact_id,
    contact_name, contact_title."""
    last = pd.Series(real.done, dtype="int64").groupby(real.contact).max()
    at = pd.Series(positions(contacts["contact_id"], real.contact_ids))
    seen = at.map(last).fillna(-(10**9)).to_numpy()
    rank = contacts.assign(seen=seen, weight=contacts["influence"].fillna(-1.0))
    rank = rank.sort_values(["weight", "seen", "contact_id"], ascending=[False, False, True], kind="stable")
    best = rank.drop_duplicates("account_id")[["account_id", "contact_id", "name", "title"]]
    return best.rename(columns={"name": "contact_name", "title": "contact_title"}).reset_index(drop=True)


def action(standing: Standing, channels: pd.Series) -> pd.Series:
    """visit, call or message per account: as the account prefers, else visits for key accounts and invest, messages for
    divest and grade D, calls for the rest. ``channels``: prefers_channel by account_id."""
    frame = standing.frame
    said = beside(frame["account_id"], channels.index, channels).astype("str").str.strip().str.lower().map(CHANNELS)
    visit = frame["is_key"].to_numpy(dtype=bool) | (frame["class"] == "invest").to_numpy(dtype=bool)
    little = ((frame["class"] == "divest") | (frame["grade"] == "D")).fillna(False).to_numpy(dtype=bool)
    usual = pd.Series(np.select([visit, little], ["visit", "message"], "call"), dtype="str")
    return said.fillna(usual).astype("str")


def call_list(
    standing: Standing, cadence: pd.DataFrame, actions: pd.Series, contacts: pd.DataFrame | None, today: int
) -> pd.DataFrame:
    """Every held account whose cadence asks for a touch by four weeks from today, key and most valuable first, per rep.

    ``actions`` from :func:`action`, ``contacts`` from :func:`main_contact`. Columns account_id, account_name, territory_id,
    rep_id, action, due_on (never before today), overdue_days (Int64), reason, contact_id, contact_name, contact_title,
    priority (1 = first, per rep).
    """
    frame = standing.frame.assign(action=actions)
    value = np.maximum(frame["sales_12m_amount"], frame["projected_amount"])
    wanted = cadence[cadence["rep_id"].notna() & (cadence["verdict"] != "not known")]
    wanted = wanted[~(wanted["due_on"] > np.datetime64(today + 28, "D"))]
    both = frame.assign(value=value)[["account_id", "name", "action", "value"]]
    out = wanted[["account_id", "territory_id", "rep_id", "is_key", "due_on", "overdue_days", "sentence"]].merge(
        both, on="account_id", how="left"
    )
    floor = dates(np.full(len(out), today))
    out["due_on"] = out["due_on"].where(out["due_on"] > floor, floor)
    empty = pd.DataFrame(
        {c: pd.Series(dtype="str") for c in ("account_id", "contact_id", "contact_name", "contact_title")}
    )
    out = out.merge(empty if contacts is None else contacts, on="account_id", how="left")
    late = out["overdue_days"].fillna(10**6)
    out = out.assign(late=(late > 0), first=~out["is_key"]).sort_values(
        ["rep_id", "late", "first", "value", "account_id"], ascending=[True, False, True, False, True], kind="stable"
    )
    out["priority"] = out.groupby("rep_id").cumcount() + 1
    out = out.rename(columns={"sentence": "reason", "name": "account_name"})
    columns = ["account_id", "account_name", "territory_id", "rep_id", "action", "due_on", "overdue_days", "reason"]
    return out[[*columns, "contact_id", "contact_name", "contact_title", "priority"]].reset_index(drop=True)


def as_list(
    rows: pd.DataFrame, standing: Standing, action: str, reason: str, contacts: pd.DataFrame | None
) -> pd.DataFrame:
    """Any frame with account_id as a list for one action: the columns of :func:`call_list`, without dates.

    ``reason`` names the column of ``rows`` whose sentence is the reason. Where ``action`` is blank, ``rows`` has a column
    action; a rep_id in ``rows`` stands for accounts that nobody holds.
    """
    held = standing.frame[["account_id", "name", "territory_id", "owner_rep_id"]]
    held = held.rename(columns={"name": "account_name", "owner_rep_id": "rep_id"})
    own = rows[["account_id", reason]].rename(columns={reason: "reason"})
    own = own.assign(action=action or rows["action"], proposed=rows.get("rep_id"))
    out = own.merge(held, on="account_id")
    out["rep_id"] = out["rep_id"].fillna(out.pop("proposed").astype("str"))
    if contacts is None:
        out[["contact_id", "contact_name", "contact_title"]] = pd.NA
        out = out.astype(dict.fromkeys(("contact_id", "contact_name", "contact_title"), "str"))
    else:
        out = out.merge(contacts, on="account_id", how="left")
    out = out.assign(overdue_days=pd.array([pd.NA] * len(out), dtype="Int64"))
    out["due_on"] = pd.Series(pd.NaT, index=out.index, dtype="datetime64[us]")
    out["priority"] = out.groupby("rep_id", dropna=False).cumcount() + 1
    out = out.sort_values(["rep_id", "priority"], kind="stable", ignore_index=True)
    columns = ["account_id", "account_name", "territory_id", "rep_id", "action", "due_on", "overdue_days", "reason"]
    return out[[*columns, "contact_id", "contact_name", "contact_title", "priority"]]


#: What a list may be narrowed to, and the values there are.
NARROWED = {"action": ACTIONS, "class": CLASSES, "grade": GRADES}


def chosen(rows: pd.DataFrame, standing: pd.DataFrame, wanted: Mapping[str, str | None]) -> pd.DataFrame:
    """The rows of a list with the ``wanted`` rep_id, action, class and grade (None: any); ``standing`` has account_id, class and
    grade.

    Raises :class:`UsageError` for an action, class or grade that there is none of.
    """
    kept = rows
    for column, value in wanted.items():
        if value is None:
            continue
        if column in NARROWED and value not in NARROWED[column]:
            raise UsageError(f"there is no {column} {value!r}", remedy=f"Use one of {', '.join(NARROWED[column])}.")
        if column in ("class", "grade"):
            fitting = standing.loc[(standing[column] == value).fillna(False), "account_id"]
            kept = kept[kept["account_id"].isin(fitting)]
        else:
            kept = kept[(kept[column] == value).fillna(False)]
    return kept.reset_index(drop=True)
