"""Fiscal calendars: periods partition the year, whatever the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.errors import UsageError
from workbook.periods import GRAINS, Calendar, children, normal, parent, parse

calendars = st.builds(
    Calendar, st.integers(1, 12), st.sampled_from(["months", "4-4-5", "4-5-4", "5-4-4"]), st.integers(0, 6)
)


@given(calendars, st.integers(1990, 2060), st.sampled_from(GRAINS))
def test_periods_of_a_year_follow_each_other_without_gap(calendar: Calendar, year: int, grain: str) -> None:
    edges = [calendar.bounds(p) for p in children(f"FY{year}", grain)]
    assert edges[0][0] == calendar.starts(year)[0]
    assert edges[-1][1] + timedelta(days=1) == calendar.starts(year + 1)[0]
    assert all(a[1] + timedelta(days=1) == b[0] for a, b in pairwise(edges))


@given(calendars, st.dates(date(1995, 1, 1), date(2055, 1, 1)), st.sampled_from(GRAINS))
def test_a_day_lies_within_its_period(calendar: Calendar, day: date, grain: str) -> None:
    first, last = calendar.bounds(calendar.period_of(day, grain))
    assert first <= day <= last
    assert calendar.periods_of(pd.Series(pd.to_datetime([day])), grain).tolist() == [calendar.period_of(day, grain)]


@given(calendars, st.integers(1990, 2060))
def test_week_years_have_52_or_53_weeks(calendar: Calendar, year: int) -> None:
    first, last = calendar.bounds(f"FY{year}")
    days = (last - first).days + 1
    assert days in ((365, 366) if calendar.pattern == "months" else (364, 371))


@given(st.integers(1990, 2060), st.integers(-40, 40), st.sampled_from(GRAINS))
def test_shifting_there_and_back_is_where_we_were(year: int, by: int, grain: str) -> None:
    period = children(f"FY{year}", grain)[0]
    assert Calendar().shift(Calendar().shift(period, by), -by) == period


def test_missing_days_have_missing_periods() -> None:
    days = pd.Series(pd.to_datetime(["2026-01-31", None]))
    assert Calendar().periods_of(days, "quarter").isna().tolist() == [False, True]
    assert Calendar().periods_of(days[1:], "year").isna().all()


def test_children_and_parents() -> None:
    assert children("FY2026-H2", "quarter") == ["FY2026-Q3", "FY2026-Q4"]
    assert parent("FY2026-M07", "quarter") == "FY2026-Q3"
    assert normal("fy2026-m7") == "FY2026-M07"
    assert parse("FY2026") == (2026, "year", 1)


@pytest.mark.parametrize("bad", ["2026", "FY26", "FY2026-Q5", "FY2026-M00", "FY2026-X1", ""])
def test_what_is_no_period_is_refused(bad: str) -> None:
    with pytest.raises(UsageError):
        parse(bad)


def test_a_quarter_is_not_made_of_halves() -> None:
    with pytest.raises(UsageError):
        children("FY2026-Q1", "half")
    with pytest.raises(UsageError):
        parent("FY2026-H1", "month")
