"""The plans stage: its nouns, each made by a function of this package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import pandas as pd

from workbook.checks import Check
from workbook.plans import behaviour as doing
from workbook.plans import scores as scoring
from workbook.plans import together
from workbook.plans.changes import changes
from workbook.plans.commitment import commitment
from workbook.plans.document import AccountPlan, PlanDocument, parse, plan_of
from workbook.plans.known import Horizon, Known, repeat_business
from workbook.plans.lines import lines, planned, roll_up, season
from workbook.plans.prefill import Prefill
from workbook.rules.plans import PlansRules
from workbook.stage import Stage, noun


class Plans(Stage):
    """Nouns of plans. Each is a frame or a list of checks, computed once, cut to the scope in a scoped book."""

    @property
    def _rules(self) -> PlansRules:
        return self.facts.rules.plans

    @property
    def _portfolio(self) -> Any:
        return self.earlier("portfolio")

    @property
    def _engagement(self) -> Any:
        return self.earlier("engagement")

    @cached_property
    def stored(self) -> list[tuple[Mapping[str, Any], PlanDocument]]:
        """Every stored plan in scope with its document."""
        return [(row, plan_of(row)) for row in self.facts.plans]

    @property
    def documents(self) -> list[PlanDocument]:
        """The plan documents in scope: account plans, and reps' territory plans."""
        return [doc for _, doc in self.stored]

    @cached_property
    def horizon(self) -> Horizon:
        """The periods in which reps plan."""
        return Horizon.of(self.facts.year, self._rules, self.facts.calendar, self.facts.as_of)

    @noun
    def repeat_business(self) -> pd.DataFrame:
        """What accounts buy without a new decision: account_id, period, product_family, reference, amount."""
        tables = self.facts.tables
        family = tables.products.drop_duplicates("product_id").set_index("product_id")["family"]
        sold = tables.sales.assign(product_family=tables.sales["product_id"].map(family).fillna(""))
        months = self._portfolio.projection_months
        return repeat_business(sold, months, self.horizon, self.facts.calendar, self.facts.as_of)

    @noun
    def deals(self) -> pd.DataFrame:
        """Deals that plans may rest on: open ones with odds, closed ones of the year; columns of portfolio.deal_odds, and
        status, close_on, pushes, next_step, next_step_on.
        """
        rows = self.facts.tables.opportunities
        odds = self._portfolio.deal_odds
        more = rows[["opportunity_id", "status", "close_on", "pushes", "next_step", "next_step_on"]]
        open_ = odds.merge(more, on="opportunity_id", how="left")
        closed = rows[(rows["status"] != "open") & ~rows["opportunity_id"].isin(odds["opportunity_id"])]
        keep = [c for c in open_.columns if c in closed.columns]
        return pd.concat([open_, closed[keep]], ignore_index=True).astype({"amount": "int64"})

    @noun
    def rep_targets(self) -> pd.DataFrame:
        """Targets of reps by the periods in which they plan, and by year: rep_id, period, target_amount, street_amount."""
        return _rep_targets(self.before, self.horizon)

    @cached_property
    def known(self) -> Known:
        """What is known before a rep types anything."""
        book, tables = self._portfolio, self.facts.tables
        open_ = self.deals[(self.deals["status"] == "open").to_numpy()]
        return Known(
            register=book.register,
            classes=book.classes,
            grades=book.grades,
            key_accounts=book.key_accounts,
            whitespace=book.whitespace,
            deals=open_.reset_index(drop=True),
            cadence=self._engagement.cadence,
            contacts=tables.contacts,
            repeat=self.repeat_business,
            targets=self.rep_targets,
            outcomes=dict(zip(self.deals["opportunity_id"], self.deals["status"], strict=True)),
        )

    @property
    def prefill(self) -> Prefill:
        """First versions of plans, from what is known."""
        return Prefill(self.known, self._rules, self.horizon, self.facts.calendar)

    @noun
    def amounts(self) -> pd.DataFrame:
        """Every planned amount as it was written: account_id, rep_id, state, planned_in, product_family, source, reference,
        amount, territory_id.
        """
        return planned(self.stored, self._portfolio.register, self.facts.tables.reps)

    @noun
    def lines(self) -> pd.DataFrame:
        """Planned amounts by month; they add up to what was written, to the minor unit."""
        return lines(self.amounts, season(self.facts.tables.sales, self.facts.calendar))

    @noun
    def roll_up(self) -> pd.DataFrame:
        """Plans added up the tree: node, node_kind, parent, period (month), product_family, plan_amount (A11)."""
        return roll_up(self.lines, self.facts.tree)

    @noun
    def territory_words(self) -> pd.DataFrame:
        """Reps' territory plans in their own words, with what they plan without an account."""
        return together.written(self.stored, self.facts.tables.reps, self.facts.year)

    @noun
    def parts(self) -> pd.DataFrame:
        """What each node's plan of the year is made of: its nodes and reps, with sums (A11)."""
        return together.parts(self.lines, self.territory_words, self.facts.tree, self.facts.year)

    @noun
    def scores(self) -> pd.DataFrame:
        """Scores per account plan with their reasons (E4 to E8)."""
        support = scoring.Support.of(self.repeat_business, self.deals, self._portfolio.whitespace)
        around = (self._rules, self.facts.as_of, self._places)
        rows = [scoring.scored(row, doc, support, around) for row, doc in self.stored if isinstance(doc, AccountPlan)]
        return scoring.scores(rows)

    @noun
    def commitment(self) -> pd.DataFrame:
        """Open deals, those with most of the customer's own time, money and people in them first (E5)."""
        return commitment(self.stored, self._portfolio.deal_odds, self.facts.year)

    @noun
    def changes(self) -> pd.DataFrame:
        """What changed in each plan since its last different revision."""
        pairs = [
            (row, parse(row["previous"]["document"], territory=not row["account_id"]), doc)
            for row, doc in self.stored
            if row.get("previous")
        ]
        return changes(pairs, self._places, self.facts.currency)

    @noun
    def actions(self) -> pd.DataFrame:
        """Every action of every plan: account_id, rep_id, territory_id, action, objective, owner, function, due_on, done_on,
        channel, overdue_days (Int64; missing where it is done or has no date), soonest first.
        """
        return _actions(self.stored, self._places, self.facts.as_of)

    @noun
    def behaviour(self) -> pd.DataFrame:
        """How planning is really done, per node and rep, as shares of their accounts (B6); ``tied`` (B3) is missing where the
        rules name no objectives of the sales strategy.
        """
        named = self._rules.objectives
        rows = doing.facts_of_plans(self.stored, named)
        made = doing.behaviour(rows, self._portfolio.register, self.facts.tree)
        return made if named else made.assign(tied=float("nan"))

    @noun
    def status(self) -> pd.DataFrame:
        """Who has sent, what is late, and whether the plan exceeds the target; one row per rep."""
        year = self.facts.year
        mine = self.lines[self.lines["period"].str.startswith(year)].groupby("rep_id")["amount"].sum()
        targets = self.rep_targets[self.rep_targets["period"] == year].set_index("rep_id")
        amounts = pd.DataFrame({"planned_amount": mine.astype("Int64")}).join(
            targets[["target_amount", "street_amount"]], how="outer"
        )
        due_on = doing.due(self._rules.due_on, self.facts.calendar.bounds(year)[0])
        return doing.status(
            doing.facts_of_plans(self.stored),
            self._portfolio.register,
            self.facts.tables.reps,
            amounts.rename_axis("rep_id").reset_index(),
            due_on,
            self.facts.as_of,
        )

    @noun
    def checks(self) -> list[Check]:
        """Judgements per rep: plans are there, exceed the target, are revised, rest on something; per node: they add up."""
        facts = self.facts
        return [
            *doing.checks(self.status, self.scores, self._rules, facts.currency),
            *together.checks(self.parts, self.amounts, facts.tree, facts.year, facts.currency),
        ]

    @cached_property
    def _places(self) -> dict[str, dict[str, Any]]:
        register = self._portfolio.register
        cadence = self._engagement.cadence.drop_duplicates("account_id").set_index("account_id")["last_touch_on"]
        touched = cadence.reindex(register["account_id"])
        rows = zip(register["account_id"], register["owner_rep_id"], register["territory_id"], touched, strict=True)
        places: dict[str, dict[str, Any]] = {
            str(account): {
                "owner_rep_id": "" if pd.isna(owner) else str(owner),
                "territory_id": str(territory),
                "last_touch_on": None if pd.isna(last) else last.date(),
            }
            for account, owner, territory, last in rows
        }
        reps = self.facts.tables.reps
        for rep, territory in zip(reps["rep_id"], reps["territory_id"], strict=True):
            places[str(rep)] = {"owner_rep_id": str(rep), "territory_id": str(territory)}
        return places


