"""Charts of targets draw what is there, and bear what is missing."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from workbook.charts import targets as charts
from workbook.charts.unfolding import Unfolding

STEPS = pd.DataFrame(
    {
        "layer": ["target", "target", "target", "hedge"],
        "step": ["base share", "season", "edits", "hedge of region"],
        "amount": [1000, 0, -300, 70],
    }
)
NODES = pd.DataFrame(
    {
        "node": ["CO", "T1", "ann", "T2"],
        "name": ["Company", "One", "<Ann>", "Two"],
        "parent": [None, "CO", "T1", "CO"],
        "node_kind": ["territory", "territory", "rep", "territory"],
        "target_amount": [1000, 700, 700, 300],
        "street_amount": [1070, 749, 749, 321],
        "hedge_amount": [70, 49, 49, 21],
        "last_year_amount": pd.array([900, 600, None, 0], dtype="Int64"),
    }
).astype({"parent": "str"})


def labels(ax: Axes) -> list[str]:
    return [t.get_text() for t in ax.get_yticklabels()]


def drawn(ax: Axes) -> None:
    ax.figure.canvas.draw()  # type: ignore[union-attr]


def test_the_waterfall_shows_every_step_that_moves_and_both_totals() -> None:
    ax = charts.waterfall(STEPS, "USD")
    drawn(ax)
    assert labels(ax) == ["base share", "edits", "target", "hedge of region", "street quota"]
    widths = [round(p.get_width()) for p in ax.patches]
    assert widths == [1000, 300, 700, 70, 770]


def test_the_tree_map_gives_children_their_part_of_the_width() -> None:
    ax = charts.tree_map(NODES, "USD")
    drawn(ax)
    boxes = [path.get_extents() for path in ax.collections[0].get_paths()]
    assert [round(b.width) for b in boxes] == [1000, 700, 700, 300]
    assert [round(b.x0) for b in boxes] == [0, 0, 0, 700]


def test_quota_spread_says_what_is_not_known() -> None:
    rows = pd.DataFrame(
        {"rep_id": ["a", "b", "c"], "name": ["Ann", "Ben", "Cyd"], "potential_bound": 1.5, "history_bound": 1.5,
         "capacity_bound": 1.5, "is_new": [False, False, True], "potential_index": [1.0, 3.0, 0.2], "history_index": [None] * 3,
         "capacity_index": [0.0, 1.0, None]}
    ).astype({"history_index": "float64"})  # fmt: skip
    before = rows.copy()
    ax = charts.quota_spread(rows)
    drawn(ax)
    texts = [t.get_text() for t in ax.texts]
    assert "not known" in texts
    assert "Ben" in texts
    pd.testing.assert_frame_equal(rows, before)


def test_bars_and_scenarios_bear_missing_numbers() -> None:
    drawn(charts.against_last_year(NODES.iloc[1:], "JPY"))
    rows = pd.DataFrame(
        {
            "scenario": ["x", "y"],
            "is_plan": [True, False],
            "node": ["T1", "T1"],
            "change_amount": pd.array([0, None], dtype="Int64"),
        }
    )
    drawn(charts.scenario_changes(rows, {}, "USD"))


def test_the_unfolding_table_escapes_names_and_nests() -> None:
    text = Unfolding(NODES, "USD")._repr_html_()
    assert "&lt;Ann&gt;" in text
    assert text.count("<details") == 2
    assert "not known" in text
