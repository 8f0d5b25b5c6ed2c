from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from workbook.facts import Facts
from workbook.portfolio import Portfolio
from workbook.portfolio.grading import projection_bands
from workbook.rules import Rules
from workbook.rules.portfolio import GradeRules


def test_the_score_is_the_weighted_mean_of_the_points(portfolio: Portfolio) -> None:
    a1 = portfolio.grades.set_index("account_id").loc["A1"]
    # 3 contacts are 2 points, the largest projection is 3, an answer of 9 is 3: (0.25·2 + 0.5·3 + 0.25·3) / 3 = 91.7
    assert a1[["contact_points", "projection_points", "nps_points"]].tolist() == [2, 3, 3]
    assert a1["score"] == pytest.approx(100 * 2.75 / 3)
    assert a1["grade"] == "A"
    assert not a1["partial"]


def test_a_missing_criterion_is_left_out_marked_and_said(facts: Facts, ruled: Callable[..., Rules]) -> None:
    rules = ruled("grades", projection_bands_amount=(1_00, 5000_00, 9000_00))
    b2 = Portfolio(replace(facts, rules=rules)).grades.set_index("account_id").loc["B2"]
    # No answer: (0.25·0 + 0.5·1) / 0.75 / 3 = 22.2
    assert b2["score"] == pytest.approx(100 * 0.5 / 0.75 / 3)
    assert b2["partial"]
    assert "no valid NPS answer (left out); graded from the rest" in b2["sentence"]
    assert "0 contacts (0 of 3 points)" in b2["sentence"]


def test_without_a_contacts_table_contacts_are_not_known_and_never_zero(without: Callable[..., Facts]) -> None:
    grades = Portfolio(without("contacts")).grades
    assert grades["contact_points"].isna().all()
    assert grades["partial"].all()
    assert grades["sentence"].str.contains("contacts not known \\(left out\\)").all()


def test_without_sales_deals_contacts_and_answers_the_grade_is_missing_and_says_why(
    without: Callable[..., Facts],
) -> None:
    none = pd.DataFrame(columns=["account_id", "booked_on", "amount"])
    grades = Portfolio(without("contacts", "opportunities", sales=none)).grades.set_index("account_id")
    assert pd.isna(grades.loc["A2", "grade"])
    assert pd.isna(grades.loc["A2", "score"])
    assert grades.loc["A2", "sentence"] == (
        "Grade not known: contacts not known (left out), projection not known (left out), no valid NPS answer (left out)."
    )
    assert grades.loc["A1", "grade"] == "A"  # its answer of 9 is all there is: graded from the rest
    assert grades.loc["A1", "partial"]


def test_an_old_answer_is_not_used(facts: Facts, ruled: Callable[..., Rules]) -> None:
    strict = Portfolio(replace(facts, rules=ruled("grades", nps_valid_days=30)))
    assert strict.grades["nps_points"].isna().all()


def test_bands_by_share_give_the_most_points_to_those_that_make_the_first_half_of_revenue() -> None:
    # Of 100: 60 alone passes the half; 25 brings it to 85, past 80 %; 10 to 95 %; 5 is beyond.
    assert projection_bands(pd.Series([5, 60, 10, 25]), GradeRules()) == (10, 25, 60)
    assert projection_bands(pd.Series([0, 0]), GradeRules()) == (1, 1, 1)
    assert projection_bands(pd.Series([1, 2]), GradeRules(projection_bands_amount=(10, 20, 30))) == (10, 20, 30)


def test_key_accounts_are_graded_a_or_largest_but_never_without_projection(portfolio: Portfolio) -> None:
    keys = portfolio.key_accounts
    assert keys["account_id"].tolist()[0] == "A1"
    assert keys["why"].iloc[0] == "graded A and number 1 by projected revenue"
    assert (keys["projected_amount"] > 0).all()
    assert "B3" not in keys["account_id"].tolist()  # disqualified


def test_only_the_named_number_of_largest_accounts_is_key(facts: Facts) -> None:
    rules = facts.rules
    few = Portfolio(replace(facts, rules=replace(rules, portfolio=replace(rules.portfolio, key_accounts=2))))
    assert few.key_accounts["rank"].tolist() == [1, 2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"contacts_bands": (3, 1, 6)},
        {"projection_bands_share": (0.5, 0.4, 0.9)},
        {"contacts_weight": 0.0, "projection_weight": 0.0, "nps_weight": 0.0},
        {"a_score": 20.0},
    ],
)
def test_rules_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="grades"):
        GradeRules(**wrong)  # type: ignore[arg-type]
