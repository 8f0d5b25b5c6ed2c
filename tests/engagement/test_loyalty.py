from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.engagement.cadence import Standing
from workbook.engagement.loyalty import nps, nps_interval
from workbook.rules.engagement import EngagementRules

TODAY = 20634


def test_answers_rate_who_held_the_account(standing_of: Callable[..., Standing], rules: EngagementRules) -> None:
    owners = standing_of(owner_since=pd.to_datetime(["2026-01-01"] * 9)).frame
    answers = pd.DataFrame({
        "account_id": ["A-1", "A-2", "A-3", "A-4", "A-5", "A-8"],
        "nps": [9.0, 10.0, 6.0, 3.0, None, 8.0],
        "nps_on": pd.to_datetime(["2026-02-01", "2026-03-01", "2026-04-01", "2025-06-01", None, "2020-01-01"]),
    })  # fmt: skip
    out = nps(answers, owners, TODAY, rules).set_index("rep_id")
    # P-1: two promoters and a detractor of their own; A-4 was answered before P-1 came; A-8's answer is too old
    assert out.loc["P-1", ["n", "earlier"]].tolist() == [3, 1]
    assert out.loc["P-1", "nps"] == pytest.approx(100 / 3)
    assert out.loc["P-1", "low"] < 0 < out.loc["P-1", "high"]
    assert out.loc["P-3", "n"] == 0
    assert out.loc[["P-2", "P-3"], ["nps", "low", "high"]].isna().all(axis=None)
    assert out.loc["P-2", "sentence"] == "No answer rates this rep: NPS not known (0 rate a predecessor)."


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_interval_holds_its_centre_and_stays_on_the_scale(detractors: int, passives: int, promoters: int) -> None:
    low, high = nps_interval(detractors, passives, promoters, confidence=0.9)
    centre = 100 * (promoters - detractors) / (detractors + passives + promoters + 3)
    assert -100 <= low <= centre <= high <= 100


def test_more_answers_narrow_the_interval() -> None:
    widths = [nps_interval(2 * k, 3 * k, 5 * k, confidence=0.9) for k in (1, 4, 16)]
    assert [round(high - low) for low, high in widths] == sorted((round(h - w) for w, h in widths), reverse=True)
