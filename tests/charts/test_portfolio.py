from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from matplotlib.axes import Axes

from workbook.charts import portfolio as charts
from workbook.charts import whitespace

MIX = pd.DataFrame(
    {
        "node": ["T1"] * 4, "class": ["core", "invest", "opportunistic", "divest"], "accounts": [6, 0, 3, 1],
        "share": [0.6, 0.0, 0.3, 0.1], "target_share": [0.4, 0.2, 0.35, 0.05],
    }
)  # fmt: skip
GRID = pd.DataFrame(
    {
        "size": ["large", "small"], "growth": ["up", "not known"], "accounts": [2, 7],
        "sales_12m_amount": [900_00, 100_00], "potential_amount": pd.array([2000_00, pd.NA], dtype="Int64"),
    }
)  # fmt: skip
MONTHS = pd.DataFrame(
    {"period": ["FY2026-M07", "FY2026-M08"], "run_rate_amount": [100_00, 90_00], "pipeline_amount": [0, 50_00],
     "loss_amount": [-10_00, -20_00]}
)  # fmt: skip
PARTS = pd.DataFrame({"part": ["last", "more", "lost", "next"], "amount": [100_00, 30_00, -50_00, 80_00]})
SCORES = pd.DataFrame(
    {"level": ["account", "account"], "method": ["projected", "naive"], "wape": [0.5, 0.6], "bias": [0.1, 0.2]}
)
GAPS = pd.DataFrame({"label": ["Acme"], "product_family": ["Pumps"], "gap_amount": [120_00], "sentence": ["s"]})
HAS = pd.DataFrame({"label": ["Acme"], "product_family": ["Valves"], "bought_amount": [40_00]})
SCOPE = pd.DataFrame(
    {"node": ["T1", "T2"], "potential_amount": pd.array([100_00, 0], dtype="Int64"),
     "engaged_amount": pd.array([40_00, pd.NA], dtype="Int64")}
)  # fmt: skip
FAMILY = pd.DataFrame(
    {"name": ["Head", "Part"], "depth": [0, 1], "sales_12m_amount": [10_00, -5_00], "territory_id": ["T1", "T2"]}
)
CELLS = pd.DataFrame(
    {
        "label": ["Head", "Head", "Part", "Part"], "product_family": ["Pumps", "Valves"] * 2,
        "bought_amount": [40_00, 10_00, 0, 0], "gap_amount": [0, 20_00, 120_00, 0],
    }
)  # fmt: skip
LADDER = pd.DataFrame({"grade": list("ABCD"), "accounts": [1, 2, 3, 4], "projected_amount": [50_00, 30_00, 20_00, 0]})

CASES: list[tuple[Any, tuple[Any, ...]]] = [
    (charts.class_mix, (MIX,)),
    (charts.class_mix_by_node, (MIX,)),
    (charts.grade_ladder, (LADDER, "USD")),
    (charts.segment_grid, (GRID, {"size": ("small", "large"), "growth": ("down", "up")}, "USD")),
    (charts.projection_months, (MONTHS, "USD")),
    (charts.projection_parts, (PARTS, "USD")),
    (charts.backtest_scores, (SCORES,)),
    (whitespace.whitespace_matrix, (GAPS, HAS, "USD")),
    (whitespace.family_matrix, (CELLS, "USD")),
    (charts.market_scope, (SCOPE, "USD")),
    (charts.family_tree, (FAMILY, "USD")),
]


@pytest.mark.parametrize(("chart", "frames"), CASES, ids=lambda c: getattr(c, "__name__", ""))
def test_a_chart_draws_on_the_axes_it_is_given_and_leaves_its_frame_alone(chart: Any, frames: tuple[Any, ...]) -> None:
    before = [f.copy() if isinstance(f, pd.DataFrame) else f for f in frames]
    made = chart(*frames)
    assert isinstance(made, Axes)
    assert made.get_title(loc="left")
    assert chart(*frames, ax=made) is made
    for now, then in zip(frames, before, strict=True):
        if isinstance(now, pd.DataFrame):
            pd.testing.assert_frame_equal(now, then)


@pytest.mark.parametrize(("chart", "frames"), CASES, ids=lambda c: getattr(c, "__name__", ""))
def test_a_chart_gives_the_same_drawing_every_time(chart: Any, frames: tuple[Any, ...]) -> None:
    assert chart(*frames).figure.svg() == chart(*frames).figure.svg()


