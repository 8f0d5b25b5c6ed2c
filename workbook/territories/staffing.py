"""How many people it takes: the right book size, reps needed per scenario, hiring by month, what stays uncovered."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.rules.territories import CapacityRules, TerritoriesRules

Floats = npt.NDArray[np.float64]


def book_size(capacity: pd.DataFrame, accounts: pd.DataFrame, rules: TerritoriesRules) -> pd.DataFrame:
    """The right book size and how it comes about (D6), one row per step: step, value, unit, working.

    Hours of a full year of the typical rep × wanted load / mean hours of an account.
    """
    full = (capacity["selling_hours"] * 12 / rules.capacity.months).where(capacity["selling_hours"] > 0)
    live = accounts[~accounts["disqualified"].to_numpy(dtype=bool)]
    each = float(live["hours_per_year"].mean()) if len(live) else np.nan
    typical = float(full.median()) if full.notna().any() else np.nan
    wanted = rules.capacity.wanted_load
    size = typical * wanted / each if each and each > 0 else np.nan
    by_class = live.groupby("class")["hours_per_year"].agg(["size", "mean"])
    rows = [
        ("hours of a rep", typical, "hours a year", "median of selling hours per week × working weeks"),
        ("wanted load", wanted, "share", "rule capacity.wanted_load"),
        ("hours of an account", each, "hours a year", "mean of touches, deals and travel over all accounts"),
        *[
            (f"hours of a {name} account", float(row["mean"]), "hours a year", f"mean over {int(row['size'])} accounts")
            for name, row in by_class.iterrows()
        ],
        ("right book size", size, "accounts", "hours of a rep × wanted load / hours of an account"),
        (
            "accounts per rep now",
            len(live) / max(1, int((capacity["accounts"] > 0).sum())),
            "accounts",
            "accounts / reps who hold some",
        ),
    ]
    return pd.DataFrame(rows, columns=["step", "value", "unit", "working"])


def scenarios(
    capacity: pd.DataFrame, people: pd.DataFrame, accounts: pd.DataFrame, rules: CapacityRules
) -> pd.DataFrame:
    """Per scenario and territory: the hours needed and there, reps needed and present, what stays uncovered.

    Columns scenario, growth_share, node, needed_hours, available_hours, reps, reps_needed, short_hours,
    uncovered_accounts, uncovered_amount (their projection), hire_cost_amount (a year of the missing hours). Needed reps =
    needed hours / (hours of a full rep × wanted load). Accounts stay uncovered in order of their value per hour, the
    least valuable first.
    """
    live = accounts[~accounts["disqualified"].to_numpy(dtype=bool)]
    part = rules.months / 12
    need = live.groupby("territory_id")["hours_per_year"].sum() * part
    have = capacity.groupby("node")["available_hours"].sum(min_count=1)
    count = capacity[capacity["available_hours"] > 0].groupby("node").size()
    full = capacity["selling_hours"].where(capacity["selling_hours"] > 0)
    typical = float(full.median()) if full.notna().any() else np.nan
    cost = people["cost_per_hour"].dropna().astype("float64")
    hour = float(cost.median()) if len(cost) else np.nan
    rows = []
    for name, growth in rules.growth_scenarios.items():
        frame = pd.DataFrame({"node": need.index, "needed_hours": need.to_numpy() * (1 + growth)})
        frame["scenario"], frame["growth_share"] = name, growth
        frame["available_hours"] = frame["node"].map(have)
        frame["reps"] = frame["node"].map(count).fillna(0).astype("int64")
        frame["reps_needed"] = np.ceil(frame["needed_hours"] / (typical * rules.wanted_load) - 1e-9)
        frame["short_hours"] = (frame["needed_hours"] - frame["available_hours"].fillna(0.0)).clip(lower=0.0)
        frame.loc[frame["available_hours"].isna() & np.isnan(typical), "short_hours"] = np.nan
        left = uncovered(live, frame.set_index("node")["short_hours"] / part / (1 + growth))
        frame = frame.merge(left, on="node", how="left")
        frame["hire_cost_amount"] = pd.array(
            np.where(np.isnan(frame["short_hours"] * hour), np.nan, np.rint(frame["short_hours"] * hour)), dtype="Int64"
        )
        rows.append(frame)
    out = pd.concat(rows, ignore_index=True)
    out["reps_needed"] = out["reps_needed"].astype("Int64")
    columns = ["scenario", "growth_share", "node", "needed_hours", "available_hours", "reps", "reps_needed"]
    return out[[*columns, "short_hours", "uncovered_accounts", "uncovered_amount", "hire_cost_amount"]]


def uncovered(live: pd.DataFrame, short_hours: pd.Series) -> pd.DataFrame:
    """The accounts that go without when hours are short, the least projected revenue per hour first.

    Columns node, uncovered_accounts, uncovered_amount (nullable; missing where the shortage is not known).
    """
    value = live["projected_amount"].to_numpy(np.float64) / np.maximum(
        live["hours_per_year"].to_numpy(np.float64), 1e-9
    )
    frame = live.assign(value=value).sort_values(["territory_id", "value", "account_id"], kind="stable")
    frame = frame[frame["hours_per_year"] > 0]
    before = frame.groupby("territory_id")["hours_per_year"].cumsum() - frame["hours_per_year"]
    short = frame["territory_id"].map(short_hours)
    out = (
        frame[(before < short - 1e-9).to_numpy()]
        .groupby("territory_id")
        .agg(uncovered_accounts=("account_id", "size"), uncovered_amount=("projected_amount", "sum"))
    )
    known = short_hours.index[short_hours.notna()]
    out = out.reindex(known, fill_value=0).rename_axis("node").reset_index()
    return out.astype({"uncovered_accounts": "Int64", "uncovered_amount": "Int64"})


def months(
    people: pd.DataFrame, capacity: pd.DataFrame, carried: Floats, edges: npt.NDArray[np.datetime64]
) -> pd.DataFrame:
    """Hours there are and needed in each month ahead, per territory: node, month (its first day), available_hours,
    needed_hours, free_hours. ``carried``: presence × ramp, shape (people, months).
    """
    count = carried.shape[1]
    selling = capacity["selling_hours"].to_numpy(np.float64)
    total = np.where(carried.sum(axis=1) > 0, carried.sum(axis=1), 1.0)
    hours = (selling * capacity["ramped_share"].to_numpy(np.float64))[:, None] * carried / total[:, None]
    need = np.repeat(capacity["needed_hours"].to_numpy(np.float64)[:, None] / count, count, axis=1)
    frame = pd.DataFrame(
        {
            "node": np.repeat(people["territory_id"].to_numpy(dtype=object), count),
            "month": np.tile(edges[:-1].astype("datetime64[us]"), len(people)),
            "available_hours": hours.ravel(),
            "needed_hours": need.ravel(),
        }
    )
    out = frame.groupby(["node", "month"], sort=True).sum(min_count=1).reset_index()
    out["free_hours"] = out["available_hours"] - out["needed_hours"]
    return out


def hiring(scenario: pd.DataFrame, ramp: tuple[float, ...], edges: npt.NDArray[np.datetime64]) -> pd.DataFrame:
    """When to hire what a scenario is short of: a row per territory with missing people.

    A hire reaches the full pace only after the ramp, so each is started that many months before the need; those already
    late start in the first month. Several hires of a territory start a month apart. Columns scenario, node, month, hires.
    """
    short = scenario[(scenario["reps_needed"] - scenario["reps"]).fillna(0) > 0]
    rows = []
    last = max(0, len(edges) - 2 - len(ramp))
    for row in short.itertuples():
        missing = int(row.reps_needed) - int(row.reps)
        for at in range(missing):
            rows.append((row.scenario, row.node, edges[min(at, last)].astype("datetime64[us]"), 1))
    out = pd.DataFrame(rows, columns=["scenario", "node", "month", "hires"])
    out["month"] = out["month"].astype("datetime64[us]")
    return out.groupby(["scenario", "node", "month"], sort=True, as_index=False)["hires"].sum()
