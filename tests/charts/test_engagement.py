import pandas as pd
import pytest

from workbook.charts import engagement as charts

BOOKS = pd.DataFrame(
    {
        "rep_id": ["P-1", "P-2"],
        "accounts": [300, 20],
        "worked_share": [0.07, 0.9],
        "high_value": [50, 2],
        "sits": [True, False],
    }
)
NPS = pd.DataFrame(
    {"rep_id": ["P-1", "P-2"], "n": [4, 0], "nps": [25.0, None], "low": [-10.0, None], "high": [60.0, None]}
)


def test_the_rep_who_sits_is_named_and_stands_out() -> None:
    ax = charts.held_worked(BOOKS, pd.Series({"P-1": "Ann <b>"}))
    assert [t.get_text() for t in ax.texts] == ["Ann <b>", "P-2"]
    assert len(ax.collections) == 2
    assert "Ann &lt;b&gt;" in ax.figure.svg()


def test_the_calendar_has_a_cell_for_every_day() -> None:
    day = pd.date_range("2026-06-01", "2026-06-30", freq="D", unit="us")
    ax = charts.touch_calendar(pd.DataFrame({"done_on": day, "touches": range(30)}))
    grid = ax.images[0].get_array()
    assert grid.shape == (7, 5)  # the first is a Monday
    assert int(grid.sum()) == sum(range(30))
    assert (
        charts.touch_calendar(pd.DataFrame({"done_on": day[:0], "touches": []}))
        .get_title(loc="left")
        .endswith("none on record")
    )


def test_the_board_shows_the_worst_on_top() -> None:
    counts = pd.DataFrame({"label": ["Good", "Bad"], "ok": [9, 1], "warn": [1, 0], "fail": [0, 9], "not_known": [0, 0]})
    ax = charts.cadence_board(counts)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Good (10)", "Bad (10)"]
    assert "1 with most failing" in charts.cadence_board(counts, limit=1).get_title(loc="left")


def test_intervals_are_drawn_only_where_there_are_answers() -> None:
    ax = charts.nps_by_rep(NPS)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["P-1 (n = 4)"]
    assert charts.nps_by_rep(NPS.iloc[1:]).get_title(loc="left") == "NPS: no answers on record"


@pytest.mark.parametrize("rows", [0, 2])
def test_the_other_charts_draw_with_and_without_rows(rows: int) -> None:
    leaver = pd.DataFrame({"rep_id": ["P-1", "P-2"], "sales_12m_amount": [100, 50], "open_amount": [10, 0]}).head(rows)
    lorenz = pd.DataFrame(
        {"measure": ["a", "a"], "share_of_holders": [0.0, 1.0], "share": [0.0, 1.0], "gini": [0.0, 0.0]}
    )
    prospects = pd.DataFrame({"touches": pd.Series([0, 14], dtype="int64")}).head(rows)
    signals = pd.DataFrame({"signal": ["empty", "system"], "yellow": [1, 2], "red": [3, 0]}).head(rows)
    for ax in (
        charts.leaver_bars(leaver, "USD"),
        charts.lorenz_curves(lorenz.head(rows)),
        charts.prospect_touches(prospects, 12, 15),
        charts.flagged_by_signal(signals),
        charts.held_worked(BOOKS.head(rows)),
    ):
        assert ax.get_title(loc="left")
        assert ax.figure.svg().startswith("<svg")
