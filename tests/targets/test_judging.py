"""Explaining, fairness, scenarios, letters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.targets.conftest import Make, tiny_frames, year_of
from workbook.errors import UsageError
from workbook.rules.targets import TargetsRules
from workbook.targets import Targets
from workbook.targets.fairness import bound, gini
from workbook.targets.letters import adds_up, letters
from workbook.targets.method import Method

Stages = Callable[..., Targets]


def test_the_steps_of_every_node_add_up_to_target_and_street_quota(targets: Stages) -> None:
    stage = targets(
        rules={"season": "history", "hedge": {"company": 0.01, "region": 0.033}, "attrition_share": 0.05,
               "basis": {"last_year": 0.7, "potential": 0.3}},
        decisions=[("target_edit", "ann", {"action": "pin", "period": "FY2026-Q3", "amount": 99_99}),
                   ("target_edit", "cyd", {"action": "transfer", "period": "FY2026", "amount": 7_77, "to_node": "dan"})],
    )  # fmt: skip
    rows = stage.explain
    for layer, column in (("target", "target_amount"), ("hedge", "hedge_amount")):
        steps = rows[rows["layer"] == layer].groupby("node")["amount"].sum()
        wanted = stage.by_node[stage.by_node["node_kind"] != "account"].set_index("node")[column]
        assert steps.reindex(wanted.index, fill_value=0).to_dict() == wanted.to_dict()
    assert "transfer 2" in set(rows[rows["node"] == "dan"]["step"])
    told = rows[(rows["node"] == "ann") & (rows["step"] == "edits")]["sentence"].iloc[0]
    assert told == "Set here by pin 1."
    assert rows[rows["step"] == "rounding"]["amount"].abs().max() <= 4


def test_any_account_and_quarter_can_be_explained(targets: Stages) -> None:
    stage = targets(rules={"season": "history"})
    rows = stage.explain_node("A1", "FY2026-Q1", "")
    own = stage.allocation[(stage.allocation["node"] == "A1") & (stage.allocation["layer"] == "target")]
    assert rows[rows["layer"] == "target"]["amount"].sum() == own[own["period"] <= "FY2026-M03"]["amount"].sum()
    with pytest.raises(UsageError, match="there is no node"):
        stage.explain_node("Z9")


def test_fairness_is_reckoned_by_hand(targets: Stages) -> None:
    """Quotas per last year's sales are 1 for everybody here; per hour ann has 375 over 30, ben 225 over 10."""
    rows = targets().fairness.set_index("rep_id")
    assert rows["history_index"].tolist() == [1.0, 1.0, 1.0, 1.0]
    hours = 365 / 7
    assert rows.loc["ann", "capacity_hours"] == pytest.approx(30 * hours)
    per_hour = np.array([375 / 30, 225 / 10, 400 / 20, 200 / 20])
    expected = per_hour / np.median(per_hour)
    assert np.allclose(rows.loc[["ann", "ben", "cyd", "dan"], "capacity_index"], expected)
    assert rows.loc["dan", "outlier"] == (expected[3] < 1 / 1.5)
    assert pd.isna(rows.loc["ann", "quota_to_earnings"])


def test_pay_and_newcomers_are_told(targets: Stages) -> None:
    reps = tiny_frames()["reps"]
    reps["on_target_earnings"] = pd.array([30_00, None, 1_00, 100_00, None, None], dtype="Int64")
    reps.loc[reps["rep_id"] == "ben", "hired_on"] = pd.Timestamp("2025-10-01")
    stage = targets(frames={"reps": reps}, rules={"ramp": ()})
    rows = stage.fairness.set_index("rep_id")
    assert rows.loc["ann", "quota_to_earnings"] == pytest.approx(12.5)
    assert rows.loc["ben", "is_new"]
    assert "hired 3 months ago" in rows.loc["ben", "sentence"]
    verdicts = {(c.name, c.subject): c.verdict for c in stage.fairness_checks}
    assert verdicts["quota to pay", "ann"] == "warn"
    assert verdicts["fair quota", "ben"] == "ok"  # a newcomer is not judged
    assert ("quota to pay", "ben") not in verdicts


def test_gini_of_hand_reckoned_values() -> None:
    assert gini(np.array([5.0, 5.0])) == 0
    assert gini(np.array([0.0, 0.0, 0.0, 8.0])) == pytest.approx(0.75)
    assert np.isnan(gini(np.array([])))
    assert np.isnan(gini(np.array([0.0, 0.0])))


