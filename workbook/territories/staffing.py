"""How many people it takes: the right book size, reps needed per scenario, hiring by month, what stays uncovered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.rules.territories import CapacityRules, TerritoriesRules
from workbook.territories.sizing import full_hours
from workbook.territories.spread import hours_by_node

Floats = npt.NDArray[np.float64]


def book_size(
    capacity: pd.DataFrame, accounts: pd.DataFrame, sizes: pd.DataFrame, rules: TerritoriesRules
) -> pd.DataFrame:
    """The right book size and how it comes about (D6), one row per step: step, value, unit, working.

    Hours of a full year of the typical rep × wanted load / mean hours of an account, which ``sizes`` holds for all accounts
    and by class (see :func:`workbook.territories.sizing.book_sizes`).
    """
    live = accounts[~accounts["disqualified"].to_numpy(dtype=bool)]
    each, size = float(sizes["hours_per_year"].iloc[0]), float(sizes["right_size"].iloc[0])
    typical = full_hours(capacity) * 12 / rules.capacity.months
    wanted = rules.capacity.wanted_load
    by_class = sizes[sizes["cut"] == "class"]
    rows = [
        ("hours of a rep", typical, "hours a year", "median of selling hours per week × working weeks"),
        ("wanted load", wanted, "share", "rule capacity.wanted_load"),
        ("hours of an account", each, "hours a year", "mean of touches, travel and the deals open at once"),
        *[
            (f"hours of a {name} account", float(hours), "hours a year", f"mean over {count} accounts")
            for name, hours, count in zip(
                by_class["name"], by_class["hours_per_year"], by_class["accounts"], strict=True
            )
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
    capacity: pd.DataFrame, people: pd.DataFrame, accounts: pd.DataFrame, more: tuple[pd.Series, CapacityRules]
) -> pd.DataFrame:
    """Per scenario and territory: the hours needed and there, reps needed and present, hires, what stays uncovered.

    ``more``: the node within which accounts may move, by territory, and the rules. Needed reps = needed hours / (hours of a
    full rep × wanted load). Colleagues within reach help with the hours that they have left, so people are hired only where
    all within reach together have fewer hours than the wanted load takes, in the territories that lack most. Accounts stay uncovered in order of their value
    per hour, the least valuable first.

    Columns scenario, growth_share, node, needed_hours, available_hours, reps, reps_needed, hires, colleague_hours (lent by
    others), short_hours (after that), uncovered_accounts, uncovered_amount (their projection), hire_cost_amount (a year of
    the missing hours). What rests on hours that are not known is missing.
    """
    reach, rules = more
    live = accounts[~accounts["disqualified"].to_numpy(dtype=bool)]
    part = rules.months / 12
    need = live.groupby("territory_id")["hours_per_year"].sum() * part
    nodes = need.index.union(capacity["node"].dropna().unique())
    need = need.reindex(nodes, fill_value=0.0)
    have = hours_by_node(capacity, nodes)
    here = people["present"] | people["coming"]
    count = people[here.to_numpy(dtype=bool)].groupby("territory_id").size().reindex(nodes).fillna(0)
    typical = full_hours(capacity)
    cost = people["cost_per_hour"].dropna().astype("float64")
    hour = float(cost.median()) if len(cost) else np.nan
    rows = []
    for name, growth in rules.growth_scenarios.items():
        frame = pd.DataFrame({"node": nodes, "needed_hours": need.to_numpy() * (1 + growth)})
        frame["scenario"], frame["growth_share"] = name, growth
        frame["available_hours"] = have.to_numpy()
        frame["reps"] = count.to_numpy(dtype=np.int64)
        frame["reps_needed"] = np.ceil(frame["needed_hours"] / (typical * rules.wanted_load) - 1e-9)
        missing = (frame["needed_hours"] / rules.wanted_load - frame["available_hours"]) / typical
        within = frame["node"].map(reach).fillna(frame["node"])
        frame["hires"] = _hires(missing, within)
        frame["colleague_hours"], frame["short_hours"] = _lent(frame, within)
        if np.isnan(typical):
            frame["short_hours"] = frame["colleague_hours"] = np.nan
        left = uncovered(live, frame.set_index("node")["short_hours"] / part / (1 + growth))
        frame = frame.merge(left, on="node", how="left")
        frame["hire_cost_amount"] = pd.array(
            np.where(np.isnan(frame["short_hours"] * hour), np.nan, np.rint(frame["short_hours"] / part * hour)),
            dtype="Int64",
        )
        rows.append(frame)
    out = pd.concat(rows, ignore_index=True)
    for column in ("reps_needed", "hires"):
        out[column] = out[column].astype("Int64")
    columns = ["scenario", "growth_share", "node", "needed_hours", "available_hours", "reps", "reps_needed", "hires"]
    return out[
        [*columns, "colleague_hours", "short_hours", "uncovered_accounts", "uncovered_amount", "hire_cost_amount"]
    ]


def _hires(missing: pd.Series, within: pd.Series) -> Floats:
    """Whole people to hire per territory, from the people that each is short of (negative: has left): as many as all within
    reach together lack, each where most are missing; missing where not known.
    """
    out = np.where(missing.isna(), np.nan, 0.0)
    for _, places in missing.groupby(within).groups.items():
        rest = missing.loc[places].to_numpy(dtype=np.float64).copy()
        if np.isnan(rest).any():
            out[list(places)] = np.nan
            continue
        for _ in range(int(max(0.0, np.ceil(rest.sum() - 1e-9)))):
            at = int(np.argmax(rest))
            out[places[at]] += 1
            rest[at] -= 1
    return out


def _lent(frame: pd.DataFrame, within: pd.Series) -> tuple[Floats, Floats]:
    """Hours that colleagues within reach lend to each territory that is short, and what stays short; lent in proportion."""
    free = frame["available_hours"] - frame["needed_hours"]
    short, spare = (-free).clip(lower=0.0), free.clip(lower=0.0)
    wanted, there = short.groupby(within).transform("sum"), spare.groupby(within).transform("sum")
    share = np.minimum(1.0, there / wanted.where(wanted > 0)).fillna(0.0)
    lent = (short * share).to_numpy(dtype=np.float64)
    return lent, short.to_numpy(dtype=np.float64) - lent


def in_words(scenario: pd.DataFrame, money: Callable[[int], str], names: Callable[[str], str]) -> list[str]:
    """One sentence per scenario: who is short of how many hours, who can help, whom to hire, what else goes without."""
    out = []
    for name, rows in scenario.groupby("scenario", sort=False):
        growth = float(rows["growth_share"].iloc[0])
        head = f"{str(name).capitalize()} ({growth:+.0%} work)" if growth else str(name).capitalize()
        if rows["short_hours"].isna().all():
            out.append(f"{head}: {rows['needed_hours'].sum():,.0f} hours needed; how many there are is not known.")
            continue
        known = rows["available_hours"].notna()
        unknown, rows = [names(str(n)) for n in rows.loc[~known, "node"]], rows[known]
        need, have = rows["needed_hours"].sum(), rows["available_hours"].sum()
        hires, short = int(rows["hires"].sum()), float(rows["short_hours"].sum())
        parts = [f"{head}: {need:,.0f} of {have:,.0f} hours needed"]
        lent = rows[rows["colleague_hours"] > 0.5]
        if len(lent):
            told = ", ".join(
                f"{names(str(n))} {h:,.0f}" for n, h in zip(lent["node"], lent["colleague_hours"], strict=True)
            )
            parts.append(f"colleagues within reach can cover what is short ({told} hours), by moving accounts")
        if hires:
            at = rows[rows["hires"] > 0]
            told = ", ".join(f"{int(h)} in {names(str(n))}" for n, h in zip(at["node"], at["hires"], strict=True))
            parts.append(f"to hire: {told}")
        else:
            parts.append("nobody to hire")
        if short > 0.5:
            cost = rows["hire_cost_amount"].sum(min_count=1)
            left, lost = int(rows["uncovered_accounts"].sum()), int(rows["uncovered_amount"].sum())
            priced = "" if pd.isna(cost) else f"; the missing hours would cost {money(int(cost))} a year"
            parts.append(
                f"until then {short:,.0f} hours are missing: {left:,} accounts with {money(lost)} of projected revenue go without{priced}"
            )
        if unknown:
            parts.append(f"without {', '.join(unknown)}, whose hours are not known")
        out.append("; ".join(parts) + ".")
    return out


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
    """When to hire whom a scenario needs: a row per territory and month with ``hires``.

    A hire reaches the full pace only after the ramp, so each is started that many months before the need; those already
    late start in the first month. Several hires of a territory start a month apart. Columns scenario, node, month, hires.
    """
    short = scenario[scenario["hires"].fillna(0) > 0]
    rows = []
    last = max(0, len(edges) - 2 - len(ramp))
    for row in short.itertuples():
        for at in range(int(row.hires)):
            rows.append((row.scenario, row.node, edges[min(at, last)].astype("datetime64[us]"), 1))
    out = pd.DataFrame(rows, columns=["scenario", "node", "month", "hires"])
    out["month"] = out["month"].astype("datetime64[us]")
    return out.groupby(["scenario", "node", "month"], sort=True, as_index=False)["hires"].sum()
