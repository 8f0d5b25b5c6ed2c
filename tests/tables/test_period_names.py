"""Periods as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.periods import Calendar, normal
from workbook.tables.period_names import period_named


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("FY2026", "FY2026"), ("2026", "FY2026"), ("FY26", "FY2026"), ("fy 2026", "FY2026"), ("FY2026-Q3", "FY2026-Q3"),
        ("2026Q3", "FY2026-Q3"), ("Q3 2026", "FY2026-Q3"), ("Q3-FY26", "FY2026-Q3"), ("2026 H1", "FY2026-H1"),
        ("FY2026-M7", "FY2026-M07"), ("FY2026P07", "FY2026-M07"), ("2026-07", "FY2026-M07"), ("2026-07-01", "FY2026-M07"),
        ("2026-07-01 00:00:00", "FY2026-M07"), ("Jul 2026", "FY2026-M07"), ("July-2026", "FY2026-M07"),
        ("", None), ("soon", None), ("26", None), ("FY2026-Q5", None), ("2026-13", None), ("2026-07-15", None), ("Q3", None),
    ],
)  # fmt: skip
def test_spellings(given: str, named: str | None) -> None:
    assert period_named(given, Calendar()) == named


@given(st.text(max_size=14))
def test_anything_is_a_period_or_none(text: str) -> None:
    named = period_named(text, Calendar(7))
    assert named is None or normal(named) == named
