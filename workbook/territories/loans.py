"""On loan (A1, A9): the company owns every account; a person holds it in a role, from a day to a day, with a share."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

COLUMNS = [
    "account_id",
    "territory_id",
    "role",
    "rep_id",
    "from_on",
    "to_on",
    "share",
    "previous_rep_id",
    "reason",
    "state",
]
#: The order in which people read them.
ROLES = ("owner", "co_owner", "overlay", "sponsor")


def loans(
    ownership: pd.DataFrame, moved: pd.DataFrame, pending: pd.DataFrame, territory: pd.Series, as_of: date
) -> pd.DataFrame:
    """Every loan of an account, by account, role and day: columns :data:`COLUMNS`.

    ``moved``: accepted moves (account_id, to_rep, on, reason), ``pending``: those that the ownership table does not show yet;
    ``territory``: by account. An owner's ``previous_rep_id`` is who held it before (missing: the first on record). ``reason`` is
    that of the last move to this person, blank where none is recorded. ``state``: past, now, or coming.
    """
    rows = ownership[["account_id", "role", "rep_id", "from_on", "to_on", "share"]].assign(waits=False)
    new = {
        "account_id": pending["account_id"],
        "role": "owner",
        "rep_id": pending["to_rep"],
        "from_on": pending["on"],
        "waits": True,
    }
    rows = pd.concat([rows, pd.DataFrame(new)], ignore_index=True) if len(pending) else rows
    rows = rows.assign(place=rows["role"].map({role: at for at, role in enumerate(ROLES)}))
    rows = rows.sort_values(["account_id", "place", "waits", "from_on", "rep_id"], kind="stable", ignore_index=True)
    owner = rows["role"] == "owner"
    before = rows[owner].groupby("account_id")["rep_id"].shift().reindex(rows.index)
    rows["previous_rep_id"] = before.where(before != rows["rep_id"]).astype("str")
    why = moved.drop_duplicates(["account_id", "to_rep"], keep="last").set_index(["account_id", "to_rep"])["reason"]
    latest = owner & ~rows[["account_id", "rep_id", "role"]].duplicated(keep="last")
    told = why.reindex(pd.MultiIndex.from_frame(rows[["account_id", "rep_id"]])).to_numpy()
    rows["reason"] = pd.Series(told, index=rows.index).where(latest).astype("str").fillna("")
    today = pd.Timestamp(as_of)
    states = [(rows["to_on"] < today).to_numpy(), (rows["waits"] | (rows["from_on"] > today)).to_numpy()]
    rows["state"] = pd.Series(np.select(states, ["past", "coming"], "now"), dtype="str")
    rows["territory_id"] = rows["account_id"].map(territory).astype("str")
    return rows[COLUMNS]
