"""Legends cover no bar, single bars are no walls, and what is not known is not drawn as a zero."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.axes import Axes

from workbook.charts import history, nodes, reconcile

SOLD = pd.DataFrame(
    {"period": ["FY2026-Q1", "FY2026-Q2"], "amount": [900_00, 100_00], "target_amount": [800_00, 900_00]}
)
MIX = pd.DataFrame(
    {"product_family": ["A", "B"], "sales_12m_amount": [500_00, 490_00], "sales_prior_12m_amount": [0, 0]}
)
NODES = pd.DataFrame(
    {"name": ["N", "S"], "plan_amount": [500_00, 490_00], "actual_amount": [1, 2], "target_amount": [480_00, 500_00]}
)


@pytest.mark.parametrize(
    "ax",
    [
        history.sales_against_target(SOLD, "USD"),
        history.product_mix(MIX, "USD"),
        nodes.plan_against_target(NODES, "USD"),
    ],
    ids=["sales", "mix", "nodes"],
)
def test_the_legend_lies_above_the_bars(ax: Axes) -> None:
    ax.figure.draw_without_rendering()
    legend = ax.get_legend()
    assert legend is not None
    assert legend.get_window_extent().y0 >= ax.get_window_extent().y1 - 1


def test_a_year_without_sales_before_is_called_so() -> None:
    legend = history.product_mix(MIX, "USD").get_legend()
    assert legend is not None
    assert [t.get_text() for t in legend.get_texts()] == ["last 12 months", "12 months before: none on record"]


def test_deals_of_one_quarter_are_a_bar_and_no_wall() -> None:
    ax = history.pipeline(pd.DataFrame({"stage": ["Open"], "period": ["no date"], "amount": [100_00]}), "USD")
    low, high = ax.get_xlim()
    assert high - low >= 4


def test_a_step_without_its_table_says_not_known() -> None:
    steps = pd.DataFrame(
        {"step": ["booked so far", "weighted pipeline", "plan"], "kind": ["part", "part", "total"],
         "amount": [100_00, 0, 100_00], "known": [True, False, True]}
    )  # fmt: skip
    assert [t.get_text() for t in reconcile.bridge(steps, "USD").texts] == ["100 USD", "not known", "100 USD"]
