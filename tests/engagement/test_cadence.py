from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from workbook.engagement.cadence import Standing, board, cadence, cadence_days, coverage
from workbook.engagement.log import NO_DAY, Log, days
from workbook.rules.engagement import CadenceRules, EngagementRules
from workbook.tree import Tree

Make = Callable[[list[dict[str, Any]]], Log]
TREE = Tree.of(
    pd.DataFrame(
        {"territory_id": ["CO", "T-1", "T-2"], "name": ["Company", "One", "Two"], "parent_id": [None, "CO", "CO"]}
    )
)
REPS = pd.DataFrame({"rep_id": ["P-1", "P-2", "P-3"]})


def row(frame: pd.DataFrame, account: str) -> pd.Series:
    return frame.set_index("account_id").loc[account]


@pytest.mark.parametrize(
    ("kind", "grade", "sold", "expected"),
    [
        ("core", "B", "2026-04-01", 30),  # where core starts
        ("core", "A", "2026-04-01", 14),  # grade A: one step more often
        ("core", "D", "2024-04-01", 91),  # D and quiet together move one step at most
        ("core", "A", "2024-04-01", 30),  # A and quiet cancel out
        ("divest", "D", "2026-04-01", 182),  # the ladder's end
        (None, None, None, 182),  # no class: as opportunistic, and quiet
    ],
)  # fmt: skip
def test_steps_follow_class_grade_and_client(kind: str, grade: str, sold: str, expected: int) -> None:
    one = pd.DataFrame({
        "class": pd.Series([kind], dtype="str"), "grade": pd.Series([grade], dtype="str"), "last_sale_on": pd.to_datetime([sold]),
        "open_amount": [0], "is_key": [False],
    })  # fmt: skip
    assert cadence_days(one, CadenceRules(), 20634)["cadence_days"].tolist() == [expected]


def test_verdicts_and_due_days(log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules) -> None:
    # today is 2026-06-30; core is monthly (30 days)
    log = log_of([
        {"account_id": "A-1", "done_on": "2026-06-01"},  # 29 days ago: on time
        {"account_id": "A-2", "done_on": "2026-05-20"},  # 41 days ago: 11 late, within half of 30
        {"account_id": "A-3", "done_on": "2026-05-01"},  # 60 days ago: 30 late
        {"account_id": "A-5", "done_on": "2026-05-30"},  # 31 days ago: 1 late
    ])  # fmt: skip
    out = cadence(standing_of(), log, rules)
    assert row(out, "A-5")["sentence"].endswith("last real touch 2026-05-30, 1 day overdue.")
    assert row(out, "A-1")[["verdict", "overdue_days"]].tolist() == ["ok", 0]
    assert row(out, "A-2")[["verdict", "overdue_days"]].tolist() == ["warn", 11]
    assert row(out, "A-3")[["verdict", "overdue_days"]].tolist() == ["fail", 30]
    assert row(out, "A-3")["due_on"] == pd.Timestamp("2026-05-31")
    assert row(out, "A-2")["sentence"] == "Monthly (core, grade B): last real touch 2026-05-20, 11 days overdue."
    # never touched: counted from the first touch on record in the company, 2026-05-01
    assert row(out, "A-4")[["verdict", "overdue_days"]].tolist() == ["fail", 30]


@pytest.mark.parametrize(("day", "verdict"), [("2026-05-30", "ok"), ("2026-05-29", "fail")])
def test_a_key_account_fails_after_a_month_always(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules, day: str, verdict: str
) -> None:
    key = standing_of(is_key=[True] + [False] * 8, **{"class": ["divest"] * 9})
    lenient = replace(rules, cadence=replace(rules.cadence, warn_share=9.0))
    out = row(cadence(key, log_of([{"account_id": "A-1", "done_on": day}]), lenient), "A-1")
    assert out["cadence_days"] == 31  # never more than the gap that fails
    assert out["verdict"] == verdict


def test_without_touches_nothing_is_on_time(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    out = cadence(standing_of(owner_since=pd.NaT), log_of([]), rules)
    assert set(out["verdict"]) == {"fail"}
    assert out["overdue_days"].isna().all()


def test_without_the_table_it_says_so(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    out = cadence(standing_of(), log_of([]), rules, "no activities table: cadence not known")
    assert set(out["verdict"]) == {"not known"}
    assert set(out["sentence"]) == {"no activities table: cadence not known"}
    assert out["due_on"].isna().all()
    share = coverage(out, TREE, REPS, 20634, rules)
    assert share["share"].isna().all()
    assert share["touched"].isna().all()


def test_disqualified_accounts_are_not_asked_for(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    out = cadence(standing_of(disqualified=[True] + [False] * 8), log_of([]), rules)
    assert "A-1" not in set(out["account_id"])


def test_coverage_adds_up_the_tree(log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules) -> None:
    log = log_of([{"account_id": a, "done_on": "2026-06-20"} for a in ("A-1", "A-5", "A-8")])
    out = coverage(cadence(standing_of(), log, rules), TREE, REPS, log.today, rules).set_index("node")
    assert out.loc[["CO", "T-1", "T-2"], "accounts"].tolist() == [9, 7, 2]
    assert out.loc[["CO", "T-1", "T-2", "P-1", "P-2", "P-3"], "touched"].tolist() == [3, 2, 1, 1, 1, 1]
    assert out.loc["CO", "on_time"] == out.loc["T-1", "on_time"] + out.loc["T-2", "on_time"]
    assert out.loc["P-1", "node_kind"] == "rep"


def test_missing_owners_and_classes_do_not_crash(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    bare = standing_of(owner_rep_id=None, grade=None, last_sale_on=pd.NaT, owner_since=pd.NaT, **{"class": None})
    out = cadence(bare, log_of([{"account_id": "A-1", "done_on": "2026-06-20"}]), rules)
    assert len(out) == 9
    assert out["sentence"].notna().all()
    assert board(out, "rep_id", pd.Series(dtype="str")).empty


def test_a_ladder_that_does_not_grow_is_refused() -> None:
    with pytest.raises(ValueError, match="ladder_days"):
        CadenceRules(ladder_days=(7, 7))


@pytest.mark.parametrize(("start", "days"), [("class", [30, 91]), ("segment", [14, 182]), ("sooner", [14, 91])])
def test_a_segments_cadence_counts_as_the_rules_say(start: str, days: list[int]) -> None:
    two = pd.DataFrame(
        {
            "class": ["core", "opportunistic"], "grade": ["B", "B"], "segment_days": [20, 200], "is_key": False,
            "last_sale_on": pd.to_datetime(["2026-04-01"] * 2), "open_amount": 0,
        }
    )  # fmt: skip
    found = cadence_days(two, replace(CadenceRules(), start=start), 20634)  # 2026-06-30
    assert found["cadence_days"].tolist() == days  # 20 days ask for a touch every 14, never less often than said


def test_days_that_nobody_gave_are_held_once_and_read_as_any_others() -> None:
    none = days(pd.Series(pd.NaT, index=range(3), dtype="datetime64[us]"))
    assert none.strides == (0,)
    assert none.tolist() == [NO_DAY] * 3
    assert days(pd.Series(["1970-01-03", None], dtype="datetime64[us]")).tolist() == [2, NO_DAY]
