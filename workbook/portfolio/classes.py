"""The class of an account: core, invest, opportunistic or divest, by published rules, with overrides and history (C4, C5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.decisions import Decisions
from workbook.money import format_amount, round_amounts
from workbook.portfolio.bookings import History
from workbook.rules.portfolio import ClassRules
from workbook.tables.frames import Tables

CLASSES = ("core", "invest", "opportunistic", "divest")

#: Why an account has its class, by the rule that decided.
REASONS = {
    "disqualified": "divest: it is disqualified",
    "small": "divest: its projected revenue and its potential are both under {divest}",
    "costly": "divest: selling to it costs more than {cost_share:.0%} of its projected revenue",
    "competitor": "invest: a competitor holds it and its potential is large (from {large})",
    "growing": "invest: it grew by {growth:.0%} or more over the 12 months before, with {wallet:.0%} of its potential or "
    "less ours",
    "regular": "core: it bought in {quarters} or more of the last four quarters",
    "open": "opportunistic: no regular purchases yet, worth watching",
}


def bought_quarters(past: History, size: int) -> npt.NDArray[np.int64]:
    """Of the last four rolling quarters, in how many each of ``size`` accounts bought (size,)."""
    quarters = past.months[:, :12].reshape(len(past), 4, 3).sum(2) > 0
    counts = np.zeros(size, dtype=np.int64)
    counts[past.accounts] = quarters.sum(1)
    return counts


def class_facts(accounts: pd.DataFrame, projected: pd.Series, past: History, costs: pd.Series) -> pd.DataFrame:
    """What classes are decided on: account_id, territory_id, disqualified, incumbent (bool), potential_amount (Int64),
    projected_amount, sales_12m_amount, sales_prior_12m_amount, quarters, cost_amount (Int64, missing where not known); as
    known on the day of ``past``.
    """
    frame = accounts[["account_id", "territory_id", "potential_amount"]].copy()
    frame["disqualified"] = (accounts["disqualified_on"] <= pd.Timestamp(past.as_of)).to_numpy()
    frame["incumbent"] = accounts["incumbent"].notna().to_numpy()
    frame["projected_amount"] = projected.to_numpy()
    for name, first in (("sales_12m_amount", 0), ("sales_prior_12m_amount", 12)):
        sums = np.zeros(len(accounts), dtype=np.int64)
        sums[past.accounts] = np.rint(past.months[:, first : first + 12].sum(1)).astype(np.int64)
        frame[name] = sums
    frame["quarters"] = bought_quarters(past, len(accounts))
    frame["cost_amount"] = costs.array
    return frame


@dataclass(frozen=True, eq=False)
class Touches:
    """Done touches by people, with their cost: ``at`` positions in the accounts table, ``day``, ``cost`` in minor units."""

    at: npt.NDArray[np.intp]
    day: npt.NDArray[np.datetime64]
    cost: npt.NDArray[np.float64]
    size: int

    @classmethod
    def of(cls, tables: Tables, since: date, rules: ClassRules) -> Touches:
        """The done activities later than ``since`` with minutes, at the rep's cost per hour (else the rule's)."""
        rows = tables.activities
        rows = rows[
            (
                (rows["done_on"] > pd.Timestamp(since)) & rows["minutes"].notna() & (rows["source"] != "system")
            ).to_numpy()
        ]
        people = tables.reps.drop_duplicates("rep_id")
        hour = people["cost_per_hour"].astype("Float64").fillna(rules.touch_cost_amount).to_numpy(np.float64)
        who = pd.Index(people["rep_id"]).get_indexer(pd.Index(rows["rep_id"]))
        rate = np.append(hour, rules.touch_cost_amount)[who]
        at = pd.Index(tables.accounts["account_id"]).get_indexer(pd.Index(rows["account_id"]))
        known = at >= 0
        day = rows["done_on"].to_numpy().astype("datetime64[D]")
        cost = rows["minutes"].to_numpy(np.float64) / 60 * rate
        return cls(at[known], day[known], cost[known], len(tables.accounts))

    def costs(self, as_of: date) -> pd.Series:
        """Cost of selling per account over the 365 days up to ``as_of``: Int64 minor units, missing where no minutes are."""
        last = np.datetime64(as_of)
        inside = (self.day <= last) & (self.day > last - 365)
        at = self.at[inside]
        costs = pd.array(round_amounts(np.bincount(at, self.cost[inside], self.size)), dtype="Int64")
        costs[np.bincount(at, minlength=self.size) == 0] = pd.NA
        return pd.Series(costs)


def ruled_classes(facts: pd.DataFrame, rules: ClassRules, currency: str) -> pd.DataFrame:
    """The class by rules alone: account_id, territory_id, class, rule, sentence. The first rule that fits decides."""
    potential = facts["potential_amount"].to_numpy(np.float64, na_value=np.nan)
    projected = facts["projected_amount"].to_numpy(np.float64)
    last, prior = facts["sales_12m_amount"].to_numpy(np.float64), facts["sales_prior_12m_amount"].to_numpy(np.float64)
    known = potential[np.isfinite(potential) & (potential > 0)]
    large = rules.invest_potential_amount
    if large is None:
        large = int(np.quantile(known, 0.8)) if len(known) else 0
    small = rules.divest_amount
    if small is None:
        small = round(4 * rules.touch_hours * rules.touch_cost_amount)
    wallet = np.divide(last, potential, out=np.full(len(last), np.nan), where=potential > 0)
    growth = np.divide(last - prior, prior, out=np.full(len(last), np.nan), where=prior > 0)
    cost = facts["cost_amount"].to_numpy(np.float64, na_value=np.nan)
    room = ~(wallet > rules.invest_wallet_share)
    with np.errstate(invalid="ignore"):
        conditions = {
            "disqualified": facts["disqualified"].to_numpy(),
            "small": (projected < small) & (potential < small),
            "costly": (cost > rules.divest_cost_share * projected) & (last > 0) & (growth <= 0) & ~(potential >= large),
            "competitor": facts["incumbent"].to_numpy() & (potential >= large) & room & bool(large),
            "growing": (growth >= rules.invest_growth) & room & (projected >= small),
            "regular": facts["quarters"].to_numpy() >= rules.core_quarters,
        }
    rule = np.select(list(conditions.values()), list(conditions), "open")
    words = {
        "divest": format_amount(small, currency, short=True), "cost_share": rules.divest_cost_share,
        "large": format_amount(large, currency, short=True), "growth": rules.invest_growth,
        "wallet": rules.invest_wallet_share, "quarters": rules.core_quarters,
    }  # fmt: skip
    said = {name: text.format(**words).split(": ", 1) for name, text in REASONS.items()}
    codes, names = pd.factorize(rule)
    return pd.DataFrame(
        {
            "account_id": facts["account_id"],
            "territory_id": facts["territory_id"],
            "class": pd.Series([said[n][0] for n in names], dtype="str").take(codes).array,
            "rule": pd.Series(names, dtype="str").take(codes).array,
            "sentence": pd.Series([f"{said[n][0].capitalize()}: {said[n][1]}." for n in names], dtype="str")
            .take(codes)
            .array,
        }
    )


def classes(ruled: pd.DataFrame, earlier: pd.DataFrame, decisions: Decisions, as_of: date) -> pd.DataFrame:
    """The class in force: account_id, territory_id, class, sentence, changed_on, previous, rule, overridden.

    A person's override (decision ``class_override``: class, until) stands over the rules until it ends. ``previous`` and
    ``changed_on`` come from the log (``class_change``), else from ``earlier``, the classes that the rules gave at the last
    review (the change lies between the two days, and is dated ``as_of``); missing where nothing changed.
    """
    frame = ruled.copy()
    frame["changed_on"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    then = earlier.set_index("account_id")["class"].reindex(frame["account_id"]).to_numpy(dtype=object)
    differs = pd.notna(then) & (then != frame["class"].to_numpy(dtype=object))
    frame["previous"] = pd.Series(np.where(differs, then, None), index=frame.index, dtype="str")
    frame.loc[differs, "changed_on"] = pd.Timestamp(as_of)
    frame["overridden"] = False
    at = pd.Index(frame["account_id"])
    for account, decision in decisions.state("class_override").items():
        until = decision.payload.get("until")
        wanted = decision.payload.get("class")
        if account not in at or wanted not in CLASSES or (until and pd.Timestamp(until) < pd.Timestamp(as_of)):
            continue
        row = at.get_loc(account)
        frame.loc[row, "previous"] = frame.loc[row, "class"]
        frame.loc[row, "class"] = wanted
        frame.loc[row, "changed_on"] = pd.Timestamp(decision.at).tz_localize(None).normalize()
        frame.loc[row, "overridden"] = True
        why = f" ({decision.reason})" if decision.reason else ""
        frame.loc[row, "sentence"] = (
            f"{str(wanted).capitalize()}: set by {decision.by} on {decision.at.date()}{why}; "
            f"the rules say {frame.loc[row, 'previous']}."
        )
    for account, decision in decisions.state("class_change").items():
        row = at.get_loc(account) if account in at else None
        if row is None or frame.loc[row, "overridden"] or decision.payload.get("to") != frame.loc[row, "class"]:
            continue
        frame.loc[row, "previous"] = decision.payload.get("from")
        frame.loc[row, "changed_on"] = pd.Timestamp(decision.at).tz_localize(None).normalize()
    columns = ["account_id", "territory_id", "class", "sentence", "changed_on", "previous", "rule", "overridden"]
    return frame[columns]


#: What a change is laid to, by the rule that decides now, or that decided before where no rule fits now.
TRIGGERS = {
    "disqualified": "it was disqualified",
    "small": "its projection or potential fell",
    "costly": "selling to it came to cost too much",
    "competitor": "a competitor holds it, or its potential rose",
    "growing": "its sales grew",
    "regular": "it buys regularly now",
}
LAPSED = {
    "regular": "it no longer buys regularly",
    "growing": "its growth slowed",
    "costly": "selling to it came to pay",
    "small": "its projection or potential rose",
    "competitor": "no competitor is noted, or its potential fell",
    "disqualified": "it is no longer disqualified",
    "open": "the facts changed",
}


def class_changes(ruled: pd.DataFrame, earlier: pd.DataFrame, won: pd.Index) -> pd.DataFrame:
    """Changes of class by the rules since the last review, for people to confirm: account_id, territory_id, from, to, trigger,
    sentence. ``won`` are the accounts with which a deal was won since then.
    """
    then = earlier.set_index("account_id")[["class", "rule"]].reindex(ruled["account_id"])
    moved = then["class"].notna().to_numpy() & (then["class"].to_numpy() != ruled["class"].to_numpy())
    rows, before = ruled[moved], then[moved]
    trigger = rows["rule"].map(TRIGGERS).fillna(pd.Series(before["rule"].map(LAPSED).array, index=rows.index))
    deal = rows["account_id"].isin(won)
    return pd.DataFrame(
        {
            "account_id": rows["account_id"],
            "territory_id": rows["territory_id"],
            "from": before["class"].array,
            "to": rows["class"],
            "trigger": trigger.where(~deal, "a deal was won; " + trigger).astype("str"),
            "sentence": rows["sentence"],
        }
    ).reset_index(drop=True)


def class_history(ruled: pd.DataFrame, decisions: Decisions) -> pd.DataFrame:
    """Every change and override that people recorded, oldest first: account_id, at, by, from, to, trigger, reason (C5)."""
    columns = ["account_id", "at", "by", "from", "to", "trigger", "reason"]
    last = dict(zip(ruled["account_id"], ruled["class"], strict=True))
    seen: dict[str, str] = {}
    rows = []
    for row in decisions.rows:
        if row.kind not in ("class_change", "class_override") or row.subject not in last:
            continue
        override = row.kind == "class_override"
        to = row.payload.get("class" if override else "to")
        given = seen.get(row.subject, last[row.subject]) if override else row.payload.get("from")
        trigger = f"override: {row.reason}" if override else row.payload.get("trigger", "")
        rows.append((row.subject, pd.Timestamp(row.at).tz_localize(None), row.by, given, to, trigger, row.reason))
        seen[row.subject] = str(to)
    return pd.DataFrame(rows, columns=columns)
