"""Levels, next steps and fixes from hand-made measures; the small sample's are taken from its tables."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from workbook.maturity.levels import compared, evidence, fixes, levels, units_missing
from workbook.maturity.measures import CAPABILITIES, FIXES, Measured, not_known, of_rows
from workbook.rules.maturity import MaturityRules

RULES = MaturityRules()
GOOD = Measured(1.0, 100, 0, "all of 100")


def all_good(**others: Measured) -> dict[str, Measured]:
    return {name: others.get(name, GOOD) for names in CAPABILITIES.values() for name in names}


def test_every_measure_has_its_rules_and_its_fix() -> None:
    names = {n for names in CAPABILITIES.values() for n in names}
    assert names == set(FIXES) == set(RULES.competitive) == set(RULES.world_class) == set(RULES.hours_per_unit)


def test_the_weakest_measure_makes_the_level_and_says_what_is_missing() -> None:
    """40 of 100 accounts on time: competitive needs 60, so 20 more."""
    measured = all_good(accounts_on_time=Measured(0.4, 100, 5_000_00, "40 of 100"))
    rows = levels(evidence(measured, RULES), measured).set_index("capability")
    assert rows.loc["engagement", "level_name"] == "initiating"
    assert "needs 60%, is 40%" in rows.loc["engagement", "next_step"]
    assert "20 accounts more" in rows.loc["engagement", "next_step"]
    assert (rows.drop("engagement")["level_name"] == "world class").all()


def test_what_is_not_known_is_no_level_and_no_zero() -> None:
    nothing = not_known("no activities table: engagement not known")
    measured = all_good(accounts_on_time=nothing, key_accounts_on_time=nothing, activity_unquestioned=nothing)
    rows = levels(evidence(measured, RULES), measured).set_index("capability")
    assert rows.loc["engagement", "level"] == 0
    assert "no activities table" in rows.loc["engagement", "next_step"]
    one = all_good(accounts_on_time=nothing)
    assert levels(evidence(one, RULES), one).set_index("capability").loc["engagement", "level"] == 3


def test_fixes_come_weakest_first_with_effort_cost_benefit_and_basis() -> None:
    measured = all_good(
        accounts_on_time=Measured(
            0.4, 100, 6_000_00, "40 of 100"
        ),  # 20 units of 60 failing: a third of 6,000.00, 2 % of it
        mandatory_fields=Measured(0.9, 1000, None, "900 of 1000"),  # competitive reached, world class needs 950
    )
    rows = fixes(evidence(measured, RULES), measured, RULES, (100_00.0, "USD"))
    assert rows["measure"].tolist() == ["accounts_on_time", "mandatory_fields"]
    first, second = rows.iloc[0], rows.iloc[1]
    assert (first["units"], first["effort_hours"], first["cost_amount"]) == (20, 15.0, 1_500_00)
    assert first["benefit_amount"] == 40_00
    assert "assumption" in first["basis"]
    assert second["units"] == 50
    assert pd.isna(second["benefit_amount"])
    unpaid = fixes(evidence(measured, RULES), measured, RULES, (float("nan"), "USD"))
    assert unpaid["cost_amount"].isna().all()


def test_units_missing_are_whole() -> None:
    assert units_missing(Measured(0.5, 3, None, ""), 0.8) == 1  # 2.4 needed, 1.5 there
    assert units_missing(Measured(1.0, 3, None, ""), 0.8) == 0
    assert units_missing(not_known("x"), 0.8) == 0


def test_rows_without_any_are_not_known_and_the_projection_behind_them_is_summed_once() -> None:
    projected = pd.Series({"a": 10, "b": 20})
    assert of_rows(pd.Series([], dtype=bool), None, projected, "deals").share is None
    made = of_rows(pd.Series([True, False, False]), pd.Series(["a", "b", "b"]), projected, "deals")
    assert (made.share, made.behind_amount, made.words) == (pytest.approx(1 / 3), 20, "1 of 3 deals")


def test_two_cycles_are_compared_measure_by_measure() -> None:
    now, before = (evidence(all_good(rows_used=Measured(s, 100, None, "")), RULES) for s in (0.99, 0.9))
    row = compared(now, before).set_index("measure").loc["rows_used"]
    assert row["change_share"] == pytest.approx(0.09)
    assert (row["before_reaches"], row["reaches"]) == (1, 2)


def test_world_class_may_not_need_less() -> None:
    with pytest.raises(ValueError, match="less than competitive"):
        replace(RULES, world_class={"rows_used": 0.1})
    with pytest.raises(ValueError, match="not one of"):
        MaturityRules(competitive={"charm": 0.5})
