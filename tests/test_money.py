"""Exact money: what is split adds up, what is written can be read."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.errors import UsageError
from workbook.money import (
    apportion,
    format_amount,
    in_one_way,
    round_amounts,
    to_decimal,
    to_minor,
    total,
    two_ways,
    typed,
)

weights = st.lists(st.floats(0, 1e12, allow_nan=False), min_size=1, max_size=60)


@given(st.integers(-(10**15), 10**15), weights)
def test_parts_add_up_and_lie_within_one_unit_of_their_share(amount: int, parts: list[float]) -> None:
    shares = apportion(amount, parts)
    assert int(shares.sum()) == amount
    whole = sum(map(Decimal, parts))
    if whole:
        exact = [Decimal(amount) * Decimal(p) / whole for p in parts]
        assert all(abs(Decimal(int(s)) - e) < Decimal("1.01") for s, e in zip(shares, exact, strict=True))


@given(st.integers(0, 10**12), weights)
def test_a_negative_total_is_the_mirror_of_the_positive_one(amount: int, parts: list[float]) -> None:
    assert (apportion(-amount, parts) == -apportion(amount, parts)).all()


def test_zero_weights_split_evenly_and_ties_go_to_the_earlier_part() -> None:
    assert apportion(10, [0, 0, 0]).tolist() == [4, 3, 3]
    assert apportion(1, [5, 5]).tolist() == [1, 0]
    assert apportion(0, []).tolist() == []


@pytest.mark.parametrize("bad", [[-1.0, 2.0], [float("nan")], [float("inf"), 1.0], []])
def test_weights_that_mean_nothing_are_refused(bad: list[float]) -> None:
    with pytest.raises(UsageError):
        apportion(5, bad)


@given(st.integers(-(10**16), 10**16), st.sampled_from(["USD", "JPY", "KWD"]))
def test_minor_units_and_decimals_round_trip(amount: int, currency: str) -> None:
    assert to_minor(to_decimal(amount, currency), currency) == amount


@pytest.mark.parametrize("bad", ["1.005", "abc", "", "NaN", "1e999999"])
def test_what_is_no_amount_is_refused(bad: str) -> None:
    with pytest.raises(UsageError):
        to_minor(bad)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1,234.56", 123456), ("1,234,567", 123456700), (" -1,000.5 ", -100050), ("1234.56", 123456), ("0", 0)],
)
def test_commas_may_stand_between_thousands(text: str, minor: int) -> None:
    assert typed(text, "USD") == minor


@pytest.mark.parametrize("bad", ["1,5", "1,2,3", "1.234,56", "12,34", ",5", "1,000,", "400k", ""])
def test_commas_elsewhere_are_not_dropped_but_refused(bad: str) -> None:
    with pytest.raises(UsageError, match="is not an amount"):
        typed(bad, "USD")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("1,500", "USD", 150_000), ("1500", "KWD", 1_500_000), ("1.5", "KWD", 1500), ("12.3450", "KWD", 12_345),
     ("0.500", "KWD", 500), ("1,500.000", "KWD", 1_500_000), ("1,500", "JPY", 1500), ("\N{MINUS SIGN}5.00", "USD", -500)],
)  # fmt: skip
def test_what_can_be_read_in_one_way_only_is_read(text: str, currency: str, minor: int) -> None:
    assert typed(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "told"),
    [
        ("1.500", "USD", "'1.500' can be read as 1500 or as 1.500. Write 1500 or 1.5."),
        ("1.500", "KWD", "'1.500' can be read as 1500 or as 1.500. Write 1500 or 1.5."),
        ("1,500", "KWD", "'1,500' can be read as 1500 or as 1.500. Write 1500 or 1.5."),
        ("-12.345", "TND", "'-12.345' can be read as -12345 or as -12.345. Write -12345 or -12.3450."),
    ],
)
def test_a_mark_before_three_digits_may_part_thousands_or_decimals_and_is_not_guessed(
    text: str, currency: str, told: str
) -> None:
    with pytest.raises(UsageError) as refused:
        typed(text, currency)
    assert str(refused.value) == told


@given(st.integers(-(10**15), 10**15), st.sampled_from(["USD", "JPY", "KWD"]))
def test_an_amount_that_is_shown_in_one_way_is_read_back(amount: int, currency: str) -> None:
    shown = in_one_way(to_decimal(amount, currency))
    assert two_ways(shown) is None
    assert typed(shown, currency) == amount


def test_too_many_decimals_are_told_without_jargon() -> None:
    with pytest.raises(UsageError, match=r"'1\.5' has more decimals than JPY\. Round it to 0 decimals"):
        to_minor("1.5", "JPY")


def test_missing_amounts_read_not_known_and_are_never_rounded_into_zero() -> None:
    assert format_amount(None) == format_amount(float("nan")) == "not known"
    with pytest.raises(UsageError):
        round_amounts([1.0, np.nan])


def test_sums_of_floats_are_refused() -> None:
    with pytest.raises(UsageError):
        total([0.1, 0.2])
    assert total([]) == 0
    assert total(np.array([2**62, -1])) == 2**62 - 1


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (99_950, "1.00 k USD"),
        (99_949, "999 USD"),
        (-123_456_789, "-1.23 M USD"),
        (12_345_678_900, "123 M USD"),
        (0, "0 USD"),
    ],
)
def test_short_amounts_have_three_digits(amount: int, text: str) -> None:
    assert format_amount(amount, short=True) == text
