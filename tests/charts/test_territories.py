"""Charts of territories are drawn from frames, also from empty and unknown ones, and change nothing."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from workbook.charts import territories as charts

CAPACITY = pd.DataFrame(
    {
        "rep_id": ["P-1", "P-2", "P-3"],
        "name": ["Ann", "Raj", "Kim"],
        "needed_hours": [900.0, 100, 50],
        "available_hours": [800.0, np.nan, 900],
    }
)
CARDS = pd.DataFrame(
    {
        "rep_id": ["P-1", "P-2"] * 2,
        "measure": ["sales"] * 2 + ["workload"] * 2,
        "index_before": [300.0, np.nan, 90, 110],
        "index_after": [101.0, 99, 100, 100],
    }
)
CURVE = pd.DataFrame({"factor": [0.0, 0.5, 1.0], "moved_share": [0, 0.1, 0.2], "balance_points": [50.0, 20, 10]})
MONTHS = pd.DataFrame(
    {"month": pd.to_datetime(["2026-07-01", "2026-08-01"]), "available_hours": [100.0, 90], "needed_hours": [80.0, 120]}
)
PLACES = pd.DataFrame(
    {"account_id": ["a", "b"], "rep_id": ["P-1", "P-2"], "latitude": [48.0, 50.0], "longitude": [11.0, 8.0]}
)
TENURE = pd.DataFrame(
    {
        "rep_id": ["P-1", "P-2", "P-3"],
        "tenure_years": [0.4, 3.0, 9.0],
        "value_per_account_amount": [100_000, 900_000, 400_000],
        "new": [True, False, False],
    }
)
DRAWN = {
    "tenure": lambda f: charts.tenure(f[5], "USD"),
    "hours": lambda f: charts.hours(f[0]),
    "balance": lambda f: charts.balance(f[1]),
    "tradeoff": lambda f: charts.tradeoff(f[2]),
    "staffing": lambda f: charts.staffing(f[3]),
    "book_map": lambda f: charts.book_map(f[4], ["P-1", "P-2"], ["b"]),
}


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("empty", [False, True])
def test_draws_rows_and_no_rows_without_touching_them(name, empty):
    frames = [
        f.head(0) if empty and name != "tradeoff" else f.copy()
        for f in (CAPACITY, CARDS, CURVE, MONTHS, PLACES, TENURE)
    ]
    before = [f.copy() for f in frames]
    ax = DRAWN[name](frames)
    out = io.BytesIO()
    ax.figure.savefig(out, format="png")
    assert out.getbuffer().nbytes > 1000
    assert ax.get_title(loc="left")
    for one, other in zip(before, frames, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_too_much_work_is_red():
    ax = charts.hours(CAPACITY)
    colours = {bar.get_facecolor() for bar in ax.patches}
    assert len(colours) == 2


def test_the_proof_shows_plan_above_bound():
    ax = charts.proof([("relaxation", 90.0, 10.0), ("annealing", 12.0, 10.0), ("finish", 11.0, 10.5)])
    plan, bound = ax.lines[0].get_ydata(), ax.lines[1].get_ydata()
    assert (np.array(plan) >= np.array(bound)).all()
    assert len(plan) == 2


def test_new_reps_and_the_poorest_and_richest_books_are_named():
    ax = charts.tenure(TENURE.assign(value_per_account_amount=[500_000, 900_000, 400_000]), "USD")
    assert [text.get_text() for text in ax.texts] == ["P-1", "P-2", "P-3"]
    old = charts.tenure(TENURE.assign(new=False, value_per_account_amount=[500_000, 900_000, 400_000]), "USD")
    assert [text.get_text() for text in old.texts] == ["P-2", "P-3"]
