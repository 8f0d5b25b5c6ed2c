"""Early warning: since when a miss was foreseeable, leading signs, months, and the record of the odds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from workbook.book import Book
from workbook.reconcile.replay import month_ends, scored
from workbook.reconcile.warning import early_warning
from workbook.rules.reconcile import WarningRules

DAYS = pd.to_datetime(["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"])
SIGNS = pd.DataFrame(
    {
        "node": ["A", "B", "C"],
        "overdue": pd.array([3, 0, pd.NA], dtype="Int64"),
        "overdue_share": [0.6, 0.0, np.nan],
        "created_amount": pd.array([100, 900, pd.NA], dtype="Int64"),
        "usual_amount": pd.array([1000, 1000, pd.NA], dtype="Int64"),
        "open_amount": pd.array([500, 500, pd.NA], dtype="Int64"),
        "slipped": pd.array([2, 0, pd.NA], dtype="Int64"),
        "slipped_amount": pd.array([400, 0, pd.NA], dtype="Int64"),
    }
)


def warned(chances: dict[str, list[float]], now: dict[str, float]) -> pd.DataFrame:
    rows = [(n, d, c) for n, values in chances.items() for d, c in zip(DAYS, values, strict=True)]
    replayed = pd.DataFrame(rows, columns=["node", "known_on", "target_probability"])
    today = pd.DataFrame({"node": list(now), "node_kind": "territory", "target_probability": list(now.values())})
    return early_warning(today, replayed, SIGNS, WarningRules(), "USD").set_index("node")


def test_a_miss_is_foreseeable_from_where_the_chance_stayed_low() -> None:
    rows = warned(
        {"A": [0.4, 0.7, 0.4, 0.1], "B": [0.1, 0.1, 0.1, 0.6], "C": [0.4, 0.4, 0.4, 0.4]},
        {"A": 0.1, "B": 0.9, "C": 0.45},
    )
    assert rows["verdict"].to_dict() == {"A": "likely missed", "B": "on course", "C": "at risk"}
    assert rows.loc["A", "foreseeable_on"] == pd.Timestamp("2026-03-31")
    assert pd.isna(rows.loc["B", "foreseeable_on"])
    assert rows.loc["C", "foreseeable_on"] == pd.Timestamp("2026-01-31")
    assert rows.loc["A", "a_quarter_ago"] == 0.7


def test_leading_signs_are_named_with_their_numbers_and_missing_ones_are_not_zero() -> None:
    rows = warned({}, {"A": 0.1, "B": 0.9, "C": 0.45})
    assert rows["signs"].to_dict() == {"A": 3, "B": 0, "C": 0}
    for words in ("3 accounts (60%)", "new pipeline of 90 days is 1 USD", "2 open deals of 4 USD slipped"):
        assert words in rows.loc["A", "sentence"]
    assert pd.isna(rows.loc["A", "foreseeable_on"])
    assert rows["leading_signs"].tolist()[1:] == ["", "not known"]
    assert rows.loc["B", "sentence"].endswith("no leading sign stands out.")
    assert rows.loc["C", "sentence"].endswith("leading signs are not known.")


def test_months_that_have_not_begun_have_no_actuals(company: Book) -> None:
    rows = company.reconcile.progress
    own = rows[rows["node"] == "CO"]
    assert own["actual_amount"].notna().tolist() == [True] * 6 + [False] * 6
    assert own["target_to_date_amount"].iloc[-1] == 400_003
    assert own["actual_to_date_amount"].iloc[5] == 6 * 28 * 1001


def test_without_tables_the_signs_are_not_known(company: Book) -> None:
    own = company.reconcile.leading.set_index("node").loc["CO"]
    assert own["accounts"] == 7
    for name in ("overdue", "created_amount", "slipped", "pushes", "plan_revisions"):
        assert pd.isna(own[name]), name


def test_slipped_and_new_deals_are_counted_up_the_tree(make: Callable[..., Book]) -> None:
    deals = pd.DataFrame(
        {
            "opportunity_id": ["D1", "D2", "D3", "D4"],
            "account_id": ["1", "1", "4", "6"],
            "stage": "x",
            "status": ["open", "open", "open", "won"],
            "amount": [100, 200, 400, 800],
            "created_on": pd.to_datetime(["2026-06-01", "2025-10-01", "2026-05-01", "2026-01-01"]),
            "close_on": pd.to_datetime(["2026-09-01", "2026-06-01", "2026-09-01", "2026-06-01"]),
            "closed_on": pd.to_datetime([None, None, None, "2026-06-01"]),
            "pushes": pd.array([0, 0, 2, 0], dtype="Int64"),
        }
    )
    rows = make(opportunities=deals).reconcile.leading.set_index("node")
    assert rows.loc[["CO", "A", "B", "S"], "created_amount"].tolist() == [500, 100, 400, 0]
    assert rows.loc[["CO", "A", "B", "S"], "slipped"].tolist() == [2, 1, 1, 0]
    assert rows.loc["CO", "slipped_amount"] == 600
    assert rows.loc["CO", "pushes"] == 2
    assert rows.loc["CO", "usual_amount"] == (200 + 800) // 4


def test_the_replay_knows_only_what_was_known(company: Book) -> None:
    rows = company.reconcile.replayed
    assert rows["known_on"].nunique() == 6  # the day before the year, then January to May
    assert month_ends(company.facts, "FY2026")[0].isoformat() == "2025-12-31"
    own = rows[rows["node"] == "CO"].sort_values("known_on")
    assert (own["target_probability"] == own["target_probability"]).all()
    assert company.reconcile.early_warning.set_index("node").loc["CO", "verdict"] in {
        "on course",
        "at risk",
        "likely missed",
    }


def test_the_record_is_scored_by_hand() -> None:
    """Chances 0.9, 0.2, 0.6 of which the first came true: Brier (0.01 + 0.04 + 0.36) / 3."""
    replayed = pd.DataFrame(
        {"node": ["A", "B", "C"], "known_on": DAYS[0], "target_probability": [0.9, 0.2, 0.6], "p10_amount": [1, 5, 1], "p90_amount": [9, 9, 9]}
    )  # fmt: skip
    outcome = pd.DataFrame({"node": ["A", "B", "C"], "target_amount": [5, 5, 5], "actual_amount": [7, 2, 4]})
    (row,) = scored(replayed, outcome).itertuples()
    assert row.brier == pytest.approx(0.41 / 3)
    assert row.right_share == pytest.approx(2 / 3)
    assert row.inside_share == pytest.approx(2 / 3)
    assert (row.missed, row.foreseen) == (2, 1)