@pytest.mark.parametrize(
    ("chart", "frames"), [CASES[0], CASES[4], *CASES[7:]], ids=lambda c: getattr(c, "__name__", "")
)
def test_a_chart_of_nothing_is_drawn_empty(chart: Any, frames: tuple[Any, ...]) -> None:
    empty = [f.iloc[:0] if isinstance(f, pd.DataFrame) else f for f in frames]
    assert chart(*empty).figure.svg()


def _texts(ax: Axes) -> str:
    return " ".join(t.get_text() for t in ax.texts)


def test_numbers_in_charts_are_those_of_the_frame() -> None:
    assert "60% (6)" in _texts(charts.class_mix(MIX))
    assert "potential not known" in _texts(charts.segment_grid(GRID, {"size": (), "growth": ()}, "USD"))
    assert "2 accounts\n900 USD\npotential 2.00 k USD" in _texts(
        charts.segment_grid(GRID, {"size": (), "growth": ()}, "USD")
    )
    assert "+30 USD" in _texts(charts.projection_parts(PARTS, "USD"))
    assert "+120 USD" in _texts(whitespace.whitespace_matrix(GAPS, HAS, "USD"))
    assert "40% engaged" in _texts(charts.market_scope(SCOPE, "USD"))
    assert "engaged not known" in _texts(charts.market_scope(SCOPE, "USD"))
    assert "-5 USD · T2" in _texts(charts.family_tree(FAMILY, "USD"))


def test_labels_of_a_grid_stand_in_the_order_of_the_rules_largest_on_top() -> None:
    ax = charts.segment_grid(GRID, {"size": ("small", "large"), "growth": ("down", "up")}, "USD")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["large", "small"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["up", "not known"]


def test_markup_in_a_name_stays_text() -> None:
    bad = FAMILY.assign(name=["<script>x</script>", "$a_b$"])
    assert "<script>" not in charts.family_tree(bad, "USD").figure.svg()  # type: ignore[union-attr]


def test_a_large_family_shows_its_head_its_largest_and_the_rest_in_one_bar() -> None:
    count = 201
    frame = pd.DataFrame(
        {
            "name": ["Head", *(f"Site {at:03d}" for at in range(1, count))], "depth": [0, *[1] * (count - 1)],
            "sales_12m_amount": [0, *range(1_00, count * 1_00, 1_00)], "territory_id": "T1",
        }
    )  # fmt: skip
    ax = charts.family_tree(frame, "USD")
    labels = [label.get_text().strip("\u00a0") for label in ax.get_yticklabels()]
    assert labels == ["Head", *(f"└ Site {at:03d}" for at in range(178, count)), "└ 177 more"]
    assert sum(bar.get_width() for bar in ax.patches) == frame["sales_12m_amount"].sum()  # nothing is lost
    assert ax.get_title(loc="left").endswith(": the 24 largest of 201 members")


def test_a_family_without_sales_shows_no_amounts() -> None:
    ax = charts.family_tree(
        pd.DataFrame({"name": ["A"], "depth": [0], "sales_12m_amount": [0], "territory_id": ["T1"]}), "USD"
    )
    assert [text.get_text() for text in ax.texts] == ["T1"]
    assert ax.get_title(loc="left") == "Family, no sales in 12 months"


def test_a_familys_matrix_tells_bought_gap_both_and_neither() -> None:
    ax = whitespace.family_matrix(CELLS, "USD")
    assert [t.get_text() for t in ax.texts] == ["40 USD", "10 USD\n+20 USD", "+120 USD", "–"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Head", "Part"]


def test_of_a_large_family_the_members_with_the_largest_gaps_are_drawn_in_tree_order() -> None:
    count = 30
    frame = pd.DataFrame({"label": [f"Site {at:02d}" for at in range(count)], "product_family": "Pumps",
                          "bought_amount": 5_00, "gap_amount": range(count)})  # fmt: skip
    ax = whitespace.family_matrix(frame, "USD")
    assert [t.get_text() for t in ax.get_yticklabels()] == [f"Site {at:02d}" for at in range(5, count)]
    assert ax.get_title(loc="left").endswith(": 25 of 30 members")
