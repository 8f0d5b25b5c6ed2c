"""Checks of a territory's or book's mix: classes, invest load, hunting and farming."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.checks import Check, Verdict
from workbook.territories.standing import Books


def class_checks(books: Books, by: str) -> list[Check]:
    """Class mix against the target mix (C7): lumpy, limited growth, weighed down."""
    rules, target, out = books.rules, books.mix, []
    held = books.held[by]
    for row in held[held["accounts"] > 0].to_dict("records"):
        share = {name: row[name] / row["accounts"] for name in ("core", "invest", "opportunistic", "divest")}
        over = {name: share[name] - target.get(name, 0.0) for name in share}
        lumpy = over["opportunistic"] + over["invest"]
        faults = []
        if lumpy > rules.lumpy_share:
            faults.append("much opportunistic and invest: results will be lumpy")
        if over["core"] > rules.growth_share:
            faults.append("much core: growth is limited")
        if over["divest"] > rules.divest_share:
            faults.append("much divest: it weighs the rest down")
        strong = (
            lumpy > 2 * rules.lumpy_share
            or over["core"] > 2 * rules.growth_share
            or over["divest"] > 2 * rules.divest_share
        )
        verdict: Verdict = "fail" if strong else "warn" if faults else "ok"
        told = ", ".join(f"{name} {share[name]:.0%} (target {target.get(name, 0.0):.0%})" for name in share)
        text = f"Of {row['accounts']} accounts: {told}" + (f": {'; '.join(faults)}." if faults else ".")
        evidence = pd.DataFrame(
            {by: row[by], "class": list(share), "accounts": [row[n] for n in share], "share": list(share.values()),
             "target_share": [target.get(n, 0.0) for n in share]}
        )  # fmt: skip
        out.append(
            Check("class mix", verdict, text, {f"{n}_share": s for n, s in share.items()}, evidence, str(row[by]))
        )
    return out


def invest_checks(books: Books, rates: pd.DataFrame) -> list[Check]:
    """How many invest accounts a rep can carry (C8), from hours, cycle length and conversion.

    Room = invest share of the available hours / hours of an invest account. Each carried account gives
    365 / cycle days × win rate new deals a year (company-wide, all stages).
    """
    frame = books.accounts[books.accounts["class"].eq("invest")]
    if frame.empty:
        return [
            Check.not_known("invest load", "There are no invest accounts.", rep) for rep in books.capacity["rep_id"]
        ]
    each = float(frame["hours_per_year"].mean())
    whole = rates[(rates["product_family"] == "all") & (rates["stage"] == "any stage") & (rates["segment"] == "all")]
    rate = float(whole["rate"].iloc[0]) if len(whole) else np.nan
    cycle = float(whole["cycle_days"].iloc[0]) if len(whole) else np.nan
    held = frame.groupby("rep_id").agg(count=("account_id", "size"), hours=("hours_per_year", "sum"))
    parts = books.groups("rep_id", books.accounts["class"].eq("invest"))
    out = []
    for row in books.capacity.itertuples():
        if np.isnan(row.available_hours):
            out.append(Check.not_known("invest load", "The rep's hours per week are not known.", row.rep_id))
            continue
        count = int(held["count"].get(row.rep_id, 0))
        hours = float(held["hours"].get(row.rep_id, 0.0))
        room = books.rules.invest_hours_share * row.available_hours * books.year
        fits = int(room / each) if each > 0 else count
        verdict: Verdict = "ok" if hours <= room else "warn" if hours <= 1.5 * room else "fail"
        text = (
            f"{count} invest accounts need {hours:,.0f} hours; {books.rules.invest_hours_share:.0%} of the time is {room:,.0f} "
            f"hours, enough for {fits} at {each:.1f} hours each."
        )
        if not np.isnan(cycle) and cycle > 0 and not np.isnan(rate):
            text += f" A deal takes {cycle:.0f} days and {rate:.0%} are won: about {min(count, fits) * 365 / cycle * rate:.0f} wins a year."
        numbers = {
            "invest": count,
            "hours": hours,
            "room_hours": room,
            "fits": fits,
            "cycle_days": cycle,
            "win_rate": rate,
        }
        evidence = parts.get(row.rep_id)
        if evidence is not None:
            evidence = evidence[
                ["account_id", "territory_id", "name", "hours_per_year", "potential_amount"]
            ].reset_index(drop=True)
        out.append(Check("invest load", verdict, text, numbers, evidence, row.rep_id))
    return out


#: The sales on record must reach this many times as far back as a customer counts as new, or all customers look new.
_HISTORY = 1.5


def hunting_checks(books: Books, by: str) -> list[Check]:
    """Hunting against farming (A13): hours on prospects and new customers against those on established ones.

    Who is new can be told only where sales on record reach back well beyond the time that a customer counts as new.
    """
    rules, frame = books.rules, books.accounts
    begin = frame["first_sale_on"].min()
    known = (pd.Timestamp(books.as_of) - begin).days if pd.notna(begin) else 0
    wanted = round(_HISTORY * rules.new_customer_days)
    since = (pd.Timestamp(books.as_of) - pd.to_datetime(frame["first_sale_on"])).dt.days
    hunted = frame["status"].eq("prospect") | (since <= rules.new_customer_days)
    hours = pd.DataFrame(
        {by: frame[by], "hours": frame["hours_per_year"], "hunted": frame["hours_per_year"].where(hunted, 0.0)}
    )
    sums = hours.groupby(by).sum()
    groups = books.groups(by, hunted)
    out = []
    for holder, row in sums.iterrows():
        if known < wanted:
            told = f"reach back {known} days, not {wanted}" if known else "are not there"
            text = f"Not enough history: sales on record {told}, so who is a new customer is not known."
            out.append(Check.not_known("hunting and farming", text, str(holder)))
            continue
        if row["hours"] <= 0:
            out.append(Check.not_known("hunting and farming", "No workload is known.", str(holder)))
            continue
        share = float(row["hunted"] / row["hours"])
        verdict: Verdict = "ok" if rules.hunting_low <= share <= rules.hunting_high else "warn"
        judged = "" if verdict == "ok" else ": little hunting" if share < rules.hunting_low else ": little farming"
        text = (
            f"{share:.0%} of the hours are for prospects and customers won in the last {rules.new_customer_days} days "
            f"(healthy {rules.hunting_low:.0%} to {rules.hunting_high:.0%}){judged}."
        )
        numbers = {"hunting_share": share, "hunting_hours": float(row["hunted"]), "hours": float(row["hours"])}
        evidence = groups.get(str(holder))
        if evidence is not None:
            columns = ["account_id", "territory_id", "name", "status", "first_sale_on", "hours_per_year"]
            evidence = evidence[columns].reset_index(drop=True)
        out.append(Check("hunting and farming", verdict, text, numbers, evidence, str(holder)))
    return out
