"""The engagement stage: its nouns, each made by a function of this package."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pandas as pd

from workbook.engagement.cadence import Standing, cadence, coverage
from workbook.engagement.effort import effort
from workbook.engagement.integrity import integrity, real_rows, reserved, touches
from workbook.engagement.keep import keep, keep_not_known, next_steps
from workbook.engagement.leaver import known_by_one, leaver, single_threaded
from workbook.engagement.log import Log
from workbook.rules.engagement import EngagementRules
from workbook.stage import Stage, noun


class Engagement(Stage):
    """Nouns of engagement. Each is a frame or a list of checks, computed once, cut to the scope in a scoped book."""

    @property
    def _rules(self) -> EngagementRules:
        return self.facts.rules.engagement

    @property
    def _portfolio(self) -> Any:
        return self.before

    @property
    def _knows_touches(self) -> bool:
        return bool(self.facts.tables.has("activities", "done_on"))

    @cached_property
    def _log(self) -> Log:
        return Log.of(self.facts.tables.activities, self._portfolio.register["account_id"], self.facts.as_of)

    @cached_property
    def _real(self) -> Log:
        return self._log.only(real_rows(self._log, self.integrity, self._rules))

    @cached_property
    def _standing(self) -> Standing:
        before = self._portfolio
        return Standing.of(
            before.register,
            classes=before.classes,
            grades=before.grades,
            projection=before.projection,
            key_accounts=before.key_accounts,
            accounts=self.facts.tables.accounts,
        )

    @property
    def _contacts(self) -> pd.DataFrame | None:
        return self.facts.tables.contacts if "contacts" in self.facts.tables.given else None

    @noun
    def integrity(self) -> pd.DataFrame:
        """Every activity's level (none, yellow, red) with signals and sentence (D8)."""
        return integrity(self._log, self._rules)

    @noun
    def touches(self) -> pd.DataFrame:
        """Real touches only."""
        return touches(self._real)

    @noun
    def reserved(self) -> pd.DataFrame:
        """Accounts with flagged activity, per rep (D8)."""
        return reserved(self.integrity, self._log, self._real)

    @noun
    def effort(self) -> pd.DataFrame:
        """Minutes per touch of a kind, learned company-wide."""
        return effort(self._real, self._rules)

    @noun
    def cadence(self) -> pd.DataFrame:
        """Every account against its cadence (A5)."""
        why = "" if self._knows_touches else self.facts.tables.lacks("activities", "cadence")
        return cadence(self._standing, self._real, self._rules, why)

    @noun
    def coverage(self) -> pd.DataFrame:
        """Accounts touched and on time, per node and rep."""
        return coverage(self.cadence, self.facts.tree, self.facts.tables.reps, self._log.today, self._rules)

    @noun
    def keep(self) -> pd.DataFrame:
        """Which accounts stay with their rep, and why (D7)."""
        tables = self.facts.tables
        if not self._knows_touches:
            return keep_not_known(self._standing, tables.lacks("activities", "keep rule"))
        told = tables.has("opportunities", "next_step_on") or tables.has("activities", "due_on")
        steps = next_steps(self._log, self.integrity, tables.opportunities, self._rules) if told else None
        locks = self.facts.decisions.state("lock").items()
        locked = [account for account, lock in locks if lock.payload.get("locked", True)]
        return keep(self._standing, self._real, steps, self._rules, locked)

    @noun
    def single_threaded(self) -> pd.DataFrame:
        """Large accounts on one contact or one of our people (A19)."""
        return single_threaded(self._standing, self._real, self._contacts, self.facts.tables.ownership, self._rules)

    @noun
    def leaver(self) -> pd.DataFrame:
        """What would go with each rep (A2)."""
        alone = None if self._contacts is None else known_by_one(self._real, self._contacts, self._rules)
        return leaver(self._standing, self.single_threaded, alone, self._rules, self.facts.currency)
