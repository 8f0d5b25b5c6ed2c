from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.portfolio.bookings import Booked, history, month_edges, months_back, product_families
from workbook.tables.frames import Tables


def test_a_rolling_month_from_a_months_last_day_ends_on_last_days() -> None:
    edges = [str(d) for d in month_edges(date(2026, 6, 30), 4, 1)]
    assert edges == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31"]


def test_a_rolling_month_from_any_other_day_keeps_the_day_or_the_months_last() -> None:
    assert [str(d) for d in month_edges(date(2026, 3, 30), 1, 1)] == ["2026-02-28", "2026-03-30", "2026-04-30"]


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 1200))
def test_every_day_lies_in_the_month_whose_edges_hold_it(as_of: date, ago: int) -> None:
    day = np.array([np.datetime64(as_of - timedelta(days=ago))])
    back = int(months_back(day, as_of)[0])
    edges = month_edges(as_of, back + 1, 0)
    assert edges[0] < day[0] <= edges[1]


def test_sales_are_laid_out_by_month_from_the_newest(frames: dict[str, pd.DataFrame]) -> None:
    past = history(Booked.of(Tables.of(frames)), date(2026, 6, 30), 36)
    row = {frames["accounts"]["account_id"].iloc[at]: i for i, at in enumerate(past.accounts)}
    assert sorted(row) == ["A1", "A2", "B1", "B2", "C1", "C3"]
    assert past.months[row["B2"], :4].tolist() == [50_00, 50_00, 50_00, 0]
    assert past.months[row["A1"]].sum() == 36 * 100_00
    assert past.first[row["A1"]] == 35
    assert past.last[row["C1"]] == 11
    assert past.span == 36


def test_the_mix_is_of_the_last_year_else_of_all_there_is(frames: dict[str, pd.DataFrame]) -> None:
    past = history(Booked.of(Tables.of(frames)), date(2026, 6, 30), 36)
    row = {frames["accounts"]["account_id"].iloc[at]: i for i, at in enumerate(past.accounts)}
    assert past.families == ("Pumps", "Valves", "no family")
    assert past.by_family[row["B2"]].tolist() == [0, 100_00, 50_00]
    assert past.by_family[row["C3"]].tolist() == [240_00, 0, 0]  # nothing in the last year


def test_what_was_known_earlier_holds_only_accounts_that_had_bought(frames: dict[str, pd.DataFrame]) -> None:
    past = history(Booked.of(Tables.of(frames)), date(2026, 6, 30), 36)
    then = past.before(3)
    assert len(then) == len(past) - 1  # B2 first bought in April
    assert then.months.shape[1] == 33


def test_sales_of_unknown_accounts_later_days_and_missing_dates_are_left_out(frames: dict[str, pd.DataFrame]) -> None:
    odd = pd.DataFrame(
        {
            "account_id": ["nobody", "A1", "A1"],
            "booked_on": pd.to_datetime(["2026-01-01", "2026-07-01", None]),
            "amount": [1, 1, 1],
            "product_id": ["p1", "p1", None],
        }
    )
    past = history(Booked.of(Tables.of({**frames, "sales": odd})), date(2026, 6, 30), 36)
    assert len(past) == 0
    assert past.span == 0


def test_a_product_without_family_and_an_unknown_product_have_no_family(frames: dict[str, pd.DataFrame]) -> None:
    rows = pd.DataFrame({"product_id": pd.Series(["p1", "p3", "px", None], dtype="str")})
    assert list(product_families(rows, frames["products"])) == ["Pumps", "no family", "no family", "no family"]
    assert list(product_families(rows, frames["products"].iloc[:0])) == ["no family"] * 4


@pytest.mark.parametrize("column", ["account_id", "booked_on", "amount"])
def test_the_frames_that_come_in_stay_as_they_are(frames: dict[str, pd.DataFrame], column: str) -> None:
    before = frames["sales"].copy()
    history(Booked.of(Tables.of(frames)), date(2026, 6, 30), 36)
    pd.testing.assert_series_equal(frames["sales"][column], before[column])
