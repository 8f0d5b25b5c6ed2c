"""A tiny book for engagement: three reps, nine accounts, a handful of activities; today is 2026-06-30.

T-1: P-1 holds A-1 … A-4;  P-2 holds A-5 … A-7      T-2: P-3 holds A-8, A-9
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from workbook.engagement.cadence import Standing
from workbook.engagement.log import Log
from workbook.rules.engagement import EngagementRules
from workbook.tables.frames import shaped
from workbook.tables.schema import TABLES

TODAY = date(2026, 6, 30)
ACCOUNTS = [f"A-{i}" for i in range(1, 10)]
OWNERS = ["P-1"] * 4 + ["P-2"] * 3 + ["P-3"] * 2


@pytest.fixture
def rules() -> EngagementRules:
    return EngagementRules()


@pytest.fixture
def log_of() -> Callable[[list[dict[str, Any]]], Log]:
    """From rows of account, rep, kind and what else is known, the log; ids are numbered from V-0."""

    def make(rows: list[dict[str, Any]]) -> Log:
        base = {"account_id": "A-1", "rep_id": "P-1", "kind": "call"}
        table = [{"activity_id": f"V-{i}", **base, **row} for i, row in enumerate(rows)]
        frame = pd.DataFrame(table, columns=None if table else ["activity_id", *base])
        return Log.of(shaped(TABLES["activities"], frame), pd.Series(ACCOUNTS), TODAY)

    return make


@pytest.fixture
def standing_of() -> Callable[..., Standing]:
    """The nine accounts as the portfolio judges them; keywords replace whole columns."""

    def make(**columns: Any) -> Standing:
        frame = pd.DataFrame(
            {
                "account_id": ACCOUNTS,
                "name": [f"Account {i}" for i in range(1, 10)],
                "territory_id": ["T-1"] * 7 + ["T-2"] * 2,
                "status": ["customer"] * 7 + ["prospect"] * 2,
                "family_id": ACCOUNTS,
                "owner_rep_id": OWNERS,
                "owner_since": pd.to_datetime(["2024-01-01"] * 9),
                "sales_12m_amount": [900, 800, 700, 600, 500, 400, 300, 0, 0],
                "sales_prior_12m_amount": [900, 800, 700, 600, 500, 400, 300, 0, 0],
                "last_sale_on": pd.to_datetime(["2026-04-01"] * 7 + [None] * 2),
                "open_amount": [0] * 8 + [50],
                "contacts": [2] * 9,
                "potential_amount": pd.array([1000] * 8 + [None], dtype="Int64"),
                "industry": ["Retail"] * 9,
                "class": ["core"] * 5 + ["opportunistic"] * 4,
                "grade": ["B"] * 9,
                "projected_amount": [900, 800, 700, 600, 500, 400, 300, 0, 0],
                "is_key": [False] * 9,
                "nps": [float("nan")] * 9,
                "nps_on": pd.to_datetime([None] * 9),
                "disqualified": [False] * 9,
            }
        )
        frame[["sales_12m_amount", "sales_prior_12m_amount", "projected_amount", "open_amount"]] *= 100
        return Standing(frame.assign(**columns).astype({"owner_rep_id": "str", "class": "str", "grade": "str"}))

    return make
