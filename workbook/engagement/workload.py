"""Workload: the hours that an account takes in a year, with its working."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.engagement.geography import distance_km
from workbook.keys import beside, positions
from workbook.rules.territories import WorkloadRules

Floats = npt.NDArray[np.float64]


def touch_mix(touches: pd.DataFrame, classes: pd.DataFrame, effort: pd.DataFrame, rules: WorkloadRules) -> pd.DataFrame:
    """How a touch of an account of each class is made up.

    Columns class (and "" for all), touches, minutes (of a touch) and visit_share. A class's own mix is blended with the
    company's by ``blend_touches``; without any touches all kinds are taken as equally frequent, by the rules' minutes.
    """
    minutes = effort.set_index("kind")["minutes"]
    kinds = [kind for kind in minutes.index if kind != "task"]
    at = positions(touches["kind"], pd.Index(kinds))
    known = at >= 0
    spent = pd.Series(minutes[kinds].to_numpy(np.float64)[at[known]])
    visit = pd.Series((pd.Index(kinds) == "visit").astype(np.float64)[at[known]])
    usual = float(spent.mean()) if len(spent) else float(minutes[kinds].mean())
    visits = float(visit.mean()) if len(spent) else kinds.count("visit") / len(kinds)
    named, account = pd.Categorical(classes["class"]), positions(touches["account_id"][known], classes["account_id"])
    own = pd.Categorical.from_codes(np.append(named.codes, -1)[account], dtype=named.dtype)
    rows = pd.DataFrame({"class": own, "spent": spent, "visit": visit})
    sums = rows.groupby("class", observed=True).agg(
        touches=("spent", "size"), spent=("spent", "sum"), visits=("visit", "sum")
    )
    weight = rules.blend_touches
    sums["minutes"] = (sums["spent"] + weight * usual) / (sums["touches"] + weight)
    sums["visit_share"] = (sums["visits"] + weight * visits) / (sums["touches"] + weight)
    whole = pd.DataFrame({"class": [""], "touches": [len(spent)], "minutes": [usual], "visit_share": [visits]})
    each = sums.reset_index()[["class", "touches", "minutes", "visit_share"]].astype({"class": "str"})
    return pd.concat([whole, each], ignore_index=True)


def workload(
    register: pd.DataFrame, cadence: pd.DataFrame, mix: pd.DataFrame, distance: Floats, rules: WorkloadRules
) -> pd.DataFrame:
    """Hours per account and year.

    touch_hours = touches per year × minutes × (1 + preparation) / 60; deal_hours = open deals × hours of a deal;
    travel_hours = visits per year × 2 × road / speed / accounts per trip, where ``distance`` (km, NaN unknown) is known.

    Columns account_id, rep_id, territory_id, hours_per_year, touch_hours, deal_hours, travel_hours, touches_per_year,
    visits_per_year. Disqualified accounts take none.
    """
    ids, known = register["account_id"], cadence["account_id"]
    step = beside(ids, known, cadence["cadence_days"].astype("float64")).to_numpy()
    kind = beside(ids, known, cadence["class"])
    table = mix.set_index("class")
    minutes = kind.map(table["minutes"]).fillna(table.loc["", "minutes"]).to_numpy(dtype=np.float64)
    visit_share = kind.map(table["visit_share"]).fillna(table.loc["", "visit_share"]).to_numpy(dtype=np.float64)
    away = register["disqualified"].to_numpy(dtype=bool)
    touches = np.where(np.isnan(step) | away, 0.0, 365.0 / np.where(np.isnan(step), 1.0, step))
    visits = touches * visit_share
    touch_hours = touches * minutes * (1 + rules.preparation_share) / 60
    deal_hours = np.where(away, 0.0, register["open_deals"].to_numpy(dtype=np.float64) * rules.deal_hours)
    travel_hours = visits * np.where(np.isnan(distance), 0.0, trip_hours(distance, rules))
    return pd.DataFrame(
        {
            "account_id": register["account_id"],
            "rep_id": register["owner_rep_id"],
            "territory_id": register["territory_id"],
            "hours_per_year": touch_hours + deal_hours + travel_hours,
            "touch_hours": touch_hours,
            "deal_hours": deal_hours,
            "travel_hours": travel_hours,
            "touches_per_year": touches,
            "visits_per_year": visits,
        }
    )


def trip_hours(distance: Floats, rules: WorkloadRules) -> Floats:
    """Hours of travel that one visit costs at a distance in km.

    >>> trip_hours(np.array([69.23]), WorkloadRules()).round(2).tolist()
    [1.0]
    """
    road = 2 * np.minimum(distance, rules.trip_km) * rules.road_factor
    return np.asarray(road / rules.travel_km_per_hour / rules.visits_per_trip)


def distances(at: Floats, middle: Floats, holder: npt.NDArray[np.intp]) -> Floats:
    """Distance (km) of each account to its holder's middle; NaN where either is not known."""
    out = np.full(len(at), np.nan)
    held = holder >= 0
    out[held] = distance_km(at[held], middle[holder[held]])
    return out
