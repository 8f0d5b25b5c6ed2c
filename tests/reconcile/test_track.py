"""How far the plans of past years were off: as they stood when their year began, against what was then booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from tests.reconcile.conftest import ACCOUNTS
from workbook.book import Book
from workbook.reconcile.track import past_plan_errors

#: What account 1 books a year; account n books n times as much.
YEAR = 12 * 1001


def plan(account: str, *steps: tuple[str, int], rep: str = "Ann") -> dict[str, Any]:
    """A plan for FY2025 by day saved and amount; the latest plans another year."""
    told = [{"saved_at": datetime.fromisoformat(day), "planned": {"FY2025": amount}} for day, amount in steps]
    last = {"saved_at": datetime(2025, 12, 10), "planned": {"FY2026": 1}}
    return {"account_id": account, "rep_id": rep, "steps": (*told, last)}


def errors(company: Book, *plans: dict[str, Any]) -> dict[str, list[float]]:
    facts = replace(company.facts, plans=plans)
    cube = company.reconcile.cube
    found = past_plan_errors(facts, cube)
    head = [str(n) for n in cube.nodes.ids[: len(found)]]
    return {n: row[~np.isnan(row)].tolist() for n, row in zip(head, found, strict=True)}


def test_a_plan_counts_as_it_stood_when_the_year_began(company: Book) -> None:
    """Planned 20 % too much in December, more in June when half was known: the December plan counts."""
    rows = [plan(a, ("2024-12-10", YEAR * int(a) * 5 // 4), ("2025-06-10", YEAR * int(a))) for a in ACCOUNTS]
    found = errors(company, *rows)
    assert found["CO"] == pytest.approx([-0.2])
    assert found["A"] == pytest.approx([-0.2])
    assert found["Ann"] == pytest.approx([-0.2])


def test_a_plan_first_written_after_the_first_quarter_is_no_forecast(company: Book) -> None:
    in_time = [plan(a, ("2025-03-20", YEAR * int(a))) for a in ACCOUNTS]
    assert errors(company, *in_time)["CO"] == [0.0]
    late = [plan(a, ("2025-04-01", YEAR * int(a))) for a in ACCOUNTS]
    assert errors(company, *late)["CO"] == []


def test_plans_of_few_accounts_judge_only_whom_they_cover(company: Book) -> None:
    """Accounts 1 and 2 are all of Ann's and half of A's book; a territory plan counts for its rep."""
    rows = [plan("1", ("2024-12-10", YEAR)), plan("2", ("2024-12-10", YEAR)), plan("", ("2024-12-10", YEAR))]
    found = errors(company, *rows)
    assert found["Ann"] == pytest.approx([0.0])
    assert found["A"] == []
    assert found["CO"] == []
