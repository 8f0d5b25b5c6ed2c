"""The odds as they stood on past days: what was knowable when, and how right it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from workbook.facts import Facts
from workbook.periods import children
from workbook.reconcile.cube import ALL_FAMILIES, Inputs, Nodes, cube
from workbook.reconcile.totals import NO_PLANS, PLANS
from workbook.reconcile.track import year_targets
from workbook.reconcile.year import Ahead, odds
from workbook.rules.reconcile import OddsRules

COLUMNS = ["node", "node_kind", "known_on", "p10_amount", "p50_amount", "p90_amount", "target_probability"]


@dataclass(frozen=True, eq=False)
class Given:
    """What is taken as it is today: owners per account, plan lines, targets by node and month (allocation)."""

    owners: pd.Series
    lines: pd.DataFrame
    allocation: pd.DataFrame


def month_ends(facts: Facts, year: str) -> list[date]:
    """The day before the year, then the last day of each of its months that lies before the as-of day."""
    first = facts.calendar.bounds(year)[0] - timedelta(days=1)
    ends = [facts.calendar.bounds(m)[1] for m in children(year, "month")]
    return [d for d in (first, *ends) if d < facts.as_of]


def odds_on(facts: Facts, given: Given, day: date, rules: OddsRules) -> tuple[pd.DataFrame, Nodes]:
    """The odds of the year (rows as :func:`workbook.reconcile.year.odds`) as they would have been computed on a day, and their nodes.

    Sales, deals and touches are those known then (``Tables.known_at``).
    """
    from workbook.portfolio.stage import Portfolio

    then = Facts(facts.tables.known_at(day), facts.rules, day, facts.decisions.known_at(day))
    portfolio = Portfolio(then)
    made = cube(then, Inputs(given.owners, given.lines, given.allocation, portfolio.outlook_months), (PLANS, NO_PLANS))
    ahead = Ahead(portfolio.outlook_months, portfolio.deal_odds, portfolio.new_business)
    return odds(then, made, ahead, rules).frame, made.nodes


def replay(facts: Facts, given: Given, days: Sequence[date], rules: OddsRules) -> pd.DataFrame:
    """The odds of the year per node of the tree and rep as they would have been computed on each day.

    Accounts count where they are today. A day before which nothing was sold is left out. Out: node, node_kind, known_on, p10_amount, p50_amount, p90_amount, target_probability.
    """
    parts, first = [], facts.tables.sales["booked_on"].min()
    for day in days:
        if not first <= pd.Timestamp(day):
            continue
        frame, _ = odds_on(facts, given, day, rules)
        frame = frame[(frame["period"] == facts.year).to_numpy()]
        parts.append(frame.assign(known_on=pd.Timestamp(day)))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    out = pd.concat(parts, ignore_index=True)[COLUMNS]
    return out.astype({"known_on": "datetime64[us]"})


def given_for(facts: Facts, owners: pd.Series, year: str) -> Given:
    """Finance's given targets of a (past) year for the nodes of the tree, to replay the odds against; no plan lines."""
    said = year_targets(facts.tables.targets, year)
    rows = pd.DataFrame(
        {
            "node": pd.Series(said.index, dtype="str"),
            "period": children(year, "month")[0],
            "product_family": ALL_FAMILIES,
            "layer": "target",
            "amount": said.to_numpy().astype(np.int64),
        }
    )
    lines = pd.DataFrame(
        {c: pd.Series(dtype="str") for c in ("account_id", "rep_id", "territory_id", "period", "product_family")}
    )
    return Given(owners, lines.assign(amount=pd.Series(dtype="int64")), rows[rows["node"].isin(facts.tree.ids)])


def of_year(facts: Facts, year: str) -> Facts:
    """The same facts with another fiscal year planned."""
    book = replace(facts.rules.book, fiscal_year=int(year[2:6]))
    return Facts(facts.tables, replace(facts.rules, book=book), facts.as_of, facts.decisions)


def scored(replayed: pd.DataFrame, outcome: pd.DataFrame) -> pd.DataFrame:
    """How right the odds were on each day, over all nodes with a target.

    ``outcome``: node, target_amount, actual_amount of the closed year. Out: known_on, nodes, brier (mean squared error of the chance; 0.25
    is what always saying 50 % gets), brier_of_base (saying the share that reached it), right_share (more likely side came true), inside_share
    (outcome within P10 to P90), missed (nodes that missed), foreseen (of these, chance below one half).
    """
    known = outcome[outcome["target_amount"].notna().to_numpy()]
    rows = replayed.dropna(subset=["target_probability"]).merge(known, on="node")
    rows["reached"] = rows["actual_amount"] >= rows["target_amount"]
    made = []
    for day, part in rows.groupby("known_on", sort=True):
        chance, reached = part["target_probability"].to_numpy(), part["reached"].to_numpy(dtype=bool)
        actual = part["actual_amount"].to_numpy(dtype=np.float64)
        inside = (actual >= part["p10_amount"].to_numpy()) & (actual <= part["p90_amount"].to_numpy())
        base = reached.mean()
        made.append(
            (day, len(part), float(((chance - reached) ** 2).mean()), float(((base - reached) ** 2).mean()),
             float(((chance >= 0.5) == reached).mean()), float(inside.mean()), int((~reached).sum()), int((~reached & (chance < 0.5)).sum()))
        )  # fmt: skip
    return pd.DataFrame(made, columns=["known_on", "nodes", "brier", "brier_of_base", "right_share", "inside_share", "missed", "foreseen"])  # fmt: skip
