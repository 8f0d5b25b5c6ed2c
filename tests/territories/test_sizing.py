"""The right book size, territories needed and who lacks what, on the tiny company of tests/territories/tiny.py."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.territories.tiny import AS_OF, stage, tables
from workbook.territories.sizing import book_sizes, deal_pace, sizes_sentence


def deals(days):
    return pd.DataFrame(
        {"account_id": "A1", "status": ["won", "lost", "open"], "created_on": pd.to_datetime(["2026-01-01", "2024-01-01", "2026-05-01"]),
         "closed_on": pd.to_datetime(["2026-01-01", "2024-01-01", None]) + pd.Timedelta(days=days),
         "close_on": pd.to_datetime(["2026-02-01", "2024-02-01", "2026-08-01"])}
    )  # fmt: skip


def sized(days):
    made = stage()
    load = made.workload.assign(touch_hours=9.0, travel_hours=1.0)
    return book_sizes(made.capacity, made.accounts, load, deal_pace(deals(days), AS_OF), made.rules)


def test_the_size_follows_from_hours_and_the_cycle_of_deals():
    # 26 hours x 44 weeks x 0.9 = 1029.6; 10 hours of touches and travel; 2 deals opened in the year among 9 accounts, open for
    # 73 days (a fifth of a year): 2/45 open at once, 6 hours each
    whole = sized(73).iloc[0]
    assert whole["deals_per_year"] == pytest.approx(2 / 9)
    assert whole["cycle_days"] == 73
    assert whole["hours_per_year"] == pytest.approx(10 + 6 * 2 / 45)
    assert whole["right_size"] == pytest.approx(1029.6 / (10 + 6 * 2 / 45))
    assert whole["books"] == pytest.approx(9 / whole["right_size"])
    assert whole["potential_amount"] == 900_000
    assert sized(146).iloc[0]["right_size"] < whole["right_size"]


def test_the_step_by_step_table_tells_the_same_size():
    made = stage()
    steps = made.book_size.set_index("step")["value"]
    assert steps["right book size"] == made.book_sizes["right_size"].iloc[0]
    assert "a rep can serve" in sizes_sentence(made.book_sizes, str)
    blind = stage(tables(reps=tables().reps.drop(columns="selling_hours_per_week")))
    assert sizes_sentence(blind.book_sizes, str).startswith("The right book size is not known")
    assert blind.needed["territories_needed"].isna().all()


def test_territories_needed_stand_beside_reps_needed():
    made = stage()
    row = made.needed.set_index("scenario").loc["as it is"]
    people = made.workload["hours_per_year"].sum() / (26 * 44 * 0.9)
    assert row["reps_needed"] == -(-people // 1)
    # T1 has two reps and T2 one: 1.5 in the middle
    assert row["territories_needed"] == -(-people / 1.5 // 1)
    assert [row["reps"], row["territories"]] == [3, 2]


def test_who_lacks_what_is_measured_against_a_fair_share_by_hours():
    # three reps of equal hours, nine accounts of 1,000 potential each: three are fair; R1 holds six, R3 three, R2 none
    rows = stage().lacking.set_index("rep_id")
    assert rows.index.tolist() == ["R2"]
    assert rows.loc["R2", ["short_accounts", "short_potential_amount", "lacks"]].tolist() == [
        3,
        300_000,
        "accounts, potential",
    ]
    reps = tables().reps.assign(selling_hours_per_week=[0.5, 26.0, 26.0])
    short = stage(tables(reps=reps)).lacking.set_index("rep_id").loc["R1"]
    assert short["short_hours"] > 0
    assert short["lacks"] == "hours"
