"""Charts of plans show what the frames say, and say in words what is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.charts.plans import how_planned, plan_against_quota, rests_on, score_board


def status() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["Ann", "Raj", "Kim"],
            "planned_amount": pd.array([120, 80, pd.NA], dtype="Int64"),
            "street_amount": pd.array([100, 100, pd.NA], dtype="Int64"),
            "sent": [2, 2, 0],
            "accounts": [2, 2, 3],
        }
    )


def test_plans_below_quota_and_missing_plans_look_different() -> None:
    given = status()
    ax = plan_against_quota(given, "USD")
    widths = [p.get_width() for p in ax.patches[:3]]
    assert sorted(widths) == [0, 80, 120]
    labels = [t.get_text() for t in ax.get_legend().get_texts()]
    assert labels == ["quota", "plan", "plan below quota", "not all plans sent"]
    pd.testing.assert_frame_equal(given, status())


def test_stacks_add_up_to_what_is_planned() -> None:
    amounts = pd.DataFrame(
        {
            "period": ["FY2026-Q1", "FY2026-Q1", "FY2026-Q2"],
            "source": ["run_rate", "not_identified", "run_rate"],
            "amount": [5, 3, 7],
        }
    )
    ax = rests_on(amounts, {"run_rate": "repeat business"}, "USD")
    tops = [p.get_y() + p.get_height() for p in ax.patches]
    assert max(tops) == 8
    assert [t.get_text() for t in ax.get_xticklabels()] == ["Q1", "Q2"]


def test_a_missing_share_is_said_not_drawn_as_zero() -> None:
    ax = how_planned({"a plan exists": 0.5, "revised": float("nan")})
    assert {t.get_text() for t in ax.texts} == {"50%", "not known"}


def test_missing_scores_stay_blank() -> None:
    frame = pd.DataFrame({"name": ["Ann"], "completeness": [0.9], "evidence": [np.nan]})
    ax = score_board(frame, {"completeness": "complete", "evidence": "rests"})
    assert [t.get_text() for t in ax.texts] == ["90%", "–"]
