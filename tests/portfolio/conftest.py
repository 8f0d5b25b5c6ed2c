"""A tiny book, small enough to reckon by hand, as of 2026-06-30 (amounts in cents, here in whole units of 100).

    CO ─ R1 ─ T1: rep ann   A1 head of a family, monthly 100 · A2 below A1, one order long ago · A3 prospect, incumbent
       │    └ T2: rep bob   B1 below A2 (third level), quarterly 300 · B2 new since April · B3 prospect, disqualified
       └ R2 ─ T3: rep cem   C1 yearly 1200 each July · C2 no sales, no owner · C3 silent since 2024

Products: p1 Pumps, p2 Valves, p3 without a family. Deals: 4 closed (3 won, 1 lost), 2 open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from workbook.facts import Facts
from workbook.portfolio import Portfolio
from workbook.rules import Rules
from workbook.tables.frames import Tables

AS_OF = date(2026, 6, 30)


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def _sales() -> pd.DataFrame:
    rows: list[tuple[str, str, int, str]] = []
    for month in pd.date_range("2023-07-01", "2026-06-01", freq="MS") + pd.Timedelta(days=14):
        rows.append(("A1", str(month.date()), 100_00, "p1"))
    rows.append(("A2", "2024-05-10", 500_00, "p2"))
    for month in pd.date_range("2023-08-01", "2026-05-01", freq="3MS"):
        rows.append(("B1", str(month.date()), 300_00, "p1"))
    rows += [("B2", "2026-04-20", 50_00, "p2"), ("B2", "2026-05-20", 50_00, "p2"), ("B2", "2026-06-20", 50_00, "p3")]
    rows += [("C1", f"{year}-07-10", 1200_00, "p2") for year in (2023, 2024, 2025)]
    rows += [("C3", f"2024-0{month}-05", 80_00, "p1") for month in (1, 2, 3)]
    frame = pd.DataFrame(rows, columns=["account_id", "booked_on", "amount", "product_id"])
    return frame.assign(booked_on=pd.to_datetime(frame["booked_on"]), rep_id="ann")


def tiny_frames() -> dict[str, pd.DataFrame]:
    accounts = pd.DataFrame(
        [
            ("A1", "Alpha", "T1", "customer", None, "Food", 500, 3000_00, 9.0, None),
            ("A2", "Alpha South", "T1", "customer", "A1", "Food", 50, 1000_00, None, None),
            ("A3", "Anton", "T1", "prospect", None, "Food", 400, 9000_00, None, "Globex"),
            ("B1", "Alpha Far", "T2", "customer", "A2", "Food", 450, 2000_00, 6.0, None),
            ("B2", "Beta", "T2", "customer", None, "Steel", 20, None, None, None),
            ("B3", "Blind", "T2", "prospect", None, "Steel", 10, 100_00, None, None),
            ("C1", "Cedar", "T3", "customer", None, "Steel", 300, 1300_00, 3.0, None),
            ("C2", "Cobalt", "T3", "prospect", None, None, None, None, None, None),
            ("C3", "Coral", "T3", "customer", None, "Food", 30, 400_00, None, None),
        ],
        columns=["account_id", "name", "territory_id", "status", "parent_account_id", "industry", "employees",
                 "potential_amount", "nps", "incumbent"],
    )  # fmt: skip
    accounts["nps_on"] = pd.to_datetime(accounts["nps"].map(lambda n: "2026-01-31" if n == n else None))
    accounts["disqualified_on"] = pd.to_datetime([None] * 5 + ["2026-02-01"] + [None] * 3)
    owners = {"A1": "ann", "A2": "ann", "A3": "ann", "B1": "bob", "B2": "bob", "B3": "bob", "C1": "cem", "C3": "cem"}
    ownership = pd.DataFrame({"account_id": list(owners), "rep_id": list(owners.values())})
    ownership = ownership.assign(role="owner", from_on=day("2024-01-01"), to_on=pd.NaT)
    deals = pd.DataFrame(
        [
            ("O1", "A1", "closed won", "won", 100_00, "2025-01-01", "2025-03-02", "2025-03-02", "p1"),
            ("O2", "B1", "closed won", "won", 200_00, "2025-05-01", "2025-06-30", "2025-06-30", "p1"),
            ("O3", "A2", "closed won", "won", 300_00, "2025-09-01", "2025-10-31", "2025-10-31", "p2"),
            ("O4", "B2", "closed lost", "lost", 400_00, "2025-10-01", "2025-11-30", "2025-11-30", "p2"),
            ("O5", "A1", "offer", "open", 1000_00, "2026-06-01", "2026-08-15", None, "p2"),
            ("O6", "A3", "offer", "open", 2000_00, "2026-06-10", "2027-09-15", None, "p1"),
        ],
        columns=["opportunity_id", "account_id", "stage", "status", "amount", "created_on", "close_on", "closed_on",
                 "product_id"],
    )  # fmt: skip
    for column in ("created_on", "close_on", "closed_on"):
        deals[column] = pd.to_datetime(deals[column])
    return {
        "territories": pd.DataFrame(
            {
                "territory_id": ["CO", "R1", "R2", "T1", "T2", "T3"],
                "name": ["Company", "North", "South", "One", "Two", "Three"],
                "parent_id": [None, "CO", "CO", "R1", "R1", "R2"],
            }
        ),
        "reps": pd.DataFrame(
            {"rep_id": ["ann", "bob", "cem"], "name": ["Ann", "Bob", "Cem"], "territory_id": ["T1", "T2", "T3"]}
        ),
        "accounts": accounts,
        "ownership": ownership,
        "products": pd.DataFrame(
            {"product_id": ["p1", "p2", "p3"], "name": ["one", "two", "three"], "family": ["Pumps", "Valves", None]}
        ),
        "sales": _sales(),
        "contacts": pd.DataFrame(
            {"contact_id": ["k1", "k2", "k3", "k4"], "account_id": ["A1", "A1", "A1", "C1"], "name": list("wxyz")}
        ),
        "opportunities": deals,
        "activities": pd.DataFrame(
            {
                "activity_id": ["v1", "v2", "v3"],
                "account_id": ["B1", "C3", "C1"],
                "rep_id": ["bob", "cem", "cem"],
                "kind": ["call", "visit", "call"],
                "done_on": [day("2026-06-01"), day("2026-06-02"), day("2026-06-03")],
                "minutes": [30.0, 600.0, None],
                "source": ["person", "person", "system"],
            }
        ),
    }


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    return tiny_frames()


@pytest.fixture
def facts(frames: dict[str, pd.DataFrame]) -> Facts:
    return Facts(Tables.of(frames), Rules(), AS_OF)


@pytest.fixture
def portfolio(facts: Facts) -> Portfolio:
    return Portfolio(facts)


@pytest.fixture
def without(frames: dict[str, pd.DataFrame]) -> Callable[..., Facts]:
    """Facts without some tables, and with other frames or an other as-of day."""

    def make(*names: str, as_of: date = AS_OF, **changed: Any) -> Facts:
        kept = {name: frame for name, frame in {**frames, **changed}.items() if name not in names}
        return Facts(Tables.of(kept), Rules(), as_of)

    return make


@pytest.fixture
def ruled() -> Callable[..., Rules]:
    """Rules with some fields of a sub-section of the portfolio changed: ``ruled("grades", a_score=90.0)``."""

    def make(section: str, **changes: Any) -> Rules:
        rules = Rules()
        part = replace(getattr(rules.portfolio, section), **changes)
        return replace(rules, portfolio=replace(rules.portfolio, **{section: part}))

    return make
