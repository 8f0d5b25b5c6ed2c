"""A tiny book: company CO, territories A (accounts 1, 2) and B (account 3); rep P1 of A; fiscal year = calendar year 2026."""

from __future__ import annotations

from datetime import date

import pandas as pd

from workbook.facts import Facts
from workbook.rules import Rules
from workbook.tables.frames import Tables


def small_facts(sales: list[tuple[str, str, int]]) -> Facts:
    """The book as of mid-2026, with sales as (account, day, amount)."""
    rows = pd.DataFrame(sales, columns=["account_id", "booked_on", "amount"])
    frames = {
        "territories": pd.DataFrame(
            {"territory_id": ["CO", "A", "B"], "name": ["Co", "a", "b"], "parent_id": [None, "CO", "CO"]}
        ),
        "reps": pd.DataFrame({"rep_id": ["P1"], "name": ["x"], "territory_id": ["A"]}),
        "accounts": pd.DataFrame(
            {
                "account_id": ["1", "2", "3"],
                "name": list("xyz"),
                "territory_id": ["A", "A", "B"],
                "status": ["customer"] * 3,
            }
        ),
        "sales": rows.assign(booked_on=pd.to_datetime(rows["booked_on"])),
    }
    return Facts(Tables.of(frames), Rules(), date(2026, 6, 30))