def scenario(name: str, plan: bool = False, **variant: Any) -> tuple[str, str, dict[str, Any]]:
    return "scenario", name, {"variant": variant, "plan": plan}


def test_scenarios_stand_side_by_side_and_one_is_the_plan(targets: Stages) -> None:
    stage = targets(decisions=[scenario("bold", growth_share=0.08), scenario("even", basis={"even": 1.0})])
    rows = stage.scenarios
    top = rows[rows["node"] == "CO"].set_index("scenario")
    assert top.loc["bold", "target_amount"] == 1296_00
    assert top.loc["bold", "change_amount"] == 96_00
    assert top.loc["published rules", "is_plan"]
    even = rows[(rows["scenario"] == "even") & (rows["node"] == "R2")]["change_amount"].iloc[0]
    assert even == 400_00
    planned = targets(decisions=[scenario("bold", plan=True, growth_share=0.08)])
    assert year_of(planned)["CO"] == 1296_00
    assert planned.methods[1] == "bold"


def test_growth_scales_finances_lower_numbers_with_the_company(targets: Stages) -> None:
    given = pd.DataFrame({"territory_id": ["CO", "T1"], "period": "FY2026", "amount": [1200_00, 650_01]})
    stage = targets(frames={"targets": given}, decisions=[scenario("bold", plan=True, growth_share=0.1)])
    assert year_of(stage)["CO"] == 1320_00
    assert abs(year_of(stage)["T1"] - 715_01) <= 1


def test_two_hires_less_are_the_latest(facts: Make, targets: Stages) -> None:
    reps = tiny_frames()["reps"]
    new = [
        reps[reps["rep_id"] == "ben"].assign(rep_id=f"new{i}", hired_on=pd.Timestamp(day))
        for i, day in enumerate(("2026-02-01", "2026-05-01", "2026-04-01"))
    ]
    stage = targets(
        frames={"reps": pd.concat([reps, *new], ignore_index=True)},
        rules={"basis_by_level": {"rep": {"even": 1.0}}},
        decisions=[scenario("fewer", hires_less=2)],
    )
    rows = stage.scenarios
    assert set(rows[rows["scenario"] == "fewer"]["node"]) & {"new0", "new1", "new2"} == {"new0"}


def test_a_scenario_that_cannot_be_says_what_can() -> None:
    with pytest.raises(UsageError, match="cannot change 'colour'"):
        Method.of(TargetsRules(), {"colour": 1})
    with pytest.raises(UsageError, match="does not fit"):
        Method.of(TargetsRules(), {"basis": {"astrology": 1.0}})
    with pytest.raises(UsageError, match="growth_share"):
        Method.of(TargetsRules(), {"growth_share": 99})


def test_letters_add_up_and_show_street_quotas_only(facts: Make) -> None:
    made = facts(rules={"hedge": {"territory": 0.1}})
    stage = Targets(made)
    found = {letter.rep_id: letter for letter in letters(made, stage.allocation, stage.by_node)}
    assert sorted(found) == ["ann", "ben", "cyd", "dan"]
    assert all(adds_up(letter) for letter in found.values())
    assert found["ann"].quota_amount == round(375_00 * 1.1)
    assert found["ann"].last_year_amount == 375_00
    assert [a for a, *_ in found["cyd"].accounts] == ["B1", "B2"]
    assert letters(made, stage.allocation.iloc[:0], stage.by_node.iloc[:0]) == []


@pytest.mark.parametrize(
    "wrong", [{"basis": {"luck": 1.0}}, {"basis": {"even": 0.0}}, {"hedge": {"moon": 0.1}}, {"hedge": {"region": 1.5}},
              {"season": "given"}, {"ramp": (2.0,)}, {"attrition_share": 1.0}],
)  # fmt: skip
def test_rules_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        TargetsRules(**wrong)


def test_what_half_of_the_reps_are_is_no_outlier() -> None:
    """The quartiles of the second row are 1/2 and 2, so the bound is 2 to the power of 2 × 2 / 1.349."""
    near = np.array([1 / 3, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0])
    assert bound(near, TargetsRules()) == 1.5
    wide = np.array([1 / 3, 1 / 2, 1 / 2, 1.0, 2.0, 2.0, 3.0, np.nan])
    assert bound(wide, TargetsRules()) == pytest.approx(2 ** (4 / 1.349))
    assert bound(wide[:4], TargetsRules()) == 1.5  # of four nothing can be told
