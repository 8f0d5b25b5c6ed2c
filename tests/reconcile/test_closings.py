"""When open deals may close: their stated day moved by slips, else the times that won deals took from their age on."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from workbook.facts import Facts
from workbook.reconcile.year import closings
from workbook.rules import Rules
from workbook.tables.frames import Tables

AS_OF = date(2026, 6, 30)


def facts(slip_days: int = 0) -> Facts:
    """Won deals of 10, 20, … 400 days; N stated for 1 September, A of 100 days without a date, L overdue and older than any."""
    start = pd.Timestamp("2025-01-01")
    won = pd.DataFrame({"created_on": start, "closed_on": [start + pd.Timedelta(days=10 * i) for i in range(1, 41)]})
    won = won.assign(
        status="won",
        close_on=won["closed_on"] - pd.Timedelta(days=slip_days),
        opportunity_id=[f"W{i}" for i in range(40)],
    )
    days = {"created_on": ["2026-06-01", "2026-03-22", "2025-01-01"], "close_on": ["2026-09-01", None, "2026-02-01"]}
    opened = pd.DataFrame({c: pd.to_datetime(v) for c, v in days.items()}).assign(
        status="open", opportunity_id=["N", "A", "L"]
    )
    rows = pd.concat([won, opened]).assign(account_id="1", stage="x", amount=100)
    return Facts(Tables.of({"opportunities": rows}), Rules(), AS_OF)


def made(slip_days: int = 0) -> dict[str, np.ndarray]:
    expected = pd.Series(pd.to_datetime(["2026-09-01", "2026-11-01", "2026-08-01"]))
    rows = pd.DataFrame({"opportunity_id": ["N", "A", "L"], "expected_close_on": expected})
    return dict(zip(rows["opportunity_id"], closings(facts(slip_days), rows), strict=True))


def test_a_stated_close_ahead_stands_when_deals_never_slipped_or_all_by_the_same() -> None:
    assert (made()["N"] == np.datetime64("2026-09-01")).all()
    assert (made(5)["N"] == np.datetime64("2026-09-01")).all()  # the typical slip is in expected_close_on already


def test_a_deal_without_a_date_closes_as_won_deals_of_its_age_did() -> None:
    """100 days old: the 30 won deals that took 110 to 400 days are left, 10 to 300 days from now."""
    ahead = (made()["A"] - np.datetime64(AS_OF)).astype(int)
    assert (ahead.min(), ahead.max()) == (10, 300)
    assert set(ahead) <= set(range(10, 301, 10))
    assert 140 <= np.median(ahead) <= 170


def test_a_deal_older_than_any_that_was_won_closes_when_it_is_expected() -> None:
    assert (made()["L"] == np.datetime64("2026-08-01")).all()
