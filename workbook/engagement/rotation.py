"""Who could take what is not worked (D7, D2), and books cared for: qualified out, replaced by the best fitting (D3)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.depth import account_value
from workbook.keys import beside, positions, said

#: Only reps who work at least this share of what they hold are offered more.
_WORKS = 0.5

Floats = npt.NDArray[np.float64]


def room(capacity: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Hours each rep who is here has and needs: ``capacity`` (see :mod:`workbook.engagement.capacity`) of those present.

    Columns rep_id, territory_id, accounts, needed_hours, selling_hours (present time), available_hours (after ramp),
    free_hours; NaN where the rep's selling hours are not known. People who have left or not begun are left out.
    """
    here = capacity[people["present"].to_numpy(dtype=bool)].rename(columns={"node": "territory_id"})
    columns = ["rep_id", "territory_id", "accounts", "needed_hours", "selling_hours", "available_hours", "free_hours"]
    return here[columns].reset_index(drop=True)


def rotation(
    standing: Standing, keep: pd.DataFrame, hours: Floats, room: pd.DataFrame, names: pd.Series
) -> pd.DataFrame:
    """For each account that may rotate: who in its own territory has room and fits, or that nobody has (D7).

    Most valuable accounts first; a proposal takes its hours from the taker's room. Fit: accounts of the same family, then of
    the same industry, then free hours. ``room`` with worked_share beside it; ``names``: name by rep_id. Columns account_id, territory_id, from_rep, to_rep (missing
    when nobody has room), hours, value_amount, same_family, same_industry, sentence.
    """
    frame = standing.frame.assign(hours=hours, value_amount=account_value(standing.frame))
    at = positions(keep.loc[~keep["keep"], "account_id"], frame["account_id"])
    wanted = frame.iloc[at][
        ["account_id", "territory_id", "owner_rep_id", "family_id", "industry", "hours", "value_amount"]
    ]
    wanted = wanted.assign(why=keep.loc[~keep["keep"], "reason"].array)
    wanted = wanted.sort_values(["value_amount", "account_id"], ascending=[False, True], kind="stable").reset_index(
        drop=True
    )
    takers = room[may_take(room)]
    pairs = wanted.reset_index(names="row").merge(takers, on="territory_id")
    pairs = pairs[pairs["rep_id"] != pairs["owner_rep_id"]]
    pairs = fit(pairs, frame)
    rank = ["row", "same_family", "same_industry", "free_hours", "rep_id"]
    pairs = pairs.sort_values(rank, ascending=[True, False, False, False, True], kind="stable").reset_index(drop=True)
    chosen = fill(pairs, dict(zip(takers["rep_id"], takers["free_hours"], strict=True)))
    out = wanted.drop(columns=["family_id", "industry"]).rename(columns={"owner_rep_id": "from_rep"})
    picked = pairs.loc[chosen].set_index("row")[["rep_id", "same_family", "same_industry", "free_hours"]]
    out = out.join(picked).rename(columns={"rep_id": "to_rep"})
    out[["same_family", "same_industry"]] = out[["same_family", "same_industry"]].fillna(0).astype("int64")
    told = out[["why", "to_rep", "free_hours", "same_family"]]
    out["sentence"] = said(told, lambda rows: _sentences(rows, names))
    columns = [
        "account_id",
        "territory_id",
        "from_rep",
        "to_rep",
        "hours",
        "value_amount",
        "same_family",
        "same_industry",
    ]
    return out[[*columns, "sentence"]]


def may_take(room: pd.DataFrame) -> pd.Series:
    """Who is offered accounts: reps with free hours who work at least half of what they hold."""
    return (room["free_hours"] > 0) & ~(room["worked_share"] < _WORKS)


