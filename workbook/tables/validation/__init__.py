"""Everything that can be wrong with the tables, found by SQL, all at once."""

from __future__ import annotations

from workbook.rules.quality import QualityRules
from workbook.tables.intake import Intake
from workbook.tables.validation import amounts, coverage, keys, likeness, ownership, trees, values

__all__ = ["validate"]


def validate(intake: Intake, rules: QualityRules) -> None:
    """Add every fault of every table to ``intake.faults``."""
    values.check(intake, rules)
    keys.check(intake)
    trees.check(intake)
    ownership.check(intake)
    amounts.check(intake, rules)
    coverage.check(intake)
    if rules.near_names:
        likeness.check(intake)
