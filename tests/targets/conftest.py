"""A tiny book, small enough to reckon by hand: FY2026 by calendar months, as of 2025-12-31.

CO 1,200.00 ─ R1 ─ T1: ann   A1 sold 300 last year, A2 sold 100 (co-owned by ben 0.25)
             │    │   ben   A3 sold 200
             │    └ T2: cyd   B1 sold 400, B2 sold nothing
             └ R2 ─ T3: dan   C1 sold 200 · C2 sold 0, nobody holds it
Sales on the 15th of January and July 2025, half each. eve is an overlay on A1; mia leads R1 and carries no quota.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from workbook.decisions import Decision, Decisions
from workbook.facts import Facts
from workbook.rules import Rules
from workbook.rules.company import CompanyRules
from workbook.rules.targets import TargetsRules
from workbook.tables.frames import Tables
from workbook.targets import Targets

AS_OF = date(2025, 12, 31)


def tiny_frames() -> dict[str, pd.DataFrame]:
    sold = {"A1": 300_00, "A2": 100_00, "A3": 200_00, "B1": 400_00, "C1": 200_00}
    lines = [(a, f"2025-{m}-15", amount // 2) for a, amount in sold.items() for m in ("01", "07")]
    return {
        "territories": pd.DataFrame(
            [("CO", "Company", None), ("R1", "North", "CO"), ("R2", "South", "CO"), ("T1", "One", "R1"),
             ("T2", "Two", "R1"), ("T3", "Three", "R2")],
            columns=["territory_id", "name", "parent_id"],
        ),
        "reps": pd.DataFrame(
            [("ann", "Ann", "T1", "rep", "2020-01-01", None, 30.0), ("ben", "Ben", "T1", "rep", "2020-01-01", None, 10.0),
             ("cyd", "Cyd", "T2", "rep", "2020-01-01", None, 20.0), ("dan", "Dan", "T3", "rep", "2020-01-01", None, 20.0),
             ("eve", "Eve", "T1", "overlay", "2020-01-01", None, None), ("mia", "Mia", "R1", "manager", "2019-01-01", None, None)],
            columns=["rep_id", "name", "territory_id", "role", "hired_on", "left_on", "selling_hours_per_week"],
        ).assign(hired_on=lambda f: pd.to_datetime(f["hired_on"]), left_on=lambda f: pd.to_datetime(f["left_on"])),
        "accounts": pd.DataFrame(
            [("A1", "Alpha", "T1", "customer", 900_00), ("A2", "Amber", "T1", "customer", 300_00),
             ("A3", "Apple", "T1", "customer", None), ("B1", "Beta", "T2", "customer", 600_00),
             ("B2", "Birch", "T2", "prospect", 600_00), ("C1", "Cedar", "T3", "customer", 600_00),
             ("C2", "Coral", "T3", "prospect", None)],
            columns=["account_id", "name", "territory_id", "status", "potential_amount"],
        ),
        "ownership": pd.DataFrame(
            [("A1", "ann", "owner", None), ("A2", "ann", "owner", None), ("A2", "ben", "co_owner", 0.25),
             ("A1", "eve", "overlay", None), ("A3", "ben", "owner", None), ("B1", "cyd", "owner", None),
             ("B2", "cyd", "owner", None), ("C1", "dan", "owner", None)],
            columns=["account_id", "rep_id", "role", "share"],
        ).assign(from_on=pd.Timestamp("2024-01-01"), to_on=pd.NaT),
        "products": pd.DataFrame({"product_id": ["p"], "name": ["Pump"], "family": ["Pumps"]}),
        "sales": pd.DataFrame(lines, columns=["account_id", "booked_on", "amount"]).assign(
            booked_on=lambda f: pd.to_datetime(f["booked_on"]), product_id="p"
        ),
        "targets": pd.DataFrame({"territory_id": ["CO"], "period": ["FY2026"], "amount": [1200_00]}),
    }  # fmt: skip


#: Rules under which the tiny book can be reckoned by hand: last year's sales, even months, no hedge.
PLAIN: dict[str, Any] = {"basis": {"last_year": 1.0}, "basis_by_level": {}, "hedge": {}, "season": "even"}

Make = Callable[..., Facts]


@pytest.fixture
def facts() -> Make:
    """Facts of the tiny book. Keywords: ``frames`` (tables replaced, None takes one away), ``rules`` of targets, ``book``
    rules, ``as_of``, ``decisions`` (kind, subject, payload).
    """

    def make(
        frames: dict[str, pd.DataFrame | None] | None = None,
        rules: dict[str, Any] | None = None,
        book: dict[str, Any] | None = None,
        as_of: date = AS_OF,
        decisions: list[tuple[str, str, dict[str, Any]]] | None = None,
    ) -> Facts:
        tables = {**tiny_frames(), **(frames or {})}
        made = Tables.of({name: frame for name, frame in tables.items() if frame is not None})
        told = Rules(
            book=replace(CompanyRules(name="Tiny"), **(book or {})), targets=TargetsRules(**{**PLAIN, **(rules or {})})
        )
        at = datetime(2025, 12, 1)
        rows = [Decision(k, s, p, "Kim", at, "why", n) for n, (k, s, p) in enumerate(decisions or [], start=1)]
        return Facts(made, told, as_of, Decisions.of(rows))

    return make


@pytest.fixture
def targets(facts: Make) -> Callable[..., Targets]:
    """The targets stage of the tiny book; keywords as for ``facts``."""
    return lambda **more: Targets(facts(**more))


def year_of(stage: Targets, layer: str = "target") -> dict[str, int]:
    """Each node's amount of the year (an account's or rep's parts added up)."""
    rows = stage.allocation
    found: dict[str, int] = rows[rows["layer"] == layer].groupby("node")["amount"].sum().to_dict()
    return found


def adds_up(stage: Targets) -> bool:
    """Whether every parent is the sum of its children, in every month, family and layer."""
    rows = stage.allocation
    keys = ["period", "product_family", "measure", "layer"]
    nodes = rows.groupby(["node", *keys])["amount"].sum()
    # an account has no children, so parents are territories and reps, which stand there once
    sums = rows[rows["parent"].notna()].groupby(["parent", *keys])["amount"].sum()
    sums.index = sums.index.set_names(nodes.index.names)
    return bool((nodes.reindex(sums.index) == sums).all())
