"""Families of accounts: a head account and all under it, at any depth."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.keys import positions
from workbook.rules.portfolio import FamilyView

Ints = npt.NDArray[np.intp]


def family_heads(accounts: pd.DataFrame) -> tuple[Ints, Ints]:
    """Positions of each account's family head and its depth below it (0 = the head), by pointer jumping.

    A parent that is unknown or the account itself makes a head. In a circle of parents, which the tables' checks refuse,
    every member of the circle is a head.
    """
    size = len(accounts)
    up = positions(accounts["parent_account_id"], accounts["account_id"])
    own = np.arange(size)
    parent = np.where(up < 0, own, up)
    parent = np.where(_in_circle(parent), own, parent)
    head, depth = parent, (parent != own).astype(np.intp)
    while True:
        further = head[head]
        if (further == head).all():
            return head, depth
        depth = depth + depth[head]
        head = further


def _in_circle(parent: Ints) -> npt.NDArray[np.bool_]:
    """Members of circles of two and more: where walks longer than the frame still stand, if not on a head."""
    reached = parent
    for _ in range(len(parent).bit_length()):
        reached = reached[reached]
    inside = np.zeros(len(parent), dtype=bool)
    inside[reached] = True
    return inside & (parent != np.arange(len(parent)))


def kin_here(family: Ints, territory: pd.Series) -> Ints:
    """One number per family and territory (n,), from 0 upwards without gaps, in the order of ``family`` (numbers ≥ 0) and of the
    territories as they first appear; accounts without a territory stand together within their family.

    >>> kin_here(np.array([4, 0, 4, 0]), pd.Series(["T1", "T1", "T1", None], dtype="str")).tolist()
    [2, 1, 2, 0]
    """
    place = pd.factorize(territory)[0].astype(np.int64) + 1
    return pd.factorize(family * (int(place.max(initial=0)) + 1) + place, sort=True)[0]


def families(accounts: pd.DataFrame, owners: pd.DataFrame, tells: bool = True) -> pd.DataFrame:
    """One row per account: account_id, family_id (the head's account_id), family_name, depth, territory_id, owner_rep_id,
    members (in the whole family), members_here (in the row's territory).

    With ``tells`` false, ``members`` too counts only the row's territory. ``family_name`` names the head where it lies in the row's own territory, else the family's first member there, so that no
    row names an account of another territory.
    """
    head, depth = family_heads(accounts)
    ids, territory = accounts["account_id"], accounts["territory_id"]
    group = kin_here(head, territory)
    order = np.lexsort((np.arange(len(head)), depth, group))
    first_of = np.full(group.max(initial=-1) + 1, -1, dtype=np.intp)
    first_of[group[order][::-1]] = order[::-1]
    held = owners["rep_id"].array.take(positions(ids, owners["account_id"]), allow_fill=True)
    here = np.bincount(group)[group] if len(group) else np.zeros(0, dtype=np.int64)
    return pd.DataFrame(
        {
            "account_id": ids,
            "family_id": ids.take(head).array,
            "family_name": accounts["name"].take(first_of[group]).array,
            "depth": depth.astype(np.int64),
            "territory_id": territory,
            "owner_rep_id": held,
            "members": np.bincount(head, minlength=len(head))[head] if tells else here,
            "members_here": here,
        }
    )


def owners(ownership: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Who owns which account on ``as_of``: columns account_id, rep_id, from_on, one row per account."""
    day = pd.Timestamp(as_of)
    to_on = ownership["to_on"]
    held = (ownership["role"] == "owner") & (ownership["from_on"] <= day) & (to_on.isna() | (to_on >= day))
    rows = ownership.loc[held, ["account_id", "rep_id", "from_on"]]
    if rows["account_id"].is_unique:
        return rows
    return rows.sort_values(["account_id", "from_on", "rep_id"]).drop_duplicates("account_id", keep="last")


#: Names told of one territory's members, before "and n more".
_NAMED = 5


def elsewhere(family: pd.DataFrame, register: pd.DataFrame, level: FamilyView) -> pd.DataFrame:
    """What each territory may see of its families' members in other territories, by the published ``level``.

    One row per territory that sees (territory_id), family and territory of the members (lies_in); with *full*, one per member.
    Columns territory_id, family_id, lies_in, members (how many), names, held_by (rep_id), sales_12m_amount, open_amount (Int64,
    missing where the level does not tell). Empty for *none* and *counts*.
    """
    columns = [
        "territory_id", "family_id", "lies_in", "members", "names", "held_by", "sales_12m_amount", "open_amount",
    ]  # fmt: skip
    spread = family[family["members"] > family["members_here"]]
    if level in ("none", "counts") or spread.empty:
        kinds = {"members": "int64", "sales_12m_amount": "Int64", "open_amount": "Int64"}
        return pd.DataFrame({c: pd.Series(dtype=kinds.get(c, "str")) for c in columns})
    known = register.loc[spread.index, ["account_id", "name", "owner_rep_id", "sales_12m_amount", "open_amount"]]
    rows = known.assign(family_id=spread["family_id"], lies_in=spread["territory_id"])
    rows = rows.sort_values(["sales_12m_amount", "account_id"], ascending=[False, True], kind="stable")
    by = ["family_id", "lies_in"] + (["account_id"] if level == "full" else [])
    told = rows.groupby(by, sort=True).agg(
        members=("name", "size"),
        names=("name", _listed),
        held_by=("owner_rep_id", "first"),
        sales_12m_amount=("sales_12m_amount", "sum"),
        open_amount=("open_amount", "sum"),
    )
    told = told.reset_index().astype({"sales_12m_amount": "Int64", "open_amount": "Int64", "held_by": "str"})
    if level != "full":
        told["held_by"] = pd.Series(pd.NA, index=told.index, dtype="str")
    if level == "names":
        for column in ("sales_12m_amount", "open_amount"):
            told[column] = pd.Series(pd.NA, index=told.index, dtype="Int64")
    seen = spread[["family_id", "territory_id"]].drop_duplicates()
    out = seen.merge(told, on="family_id")
    out = out[out["territory_id"] != out["lies_in"]]
    return out.sort_values(["territory_id", "family_id", "lies_in", "names"], kind="stable")[columns].reset_index(
        drop=True
    )


def _listed(names: pd.Series) -> str:
    more = len(names) - _NAMED
    return ", ".join(names.head(_NAMED)) + (f" and {more:,} more" if more > 0 else "")
