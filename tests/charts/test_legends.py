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
    ax = history.pipeline(pd.DataFrame({"Open": [100_00]}, index=["no date"]), "USD")
    low, high = ax.get_xlim()
    assert high - low >= 4


def test_a_stage_has_one_colour_also_where_another_has_no_deal() -> None:
    """The last stage lies at the bottom and is named last, as the bars lie; one without a deal is not named."""
    full = pd.DataFrame({"qualify": [1_00], "propose": [2_00], "negotiate": [3_00]}, index=["FY2026-Q3"])
    shown = [history.pipeline(wide, "USD") for wide in (full, full.assign(propose=0))]
    named = []
    for ax in shown:
        legend = ax.get_legend()
        assert legend is not None
        handles = zip(legend.get_texts(), legend.get_patches(), strict=True)
        named.append({text.get_text(): patch.get_facecolor() for text, patch in handles})
    assert list(named[0]) == ["qualify", "propose", "negotiate"]
    assert list(named[1]) == ["qualify", "negotiate"]
    assert all(named[1][stage] == named[0][stage] for stage in named[1])


def test_a_step_without_its_table_says_not_known() -> None:
    steps = pd.DataFrame(
        {"step": ["booked so far", "weighted pipeline", "plan"], "kind": ["part", "part", "total"],
         "amount": [100_00, 0, 100_00], "known": [True, False, True]}
    )  # fmt: skip
    assert [t.get_text() for t in reconcile.bridge(steps, "USD").texts] == ["100 USD", "not known", "100 USD"]


def test_each_step_of_the_bridge_begins_where_the_one_before_ended_and_no_words_meet() -> None:
    steps = pd.DataFrame(
        {"step": ["open deals as planned", "whitespace plays", "losses", "plan", "missing to the target", "target"],
         "kind": ["part", "part", "part", "total", "part", "total"],
         "amount": [500_00, 300_00, -100_00, 700_00, 50_00, 750_00]}
    )  # fmt: skip
    ax = reconcile.bridge(steps, "USD")
    bars = [(round(bar.get_x()), round(bar.get_x() + bar.get_width())) for bar in ax.containers[0]]
    assert bars == [(0, 50000), (50000, 80000), (70000, 80000), (0, 70000), (70000, 75000), (0, 75000)]
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]
    words = [*ax.get_yticklabels(), *ax.texts]
    assert [w.get_text() for w in words][:2] == ["open deals as planned", "whitespace plays"]
    assert [w.get_text() for w in words][-3:] == ["700 USD", "+50 USD", "750 USD"]
    boxes = [word.get_window_extent() for word in words]
    assert not any(a.overlaps(b) for at, a in enumerate(boxes) for b in boxes[at + 1 :])
