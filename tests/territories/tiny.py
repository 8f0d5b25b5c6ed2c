"""A tiny company for territories, worked out by hand.

CO ── TM ─┬─ T1: reps R1 (26 h/week), R2 (26 h/week)      accounts A1 … A6, all held by R1
          └─ T2: rep R3 (26 h/week)                        accounts A7, A8, A9 held by R3
sales of the last 12 months (major units): A1 600, A2 300, A3 100, A4 … A6 none; A7 500, A8 300, A9 200
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from workbook.decisions import Decisions
from workbook.engagement import Engagement
from workbook.facts import Facts
from workbook.portfolio import Portfolio
from workbook.rules import Rules
from workbook.rules.company import CompanyRules
from workbook.rules.territories import TerritoriesRules
from workbook.tables.frames import Tables
from workbook.territories import Territories

AS_OF = date(2026, 6, 30)
SALES = {"A1": 600, "A2": 300, "A3": 100, "A7": 500, "A8": 300, "A9": 200}


def tables(**changes: pd.DataFrame) -> Tables:
    day = pd.Timestamp("2026-03-31")
    frames = {
        "territories": pd.DataFrame(
            {"territory_id": ["CO", "TM", "T1", "T2"], "name": ["Tiny", "Team", "North", "South"], "parent_id": [None, "CO", "TM", "TM"]}
        ),
        "reps": pd.DataFrame(
            {"rep_id": ["R1", "R2", "R3"], "name": ["Ann", "Raj", "Kim"], "territory_id": ["T1", "T1", "T2"], "role": "rep",
             "hired_on": pd.to_datetime(["2020-01-01"] * 3), "selling_hours_per_week": [26.0, 26.0, 26.0]}
        ),
        "accounts": pd.DataFrame(
            {"account_id": [f"A{i}" for i in range(1, 10)], "name": [f"Account {i}" for i in range(1, 10)],
             "territory_id": ["T1"] * 6 + ["T2"] * 3, "status": ["customer"] * 3 + ["prospect"] * 3 + ["customer"] * 3,
             "parent_account_id": [None, None, None, None, "A4", None, None, None, None],
             "potential_amount": pd.array([100000] * 9, dtype="Int64")}
        ),
        "ownership": pd.DataFrame(
            {"account_id": [f"A{i}" for i in range(1, 10)], "rep_id": ["R1"] * 6 + ["R3"] * 3, "role": "owner",
             "from_on": pd.to_datetime(["2021-01-01"] * 9)}
        ),
        "products": pd.DataFrame({"product_id": ["P"], "name": ["Pump"], "family": ["Pumps"]}),
        "sales": pd.DataFrame(
            {"account_id": list(SALES), "booked_on": day, "amount": [100 * v for v in SALES.values()], "product_id": "P"}
        ),
    }  # fmt: skip
    return Tables.of({**frames, **changes})


def stage(
    given: Tables | None = None, decisions: Decisions | None = None, territories: TerritoriesRules | None = None
) -> Territories:
    rules = Rules(book=CompanyRules(fiscal_year=2026), territories=territories or TerritoriesRules())
    facts = Facts(given or tables(), rules, AS_OF, decisions or Decisions())
    return Territories(facts, Engagement(facts, Portfolio(facts)))
