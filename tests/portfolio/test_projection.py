from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.facts import Facts
from workbook.periods import Calendar
from workbook.portfolio import Portfolio
from workbook.portfolio.projection import Horizon
from workbook.rules import Rules
from workbook.tables.frames import Tables

PARTS = ["run_rate_amount", "pipeline_amount", "loss_amount"]


def test_the_parts_add_up_exactly_per_cell_per_account_and_in_all(portfolio: Portfolio) -> None:
    months, whole = portfolio.projection_months, portfolio.projection
    for frame in (months, whole):
        assert all(frame[c].dtype == "int64" for c in [*PARTS, "projected_amount"])
        assert (frame[PARTS].sum(axis=1) == frame["projected_amount"]).all()
    sums = months.groupby("account_id")["projected_amount"].sum()
    assert whole.set_index("account_id")["projected_amount"].loc[sums.index].equals(sums)
    assert (whole["loss_amount"] <= 0).all()


def test_every_account_has_a_row_and_one_without_sales_or_deals_is_zero(portfolio: Portfolio) -> None:
    whole = portfolio.projection.set_index("account_id")
    assert len(whole) == 9
    assert whole.loc["C2", "projected_amount"] == 0
    assert whole["method"].unique().tolist() == ["rhythm"]


def test_a_steady_buyer_goes_on_nearly_as_before(portfolio: Portfolio) -> None:
    steady = portfolio.projection.set_index("account_id").loc["A1"]
    assert steady["run_rate_amount"] == pytest.approx(12 * 100_00, rel=0.25)


def test_next_year_is_cut_by_the_fiscal_months_it_touches(portfolio: Portfolio) -> None:
    periods = portfolio.projection_months["period"].unique()
    assert sorted(periods)[0] == "FY2026-M07"
    assert sorted(periods)[-1] == "FY2027-M06"


def test_a_deal_counts_in_the_month_in_which_it_is_expected_to_close(portfolio: Portfolio) -> None:
    months = portfolio.projection_months
    deal = months[(months["account_id"] == "A1") & (months["pipeline_amount"] > 0)]
    assert deal["period"].tolist() == ["FY2026-M08"]
    assert deal["product_family"].tolist() == ["Valves"]
    odds = portfolio.deal_odds.set_index("opportunity_id")
    assert deal["pipeline_amount"].tolist() == [odds.loc["O5", "on_top_amount"]]


def test_a_deal_beyond_12_months_is_not_in_the_projection_but_in_the_outlook(
    facts: Facts, portfolio: Portfolio
) -> None:
    assert not (portfolio.projection_months["account_id"] == "A3").any()
    later = replace(facts, rules=replace(Rules(), book=replace(Rules().book, fiscal_year=2027)))
    outlook = Portfolio(later).outlook_months
    deal = outlook[(outlook["account_id"] == "A3") & (outlook["pipeline_amount"] > 0)]
    assert deal["period"].tolist() == ["FY2027-M09"]
    first_year = Portfolio(later).projection_months
    both = outlook.merge(first_year, on=["account_id", "period", "product_family"], suffixes=("", "_12"))
    assert len(both) == len(first_year)
    assert (both["run_rate_amount"] == both["run_rate_amount_12"]).all()


def test_a_book_without_deals_or_sales_still_projects(without: Callable[..., Facts]) -> None:
    no_deals = Portfolio(without("opportunities"))
    assert (no_deals.projection["pipeline_amount"] == 0).all()
    assert no_deals.win_rates.empty
    assert no_deals.deal_odds.empty
    no_sales = Portfolio(without("opportunities", sales=pd.DataFrame(columns=["account_id", "booked_on", "amount"])))
    assert (no_sales.projection["projected_amount"] == 0).all()
    assert no_sales.projection_months.empty
    assert no_sales.grades["grade"].notna().all()  # from the contacts
    assert no_sales.grades["projection_points"].isna().all()
    assert len(no_sales.classes) == 9


def test_the_same_facts_give_the_same_frames(facts: Facts) -> None:
    one, two = Portfolio(facts), Portfolio(facts)
    pd.testing.assert_frame_equal(one.projection_months, two.projection_months)
    pd.testing.assert_frame_equal(one.grades, two.grades)


@given(
    st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.sampled_from(["months", "4-4-5", "5-4-4"]), st.integers(1, 12)
)
@settings(max_examples=40)
def test_any_day_and_calendar_share_out_each_rolling_month_fully(as_of: date, pattern: str, start: int) -> None:
    horizon = Horizon.of(as_of, 12, Calendar(start, pattern))  # type: ignore[arg-type]
    assert horizon.share.sum(1) == pytest.approx(np.ones(12))
    assert list(horizon.starts) == sorted(horizon.starts)
    assert horizon.starts[0] == np.datetime64(as_of) + 1


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1200), st.integers(-5_000, 90_000)), max_size=60),
    st.dates(date(2025, 1, 1), date(2027, 3, 31)),
)
@settings(max_examples=25, deadline=None)
def test_any_sales_give_months_that_sum_to_the_projection(sales: list[tuple[int, int, int]], as_of: date) -> None:
    accounts = pd.DataFrame(
        {"account_id": [f"X{i}" for i in range(4)], "name": "x", "territory_id": "CO", "status": "customer"}
    )
    booked = pd.DataFrame(sales, columns=["who", "ago", "amount"])
    frame = pd.DataFrame(
        {
            "account_id": "X" + booked["who"].astype("str"),
            "booked_on": pd.Timestamp(as_of) - pd.to_timedelta(booked["ago"], unit="D"),
            "amount": booked["amount"].astype("int64"),
        }
    )
    tables = Tables.of(
        {
            "territories": pd.DataFrame({"territory_id": ["CO"], "name": ["c"], "parent_id": [None]}),
            "reps": pd.DataFrame({"rep_id": ["r"], "name": ["r"], "territory_id": ["CO"]}),
            "accounts": accounts,
            "ownership": pd.DataFrame(columns=["account_id", "rep_id", "role", "from_on"]),
            "products": pd.DataFrame(columns=["product_id", "name"]),
            "sales": frame,
        }
    )
    stage = Portfolio(Facts(tables, Rules(), as_of))
    months, whole = stage.projection_months, stage.projection
    assert months["projected_amount"].sum() == whole["projected_amount"].sum()
    assert (whole["projected_amount"] >= -24).all()  # no more than a unit per cell of rounding below zero
    assert stage.register["sales_amount"].sum() == frame["amount"].sum()
