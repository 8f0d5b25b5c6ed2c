"""What people type is read as they mean it; what could be meant in two ways is not guessed."""

from __future__ import annotations

import contextlib
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.money import to_decimal
from workbook.sheets import values
from workbook.sheets.values import CellError


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        (12, 1200), (12.5, 1250), (0.1 + 0.2, 30), ("12,5", 1250), ("12.5", 1250), ("1.234,56", 123456), ("1,234.56", 123456),
        ("1 234,56", 123456), ("1'234.50", 123450), ("1\u00a0234\u202f567", 123456700), ("1.234.567", 123456700),
        ("1,234,567", 123456700), ("€ 12", 1200), ("12 EUR", 1200), ("$1,200.00", 120000), ("USD 5", 500), ("0.125", 12),
        ("0,375", 38), ("1234.567", 123457), ("12.", 1200), (333.33333333, 33333), (True + 0.0, 100),
    ],
)  # fmt: skip
def test_amounts_are_read_with_commas_dots_spaces_and_signs_of_money(typed: object, minor: int) -> None:
    assert values.amount(typed, "USD") == minor


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("1,234", "can be read as 1234 or as 1.234"), ("1.234", "can be read as"), ("12k", "shortened"), ("about 5", "not a number"),
        ("1.23.4", "not a number"), ("1,2,3", "not a number"), ("1.234,5.6", "not a number"), ("-5", "below zero"), ("(5)", "below zero"),
        (-0.5, "below zero"), (True, "yes or no"), (date(2026, 1, 2), "is a date"), (time(1), "is a date"), ("1e5", "not a number"),
        (float("nan"), "not a number"), (float("inf"), "not a number"), ("٣", "not a number"), (1e16, "too large"), ("", "not a number"),
        ("--5", "not a number"), ("#REF!", "not a number"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_a_remedy(typed: object, fault: str) -> None:
    with pytest.raises(CellError, match=fault) as caught:
        values.amount(typed, "USD")
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("typed", "minor"), [("1.5", 1500), ("12.3450", 12345), ("1500", 1_500_000), ("1,500.000", 1_500_000), ("0.500", 500)]
)  # fmt: skip
def test_amounts_of_a_currency_with_three_decimals_are_read_where_there_is_one_way_to(typed: str, minor: int) -> None:
    assert values.amount(typed, "KWD") == minor
    for both in ("1.500", "1,500"):
        with pytest.raises(CellError, match=r"can be read as 1500 or as 1\.500") as caught:
            values.amount(both, "KWD")
        assert caught.value.remedy == "Write 1500 or 1.5."


@given(st.integers(0, 10**15))
def test_every_amount_comes_back_from_a_cell_exactly(minor: int) -> None:
    assert values.amount(float(to_decimal(minor, "USD")), "USD") == minor
    whole = f"{to_decimal(minor, 'USD')}"
    assert values.amount(whole, "USD") == minor
    assert values.amount(whole.replace(".", ","), "USD") == minor


@given(st.text(max_size=12) | st.integers() | st.floats() | st.booleans() | st.dates() | st.datetimes() | st.times())
def test_no_cell_makes_a_reader_crash(value: object) -> None:
    for read in (
        lambda v: values.amount(v, "JPY"),
        values.day,
        values.text,
        lambda v: values.number(v, -1, 1),
        lambda v: values.choice(v, ("a", "b")),
    ):
        with contextlib.suppress(CellError):
            read(value)


@pytest.mark.parametrize(
    "typed",
    ["2026-09-30", "30.9.2026", "30/09/2026", "9/30/2026", "30 Sep 2026", "30-Sep-2026", "September 30, 2026", "2026/9/30",
     "2026-09-30T00:00:00", datetime(2026, 9, 30, 12), date(2026, 9, 30), 46295, 46295.5],
)  # fmt: skip
def test_days_are_read_in_the_ways_they_are_written(typed: object) -> None:
    assert values.day(typed) == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [("03/04/2026", "can be read as 2026-04-03 or as 2026-03-04"), ("soon", "not a day"), ("31.2.2026", "not a day"), (12, "not a day"),
     (date(1926, 1, 1), "year 1926"), ("2026-13-01", "not a day"), (True, "not a day"), ("30.9.26", "not a day")],
)  # fmt: skip
def test_a_day_that_is_none_or_two_is_refused(typed: object, fault: str) -> None:
    with pytest.raises(CellError, match=fault):
        values.day(typed)


def test_texts_lose_control_characters_and_errors_are_no_texts() -> None:
    assert values.text(" a\x00\r\nb ") == "a\nb"
    assert values.text(12.0) == "12"
    assert values.text(datetime(2026, 9, 30)) == "2026-09-30"
    with pytest.raises(CellError):
        values.text("#REF!")
    with pytest.raises(CellError, match="5000 letters"):
        values.text("x" * 5000)


def test_shares_may_be_percents_and_choices_any_case() -> None:
    assert values.number("80 %", 0, 1) == 0.8
    assert values.number("0,8", 0, 1) == 0.8
    with pytest.raises(CellError, match="between 0 and 1"):
        values.number(80, 0, 1)
    assert values.choice("VISIT", ("visit", "call")) == "visit"
    with pytest.raises(CellError, match="not in the list"):
        values.choice("fax", ("visit", "call"))
