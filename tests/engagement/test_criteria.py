from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.criteria import longest_gap, reporting, top_criteria
from workbook.engagement.evidence import Evidence
from workbook.engagement.integrity import integrity
from workbook.engagement.log import Log
from workbook.rules.engagement import EngagementRules

Make = Callable[[list[dict[str, Any]]], Log]


def test_the_longest_gap_counts_the_ends(log_of: Make) -> None:
    # the window is 2025-06-30 to 2026-06-30
    log = log_of([{"account_id": "A-1", "done_on": d} for d in ("2025-01-01", "2025-09-08", "2026-06-20")])
    assert longest_gap(log, np.array([0, 1]), 365)[:3].tolist() == [
        285,
        365,
        0,
    ]  # Sep 8 to Jun 20; never; not asked for


def test_who_meets_the_published_criteria(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    days = pd.date_range("2025-07-15", "2026-06-30", freq="25D")
    rows = [
        {"account_id": "A-1", "done_on": d, "kind": "visit", "contact_id": f"C-{i % 2}"} for i, d in enumerate(days)
    ]
    steps = np.full(9, np.iinfo(np.int64).max)
    steps[0] = 20640
    out = top_criteria(standing_of(), log_of(rows), steps, rules).set_index("account_id")
    assert out.index.tolist() == [f"A-{i}" for i in range(1, 8)]  # only with projected revenue, by it
    assert out.loc["A-1", ["rank", "met", "of", "verdict", "sentence"]].tolist() == [
        1,
        5,
        5,
        "ok",
        "Meets 5 of 5 criteria.",
    ]
    assert out.loc["A-2", ["met", "verdict"]].tolist() == [0, "fail"]
    unknown = top_criteria(standing_of(), log_of(rows), None, rules).set_index("account_id")
    assert unknown.loc["A-1", ["met", "of"]].tolist() == [4, 4]
    assert unknown["next_step"].isna().all()


def test_reporting_in_key_accounts(log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules) -> None:
    standing = standing_of(is_key=[True] + [False] * 8)
    full = {"account_id": "A-1", "done_on": "2026-06-01", "minutes": 10, "contact_id": "C-1"}
    log = log_of([full, {"account_id": "A-1", "done_on": "2026-06-03"}, {**full, "account_id": "A-2"}])
    clean = integrity(log, rules)["level"] == "none"
    out = reporting(standing, log, Evidence.of(log, rules.integrity), clean, rules)
    assert out[["rep_id", "activities", "with_contact_share", "real_share"]].values.tolist() == [["P-1", 2, 0.5, 0.5]]
    assert out["with_outcome_share"].isna().all()  # no activity of the company has an outcome: not in the export
