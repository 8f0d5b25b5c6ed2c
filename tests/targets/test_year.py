"""Season, ramp, and accounts that change hands during the year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.targets.conftest import Make, adds_up, tiny_frames, year_of
from workbook.targets import Targets
from workbook.targets.ramp import ramp

Stages = Callable[..., Targets]


def by_month(stage: Targets, node: str, layer: str = "target") -> list[int]:
    rows = stage.allocation[(stage.allocation["node"] == node) & (stage.allocation["layer"] == layer)]
    return rows.groupby("period")["amount"].sum().tolist()


def test_season_follows_the_months_of_history(targets: Stages) -> None:
    """All was sold in January and July, half each."""
    stage = targets(rules={"season": "history"})
    assert by_month(stage, "CO") == [600_00, *[0] * 5, 600_00, *[0] * 5]
    assert "FY2025" in stage.allocated.draft.season.told  # type: ignore[union-attr]


def test_season_is_even_without_a_complete_year_and_says_so(targets: Stages) -> None:
    stage = targets(rules={"season": "history"}, as_of=date(2025, 12, 30))
    assert by_month(stage, "CO") == [100_00] * 12
    assert "even months" in stage.allocated.draft.season.told  # type: ignore[union-attr]


def test_season_may_be_given(targets: Stages) -> None:
    stage = targets(rules={"season": "given", "season_given": (3.0, 1.0, *[0.0] * 10)})
    assert by_month(stage, "CO")[:3] == [900_00, 300_00, 0]


def people(hired: str | None = None, left: str | None = None) -> pd.DataFrame:
    made = pd.DataFrame({"rep_id": ["x"], "hired_on": [hired], "left_on": [left]})
    return made.assign(hired_on=pd.to_datetime(made["hired_on"]), left_on=pd.to_datetime(made["left_on"]))


def test_ramp_counts_whole_months_since_the_hire_and_days_of_its_month(facts: Make) -> None:
    shares = ramp(facts(), people("2026-03-17"), (0.0, 0.5))[0]
    # nothing before; March 15 of 31 days at 0; April: first day is within month 0 still; May: month 1; then all
    assert shares[:3].tolist() == [0, 0, 0]
    assert shares[3] == 0.0
    assert shares[4] == 0.5
    assert shares[5:].tolist() == [1.0] * 7


def test_leavers_and_unknown_dates(facts: Make) -> None:
    shares = ramp(facts(), people(None, "2026-02-14"), (0.0,))[0]
    assert np.allclose(shares[:3], [1.0, 14 / 28, 0.0])
    assert ramp(facts(), people(), (0.0,))[0].tolist() == [1.0] * 12


def test_an_open_position_takes_its_part_from_its_colleagues_only(targets: Stages) -> None:
    reps = tiny_frames()["reps"]
    extra = reps[reps["rep_id"] == "ben"].assign(rep_id="new", name="To be hired", hired_on=pd.Timestamp("2026-07-01"))
    stage = targets(
        frames={"reps": pd.concat([reps, extra], ignore_index=True)},
        rules={"basis_by_level": {"rep": {"even": 1.0}}, "ramp": (0.0, 0.5)},
    )
    assert by_month(stage, "T1") == [50_00] * 12
    assert by_month(stage, "new")[:7] == [0] * 7
    assert by_month(stage, "new")[7] == 10_00  # 0.5 beside 1 and 1 of 50.00
    assert abs(by_month(stage, "new")[8] - 16_67) <= 1
    assert adds_up(stage)
    rows = stage.explain_node("new")
    assert rows[rows["step"] == "ramp"]["amount"].iloc[0] < 0


def test_a_month_nobody_could_carry_is_split_as_if_all_were_there_and_told(targets: Stages) -> None:
    reps = tiny_frames()["reps"]
    late = reps.assign(hired_on=reps["hired_on"].where(reps["rep_id"] != "cyd", pd.Timestamp("2026-03-01")))
    stage = targets(frames={"reps": late}, rules={"ramp": ()})
    assert by_month(stage, "cyd")[0] > 0
    assert any(c.subject == "T2" and "nobody in Two (T2)" in c.sentence for c in stage.checks)


def handed_over(on: str) -> dict[str, pd.DataFrame | None]:
    """A3 goes from ben to ann."""
    rows = tiny_frames()["ownership"]
    old = rows["account_id"] == "A3"
    rows = rows.assign(to_on=rows["to_on"].astype("datetime64[us]"))
    rows.loc[old, "to_on"] = pd.Timestamp(on) - pd.Timedelta(days=1)
    new = rows[old].assign(rep_id="ann", from_on=pd.Timestamp(on), to_on=pd.NaT)
    return {"ownership": pd.concat([rows, new], ignore_index=True)}


def test_a_target_follows_its_account_from_the_day_and_is_prorated(targets: Stages) -> None:
    """A3 has 200.00, that is 16.66 or 16.67 a month; handed over on 16 June: 15 of 30 days and six whole months."""
    before, stage = targets(), targets(frames=handed_over("2026-06-16"))
    row = stage.moved.iloc[0]
    assert (row["account_id"], row["from_rep"], row["to_rep"], row["year_amount"]) == ("A3", "ben", "ann", 200_00)
    assert abs(row["moved_amount"] - round(200_00 * 6.5 / 12)) <= 6
    a, b = year_of(before), year_of(stage)
    assert b["ann"] - a["ann"] == row["moved_amount"] == a["ben"] - b["ben"]
    assert a["T1"] == b["T1"]
    assert by_month(before, "ben")[:5] == by_month(stage, "ben")[:5]
    assert adds_up(stage)
    changed = stage.before_and_after.set_index("node")["change_amount"].to_dict()
    assert changed == {"ann": row["moved_amount"], "ben": -row["moved_amount"]}


def test_a_hand_over_before_the_year_is_no_change_during_it(targets: Stages) -> None:
    stage = targets(frames=handed_over("2025-11-01"))
    assert stage.moved.empty
    assert year_of(stage)["ann"] == 575_00


def test_a_rep_who_changes_territory_leaves_one_seat_and_takes_another(targets: Stages) -> None:
    """From July ann works T2 under a second rep id and takes B1 over from cyd; ben takes A1 and A2 over in T1.

    ann has 375.00 a year in T1 (A1 300, three quarters of A2), B1 is 400.00 of T2's 400.00.
    """
    reps, rows = tiny_frames()["reps"], tiny_frames()["ownership"]
    day = pd.Timestamp("2026-07-01")
    again = reps[reps["rep_id"] == "ann"].assign(rep_id="ann-T2", territory_id="T2", hired_on=day)
    left = reps.assign(left_on=reps["left_on"].where(reps["rep_id"] != "ann", day - pd.Timedelta(days=1)))
    goes = rows["account_id"].isin(["A1", "A2", "B1"]) & (rows["role"] == "owner")
    rows["to_on"] = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us]").mask(goes, day - pd.Timedelta(days=1))
    new = rows[goes].assign(from_on=day, to_on=pd.NaT)
    new["rep_id"] = new["account_id"].map({"A1": "ben", "A2": "ben", "B1": "ann-T2"})
    stage = targets(
        frames={
            "reps": pd.concat([left, again], ignore_index=True),
            "ownership": pd.concat([rows, new], ignore_index=True),
        },
        rules={"ramp": ()},
    )
    before = year_of(targets())
    after = year_of(stage)
    assert [after[n] for n in ("T1", "T2", "R1", "CO")] == [before[n] for n in ("T1", "T2", "R1", "CO")]
    assert adds_up(stage)
    assert by_month(stage, "ann")[6:] == [0] * 6
    assert abs(after["ann"] - 187_50) <= 6
    assert by_month(stage, "ann-T2")[:6] == [0] * 6
    assert abs(after["ann-T2"] - 200_00) <= 6
    assert abs(after["cyd"] - 200_00) <= 6
    assert abs(after["ben"] - (225_00 + 187_50)) <= 12


SKIS = [("A1", "2025-01-15"), ("A3", "2025-01-15"), ("A2", "2025-01-15"), ("B1", "2025-07-15"), ("C1", "2025-01-15")]


def skis_and_boats() -> pd.DataFrame:
    """T1 sells in January only, T2 in July only, T3 as the company does."""
    sold = {"A1": 300_00, "A2": 100_00, "A3": 200_00, "B1": 400_00}
    rows = [(account, day, sold[account]) for account, day in SKIS if account in sold]
    rows += [("C1", "2025-01-15", 120_00), ("C1", "2025-07-15", 80_00)]
    frame = pd.DataFrame(rows, columns=["account_id", "booked_on", "amount"])
    return frame.assign(booked_on=pd.to_datetime(frame["booked_on"]), product_id="p")


def test_territories_have_their_own_season_and_the_companys_months_and_every_year_stay(targets: Stages) -> None:
    """The company sells 720 in January and 480 in July; T1 600 in January, T2 400 in July, T3 120 and 80."""
    frames = {"sales": skis_and_boats()}
    same = targets(frames=frames, rules={"season": "history"})
    own = targets(frames=frames, rules={"season": "history", "season_by": "territory"})
    assert by_month(same, "CO") == by_month(own, "CO")
    before, after = year_of(same), year_of(own)
    for node in ("CO", "R1", "R2", "T1", "T2", "T3"):
        assert abs(before[node] - after[node]) <= 1, node
    assert adds_up(own)
    january, july = 0, 6
    assert abs(by_month(same, "T1")[january] - 360_00) <= 1  # of everybody's year 60 % in January
    assert abs(by_month(own, "T1")[january] - 600_00) <= 2
    assert abs(by_month(own, "T2")[july] - 400_00) <= 2
    assert abs(by_month(own, "T3")[january] - 120_00) <= 2
    told = own.explain_node("T1", "FY2026-M01")
    assert told[told["layer"] == "target"]["amount"].sum() == by_month(own, "T1")[january]
    assert "by its own" in told[told["step"] == "season"]["sentence"].iloc[0]


@pytest.mark.parametrize(
    ("rules", "target", "told"),
    [
        ({"season": "history"}, 1200_00, True),
        ({"season": "even"}, 1200_00, False),
        ({"season": "given", "season_given": (1.0,) * 12}, 1200_00, False),
        ({"season": "history"}, -1200_00, False),
    ],
)
def test_own_seasons_are_told_of_only_where_they_are_used(
    targets: Stages, rules: dict[str, Any], target: int, told: bool
) -> None:
    """Months that are given, even, or below zero are the company's for everybody, whatever season_by says."""
    finance = pd.DataFrame({"territory_id": ["CO"], "period": ["FY2026"], "amount": [target]})
    stage = targets(frames={"sales": skis_and_boats(), "targets": finance}, rules={**rules, "season_by": "territory"})
    rows = stage.explain_node("T1", "FY2026-M01")
    assert ("by its own" in rows[rows["step"] == "season"]["sentence"].iloc[0]) is told
    one, two = np.array(by_month(stage, "T1")), np.array(by_month(stage, "T2"))
    assert np.allclose(one / one.sum(), two / two.sum(), atol=1e-3) is not told


def test_a_month_that_no_territory_sells_in_is_still_met(targets: Stages) -> None:
    given = pd.DataFrame(
        {"territory_id": ["CO"] * 12, "period": [f"FY2026-M{m:02d}" for m in range(1, 13)], "amount": [100_00] * 12}
    )
    stage = targets(
        frames={"sales": skis_and_boats(), "targets": given}, rules={"season": "history", "season_by": "territory"}
    )
    assert by_month(stage, "CO") == [100_00] * 12
    assert adds_up(stage)
    assert year_of(stage)["T1"] == 600_00
