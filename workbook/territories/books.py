"""Checks of a rep's book: its size, balance, movement, concentration, neglect, and fairness to the new."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from workbook.checks import Check, Verdict
from workbook.money import format_amount
from workbook.territories.spread import indexes
from workbook.territories.standing import Books

#: What people call a measure.
NAMES = {
    "accounts": "accounts", "sales_amount": "sales", "potential_amount": "potential", "projected_amount": "projection",
    "hours": "workload", "key": "key accounts", "core": "core accounts", "invest": "invest accounts",
    "opportunistic": "opportunistic accounts", "divest": "divest accounts",
}  # fmt: skip


def size_checks(books: Books) -> list[Check]:
    """Book too large or too small (D4): needed hours against the hours there are; evidence: the accounts that take most."""
    rules, out = books.rules, []
    groups = books.groups("rep_id")
    for row in books.capacity.itertuples():
        numbers = {"accounts": row.accounts, "needed_hours": row.needed_hours, "available_hours": row.available_hours}
        if np.isnan(row.available_hours):
            out.append(Check.not_known("book size", "The rep's hours per week are not known.", row.rep_id))
            continue
        if row.available_hours <= 0:
            verdict: Verdict = "fail" if row.needed_hours > 0 else "ok"
            text = (
                f"{row.accounts} accounts need {row.needed_hours:,.0f} hours a year, and there are none in this time."
            )
            out.append(Check("book size", verdict, text, numbers, _heaviest(groups.get(row.rep_id)), row.rep_id))
            continue
        load = row.needed_hours / row.available_hours
        verdict = (
            "fail" if load > rules.over_load else "warn" if load > rules.full_load or load < rules.low_load else "ok"
        )
        judged = (
            "too large"
            if load > rules.full_load
            else "small for the hours there are"
            if load < rules.low_load
            else "fits"
        )
        text = (
            f"{row.accounts} accounts need {row.needed_hours:,.0f} hours of {row.available_hours:,.0f} "
            f"({load:.0%}): {judged}."
        )
        evidence = _heaviest(groups.get(row.rep_id))
        out.append(Check("book size", verdict, text, {**numbers, "load": load}, evidence, row.rep_id))
    return out


def _heaviest(accounts: pd.DataFrame | None, count: int = 10) -> pd.DataFrame | None:
    """The accounts that take most hours, by name."""
    if accounts is None:
        return None
    rows = accounts.sort_values(["hours_per_year", "account_id"], ascending=[False, True], kind="stable").head(count)
    return rows[["account_id", "territory_id", "name", "class", "hours_per_year"]].reset_index(drop=True)


def balance_checks(books: Books, by: str, weight: pd.Series | None) -> list[Check]:
    """Each holder against the others (D4): index = value / fair share × 100, fair shares by capacity where it is known."""
    rules, table = books.rules, indexes(books.held[by], by, weight)
    table["apart"] = (table["index"] - 100).abs()
    out = []
    for holder, part in table.groupby(by, sort=True):
        known = part[part["index"].notna() & part["measure"].isin(["sales_amount", "potential_amount", "hours"])]
        if known.empty:
            out.append(Check.not_known("balance", "Nothing to compare: no sales, potential or workload.", str(holder)))
            continue
        worst = known.loc[known["apart"].idxmax()]
        verdict: Verdict = (
            "fail" if worst["apart"] > rules.index_fail else "warn" if worst["apart"] > rules.index_warn else "ok"
        )
        told = ", ".join(f"{NAMES[m]} {i:.0f}" for m, i in zip(known["measure"], known["index"], strict=True))
        text = f"Against a fair share of 100: {told}."
        numbers = {f"{m}_index": float(i) for m, i in zip(known["measure"], known["index"], strict=True)}
        out.append(Check("balance", verdict, text, numbers, part.drop(columns="apart"), str(holder)))
    return out


def static_checks(books: Books, by: str, changed: pd.DataFrame) -> list[Check]:
    """Static (D4): how long ago the last account came or went; where nobody ever came or went, since the rep was hired.

    ``changed``: columns holder and on, every change of the books.
    """
    past = changed[(changed["on"] <= pd.Timestamp(books.as_of)).to_numpy(dtype=bool)]
    last = past.groupby("holder")["on"].max()
    first = books.people.set_index("rep_id")["hired_on"] if by == "rep_id" else pd.Series(dtype="datetime64[us]")
    out = []
    for holder, accounts in zip(books.held[by][by], books.held[by]["accounts"], strict=True):
        if accounts == 0:
            continue
        on = last.get(holder, pd.NaT)
        hired = first.get(holder, pd.NaT)
        never = pd.isna(on)
        on = hired if never else on
        if pd.isna(on):
            out.append(Check.not_known("movement", "No change of owner is on record.", str(holder)))
            continue
        days = _days(on, books.as_of)
        verdict: Verdict = "warn" if days > books.rules.static_days else "ok"
        since = "No change of owner is on record since the hire on" if never else "The last account came or went on"
        text = f"{since} {on.date()}, {days:,} days ago" + (": static." if verdict == "warn" else ".")
        out.append(Check("movement", verdict, text, {"days": days}, subject=str(holder)))
    return out


def neglect_checks(books: Books, by: str) -> list[Check]:
    """High value and not engaged (D5): the most valuable accounts without a real touch for too long."""
    if not books.knows_touches:
        holders = books.held[by][by]
        return [
            Check.not_known("engagement of high value", "No activities table: touches not known.", h) for h in holders
        ]
    days = books.worked.coverage_days
    limit = pd.Timestamp(books.as_of) - pd.Timedelta(days=days)
    out = []
    for holder, part in books.groups(by, books.high_value()).items():
        cold = part[~(part["last_touch_on"] >= limit)]
        share = len(cold) / len(part)
        verdict: Verdict = (
            "ok"
            if len(cold) == 0
            else "fail"
            if share > 2 * books.rules.neglected_share
            else ("warn" if share > books.rules.neglected_share else "ok")
        )
        worth = int(cold["potential_amount"].fillna(0).sum())
        text = f"{len(cold)} of {len(part)} high-value accounts had no real touch in {days} days" + (
            f", with {format_amount(worth, books.currency, short=True)} of potential." if worth else "."
        )
        evidence = cold[["account_id", "territory_id", "name", "projected_amount", "potential_amount", "last_touch_on"]]
        numbers = {"high_value": len(part), "neglected": len(cold), "potential_amount": worth}
        out.append(Check("engagement of high value", verdict, text, numbers, evidence.reset_index(drop=True), holder))
    return out


def fairness_checks(books: Books) -> list[Check]:
    """New reps' books against the others' (D9): value per account, and the part of warm accounts."""
    held = books.held["rep_id"]
    if held.empty:
        return []
    hired = held["rep_id"].map(books.people.set_index("rep_id")["hired_on"])
    days = (pd.Timestamp(books.as_of) - hired).dt.days
    new = ((days >= 0) & (days <= books.rules.new_rep_days)).to_numpy()
    worth = held["projected_amount"].to_numpy(np.float64) / np.where(held["accounts"] > 0, held["accounts"], np.nan)
    others = worth[~new & (held["accounts"] > 0).to_numpy()]
    warm = books.accounts["status"].eq("customer").groupby(books.accounts["rep_id"]).mean()
    usual = float(np.median(others)) if len(others) else np.nan
    usual_warm = float(warm.reindex(held["rep_id"][~new]).median())
    out = []
    for at in np.flatnonzero(new):
        rep = str(held["rep_id"].iloc[at])
        if held["accounts"].iloc[at] == 0 or np.isnan(usual) or usual <= 0:
            out.append(Check.not_known("book of a new rep", "No accounts yet, or nobody to compare with.", rep))
            continue
        share = float(worth[at] / usual)
        verdict: Verdict = (
            "fail" if share < books.rules.fair_share / 2 else "warn" if share < books.rules.fair_share else "ok"
        )
        own = float(warm.get(rep, np.nan))
        text = (
            f"Here for {int(days.iloc[at])} days. An account of this book is worth {share:.0%} of the usual one by projection; "
            f"{own:.0%} are customers, in other books {usual_warm:.0%}."
        )
        numbers = {"value_share": share, "warm_share": own, "usual_warm_share": usual_warm, "days": int(days.iloc[at])}
        mine = books.accounts[books.accounts["rep_id"].eq(rep).to_numpy(dtype=bool)]
        evidence = mine[["account_id", "territory_id", "name", "status", "projected_amount", "last_touch_on"]]
        out.append(Check("book of a new rep", verdict, text, numbers, evidence.reset_index(drop=True), rep))
    return out


def _days(on: pd.Timestamp, as_of: date) -> int:
    return int((pd.Timestamp(as_of) - on).days)
