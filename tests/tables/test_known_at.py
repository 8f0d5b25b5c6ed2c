"""What was known on a past day: deals closed since are open again, and what closing wrote over them is not known."""

from __future__ import annotations

from datetime import date

import pandas as pd

from workbook.tables.frames import Tables


def deals(close_on: list[str | None], closed_on: list[str | None]) -> Tables:
    """Three deals: lost in March, won in June, open."""
    rows = pd.DataFrame(
        {"opportunity_id": ["D1", "D2", "D3"], "account_id": "1", "stage": "x", "amount": 100, "created_on": pd.Timestamp("2026-01-10"),
         "status": ["lost", "won", "open"], "close_on": pd.to_datetime(close_on), "closed_on": pd.to_datetime(closed_on)}
    )  # fmt: skip
    return Tables.of({"opportunities": rows})


def test_a_closing_day_written_over_the_expected_one_was_not_known_before() -> None:
    same = deals(["2026-03-15", "2026-06-20", "2026-09-01"], ["2026-03-15", "2026-06-20", None])
    known = same.known_at(date(2026, 4, 30)).opportunities
    assert known["status"].tolist() == ["lost", "open", "open"]
    assert known["close_on"].isna().tolist() == [False, True, False]  # the open deal's own expectation stays


def test_an_expected_close_that_closing_left_alone_is_kept() -> None:
    apart = deals(["2026-03-01", "2026-06-01", "2026-09-01"], ["2026-03-15", "2026-06-20", None])
    known = apart.known_at(date(2026, 4, 30)).opportunities
    assert known["close_on"].notna().all()
    assert known["closed_on"].isna().tolist() == [False, True, True]


def test_a_closed_deal_without_an_expected_close_says_nothing_of_how_the_export_writes_it() -> None:
    some = deals([None, "2026-06-20", "2026-09-01"], ["2026-03-15", "2026-06-20", None])
    known = some.known_at(date(2026, 4, 30)).opportunities
    assert known["close_on"].isna().tolist() == [True, True, False]  # D2's was written over in June, as far as is known
