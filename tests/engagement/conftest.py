"""A tiny book for engagement: three reps, nine accounts, a handful of activities; today is 2026-06-30.

T-1: P-1 holds A-1 … A-4;  P-2 holds A-5 … A-7      T-2: P-3 holds A-8, A-9
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

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