def fit(pairs: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """How many accounts of the same family and industry each taker holds."""
    for key, column in (("family_id", "same_family"), ("industry", "same_industry")):
        held = frame.groupby(["owner_rep_id", key]).size().rename(column).reset_index()
        held = held.rename(columns={"owner_rep_id": "rep_id"})
        pairs = pairs.merge(held, on=["rep_id", key], how="left")
        pairs[column] = pairs[column].fillna(0).astype("int64")
    return pairs


def fill(pairs: pd.DataFrame, free: dict[str, float], rounds: int = 12) -> pd.Index:
    """One pair per row while room lasts: each round every open row asks its best taker with room left, in order of value."""
    left = pd.Series(free, dtype="float64")
    waiting, chosen = pairs, []
    for _ in range(rounds):
        waiting = waiting[waiting["hours"] <= waiting["rep_id"].map(left).astype("float64")]
        asked = waiting.drop_duplicates("row")
        if asked.empty:
            break
        total = asked.groupby("rep_id")["hours"].cumsum()
        taken = asked[total <= asked["rep_id"].map(left).astype("float64")]
        left = left.sub(taken.groupby("rep_id")["hours"].sum(), fill_value=0.0)
        chosen.append(taken.index)
        waiting = waiting[~waiting["row"].isin(taken["row"])]
    return chosen[0].append(chosen[1:]) if chosen else pairs.index[:0]


def _sentences(out: pd.DataFrame, names: pd.Series) -> pd.Series:
    who = out["to_rep"].map(names)
    hours = out["free_hours"].fillna(0).round().astype("int64").astype("str")
    family = pd.Series(
        np.where(out["same_family"] > 0, " and " + out["same_family"].astype("str") + " of its family", "")
    )
    taker = who + " has " + hours + " free hours" + family
    why = out["why"].str[:1].str.upper() + out["why"].str[1:]
    return (why + ". " + taker.where(who.notna(), "Nobody in this territory has room") + ".").astype("str")


def what_if(rotation: pd.DataFrame, room: pd.DataFrame) -> pd.DataFrame:
    """What if they all moved (D2), per rep: what leaves, what is freed, what arrives, and the room left after.

    Columns rep_id, territory_id, leaving, freed_hours, leaving_value_amount, arriving, taken_hours, free_hours_after.
    """
    leaving = rotation.groupby("from_rep").agg(
        leaving=("hours", "size"), freed_hours=("hours", "sum"), leaving_value_amount=("value_amount", "sum")
    )
    arriving = rotation.groupby("to_rep").agg(arriving=("hours", "size"), taken_hours=("hours", "sum"))
    out = room[["rep_id", "territory_id", "free_hours"]].merge(leaving, left_on="rep_id", right_index=True, how="left")
    out = out.merge(arriving, left_on="rep_id", right_index=True, how="left")
    whole = ["leaving", "leaving_value_amount", "arriving"]
    out[whole] = out[whole].fillna(0).astype("int64")
    out[["freed_hours", "taken_hours"]] = out[["freed_hours", "taken_hours"]].fillna(0.0)
    out["free_hours_after"] = out.pop("free_hours") + out["freed_hours"] - out["taken_hours"]
    return out


def taken_by(moves: pd.DataFrame, room: pd.DataFrame) -> pd.DataFrame:
    """Who would take the accounts of ``moves`` (rows of :func:`rotation`), most hours first; missing rep_id: nobody has room.

    Columns rep_id, territory_id, accounts, hours, value_amount, free_hours_after (NaN where nobody takes).
    """
    rows = moves.groupby(["to_rep", "territory_id"], dropna=False, sort=True).agg(
        accounts=("hours", "size"), hours=("hours", "sum"), value_amount=("value_amount", "sum")
    )
    out = rows.reset_index().rename(columns={"to_rep": "rep_id"})
    free = out["rep_id"].map(room.set_index("rep_id")["free_hours"]).astype("float64")
    out["free_hours_after"] = free - out["hours"]
    nobody = out["rep_id"].isna()
    return (
        out.assign(nobody=nobody)
        .sort_values(["nobody", "hours", "rep_id"], ascending=[True, False, True], kind="stable", ignore_index=True)
        .drop(columns="nobody")
    )


def book_care(standing: Standing, fit: pd.Series) -> pd.DataFrame:
    """Disqualified accounts leave the book, and the best fitting free ones of the territory are proposed instead (D3).

    ``fit``: fit score by account_id (0 to 1, missing where not known). As many enter as leave, where there are enough free
    ones. Columns account_id, territory_id, rep_id, change (leave, enter), action (give back, call), fit_score, value_amount,
    sentence.
    """
    frame = standing.frame.assign(value_amount=account_value(standing.frame))
    frame["fit_score"] = beside(frame["account_id"], fit.index, fit).astype("float64")
    columns = ["account_id", "territory_id", "owner_rep_id", "fit_score", "value_amount"]
    leave = frame[frame["disqualified"] & frame["owner_rep_id"].notna()][columns].rename(
        columns={"owner_rep_id": "rep_id"}
    )
    free = frame[~frame["disqualified"] & frame["owner_rep_id"].isna()][columns].drop(columns="owner_rep_id")
    free = free.sort_values(["fit_score", "value_amount", "account_id"], ascending=[False, False, True], kind="stable")
    leave, free = leave.assign(change="leave"), free.assign(change="enter")
    leave["place"] = leave.groupby("territory_id").cumcount()
    free["place"] = free.groupby("territory_id").cumcount()
    enter = free.merge(leave[["territory_id", "place", "rep_id"]], on=["territory_id", "place"])
    out = pd.concat([leave, enter], ignore_index=True)
    score = ("fit " + out["fit_score"].round(2).astype("str")).where(out["fit_score"].notna(), "fit not known")
    entering = "Free, best fitting of this territory (" + score + "): could enter in place of a disqualified account."
    out["sentence"] = entering.where(out["change"] == "enter", "Disqualified: leaves the book.").astype("str")
    out["action"] = out["change"].map({"leave": "give back", "enter": "call"}).astype("str")
    out = out.sort_values(["territory_id", "rep_id", "change", "account_id"], ascending=[True, True, False, True])
    columns = ["account_id", "territory_id", "rep_id", "change", "action", "fit_score", "value_amount", "sentence"]
    return out[columns].reset_index(drop=True)
