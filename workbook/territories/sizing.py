"""The right book size by class and industry with its working (D6), territories needed, and which rep lacks what (A14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from workbook.rules.territories import TerritoriesRules

#: Closed deals from which a group's own cycle is learned; the company's otherwise.
_DEALS = 20
_LACKS = ["rep_id", "node", "name", "short_hours", "short_accounts", "short_potential_amount", "lacks"]


def book_sizes(
    capacity: pd.DataFrame, accounts: pd.DataFrame, load: pd.DataFrame, deals: pd.DataFrame, rules: TerritoriesRules
) -> pd.DataFrame:
    """The right book size were all accounts of one class or industry, from what they take and how their deals run (D6).

    Hours of an account = touches + travel + deals opened in a year × mean days that a deal stays open / 365 (deals open at
    once; Little, 1961) × hours of a deal. Right size = hours of the typical rep × wanted load / hours of an account.
    ``load``: the workload, in the order of ``accounts``; ``deals``: account_id, opened (bool: within a year), cycle_days
    (closed deals, else NaN). Columns cut (all, class, industry), name, accounts, potential_amount (the market), value_amount
    (mean of the greater of projection and potential), deals_per_year, cycle_days (the company's below 20 closed deals),
    hours_per_year, right_size, books (accounts / right size). Missing where not known.
    """
    hours = full_hours(capacity) * 12 / rules.capacity.months * rules.capacity.wanted_load
    live = ~accounts["disqualified"].to_numpy(dtype=bool)
    potential = accounts["potential_amount"].fillna(0).to_numpy(np.float64)
    frame = accounts.loc[live, ["account_id", "class", "industry"]].assign(
        base=(load["touch_hours"] + load["travel_hours"]).to_numpy()[live],
        potential=potential[live],
        value=np.maximum(potential, accounts["projected_amount"].to_numpy(np.float64))[live],
    )
    at = pd.Index(frame["account_id"]).get_indexer(pd.Index(deals["account_id"]))
    own = deals[at >= 0].assign(**{c: frame[c].to_numpy()[at[at >= 0]] for c in ("class", "industry")})
    usual = float(own["cycle_days"].mean()) if own["cycle_days"].notna().any() else np.nan
    parts = [("all", "all accounts", frame, own)]
    for cut in ("class", "industry"):
        for name in sorted(frame[cut].dropna().unique()):
            parts.append((cut, str(name), frame[(frame[cut] == name).to_numpy()], own[(own[cut] == name).to_numpy()]))
    rows = []
    for cut, name, part, made in parts:
        cycle = float(made["cycle_days"].mean()) if made["cycle_days"].notna().sum() >= _DEALS else usual
        opened = float(made["opened"].sum()) / max(1, len(part))
        open_now = 0.0 if opened == 0 else opened * cycle / 365
        each = float(part["base"].mean()) + open_now * rules.workload.deal_hours if len(part) else np.nan
        size = hours / each if each > 0 else np.nan
        rows.append(
            (cut, name, len(part), part["potential"].sum(), part["value"].mean(), opened, cycle, each, size, len(part) / size)
        )  # fmt: skip
    columns = ["cut", "name", "accounts", "potential_amount", "value_amount", "deals_per_year", "cycle_days"]
    out = pd.DataFrame(rows, columns=[*columns, "hours_per_year", "right_size", "books"])
    for column in ("potential_amount", "value_amount"):
        out[column] = out[column].round().astype("Int64")
    return out


def deal_pace(opportunities: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Per deal: account_id, opened (created within the year before the as-of day), cycle_days (closed ones, else NaN)."""
    day = pd.Timestamp(as_of)
    age = (day - opportunities["created_on"]).dt.days
    closed = opportunities["closed_on"].fillna(opportunities["close_on"]).where(opportunities["status"] != "open")
    cycle = (closed - opportunities["created_on"]).dt.days.astype("float64")
    return pd.DataFrame(
        {
            "account_id": opportunities["account_id"],
            "opened": ((age >= 0) & (age < 365)).to_numpy(dtype=bool),
            "cycle_days": cycle.where(cycle >= 0),
        }
    )


def sizes_sentence(sizes: pd.DataFrame, money: Callable[[int], str]) -> str:
    """The table in one sentence: the usual mix, and the smallest and the largest right size by class and industry."""
    whole = sizes.iloc[0]
    if pd.isna(whole["right_size"]):
        return "The right book size is not known: hours of reps or of accounts are missing."
    cycle = "" if pd.isna(whole["cycle_days"]) else f", deals that stay open {whole['cycle_days']:.0f} days"
    text = f"With {whole['hours_per_year']:.1f} hours an account{cycle} and {money(int(whole['value_amount']))} of value each, "
    text += f"a rep can serve {whole['right_size']:.0f} accounts of the usual mix"
    for cut in ("class", "industry"):
        rows = sizes[(sizes["cut"] == cut) & sizes["right_size"].notna()]
        if len(rows) > 1:
            low, high = rows.loc[rows["right_size"].idxmin()], rows.loc[rows["right_size"].idxmax()]
            text += (
                f"; by {cut} from {low['right_size']:.0f} ({low['name']}) to {high['right_size']:.0f} ({high['name']})"
            )
    return text + "."


def full_hours(capacity: pd.DataFrame) -> float:
    """Selling hours of the typical rep in the months ahead: the median of those who sell; NaN where nobody's are known."""
    return float(capacity["selling_hours"].where(capacity["selling_hours"] > 0).median())


def territories_needed(scenarios: pd.DataFrame, capacity: pd.DataFrame, rules: TerritoriesRules) -> pd.DataFrame:
    """Reps and territories that each scenario takes by hours alone, were borders free (A14).

    Reps needed = hours / (hours of the typical rep × wanted load); territories needed = reps needed / usual (median) reps of
    a territory. Columns scenario, growth_share, reps, reps_needed, territories, territories_needed; missing where not known.
    """
    each = full_hours(capacity) * rules.capacity.wanted_load
    out = scenarios.groupby(["scenario", "growth_share"], sort=False).agg(
        needed_hours=("needed_hours", "sum"), reps=("reps", "sum"), territories=("node", "size")
    )
    first = scenarios[scenarios["scenario"] == scenarios["scenario"].iloc[0]] if len(scenarios) else scenarios
    usual = float(first.loc[first["reps"] > 0, "reps"].median())
    people = out.pop("needed_hours") / each
    out["reps_needed"] = np.ceil(people - 1e-9).astype("Int64")
    out["territories_needed"] = np.ceil(people / usual - 1e-9).astype("Int64")
    return out.reset_index()[["scenario", "growth_share", "reps", "reps_needed", "territories", "territories_needed"]]


def lacking(capacity: pd.DataFrame, indexes: pd.DataFrame, rules: TerritoriesRules) -> pd.DataFrame:
    """Which rep lacks what to succeed (A14): hours, where the book needs more than there are; accounts and potential, where
    the book holds less than the fair share by hours by more than the rule ``index_warn``.

    Columns rep_id, node, name, short_hours, short_accounts, short_potential_amount (0 where nothing lacks), lacks (in words);
    only reps who lack something.
    """
    health = rules.health
    out = capacity[["rep_id", "node", "name"]].copy()
    over = (capacity["needed_hours"] > health.full_load * capacity["available_hours"]).to_numpy()
    out["short_hours"] = np.where(over, -capacity["free_hours"].to_numpy(np.float64), 0.0)
    for measure, column in (("accounts", "short_accounts"), ("potential_amount", "short_potential_amount")):
        rows = indexes[indexes["measure"] == measure].drop_duplicates("rep_id").set_index("rep_id")
        rows = rows.reindex(out["rep_id"])
        low = (rows["index"] < 100 - health.index_warn).to_numpy()
        gap = np.where(low, (rows["fair"] - rows["value"]).to_numpy(np.float64), 0.0)
        out[column] = np.rint(gap).astype(np.int64)
    words = {"short_hours": "hours", "short_accounts": "accounts", "short_potential_amount": "potential"}
    told = [
        ", ".join(word for column, word in words.items() if row[column] > 0)
        for row in out[list(words)].to_dict("records")
    ]
    out["lacks"] = pd.Series(told, index=out.index, dtype="str")
    return out.loc[out["lacks"] != "", _LACKS].reset_index(drop=True)
