from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from workbook.errors import UsageError
from workbook.facts import Facts
from workbook.portfolio import Portfolio
from workbook.portfolio.backtest import backtest
from workbook.rules import Rules
from workbook.tables.frames import Tables

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "adventureworks"


def test_wape_and_bias_are_sums_of_misses_over_sums_of_sales(facts: Facts) -> None:
    result = backtest(facts, date(2025, 6, 30))
    rows = result.rows.set_index("account_id")
    # After the cut: A1 1,200, B1 1,200, C1 1,200 (July 2025), A2 and C3 nothing; as the year before, so nothing is missed.
    assert rows["actual"].to_dict() == {"A1": 1200_00, "A2": 0, "B1": 1200_00, "C1": 1200_00, "C3": 0}
    assert rows["seasonal_naive"].equals(rows["actual"].rename("seasonal_naive"))
    scores = result.scores.set_index(["level", "method"])
    assert scores.loc[("account", "seasonal_naive"), "wape"] == 0
    # naive: the last quarter times four: A1 1,200, B1 300·4, C1 nothing; the miss is C1's 1,200 of 3,600.
    assert scores.loc[("account", "naive"), "wape"] == pytest.approx(1200 / 3600)
    assert scores.loc[("account", "naive"), "bias"] == pytest.approx(-1200 / 3600)


def test_new_customers_are_scored_in_the_company_only(facts: Facts) -> None:
    result = backtest(facts, date(2025, 6, 30))
    assert result.new_actual == 150_00  # B2 began in April 2026
    assert "B2" not in result.rows["account_id"].tolist()
    scores = result.scores.set_index(["level", "method"])
    assert scores.loc[("company", "seasonal_naive"), "bias"] == pytest.approx((3600 - 3750) / 3750)


def test_only_what_was_known_on_the_day_is_used(facts: Facts) -> None:
    later = facts.tables.sales["booked_on"] > "2025-06-30"
    other = facts.tables.sales.assign(amount=facts.tables.sales["amount"].where(~later, 1))
    changed = backtest(replace(facts, tables=replace(facts.tables, sales=other)), date(2025, 6, 30))
    pd.testing.assert_series_equal(changed.rows["projected"], backtest(facts, date(2025, 6, 30)).rows["projected"])


def test_the_rows_projection_is_that_of_the_book_on_that_day(facts: Facts) -> None:
    cut = date(2025, 6, 30)
    then = Portfolio(replace(facts, tables=facts.tables.known_at(cut), as_of=cut))
    said = backtest(facts, cut).rows.set_index("account_id")["projected"]
    assert said.to_dict() == then.projection.set_index("account_id")["projected_amount"].loc[said.index].to_dict()


def test_a_year_before_as_of_is_taken_when_no_day_is_named(facts: Facts) -> None:
    assert backtest(facts).cut == date(2025, 6, 30)


def test_too_late_a_cut_and_one_before_all_sales_are_refused(facts: Facts) -> None:
    with pytest.raises(UsageError, match="later than 2026-06-30"):
        backtest(facts, date(2025, 7, 1))
    late = replace(facts, as_of=date(2036, 6, 30))
    with pytest.raises(UsageError, match="bought anything in the 12 months after 2035-06-30"):
        backtest(late)
    with pytest.raises(UsageError, match="no account had bought"):
        backtest(facts, date(2020, 1, 1))


def test_a_simpler_method_that_does_better_is_recommended(facts: Facts) -> None:
    result = backtest(facts, date(2025, 6, 30))
    assert not result.best
    assert 'portfolio.projection.method = "seasonal_naive"' in result.sentence


def test_new_business_is_what_new_customers_bought_last_year_less_the_deals_named(
    facts: Facts, without: Callable[..., Facts]
) -> None:
    alone = Portfolio(without("opportunities")).new_business
    assert alone["territory_id"].unique().tolist() == ["T2"]
    assert alone["new_business_amount"].sum() == 150_00
    assert sorted(alone["period"].unique()) == ["FY2027-M04", "FY2027-M05", "FY2027-M06"]
    by_family = alone.groupby("product_family")["new_business_amount"].sum()
    assert by_family["Valves"] == pytest.approx(100_00, abs=2)  # each month's cell is rounded on its own
    assert by_family["no family"] == pytest.approx(50_00, abs=2)
    deals = facts.tables.opportunities
    named = deals.assign(
        account_id=deals["account_id"].where(deals["opportunity_id"] != "O6", "B3"),
        close_on=deals["close_on"].where(deals["opportunity_id"] != "O6", pd.Timestamp("2026-09-01")),
        product_id=deals["product_id"].where(deals["opportunity_id"] != "O6", "p2"),
    )
    covered = Portfolio(replace(facts, tables=replace(facts.tables, opportunities=named))).new_business
    assert covered["product_family"].unique().tolist() == ["no family"]  # the deal for Valves covers what was expected


def test_without_18_months_nobody_can_be_told_to_be_new(without: Callable[..., Facts]) -> None:
    assert Portfolio(without(as_of=date(2024, 10, 31))).new_business.empty


@pytest.mark.real
def test_on_adventureworks_it_beats_both_naive_methods_per_account_and_in_total() -> None:
    if not SHARED.is_dir():
        pytest.skip("the real input is not there")
    result = backtest(Facts(_adventureworks(), Rules(), date(2020, 5, 31)), date(2019, 5, 31))
    assert len(result.rows) == 426
    assert result.best
    scores = result.scores.set_index(["level", "method"])
    assert scores.loc[("account", "projected"), "wape"] < 0.58
    assert scores.loc[("company", "projected"), "bias"] < 0.1


def _adventureworks() -> Tables:
    lines = pd.read_csv(SHARED / "order_lines.csv", parse_dates=["OrderDate"])
    accounts = pd.read_csv(SHARED / "accounts.csv")
    return Tables.of(
        {
            "territories": pd.DataFrame({"territory_id": ["CO"], "name": ["Company"], "parent_id": [None]}),
            "reps": pd.DataFrame({"rep_id": ["r"], "name": ["r"], "territory_id": ["CO"]}),
            "accounts": pd.DataFrame(
                {
                    "account_id": "A" + accounts["account_id"].astype(str),
                    "name": accounts["account_name"],
                    "territory_id": "CO",
                    "status": "customer",
                }
            ),
            "ownership": pd.DataFrame(columns=["account_id", "rep_id", "role", "from_on"]),
            "products": pd.DataFrame(columns=["product_id", "name"]),
            "sales": pd.DataFrame(
                {
                    "account_id": "A" + lines["ResellerKey"].astype(str),
                    "booked_on": lines["OrderDate"],
                    "amount": (lines["Sales"] * 100).round().astype("int64"),
                }
            ),
        }
    )
