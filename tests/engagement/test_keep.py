from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbook.engagement.cadence import Standing
from workbook.engagement.integrity import integrity
from workbook.engagement.keep import keep, keep_not_known, next_steps
from workbook.engagement.log import Log
from workbook.rules.engagement import EngagementRules
from workbook.tables.frames import blank, shaped
from workbook.tables.schema import TABLES

Make = Callable[[list[dict[str, Any]]], Log]
NONE = np.iinfo(np.int64).max


def deals(*rows: dict[str, Any]) -> pd.DataFrame:
    base = {"stage": "offer", "status": "open", "amount": 1, "created_on": "2026-01-01", "close_on": "2026-12-01"}
    return shaped(
        TABLES["opportunities"], pd.DataFrame([{"opportunity_id": f"O-{i}", **base, **r} for i, r in enumerate(rows)])
    )


@pytest.mark.parametrize(
    ("deal", "counts"),
    [
        ({"next_step": "Send offer", "next_step_on": "2026-07-10"}, True),
        ({"next_step": " ", "next_step_on": "2026-07-10"}, False),  # no name
        ({"next_step": "Send offer", "next_step_on": None}, False),  # no day
        ({"next_step": "Send offer", "next_step_on": "2026-05-01"}, False),  # long past
        ({"next_step": "Send offer", "next_step_on": "2027-07-10"}, False),  # far ahead
        ({"next_step": "Send offer", "next_step_on": "2026-07-10", "pushes": 6}, False),
        ({"next_step": "Send offer", "next_step_on": "2026-07-10", "status": "lost"}, False),
    ],
)  # fmt: skip
def test_which_steps_of_deals_are_real(
    log_of: Make, rules: EngagementRules, deal: dict[str, Any], counts: bool
) -> None:
    log = log_of([])
    steps = next_steps(log, integrity(log, rules), deals({"account_id": "A-1", **deal}), rules)
    assert bool(steps[0] != NONE) is counts
    assert (steps[1:] == NONE).all()


def test_an_open_activity_is_a_step_unless_it_is_flagged(log_of: Make, rules: EngagementRules) -> None:
    real = [{"account_id": "A-9", "done_on": "2026-06-01", "minutes": 9, "outcome": "x", "contact_id": "C"}]
    pushed = {"account_id": "A-2", "kind": "task", "due_on": "2026-07-20", "created_on": "2025-06-01"}
    log = log_of([{"account_id": "A-1", "kind": "meeting", "due_on": "2026-07-20"}, pushed, *real])
    steps = next_steps(log, integrity(log, rules), blank(TABLES["opportunities"]), rules)
    assert (steps != NONE).tolist() == [True] + [False] * 8


def test_the_rule_account_by_account(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    log = log_of([
        {"account_id": "A-1", "done_on": "2026-05-01"},  # touched, step
        {"account_id": "A-2", "done_on": "2026-05-01"},  # touched 60 days ago, no step
        {"account_id": "A-3", "done_on": "2026-06-20"},  # touched lately, the step may wait
        {"account_id": "A-5", "rep_id": "P-1", "done_on": "2026-06-20"},  # by another rep
        {"account_id": "A-6", "rep_id": "P-2", "done_on": "2026-02-01"},  # opportunistic: half a year
    ])  # fmt: skip
    steps = np.full(9, NONE)
    steps[0] = log.today + 5
    since = pd.to_datetime(["2024-01-01"] * 6 + ["2026-06-15"] + ["2024-01-01"] * 2)
    out = keep(standing_of(owner_since=since), log, steps, rules, locked=["A-9"]).set_index("account_id")
    assert out["keep"].to_dict() == {
        "A-1": True, "A-2": False, "A-3": True, "A-4": False, "A-5": False, "A-6": True, "A-7": True, "A-8": False, "A-9": True,
    }  # fmt: skip
    assert out.loc["A-1", "reason"] == "last real touch by the rep 2026-05-01, next step 2026-07-05"
    assert out.loc["A-4", "reason"] == "no real touch by the rep on record, no next step"
    assert out.loc["A-5", "reason"].endswith("others of us touched it last on 2026-06-20")
    assert out.loc["A-7", "reason"] == "new to the rep since 2026-06-15"
    assert out.loc["A-9", "reason"] == "locked by decision"


def test_unknown_next_steps_leave_touches_to_decide(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    out = keep(standing_of(), log_of([{"account_id": "A-2", "done_on": "2026-05-01"}]), None, rules).set_index(
        "account_id"
    )
    assert out.loc["A-2", "keep"]
    assert out.loc["A-2", "reason"].endswith("next steps not known")


def test_nobody_loses_an_account_for_want_of_a_table(standing_of: Callable[..., Standing]) -> None:
    out = keep_not_known(
        standing_of(owner_rep_id=["P-1", None] + ["P-2"] * 7), "no activities table: keep rule not known"
    )
    assert out["keep"].all()
    assert "A-2" not in set(out["account_id"])
    assert set(out["reason"]) == {"no activities table: keep rule not known"}
