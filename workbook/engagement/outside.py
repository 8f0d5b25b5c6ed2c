"""Who outside the territory could take what nobody inside has room for: the nearest node first; seen only above both (D7)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.rotation import fill, fit, may_take
from workbook.keys import positions
from workbook.tree import Tree

#: Reps of a node who are asked, those with most free hours.
_ASKED = 20
#: Accounts, most valuable first, for which somebody is looked for outside.
_MOST = 2_000
_COLUMNS = [
    "node", "account", "from_territory", "from_rep", "to_territory", "to_rep", "hours", "value_amount", "same_family",
    "same_industry", "sentence",
]  # fmt: skip


def outside(
    standing: Standing, rotation: pd.DataFrame, room: pd.DataFrame, tree: Tree, names: pd.Series
) -> pd.DataFrame:
    """For the accounts that may rotate and that nobody of their territory has room for: the next best elsewhere.

    Asked are the reps under the parent node, then one node further up, and so on to the company; within a node as in
    :func:`~workbook.engagement.rotation.rotation`. ``room`` with worked_share, ``names`` by rep_id. Columns node (the lowest node that
    holds both territories: only who sees it sees the row), account, from_territory, from_rep, to_territory, to_rep, hours,
    value_amount, same_family, same_industry, sentence.
    """
    takers = room[may_take(room)].copy()
    taken = rotation.dropna(subset=["to_rep"]).groupby("to_rep")["hours"].sum()
    takers["free_hours"] -= takers["rep_id"].map(taken).fillna(0.0).astype("float64")
    ids = pd.Index(tree.ids.astype(str))
    seated = positions(takers["territory_id"], ids)
    takers, seated = takers[seated >= 0], seated[seated >= 0]
    frame = standing.frame
    waiting = (
        rotation[rotation["to_rep"].isna()]
        .head(_MOST)
        .drop(columns=["to_rep", "same_family", "same_industry", "sentence"])
    )
    seats = positions(waiting["account_id"], frame["account_id"])
    for column in ("family_id", "industry"):
        waiting[column] = frame[column].take(seats).array
    waiting = waiting.reset_index(drop=True).rename_axis("row").reset_index()
    waiting["up"] = np.append(tree.parent, -1)[positions(waiting["territory_id"], ids)]
    first, size = tree.spans
    place = first[seated]
    found = []
    while (waiting["up"] >= 0).any() and (takers["free_hours"] > 0).any():
        pairs = []
        for up, rows in waiting[waiting["up"] >= 0].groupby("up", sort=True):
            inside = (place >= first[up]) & (place < first[up] + size[up]) & (takers["free_hours"] > 0).to_numpy()
            asked = takers[inside].sort_values(["free_hours", "rep_id"], ascending=[False, True], kind="stable")
            asked = asked.rename(columns={"territory_id": "to_territory"})[["to_territory", "rep_id", "free_hours"]]
            pairs.append(rows.merge(asked.head(_ASKED), how="cross"))
        every = pd.concat(pairs, ignore_index=True)
        other = (every["to_territory"] != every["territory_id"]) & (every["rep_id"] != every["from_rep"])
        every = fit(every[other], frame)
        rank = ["row", "same_family", "same_industry", "free_hours", "rep_id"]
        every = every.sort_values(rank, ascending=[True, False, False, False, True], kind="stable", ignore_index=True)
        chosen = every.loc[fill(every, dict(zip(takers["rep_id"], takers["free_hours"], strict=True)))]
        found.append(chosen)
        spent = chosen.groupby("rep_id")["hours"].sum()
        takers["free_hours"] -= takers["rep_id"].map(spent).fillna(0.0).astype("float64")
        waiting = waiting[~waiting["row"].isin(chosen["row"])]
        waiting = waiting.assign(up=np.append(tree.parent, -1)[waiting["up"]])
    if not found:
        return pd.DataFrame({c: pd.Series(dtype="str") for c in _COLUMNS})
    out = pd.concat(found, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)
    out["node"] = pd.Series(ids, dtype="str").take(out["up"]).array
    out = out.rename(columns={"account_id": "account", "territory_id": "from_territory", "rep_id": "to_rep"})
    kin = pd.Series(np.where(out["same_family"] > 0, " and " + out["same_family"].astype("str") + " of its family", ""))
    hours = out["free_hours"].round().astype("int64").astype("str")
    who = out["to_rep"].map(names).fillna(out["to_rep"]).astype("str") + " (" + out["to_territory"] + ")"
    head = "Nobody in " + out["from_territory"] + " has room; the next best outside it, " + who
    out["sentence"] = (head + ", has " + hours + " free hours" + kin.astype("str") + ".").astype("str")
    return out[_COLUMNS]
