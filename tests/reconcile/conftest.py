"""A company of two regions, three territories, four reps and seven accounts, with targets, sales and deals, made by hand.

CO ─ N ─ A (Ann: 1, 2; Bob: 3)
   │   └ B (Cid: 4, 5)
   └ S (no territory below it; Dee: 6; account 7 has no rep)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workbook.book import Book
from workbook.decisions import Decision, Decisions
from workbook.facts import Facts
from workbook.rules import Rules
from workbook.tables.frames import Tables

ACCOUNTS = {"1": ("A", "Ann"), "2": ("A", "Ann"), "3": ("A", "Bob"), "4": ("B", "Cid"), "5": ("B", "Cid"), "6": ("S", "Dee"), "7": ("S", None)}  # fmt: skip


def tables_of(names: dict[str, str] | None = None, **more: pd.DataFrame) -> Tables:
    """Monthly sales of 10.01 per account number from 2023 to June 2026, targets of FY2026 for every node of the tree."""
    called = names or {}
    days = pd.date_range("2023-01-15", "2026-06-15", freq="MS") + pd.Timedelta(days=14)
    sales = pd.DataFrame(
        [(a, d, 1001 * int(a), "P1" if int(a) % 2 else "P2") for a in ACCOUNTS for d in days],
        columns=["account_id", "booked_on", "amount", "product_id"],
    )
    frames = {
        "territories": pd.DataFrame(
            {"territory_id": ["CO", "N", "S", "A", "B"], "name": [called.get(i, i) for i in ("CO", "N", "S", "A", "B")],
             "parent_id": [None, "CO", "CO", "N", "N"]}
        ),
        "reps": pd.DataFrame(
            {"rep_id": ["Ann", "Bob", "Cid", "Dee"], "name": [called.get(i, i) for i in ("Ann", "Bob", "Cid", "Dee")], "territory_id": ["A", "A", "B", "S"]}
        ),
        "accounts": pd.DataFrame(
            {"account_id": list(ACCOUNTS), "name": [called.get(a, f"Account {a}") for a in ACCOUNTS],
             "territory_id": [t for t, _ in ACCOUNTS.values()], "status": "customer"}
        ),
        "ownership": pd.DataFrame(
            [(a, r, "owner", pd.Timestamp("2022-01-01")) for a, (_, r) in ACCOUNTS.items() if r], columns=["account_id", "rep_id", "role", "from_on"]
        ),
        "products": pd.DataFrame({"product_id": ["P1", "P2"], "name": ["Pump", "Valve"], "family": ["Pumps", "=Valves"]}),
        "sales": sales,
        "targets": pd.DataFrame(
            {"territory_id": ["CO", "N", "S", "A", "B"], "period": "FY2026", "amount": [400_003, 250_001, 150_002, 120_000, 130_001]}
        ),
        **more,
    }  # fmt: skip
    return Tables.of(frames)


def facts_of(made: Tables | None = None, decisions: list[Decision] | None = None, rules: Rules | None = None) -> Facts:
    rows = [Decision(d.kind, d.subject, d.payload, d.by, d.at, d.reason, i + 1) for i, d in enumerate(decisions or [])]
    return Facts(made or tables_of(), rules or Rules(), date(2026, 6, 30), Decisions.of(rows))


def said(kind: str, node: str, by: str = "Kim", day: int = 1, reason: str = "", **payload: Any) -> Decision:
    return Decision(kind, node, payload, by, datetime(2026, 6, day, 9, 30), reason)


@pytest.fixture(scope="session")
def company() -> Book:
    """The company as a book without a folder."""
    return Book(Path("nowhere"), facts_of())


@pytest.fixture(scope="session")
def make() -> Callable[..., Book]:
    """A function that makes such a book: ``names`` of ids, ``decisions``, ``rules``, further ``tables``."""

    def book(
        names: dict[str, str] | None = None,
        decisions: list[Decision] | None = None,
        rules: Rules | None = None,
        **more: pd.DataFrame,
    ) -> Book:
        return Book(Path("nowhere"), facts_of(tables_of(names, **more), decisions, rules))

    return book


@pytest.fixture(scope="session")
def decide() -> Callable[..., Decision]:
    """A function that makes a decision: kind, node, by, day of June 2026, reason, payload."""
    return said
