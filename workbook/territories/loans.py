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


def loans(ownership: pd.DataFrame, moved: pd.DataFrame, territory: pd.Series, as_of: date) -> pd.DataFrame:
    """Every loan of an account, by account, role and day: columns :data:`COLUMNS`.

    ``moved``: accepted moves (account_id, from_rep, to_rep, on, reason); ``territory``: by account. An owner's
    ``previous_rep_id`` is who held it before (missing: the first on record). ``reason`` is that of the move to this person, blank where
    none is recorded. ``state``: past, now, or coming (it begins later, or a move that the ownership table does not show yet).
    """
    rows = ownership[["account_id", "role", "rep_id", "from_on", "to_on", "share"]]
    last = moved.drop_duplicates("account_id", keep="last")
    known = pd.MultiIndex.from_frame(rows.loc[rows["role"] == "owner", ["account_id", "rep_id"]])
    new = last[~pd.MultiIndex.from_frame(last[["account_id", "to_rep"]]).isin(known)]
    waiting = pd.DataFrame(
        {"account_id": new["account_id"], "role": "owner", "rep_id": new["to_rep"], "from_on": new["on"]}
    )
    rows = pd.concat([rows, waiting], ignore_index=True).astype({"share": "float64", "to_on": "datetime64[us]"})
    rows["place"] = rows["role"].map({role: at for at, role in enumerate(ROLES)}).fillna(len(ROLES))
    rows = rows.sort_values(["account_id", "place", "from_on", "rep_id"], kind="stable", ignore_index=True)
    owner = rows["role"] == "owner"
    before = rows[owner].groupby("account_id")["rep_id"].shift().reindex(rows.index)
    rows["previous_rep_id"] = before.where(before != rows["rep_id"]).astype("str")
    why = last.set_index(["account_id", "to_rep"])["reason"]
    keys = pd.MultiIndex.from_frame(rows[["account_id", "rep_id"]])
    rows["reason"] = pd.Series(why.reindex(keys).to_numpy(), index=rows.index).where(owner).astype("str").fillna("")
    today = pd.Timestamp(as_of)
    past, later = rows["to_on"] < today, rows["from_on"] > today
    later |= pd.Series(pd.MultiIndex.from_frame(rows[["account_id", "rep_id"]]).isin(_waiting(waiting))) & owner
    rows["state"] = pd.Series(np.select([past, later], ["past", "coming"], "now"), dtype="str")
    rows["territory_id"] = rows["account_id"].map(territory).astype("str")
    return rows[COLUMNS]


def _waiting(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[["account_id", "rep_id"]])
