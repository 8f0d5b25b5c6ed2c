"""The odds tried on closed quarters: which quarters, what is counted."""

from __future__ import annotations

import pandas as pd
import pytest

from workbook.book import Book
from workbook.reconcile.calibration import calibration, closed_quarters


def test_only_whole_quarters_with_a_year_before_them_are_tried(company: Book) -> None:
    assert closed_quarters(company.facts, 3) == ["FY2025-Q4", "FY2026-Q1", "FY2026-Q2"]
    assert closed_quarters(company.facts, 40)[0] == "FY2024-Q2"  # sales begin on 2023-01-15


def test_outcomes_are_counted_inside_above_and_below() -> None:
    rows = pd.DataFrame({"node_kind": "rep", "p10_amount": [1, 1, 1, 1], "p50_amount": [5, 5, 5, 5], "p90_amount": [9, 9, 9, 9], "actual_amount": [0, 3, 7, 10]})  # fmt: skip
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
