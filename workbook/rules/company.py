"""Section ``[book]`` of ``book.toml``: whose book it is, its currency, its fiscal calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from workbook.periods import Calendar, Pattern
from workbook.rules.reader import rule


@dataclass(frozen=True)
class CompanyRules:
    """Whose book it is."""

    name: str = rule("New company", "name of the company, on every document")
    currency: str = rule("USD", "ISO 4217 code of all amounts")
    fiscal_year: int = rule(2026, "the year that is planned, named after the calendar year in which it ends")
    fiscal_start_month: int = rule(1, "the month in which the fiscal year starts, 1 to 12")
    fiscal_pattern: Pattern = rule("months", "months, or weeks per month: 4-4-5, 4-5-4, 5-4-4")
    fiscal_week_start: int = rule(0, "with a week pattern: the first day of a week, 0 = Monday")
    as_of: date | None = rule(None, "the day as of which everything is computed; today when left out")
    sample: bool = rule(False, "true when the data are synthetic; every document then says so")

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise ValueError(f"currency is {self.currency!r}, not a code like USD")
        if not 1 <= self.fiscal_start_month <= 12:
            raise ValueError("fiscal_start_month is not 1 to 12")
        if not 0 <= self.fiscal_week_start <= 6:
            raise ValueError("fiscal_week_start is not 0 to 6")

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.fiscal_start_month, self.fiscal_pattern, self.fiscal_week_start)

    @property
    def year(self) -> str:
        """The planned fiscal year as a period, ``FY2026``."""
        return f"FY{self.fiscal_year}"
