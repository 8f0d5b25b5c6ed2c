"""A tiny book for plans: one company, two territories, two reps, four accounts; the year 2026, known on 30 June.

    CO ── T-1: Ann (P-1)   A-1 Acme (key account, deal O-1 open, O-2 won in May)   A-2 Bolt
       └─ T-2: Raj (P-2)   A-3 Crux                                                A-4 Dune (prospect)

Booked in 2026, by quarter (minor units): A-1 10000, 20000 (pumps); A-3 5000 in Q1 (valves).
Projected: A-1 1000 a month (600 pumps, 400 valves), A-2 50 a month (pumps), A-3 nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from workbook.facts import Facts
from workbook.plans.known import Horizon, Known, repeat_business
from workbook.plans.prefill import Prefill
from workbook.rules import Rules
from workbook.rules.company import CompanyRules
from workbook.sheets.outbox import Outbox
from workbook.tables.frames import Tables

AS_OF = date(2026, 6, 30)
NOON = datetime(2026, 6, 30, 12)
RULES = Rules(book=CompanyRules(name="Tiny", fiscal_year=2026))


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def tables() -> Tables:
    return Tables.of(
        {
            "territories": pd.DataFrame(
                {
                    "territory_id": ["CO", "T-1", "T-2"],
                    "name": ["Tiny", "North", "South"],
                    "parent_id": [None, "CO", "CO"],
                }
            ),
            "reps": pd.DataFrame({"rep_id": ["P-1", "P-2"], "name": ["Ann", "Raj"], "territory_id": ["T-1", "T-2"]}),
            "accounts": pd.DataFrame(
                {
                    "account_id": ["A-1", "A-2", "A-3", "A-4"],
                    "name": ["Acme", "Bolt", "Crux", "Dune"],
                    "territory_id": ["T-1", "T-1", "T-2", "T-2"],
                    "status": ["customer", "customer", "customer", "prospect"],
                }
            ),
            "ownership": pd.DataFrame(
                {
                    "account_id": ["A-1", "A-2", "A-3", "A-4"],
                    "rep_id": ["P-1", "P-1", "P-2", "P-2"],
                    "role": "owner",
                    "from_on": day("2024-01-01"),
                }
            ),
            "products": pd.DataFrame(
                {"product_id": ["PR-1", "PR-2"], "name": ["Pump", "Valve"], "family": ["Pumps", "Valves"]}
            ),
            "sales": pd.DataFrame(
                {
                    "account_id": ["A-1", "A-1", "A-3"],
                    "booked_on": [day("2026-02-10"), day("2026-05-10"), day("2026-03-01")],
                    "amount": [10000, 20000, 5000],
                    "product_id": ["PR-1", "PR-1", "PR-2"],
                }
            ),
        }
    )


def months() -> pd.DataFrame:
    """The projection: July 2026 to June 2027."""
    names = [f"FY2026-M{m:02d}" for m in range(7, 13)] + [f"FY2027-M{m:02d}" for m in range(1, 7)]
    rows = [("A-1", n, f, a) for n in names for f, a in (("Pumps", 700), ("Valves", 400))]
    rows += [("A-2", n, "Pumps", 50) for n in names]
    frame = pd.DataFrame(rows, columns=["account_id", "period", "product_family", "run_rate_amount"])
    frame["loss_amount"] = [
        -100 if a == "A-1" and f == "Pumps" else 0
        for a, f in zip(frame["account_id"], frame["product_family"], strict=True)
    ]
    return frame


def sold() -> pd.DataFrame:
    sales = tables().sales
    return sales.assign(product_family=sales["product_id"].map({"PR-1": "Pumps", "PR-2": "Valves"}))


def known(horizon: Horizon) -> Known:
    return Known(
        register=pd.DataFrame(
            {
                "account_id": ["A-1", "A-2", "A-3", "A-4"],
                "name": ["Acme", "Bolt", "Crux", "Dune"],
                "territory_id": ["T-1", "T-1", "T-2", "T-2"],
                "owner_rep_id": ["P-1", "P-1", "P-2", "P-2"],
                "sales_12m_amount": [30000, 0, 5000, 0],
                "sales_prior_12m_amount": [20000, 0, 0, 0],
                "open_amount": [9000, 0, 0, 0],
            }
        ),
        classes=pd.DataFrame({"account_id": ["A-1"], "class": ["core"], "sentence": ["Core: it buys every quarter."]}),
        grades=pd.DataFrame({"account_id": ["A-1"], "grade": ["A"], "sentence": ["Grade A: many contacts."]}),
        key_accounts=pd.DataFrame({"account_id": ["A-1"], "rank": [1]}),
        whitespace=pd.DataFrame(
            {
                "account_id": ["A-1", "A-2"],
                "product_family": ["Filters", "Valves"],
                "sized_amount": pd.array([4000, 2500], dtype="Int64"),
                "rank": [1, 1],
            }
        ),
        deals=pd.DataFrame(
            {
                "opportunity_id": ["O-1"],
                "account_id": ["A-1"],
                "product_family": ["Valves"],
                "stage": ["offer"],
                "amount": [9000],
                "win_probability": [0.5],
                "expected_close_on": [day("2026-08-20")],
                "weighted_amount": [4500],
                "pushes": pd.array([1], dtype="Int64"),
                "next_step": ["Call"],
                "status": ["open"],
                "close_on": [day("2026-08-20")],
            }
        ),
        cadence=pd.DataFrame(
            {
                "account_id": ["A-1"],
                "last_touch_on": [day("2026-06-20")],
                "due_on": [day("2026-07-04")],
                "sentence": ["Every two weeks."],
            }
        ),
        contacts=pd.DataFrame(
            {
                "contact_id": ["C-1", "C-2"],
                "account_id": ["A-1", "A-1"],
                "name": ["Kim Lee", "Jo Roe"],
                "title": ["Buyer", None],
                "role": ["decides", None],
                "influence": [0.8, float("nan")],
                "support": [0.5, float("nan")],
                "owner_rep_id": ["P-1", None],
            }
        ),
        repeat=repeat_business(sold(), months(), horizon, RULES.book.calendar, AS_OF),
        targets=pd.DataFrame(
            {
                "rep_id": ["P-1", "P-1"],
                "period": ["FY2026", "FY2026-Q3"],
                "target_amount": pd.array([40000, 10000], dtype="Int64"),
                "street_amount": pd.array([42000, 11000], dtype="Int64"),
            }
        ),
        outcomes={"O-1": "open", "O-2": "won", "O-3": "lost"},
    )


def horizon() -> Horizon:
    return Horizon.of("FY2026", RULES.plans, RULES.book.calendar, AS_OF)


def outbox(stored: Mapping[str, Mapping[str, Any]] | None = None) -> Outbox:
    h = horizon()
    facts = Facts(tables(), RULES, AS_OF)
    k = known(h)
    return Outbox(facts, k, Prefill(k, RULES.plans, h, RULES.book.calendar), stored or {})
