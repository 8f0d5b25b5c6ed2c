"""What engagement's nouns stand on: the log of activities, what it proves, and what the portfolio says of each account."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.evidence import Evidence
from workbook.engagement.integrity import real_rows
from workbook.engagement.keep import next_steps
from workbook.engagement.ledger import Ledger
from workbook.engagement.log import Ints, Log
from workbook.engagement.unknown import not_known
from workbook.rules.engagement import EngagementRules
from workbook.stage import Stage


class EngagementInputs(Stage):
    """The working parts of the engagement stage. They hold the whole company's rows: only nouns are cut to a scope."""

    if TYPE_CHECKING:  # nouns of the stage that its parts stand on
        integrity: Any
        cadence: Any
        effort: Any

    @property
    def _rules(self) -> EngagementRules:
        return self.facts.rules.engagement

    @property
    def _portfolio(self) -> Any:
        return self.before

    def _known(self, frame: pd.DataFrame, columns: tuple[str, ...], what: str) -> pd.DataFrame:
        """The frame; without activities its ``columns`` are missing and its sentences say why."""
        return frame if self._knows_touches else not_known(frame, columns, self.facts.tables.lacks("activities", what))

    @property
    def _knows_touches(self) -> bool:
        return bool(self.facts.tables.has("activities", "done_on"))

    @cached_property
    def _log(self) -> Log:
        log = Log.of(self.facts.tables.activities, self._portfolio.register["account_id"], self.facts.as_of)
        log.__dict__["account"] = self.facts.tables.account_at("activities")  # the register has the accounts' own order
        return log

    @cached_property
    def _evidence(self) -> Evidence:
        return Evidence.of(self._log, self._rules.integrity)

    @cached_property
    def _real(self) -> Log:
        return self._log.only(real_rows(self._log, self.integrity, self._rules, self._evidence))

    @cached_property
    def _ledger(self) -> Ledger:
        return Ledger.of(self.facts.tables, self._log.accounts)

    @cached_property
    def _standing(self) -> Standing:
        before = self._portfolio
        return Standing.of(
            before.register,
            classes=before.classes,
            grades=before.grades,
            projection=before.projection,
            segments=before.segments[["account_id", "cadence_days"]].rename(columns={"cadence_days": "segment_days"}),
            key_accounts=before.key_accounts,
            accounts=self.facts.tables.accounts,
        )

    @cached_property
    def _steps(self) -> Ints | None:
        tables = self.facts.tables
        told = tables.has("opportunities", "next_step_on") or tables.has("activities", "due_on")
        return next_steps(self._log, self.integrity, tables.opportunities, self._rules) if told else None

    @property
    def _contacts(self) -> pd.DataFrame | None:
        return self.facts.tables.contacts if "contacts" in self.facts.tables.given else None
