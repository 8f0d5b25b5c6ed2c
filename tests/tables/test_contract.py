"""Frames from elsewhere than files: the declared tables as pandera schemas."""

from __future__ import annotations

import pandas as pd
import pytest

from workbook.errors import DataError
from workbook.tables.contract import validated


def test_every_fault_of_a_frame_is_named() -> None:
    frame = pd.DataFrame(
        {
            "account_id": ["a", "a", None],
            "name": ["x", "y", "z"],
            "territory_id": ["T"] * 3,
            "status": ["customer", "foo", "prospect"],
            "fit_score": [0.1, 2.0, None],
        }
    )
    with pytest.raises(DataError) as caught:
        validated("accounts", frame)
    assert {(f.row, f.column, f.fault) for f in caught.value.faults} == {
        (2, "account_id", "the key is doubled"),
        (3, "account_id", "the key is doubled"),
        (4, "account_id", "the cell is blank"),
        (3, "status", "is not one of customer, prospect"),
        (3, "fit_score", "is not from 0 to 1"),
    }


def test_a_sound_frame_takes_the_tables_shape_and_is_not_changed() -> None:
    frame = pd.DataFrame({"product_id": ["x"], "name": ["Pump"], "colour": ["red"]})
    before = frame.copy()
    made = validated("products", frame)
    assert list(made.columns) == ["product_id", "name", "family", "list_price", "colour"]
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("amount", [1.5, "x", None])
def test_an_amount_that_is_no_whole_number_of_minor_units_is_refused(amount: object) -> None:
    frame = pd.DataFrame({"account_id": ["a"], "booked_on": [pd.Timestamp("2026-01-01")], "amount": [amount]})
    with pytest.raises(DataError):
        validated("sales", frame)
