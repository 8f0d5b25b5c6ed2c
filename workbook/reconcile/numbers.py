"""The numbers of the reconcile stage: gap, bridge, odds, the year as it goes; each noun made by a function of this package."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from workbook.reconcile import bearable as bearing
from workbook.reconcile import calendar as readiness
from workbook.reconcile import gap as gaps
from workbook.reconcile import replay as replaying
from workbook.reconcile import statement as stating
from workbook.reconcile import warning
from workbook.reconcile.audit import audit
from workbook.reconcile.bridge import bridge, coverage
from workbook.reconcile.calibration import calibration, closed_quarters, trials
from workbook.reconcile.cube import Cube, Inputs, cube
from workbook.reconcile.odds import needed_hedge
from workbook.reconcile.totals import NO_PLANS, PLANS, booked, node_totals
from workbook.reconcile.year import Ahead, Odds, odds
from workbook.rules.reconcile import OddsRules, ReconcileRules
from workbook.stage import Stage, noun

Layer = Literal["target", "street"]


class Numbers(Stage):
    """Nouns that are computed from what is known. Each is a frame, computed once, cut to the scope in a scoped book.

    ``against`` is the layer that counts as the target: finance's target, or the street quota (``street``) in copies for readers who
    do not see the hedge.
    """

    against: Layer = "target"

    @property
    def rules(self) -> ReconcileRules:
        return self.facts.rules.reconcile

    @property
    def _owners(self) -> pd.Series:
        """Who owns each account: rep_id by account_id."""
        owners: pd.Series = self.earlier("portfolio").register.set_index("account_id")["owner_rep_id"]
        return owners

    @cached_property
    def given_cube(self) -> Cube:
        """Plan, target, street quota, projection and actuals by node × month × family (whole company), as they are signed."""
        inputs = Inputs(
            self._owners,
            self.earlier("plans").lines,
            self.earlier("targets").allocation,
            self.earlier("portfolio").outlook_months,
        )
        return cube(self.facts, inputs, (PLANS, NO_PLANS))

    @cached_property
    def cube(self) -> Cube:
        """The same cube with the layer that counts as the target in the target's place."""
        made = self.given_cube
        return replace(made, cells={**made.cells, "target": made.cells[self.against]})

    @property
    def _judged_allocation(self) -> pd.DataFrame:
        """The allocation with the layer that counts as the target alone, as layer target."""
        rows = self.earlier("targets").allocation
        return rows[(rows["layer"] == self.against).to_numpy()].assign(layer="target")

    @noun
    def gap(self) -> pd.DataFrame:
        """Plan, target, street quota, projection, actuals per node × month × family: nodes of the tree, reps, accounts."""
        return gaps.gap(self.cube)

    @noun
    def standing(self) -> pd.DataFrame:
        """Verdict per node of the tree and per rep, for the year and each quarter, with its sentence."""
        bearable = bearing.bearable(self.facts, self.cube, self.earlier("territories").capacity)
        return gaps.standing(self.cube, bearable, self.rules, self.facts)

    @noun
    def totals(self) -> pd.DataFrame:
        """Year totals of every node of the tree: target, plan, gap, actuals, projection, last year."""
        return node_totals(self.facts, self.cube, self._last_year)

    @cached_property
    def _odds(self) -> Odds:
        portfolio = self.earlier("portfolio")
        ahead = Ahead(portfolio.outlook_months, portfolio.deal_odds, portfolio.new_business)
        return odds(self.facts, self.cube, ahead, self.rules.odds)

    @noun
    def odds(self) -> pd.DataFrame:
        """P10, P50, P90 and the chance of reaching target and plan, per node and rep, for each quarter and the year."""
        return self._odds.frame

    @noun
    def odds_basis(self) -> str:
        """What the odds rest on, in words."""
        return self._odds.basis

    @noun
    def hedge_needed(self) -> float:
        """The share by which outcomes must grow for the wanted chance of the company's target; NaN without a target."""
        target = self.totals["target_amount"].iloc[0]
        wanted = self.rules.odds.wanted_probability
        return float("nan") if pd.isna(target) else needed_hedge(self._odds.company, float(target), wanted)

    @noun
    def bridge(self) -> pd.DataFrame:
        """From what comes by itself to plan and target, step by step, per node and rep."""
        outlook = self.earlier("portfolio").outlook_months
        return bridge(self.facts, self.cube, self.earlier("plans").lines, outlook)

    @noun
    def coverage(self) -> pd.DataFrame:
        """Pipeline coverage per node and rep, and what its own deals' chances need."""
        portfolio = self.earlier("portfolio")
        return coverage(self.facts, self.cube, portfolio.outlook_months, portfolio.deal_odds)

    @cached_property
    def _last_year(self) -> np.ndarray:
        past = booked(self.facts, self.facts.calendar.shift(self.facts.year, -1))
        return self.cube.nodes.rolled(past.index, past.to_numpy(dtype=np.int64))

    @noun
    def progress(self) -> pd.DataFrame:
        """Actuals, plan and target by month with sums since the year's start, per node and rep (A18)."""
        return warning.progress(self.facts, self.cube)

    @noun
    def leading(self) -> pd.DataFrame:
        """Signs before the numbers: touches overdue, pipeline created, deals slipped and re-forecast, plans revised."""
        known = self.facts.tables.has("activities")
        cadence = self.earlier("engagement").cadence if known else None
        signs = warning.Signs(cadence, self.earlier("plans").scores, self.earlier("portfolio").register)
        return warning.leading(self.facts, self.cube, signs, self.rules.warning)

    @noun
    def replayed(self) -> pd.DataFrame:
        """The odds of the year as they stood at past month ends, from what was known then."""
        given = replaying.Given(self._owners, self.earlier("plans").lines, self._judged_allocation)
        days = replaying.month_ends(self.facts, self.facts.year)
        return replaying.replay(self.facts, given, days, self._replay_rules)

    @property
    def _replay_rules(self) -> OddsRules:
        return replace(self.rules.odds, simulations=self.rules.warning.simulations)

    @noun
    def early_warning(self) -> pd.DataFrame:
        """Chance of the target now and before, since when a miss was foreseeable, leading signs; per node and rep (A18)."""
        today = self.odds[(self.odds["period"] == self.facts.year).to_numpy()]
        return warning.early_warning(today, self.replayed, self.leading, self.rules.warning, self.facts.currency)

    @noun
    def warning_record(self) -> pd.DataFrame:
        """How right the odds would have been last year, month end by month end, against given targets; empty where none were."""
        year = self.facts.calendar.shift(self.facts.year, -1)
        given = replaying.given_for(self.facts, self._owners, year)
        then = replaying.of_year(self.facts, year)
        days = replaying.month_ends(then, year) if len(given.allocation) else []
        rows = replaying.replay(then, given, days, self._replay_rules)
        targets = given.allocation.rename(columns={"amount": "target_amount"})[["node", "target_amount"]]
        past = pd.Series(self._last_year, index=self.cube.nodes.ids, name="actual_amount")
        return replaying.scored(rows, targets.merge(past.rename_axis("node").reset_index(), on="node"))

    @noun
    def calibration(self) -> pd.DataFrame:
        """Closed quarters as they would have been forecast against what came: do 8 of 10 outcomes lie within P10 to P90?"""
        quarters = closed_quarters(self.facts, 4)
        return calibration(trials(self.facts, self._owners, quarters, self._replay_rules))

    @noun
    def calendar(self) -> pd.DataFrame:
        """The planning cycle's steps with dates back from the first day of the fiscal year; done, late, and what shows it (A20)."""
        return readiness.calendar(self.facts)

    @noun
    def statement(self) -> dict[str, pd.DataFrame]:
        """Finance's lists of the year, each adding up to the company: by node, rep, account, product and line; bridge, edits, audit trail."""
        nodes = stating.by_node(self.facts, self.cube, self._last_year)
        return {
            "by_node": nodes,
            "by_rep": stating.by_rep(nodes),
            "by_account": stating.by_account(self.facts, self.cube, self._last_year),
            "by_product": stating.by_product(self.cube),
            "lines": stating.lines(self.cube, self.earlier("plans").lines, self.gap),
            "bridge": self.bridge,
            "edits": self.earlier("targets").edits,
            "audit": audit(self.facts),
        }
