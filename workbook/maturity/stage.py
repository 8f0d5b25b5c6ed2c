"""The maturity stage: its nouns, each made by a function of this package."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from workbook.checks import Check
from workbook.maturity import levels as levelling
from workbook.maturity.measures import Inputs, Measured, measures
from workbook.rules.maturity import MaturityRules
from workbook.stage import Stage, noun

_STAGES = ("portfolio", "engagement", "territories", "targets", "plans", "reconcile")


class Maturity(Stage):
    """Nouns of maturity: about the whole company, whoever asks."""

    @property
    def rules(self) -> MaturityRules:
        return self.facts.rules.maturity

    @cached_property
    def _measured(self) -> dict[str, Measured]:
        return measures(Inputs(self.facts, {name: self.earlier(name) for name in _STAGES}))

    @noun
    def evidence(self) -> pd.DataFrame:
        """What was measured, against what each level needs."""
        return levelling.evidence(self._measured, self.rules)

    @noun
    def levels(self) -> pd.DataFrame:
        """Level per capability with its evidence and what the next level needs (B7)."""
        return levelling.levels(self.evidence, self._measured)

    @noun
    def fixes(self) -> pd.DataFrame:
        """What to mend, the weakest capability first, with effort, cost, expected benefit and their basis (B8)."""
        reps = self.facts.tables.reps["cost_per_hour"].dropna()
        hourly = float(reps.astype("float64").mean()) if len(reps) else float("nan")
        return levelling.fixes(self.evidence, self._measured, self.rules, (hourly, self.facts.currency))

    @noun
    def checks(self) -> list[Check]:
        """One judgement per capability."""
        return levelling.maturity_checks(self.levels, self.facts.tree.root)
