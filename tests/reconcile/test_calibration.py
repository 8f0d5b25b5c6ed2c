"""The odds tried on closed quarters: which quarters, what is counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbook.book import Book
from workbook.reconcile.calibration import calibration, calibration_words, closed_quarters, interval


def test_only_whole_quarters_with_a_year_before_them_are_tried(company: Book) -> None:
    assert closed_quarters(company.facts, 3) == ["FY2025-Q4", "FY2026-Q1", "FY2026-Q2"]
    assert closed_quarters(company.facts, 40)[0] == "FY2024-Q2"  # sales begin on 2023-01-15


def test_outcomes_are_counted_inside_above_and_below() -> None:
    rows = pd.DataFrame({"node_kind": "rep", "period": ["Q1", "Q1", "Q2", "Q2"], "p10_amount": [1, 1, 1, 1], "p50_amount": [5, 5, 5, 5], "p90_amount": [9, 9, 9, 9], "actual_amount": [0, 3, 7, 10]})  # fmt: skip
    (row,) = calibration(rows).itertuples()
    assert (row.trials, row.inside_share, row.above_middle_share, row.below_share, row.above_share) == (
        4,
        0.5,
        0.5,
        0.25,
        0.25,
    )
    assert row.width_share == pytest.approx(8 / 5)


def test_steady_sales_lie_inside(company: Book) -> None:
    rows = company.reconcile.calibration
    assert rows["trials"].sum() > 0
    assert rows["inside_share"].min() == 1.0


def test_trials_of_one_quarter_count_as_one_when_they_agree() -> None:
    """Ten nodes, two quarters: all above the middle in one, none in the other: two trials, not twenty."""
    hit, quarter = np.repeat([True, False], 10), np.repeat([0, 1], 10)
    together = interval(hit, quarter)
    apart = interval(hit, np.arange(20))
    assert together[1] - together[0] > 0.7
    assert apart[1] - apart[0] < 0.4
    assert interval(np.ones(5, dtype=bool), np.zeros(5, dtype=np.intp))[0] < 0.3  # one quarter says little


def test_a_middle_that_was_surely_too_high_is_said(company: Book) -> None:
    rows = pd.DataFrame(
        {"node_kind": "territory", "period": [f"Q{i}" for i in range(20)], "p10_amount": 1, "p50_amount": 5, "p90_amount": 9, "actual_amount": 3}
    )  # fmt: skip
    assert "read the odds as optimistic" in calibration_words(calibration(rows))
    assert "cautious" in calibration_words(calibration(rows.assign(actual_amount=7)))
    assert "too narrow" in calibration_words(calibration(rows.assign(actual_amount=10)))
    assert calibration_words(calibration(rows.assign(node_kind="rep"))) == ""
