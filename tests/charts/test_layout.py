"""Room for a chart's words: all of them are in the picture, none covers another, and what was measured is what is drawn."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from workbook.charts import history, nodes, plans, portfolio
from workbook.charts.layout import PAD_POINTS, HouseAxes, margins
from workbook.charts.style import axes, legend_above

LONG = "The Extraordinarily Long Name of a Territory & Sons"
NODES = pd.DataFrame(
    {"name": [LONG, "B", "C"], "plan_amount": [3_000_00, 2_000_00, 1_000_00], "actual_amount": [1_00, 2_00, 3_00],
     "target_amount": [2_500_00, None, 900_00]}
)  # fmt: skip
FAMILY = pd.DataFrame(
    {"name": ["Parent", LONG], "depth": [0, 1], "sales_12m_amount": [987_654_321_00, 1_00], "territory_id": ["T-1", LONG]}
)  # fmt: skip
SALES = pd.DataFrame(
    {"period": ["FY2026-Q1", "FY2026-Q2"], "amount": [123_456_789_00, 5_00], "target_amount": [1.0, None]}
)
PIPE = pd.DataFrame({"a very long name of a stage": [5_00], "b": [6_00]}, index=["FY2026-Q1"])
MIX = pd.DataFrame(
    {"class": ["core", "invest", "opportunistic", "divest"], "accounts": [1234, 0, 0, 1], "share": [1.0, 0, 0, 0.0],
     "target_share": [0.4, 0.2, 0.35, 0.05]}
)  # fmt: skip


def many_words() -> HouseAxes:
    """Texts of every kind: rotated, in axes coordinates, beside the axes, under them, at their corners."""
    ax = axes(None, 6, 3)
    ax.plot([0, 1], [0, 1], label="a line")
    ax.annotate("at the upper right corner", (1, 1), xytext=(5, 5), textcoords="offset points")
    ax.text(-0.2, 0.5, "upright, left", rotation=90, transform=ax.transAxes)
    ax.text(0.5, -0.4, "under", transform=ax.transAxes)
    ax.set_xticks([0, 1], ["first of the long labels", "last of the long labels"])
    ax.set_xlabel("across")
    ax.set_ylabel("upright")
    ax.set_title("words", loc="left")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    assert isinstance(ax, HouseAxes)
    return ax


CHARTS = {
    "nodes": lambda: nodes.plan_against_target(NODES, "USD"),
    "family": lambda: portfolio.family_tree(FAMILY, "USD"),
    "sales": lambda: history.sales_against_target(SALES, "USD"),
    "pipeline": lambda: history.pipeline(PIPE, "USD"),
    "class mix": lambda: portfolio.class_mix(MIX),
    "shares": lambda: plans.how_planned({LONG: 0.5, "b": float("nan")}),
    "many words": many_words,
}


def drawn(ax: HouseAxes) -> dict[str, Bbox]:
    """The boxes of all texts as they stand after drawing, by a name of their own."""
    canvas = FigureCanvasAgg(ax.figure)
    ax.figure.svg()
    canvas.draw()
    renderer = canvas.get_renderer()
    texts = [t for t in ax.figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    low, high = ax.get_xlim()
    hidden = [t for t in ax.xaxis.get_ticklabels() if not low <= t.get_position()[0] <= high]
    low, high = ax.get_ylim()
    hidden += [t for t in ax.yaxis.get_ticklabels() if not low <= t.get_position()[1] <= high]
    return {f"{n} {t.get_text()}": t.get_window_extent(renderer) for n, t in enumerate(texts) if t not in hidden}


@pytest.mark.parametrize("name", CHARTS)
def test_every_word_is_in_the_picture(name: str) -> None:
    ax = CHARTS[name]()
    edge = ax.figure.bbox
    for text, box in drawn(ax).items():
        assert box.x0 >= -1, text
        assert box.y0 >= -1, text
        assert box.x1 <= edge.width + 1, text
        assert box.y1 <= edge.height + 1, text
    assert ax.get_position().width > 0.19


def test_a_title_gives_way_to_the_legend_and_to_the_edge() -> None:
    ax = axes(None, 5, 2.5)
    ax.barh([0, 1], [1, 2], label="the first of two long entries")
    ax.barh([0, 1], [2, 1], label="the second")
    ax.set_yticks([0, 1], ["a label that takes room", "b"])
    ax.set_title("A title that would meet it", loc="left")
    legend_above(ax)
    boxes = drawn(ax)
    title = next(box for text, box in boxes.items() if text.endswith("meet it"))
    legend = min(box.x0 for text, box in boxes.items() if "entries" in text)
    assert title.x1 < legend
    assert title.x0 < ax.bbox.x0
    alone = axes(None, 3, 2)
    alone.set_title("A title much longer than its figure is wide", loc="left")
    (box,) = [b for t, b in drawn(alone).items() if "much longer" in t]
    assert box.x0 >= 0
    assert box.x1 <= alone.figure.bbox.width


def test_after_drawing_ticks_follow_the_axes_again() -> None:
    ax = axes(None)
    ax.plot([0, 1], [0, 1])
    ax.figure.svg()
    ax.set_ylim(0, 1000)
    assert [t.get_text() for t in ax.get_yticklabels()][-1] == "1000"
    assert "1000" in ax.figure.svg()


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(-120, 0), st.floats(0, 120)), max_size=8),
    st.floats(400, 900),
)
def test_margins_hold_every_reach_where_there_is_room(reaches: list[tuple[float, float, float]], length: float) -> None:
    before, behind = margins(reaches, length, PAD_POINTS)
    room = length - before - behind
    assert room >= 0.2 * length - 1e-6
    if room > 0.2 * length + 1:
        for share, back, forth in reaches:
            assert before + share * room + back >= PAD_POINTS - 0.5
            assert before + share * room + forth <= length - PAD_POINTS + 0.5