def _rep_targets(targets: Any, horizon: Horizon) -> pd.DataFrame:
    rows = targets.allocation
    rows = rows[(rows["node_kind"] == "rep").to_numpy()]
    rows = rows[rows["period"].str.startswith(horizon.year)]
    if "measure" in rows:
        rows = rows[rows["measure"].isin(["", "bookings"]) | rows["measure"].isna()]
    month = rows["period"].str[-2:].astype("int64")
    size = 12 // len(horizon.periods)
    named = rows.assign(period=pd.Series(horizon.periods, dtype="str").take((month - 1) // size).array)
    every = pd.concat([named, rows.assign(period=horizon.year)])
    wide = every.pivot_table(index=["node", "period"], columns="layer", values="amount", aggfunc="sum", observed=True)
    out = wide.reset_index().rename(columns={"node": "rep_id", "target": "target_amount", "street": "street_amount"})
    for name in ("target_amount", "street_amount"):
        out[name] = out[name].astype("Int64") if name in out else pd.array([pd.NA] * len(out), dtype="Int64")
    return out[["rep_id", "period", "target_amount", "street_amount"]].rename_axis(columns=None)


def _actions(
    stored: list[tuple[Mapping[str, Any], PlanDocument]], places: Mapping[str, Mapping[str, Any]], as_of: Any
) -> pd.DataFrame:
    names = ["action", "objective", "owner", "function", "due_on", "done_on", "channel"]
    rows = []
    for row, doc in stored:
        place = places.get(row["account_id"] or row["rep_id"], {})
        head = (row["account_id"], place.get("owner_rep_id") or doc.rep_id, place.get("territory_id", ""))
        for action in doc.actions:
            rows.append((*head, *(getattr(action, name) for name in names)))
    columns = ["account_id", "rep_id", "territory_id", *names]
    out = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns, "str"))
    for name in ("due_on", "done_on"):
        out[name] = pd.to_datetime(pd.Series([r[columns.index(name)] for r in rows], dtype="object")).astype(
            "datetime64[us]"
        )
    late = (pd.Timestamp(as_of) - out["due_on"]).dt.days
    out["overdue_days"] = late.where((late > 0) & out["done_on"].isna()).astype("Int64")
    return out.sort_values(["due_on", "account_id", "action"], kind="stable", na_position="last", ignore_index=True)
