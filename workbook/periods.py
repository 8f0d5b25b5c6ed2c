"""Fiscal periods: years, halves, quarters and months of any calendar, 4-4-5 weeks too.

A period is its name: ``FY2026``, ``FY2026-H1``, ``FY2026-Q3``, ``FY2026-M07``. The number is the calendar year in which the
fiscal year ends. Names sort by year; children of a period partition it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from workbook.errors import UsageError

Grain = Literal["year", "half", "quarter", "month"]
GRAINS: tuple[Grain, ...] = ("year", "half", "quarter", "month")
Pattern = Literal["months", "4-4-5", "4-5-4", "5-4-4"]

_NAME = re.compile(r"FY(\d{4})(?:-([HQM])(\d{1,2}))?", re.IGNORECASE)
_COUNT: dict[Grain, int] = {"year": 1, "half": 2, "quarter": 4, "month": 12}
_LETTER: dict[Grain, str] = {"half": "H", "quarter": "Q", "month": "M"}
_GRAIN: dict[str, Grain] = {"H": "half", "Q": "quarter", "M": "month"}


@dataclass(frozen=True)
class Calendar:
    """A fiscal calendar.

    ``start_month`` is where the year starts. With a week pattern, years start on the ``week_start`` (0 = Monday) nearest to
    the first of that month, quarters have 13 weeks cut as the pattern says, and a 53rd week goes to the last month
    (retail calendar, as the National Retail Federation describes it).
    """

    start_month: int = 1
    pattern: Pattern = "months"
    week_start: int = 0

    def starts(self, year: int) -> list[date]:
        """The 13 boundaries of a fiscal year: first days of its 12 months and of the next year."""
        return list(_starts(self, year))

    def bounds(self, period: str) -> tuple[date, date]:
        """First and last day of a period.

        >>> Calendar(start_month=7).bounds("FY2026-Q1")
        (datetime.date(2025, 7, 1), datetime.date(2025, 9, 30))
        """
        year, grain, number = parse(period)
        starts = _starts(self, year)
        months = 12 // _COUNT[grain]
        return starts[(number - 1) * months], starts[number * months] - timedelta(days=1)

    def period_of(self, day: date, grain: Grain = "year") -> str:
        """The period of a grain that a day falls into."""
        year = self._year_of(day)
        starts = _starts(self, year)
        month = max(i for i in range(12) if starts[i] <= day)
        return _name(year, grain, month // (12 // _COUNT[grain]) + 1)

    def periods_of(self, days: pd.Series, grain: Grain = "month") -> pd.Series:
        """Period names of a column of dates (missing dates give missing names); same index."""
        known = days.dropna()
        if known.empty:
            return pd.Series(pd.NA, index=days.index, dtype="str", name=days.name)
        first, last = self._year_of(known.min().date()), self._year_of(known.max().date())
        edges, names = [], []
        for year in range(first, last + 1):
            starts = _starts(self, year)
            for number in range(1, _COUNT[grain] + 1):
                edges.append(np.datetime64(starts[(number - 1) * (12 // _COUNT[grain])], "us"))
                names.append(_name(year, grain, number))
        at = np.searchsorted(np.array(edges), known.to_numpy().astype("datetime64[us]"), side="right") - 1
        codes = np.full(len(days), -1)
        codes[days.notna().to_numpy()] = at
        values = pd.Categorical.from_codes(codes, categories=names)
        return pd.Series(values, index=days.index, name=days.name).astype("str")

    def shift(self, period: str, by: int) -> str:
        """The period ``by`` places later (earlier when negative) of the same grain.

        >>> Calendar().shift("FY2026-Q1", -1)
        'FY2025-Q4'
        """
        year, grain, number = parse(period)
        at = year * _COUNT[grain] + number - 1 + by
        return _name(at // _COUNT[grain], grain, at % _COUNT[grain] + 1)

    def _year_of(self, day: date) -> int:
        year = day.year
        while _starts(self, year)[0] > day:
            year -= 1
        while _starts(self, year + 1)[0] <= day:
            year += 1
        return year


@lru_cache(maxsize=4096)
def _starts(calendar: Calendar, year: int) -> tuple[date, ...]:
    first_year = year if calendar.start_month == 1 else year - 1
    if calendar.pattern == "months":
        months = [first_year * 12 + calendar.start_month - 1 + i for i in range(13)]
        return tuple(date(m // 12, m % 12 + 1, 1) for m in months)

    def opening(at: int) -> date:
        first = date(at, calendar.start_month, 1)
        back = (first.weekday() - calendar.week_start) % 7
        return first - timedelta(days=back) if back <= 3 else first + timedelta(days=7 - back)

    begin, weeks = opening(first_year), [int(w) for w in calendar.pattern.split("-")] * 4
    edges = [begin]
    for count in weeks[:-1]:
        edges.append(edges[-1] + timedelta(weeks=count))
    return (*edges, opening(first_year + 1))


def day(text: str) -> date:
    """A day as people write it; :class:`UsageError` for anything else.

    >>> day("2026-06-30")
    datetime.date(2026, 6, 30)
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{text!r} is not a day", remedy="Write it like 2026-06-30.") from None


def parse(period: str) -> tuple[int, Grain, int]:
    """Year, grain and number of a period's name; raises :class:`UsageError` for anything else."""
    match = _NAME.fullmatch(str(period).strip())
    if match:
        year, letter, number = match.groups()
        grain: Grain = _GRAIN[letter.upper()] if letter else "year"
        at = int(number) if number else 1
        if 1 <= at <= _COUNT[grain]:
            return int(year), grain, at
    raise UsageError(f"{period!r} is not a period", remedy="Write it like FY2026, FY2026-H1, FY2026-Q3 or FY2026-M07.")


def normal(period: str) -> str:
    """A period's name in its one normal spelling (``fy2026-m7`` → ``FY2026-M07``)."""
    return _name(*parse(period))


def children(period: str, grain: Grain) -> list[str]:
    """The periods of a finer (or the same) grain that partition ``period``, in order."""
    year, own, number = parse(period)
    each, rest = divmod(_COUNT[grain], _COUNT[own])
    if rest or not each:
        raise UsageError(f"{period} is not made of periods by {grain}", remedy="Name a finer grain.")
    return [_name(year, grain, (number - 1) * each + i + 1) for i in range(each)]


def parent(period: str, grain: Grain) -> str:
    """The period of a coarser (or the same) grain that holds ``period``."""
    year, own, number = parse(period)
    each, rest = divmod(_COUNT[own], _COUNT[grain])
    if rest or not each:
        raise UsageError(f"{period} is not part of a {grain}", remedy="Name a coarser grain.")
    return _name(year, grain, (number - 1) // each + 1)


def _name(year: int, grain: Grain, number: int) -> str:
    if grain == "year":
        return f"FY{year:04d}"
    return (
        f"FY{year:04d}-{_LETTER[grain]}{number:02d}" if grain == "month" else f"FY{year:04d}-{_LETTER[grain]}{number}"
    )
