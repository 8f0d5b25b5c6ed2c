"""What stands first and last in a document: the headline's plan, and what is in order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from workbook import sections
from workbook.checks import Check
from workbook.reconcile.totals import NO_PLANS, PLANS
from workbook.sections import risks
from workbook.sections.headline import _plan


def with_plans(planned: list[Any]) -> Any:
    status = pd.DataFrame({"planned_amount": pd.array(planned, dtype="Int64")})
    return SimpleNamespace(plans=SimpleNamespace(status=status))


def test_the_plan_says_how_many_reps_have_written_one_while_some_have_not() -> None:
    assert _plan(with_plans([100, None]), PLANS) == f"{PLANS} of 1 of 2 reps"
    assert _plan(with_plans([100, 0]), PLANS) == PLANS
    assert _plan(with_plans([None]), NO_PLANS) == NO_PLANS


def test_what_is_in_order_repeats_no_question(monkeypatch: Any) -> None:
    found = [
        Check("cadence", "fail", "Late.", subject="T-1"),
        Check("mix", "ok", "Fine.", subject="T-1"),
        Check("x", "ok", "Other.", subject="T-2"),
    ]
    monkeypatch.setattr(risks, "judgements", lambda book: found)
    book: Any = SimpleNamespace(node="T-1", facts=SimpleNamespace(currency="USD"))
    assert sections.in_order(book).frame["sentence"].tolist() == ["Fine."]
