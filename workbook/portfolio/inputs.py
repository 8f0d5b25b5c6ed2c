"""What the portfolio's nouns stand on: history, run-rate, deals and peers, each made once of the facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property

import pandas as pd

from workbook.portfolio import class_record as recording
from workbook.portfolio import classes as classing
from workbook.portfolio import deals as dealing
from workbook.portfolio import families as kin
from workbook.portfolio import overlap
from workbook.portfolio import projection as ahead
from workbook.portfolio import scope as scoping
from workbook.portfolio import whitespace as gaps
from workbook.portfolio.bookings import Booked, History, history
from workbook.portfolio.run_rate import RunRate, run_rate
from workbook.rules.portfolio import PortfolioRules, ProjectionRules
from workbook.stage import Stage

#: Classes are followed over so many past reviews (two years of quarterly ones).
_REVIEWS = 8


class PortfolioInputs(Stage):
    """The working parts of the portfolio stage. They hold the whole company's rows: only nouns are cut to a scope."""

    @property
    def rules(self) -> PortfolioRules:
        return self.facts.rules.portfolio

    @cached_property
    def _review_days(self) -> tuple[date, ...]:
        """The days of the company's last recorded reviews, oldest first, at most :data:`_REVIEWS`; else the day as many days ago
        as the rules say. They hold for all: a territory's own review must not change what others compare with."""
        root, today = self.facts.tree.root, self.facts.as_of
        held = {r.at.date() for r in self.facts.decisions.log("review") if r.subject == root and r.at.date() < today}
        return tuple(sorted(held)[-_REVIEWS:]) or (today - timedelta(days=self.rules.classes.review_days),)

    @property
    def _review_day(self) -> date:
        return self._review_days[-1]

    @cached_property
    def _ruled_before(self) -> pd.DataFrame:
        """The classes on the day of the last review, from what was known then; where people confirmed a change, that.

        Each review's classes are damped by those of the review before it, as they were when it was held, so that a class
        kept by the margin is kept at the next review too. What was learned is taken as of now (smoothing, share of deals on top),
        so that only the accounts' own facts differ.
        """
        decisions, rules, ruled = self.facts.decisions, self.rules.projection, None
        ids = self.facts.tables.accounts["account_id"]
        for day in self._review_days:
            before = None if ruled is None else recording.confirmed(ruled, decisions.known_at(day))
            past = history(self._booked, day, rules.history_months)
            rate = run_rate(past, 12, self._learned_rules)
            ruled = self._ruled(ahead.projected_totals(past, rate, self._odds_at(day), ids), past, before)
        assert ruled is not None
        return recording.confirmed(ruled, decisions)

    def _odds_at(self, day: date) -> pd.DataFrame:
        """The deals open on a past day, by what closed deals had taught by then."""
        known = overlap.deals_known_at(self.facts.tables, day)
        rows = dealing.deals(known, self._booked, day)
        odds = dealing.learn(rows, self.rules.projection).odds(rows[rows["status"] == "open"], day)
        return overlap.with_on_top(odds, self._on_top_share if len(odds) else 1.0)

    def _ruled(self, projected: pd.Series, past: History, before: pd.DataFrame | None) -> pd.DataFrame:
        """The classes by rules on the day of ``past``, damped by those ``before``."""
        facts = classing.class_facts(self.facts.tables.accounts, projected, past, self._costs[past.as_of])
        return classing.ruled_classes(facts, self.rules.classes, self.facts.currency, before)

    @cached_property
    def _costs(self) -> dict[date, pd.Series]:
        """The cost of selling per account in the year before each review, and before now."""
        days = (*self._review_days, self.facts.as_of)
        touches = classing.Touches.of(self.facts.tables, min(days) - timedelta(days=365), self.rules.classes)
        return {day: touches.costs(day) for day in days}

    @cached_property
    def _on_top_share(self) -> float:
        return overlap.on_top_share(self.facts.tables, self._booked, self.facts.as_of, self._learned_rules)

    @cached_property
    def _learned_rules(self) -> ProjectionRules:
        learned = self._run_rate.smoothing
        return replace(self.rules.projection, rhythm_weight=learned.weight, plain_share=learned.plain)

    @cached_property
    def _booked(self) -> Booked:
        return Booked.of(self.facts.tables)

    @cached_property
    def _history(self) -> History:
        return history(self._booked, self.facts.as_of, self.rules.projection.history_months)

    @cached_property
    def _run_rate(self) -> RunRate:
        return run_rate(self._history, len(self._horizon.share), self.rules.projection)

    @cached_property
    def _horizon(self) -> ahead.Horizon:
        """Whole years ahead, at least one, to the end of the planned year."""
        calendar, as_of = self.facts.calendar, self.facts.as_of
        last = calendar.bounds(self.facts.year)[1]
        months = (last.year - as_of.year) * 12 + last.month - as_of.month
        return ahead.Horizon.of(as_of, 12 * min(max(-(-months // 12), 1), 3), calendar)

    @cached_property
    def _bought(self) -> gaps.Bought:
        return gaps.Bought.of(self._booked, self.facts.as_of, self.rules.whitespace.months)

    @cached_property
    def _compared(self) -> gaps.Compared:
        return gaps.Compared.of(self.facts.tables.accounts, self._bought, self.rules.whitespace)

    @cached_property
    def _kin(self) -> kin.Ints:
        """A number per family and account; per family and territory where the rules tell nothing of other territories."""
        head = kin.family_heads(self.facts.tables.accounts)[0]
        if self.rules.family_elsewhere != "none":
            return head
        return kin.kin_here(head, self.facts.tables.accounts["territory_id"])

    @cached_property
    def _engaged(self) -> pd.Series | None:
        return scoping.engaged(self.facts.tables, self.facts.as_of, self.rules.scope)

    @cached_property
    def _deals(self) -> pd.DataFrame:
        return dealing.deals(self.facts.tables, self._booked, self.facts.as_of)

    @cached_property
    def _deal_model(self) -> dealing.DealModel:
        return dealing.learn(self._deals, self.rules.projection)
