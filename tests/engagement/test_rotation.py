from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tests.territories.tiny import stage as tiny
from tests.territories.tiny import tables
from workbook.engagement.cadence import Standing
from workbook.engagement.rotation import book_care, rotation, taken_by, what_if

NAMES = pd.Series({"P-1": "Ann Berg", "P-2": "Raj Rao", "P-3": "Eve Lund"})


def kept(standing: Standing, *leaving: str) -> pd.DataFrame:
    frame = standing.frame[["account_id", "owner_rep_id"]].rename(columns={"owner_rep_id": "rep_id"})
    return frame.assign(keep=~frame["account_id"].isin(leaving), reason="no next step")


def rooms(p1: float, p2: float, p3: float) -> pd.DataFrame:
    return pd.DataFrame({"rep_id": ["P-1", "P-2", "P-3"], "territory_id": ["T-1", "T-1", "T-2"], "free_hours": [p1, p2, p3],
                         "worked_share": [1.0, 1.0, 1.0]})  # fmt: skip


def test_who_has_room_takes_the_most_valuable_first(standing_of: Callable[..., Standing]) -> None:
    standing = standing_of()
    out = rotation(standing, kept(standing, "A-1", "A-2", "A-8"), np.full(9, 10.0), rooms(50, 15, 50), NAMES)
    # Raj has room for one of the two; Eve's own account cannot stay with nobody else in T-2
    assert out[["account_id", "from_rep"]].values.tolist() == [["A-1", "P-1"], ["A-2", "P-1"], ["A-8", "P-3"]]
    assert out["to_rep"].fillna("nobody").tolist() == ["P-2", "nobody", "nobody"]
    assert out["sentence"].tolist() == [
        "No next step. Raj Rao has 15 free hours.",
        "No next step. Nobody in this territory has room.",
        "No next step. Nobody in this territory has room.",
    ]


def test_a_rep_who_works_little_is_offered_nothing(standing_of: Callable[..., Standing]) -> None:
    standing = standing_of()
    idle = rooms(50, 500, 50).assign(worked_share=[1.0, 0.1, 1.0])
    assert rotation(standing, kept(standing, "A-1"), np.full(9, 10.0), idle, NAMES)["to_rep"].isna().all()


def test_the_same_family_goes_before_free_hours(standing_of: Callable[..., Standing]) -> None:
    standing = standing_of(family_id=["F"] + [f"A-{i}" for i in range(2, 9)] + ["F"], territory_id=["T-1"] * 9)
    book = rooms(0, 900, 50).assign(territory_id="T-1")
    out = rotation(standing, kept(standing, "A-1"), np.full(9, 10.0), book, NAMES).iloc[0]
    assert out[["to_rep", "same_family"]].tolist() == ["P-3", 1]
    assert out["sentence"] == "No next step. Eve Lund has 50 free hours and 1 of its family."


def test_what_if_all_moved_adds_up(standing_of: Callable[..., Standing]) -> None:
    standing = standing_of()
    moves = rotation(standing, kept(standing, "A-1", "A-2", "A-8"), np.full(9, 10.0), rooms(50, 25, 50), NAMES)
    out = what_if(moves, rooms(50, 25, 50)).set_index("rep_id")
    assert out["leaving"].tolist() == [2, 0, 1]
    assert out["arriving"].tolist() == [0, 2, 0]
    assert out["free_hours_after"].tolist() == [70.0, 5.0, 60.0]
    assert out["arriving"].sum() == moves["to_rep"].notna().sum()


def test_the_accounts_of_one_rep_stand_by_who_would_take_them(standing_of: Callable[..., Standing]) -> None:
    room = rooms(50, 25, 50)
    moves = rotation(standing_of(), kept(standing_of(), "A-1", "A-2", "A-3"), np.full(9, 10.0), room, NAMES)
    out = taken_by(moves, room)
    # Raj has 25 hours: two accounts of 10 hours; for the third nobody has room
    assert out["rep_id"].fillna("nobody").tolist() == ["P-2", "nobody"]
    assert out["accounts"].tolist() == [2, 1]
    assert out["free_hours_after"].iloc[0] == 5.0
    assert out["value_amount"].sum() == moves["value_amount"].sum()


def test_room_is_the_capacity_of_who_is_here() -> None:
    # R1 and R2 work 26 hours a week for 44 weeks; R3 has left and still holds accounts; R2 holds none
    gone = pd.to_datetime([None, None, "2026-01-01"])
    stage = tiny(tables(reps=tables().reps.assign(left_on=gone))).before
    out = stage.room.set_index("rep_id")
    assert out.index.tolist() == ["R1", "R2"]
    held = stage.workload.loc[stage.workload["rep_id"] == "R1", "hours_per_year"].sum()
    assert out.loc["R1", "free_hours"] == pytest.approx(26 * 44 - held)
    assert out.loc["R2", ["accounts", "free_hours"]].tolist() == [0, pytest.approx(26 * 44)]
    unknown = tiny(tables(reps=tables().reps.drop(columns="selling_hours_per_week"))).before.room
    assert unknown["free_hours"].isna().all()


def test_disqualified_leave_and_the_best_fitting_enter(standing_of: Callable[..., Standing]) -> None:
    gone = [True] + [False] * 8
    owners = ["P-1", "P-1", None, None, "P-2", "P-2", "P-2", None, "P-3"]
    fit = pd.Series({"A-3": 0.4, "A-4": 0.9, "A-8": 1.0})  # A-8 is in another territory
    out = book_care(standing_of(disqualified=gone, owner_rep_id=owners), fit)
    assert out[["account_id", "rep_id", "change"]].values.tolist() == [["A-1", "P-1", "leave"], ["A-4", "P-1", "enter"]]
    assert book_care(standing_of(), fit).empty
