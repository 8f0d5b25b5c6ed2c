"""Who could take what is not worked (D7, D2), and books cared for: qualified out, replaced by the best fitting (D3)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.depth import account_value
from workbook.engagement.log import Log
from workbook.engagement.prospecting import touch_minutes
from workbook.keys import positions
from workbook.rules.engagement import EngagementRules

#: Only reps who work at least this share of what they hold are offered more.
_WORKS = 0.5

Floats = npt.NDArray[np.float64]


def yearly_hours(
    standing: Standing, real: Log, cadence: pd.DataFrame, minutes: pd.DataFrame, rules: EngagementRules
) -> Floats:
    """Hours a year that keeping its cadence takes, per account of the register: touches × the company's mean minutes."""
    spent = touch_minutes(real, minutes, rules)
    usual = float(spent.mean()) if len(spent) else float(minutes["minutes"].mean())
    step = (
        cadence.set_index("account_id")["cadence_days"].reindex(standing.frame["account_id"]).to_numpy(dtype=np.float64)
    )
    return np.where(np.isnan(step), 0.0, 365.0 / step * usual / 60)


def room(standing: Standing, hours: Floats, reps: pd.DataFrame, today: int, rules: EngagementRules) -> pd.DataFrame:
    """Hours each present rep has and needs for the cadence of the accounts held.

    Columns rep_id, territory_id, accounts, needed_hours, selling_hours, free_hours (the last two NaN where the rep's selling
    hours are not known); people who have left or not begun are left out, and so are those without accounts who are not reps.
    """
    frame = standing.frame
    day = np.datetime64(today, "D")
    here = ~(reps["hired_on"] > day) & ~(reps["left_on"] <= day)
    at = positions(frame["owner_rep_id"], pd.Index(reps["rep_id"]))
    held = (at >= 0) & ~frame["disqualified"].to_numpy()
    out = reps[["rep_id", "territory_id"]].copy()
    out["accounts"] = np.bincount(at[held], minlength=len(reps))
    out["needed_hours"] = np.bincount(at[held], weights=hours[held], minlength=len(reps))
    out["selling_hours"] = reps["selling_hours_per_week"].to_numpy() * rules.working_weeks
    out["free_hours"] = out["selling_hours"] - out["needed_hours"]
    seller = (out["accounts"] > 0) | reps["role"].fillna("rep").str.lower().eq("rep")
    return out[here & seller].reset_index(drop=True)


def rotation(
    standing: Standing, keep: pd.DataFrame, hours: Floats, room: pd.DataFrame, names: pd.Series
) -> pd.DataFrame:
    """For each account that may rotate: who in its own territory has room and fits, or that nobody has (D7).

    Most valuable accounts first; a proposal takes its hours from the taker's room. Fit: accounts of the same family, then of
    the same industry, then free hours. ``room`` with worked_share beside it; ``names``: name by rep_id. Columns account_id, territory_id, from_rep, to_rep (missing
    when nobody has room), hours, value_amount, same_family, same_industry, sentence.
    """
    frame = standing.frame.assign(hours=hours, value_amount=account_value(standing.frame))
    index = pd.Index(frame["account_id"])
    at = index.get_indexer(keep.loc[~keep["keep"], "account_id"])
    wanted = frame.iloc[at][
        ["account_id", "territory_id", "owner_rep_id", "family_id", "industry", "hours", "value_amount"]
    ]
    wanted = wanted.assign(why=keep.loc[~keep["keep"], "reason"].to_numpy())
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
    out["sentence"] = _sentences(out, names)
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


def book_care(standing: Standing, fit: pd.Series) -> pd.DataFrame:
    """Disqualified accounts leave the book, and the best fitting free ones of the territory are proposed instead (D3).

    ``fit``: fit score by account_id (0 to 1, missing where not known). As many enter as leave, where there are enough free
    ones. Columns account_id, territory_id, rep_id, change (leave, enter), action (give back, call), fit_score, value_amount,
    sentence.
    """
    frame = standing.frame.assign(value_amount=account_value(standing.frame))
    frame["fit_score"] = frame["account_id"].map(fit).astype("float64")
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
