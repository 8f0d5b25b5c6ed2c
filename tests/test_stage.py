"""Stages: a noun is made once for the whole company, and cut to the scope where the book is scoped.

The tiny book: company CO with territories A (rep P1, accounts 1, 2) and B (rep P2, account 3).
"""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pandas as pd
import pytest

from workbook.book import STAGES
from workbook.checks import Check
from workbook.facts import Facts
from workbook.rules import Rules
from workbook.stage import Scope, Stage, noun
from workbook.tables.frames import Tables


@pytest.fixture
def facts() -> Facts:
    frames = {
        "territories": pd.DataFrame(
            {"territory_id": ["CO", "A", "B"], "name": ["Co", "a", "b"], "parent_id": [None, "CO", "CO"]}
        ),
        "reps": pd.DataFrame({"rep_id": ["P1", "P2"], "name": ["x", "y"], "territory_id": ["A", "B"]}),
        "accounts": pd.DataFrame(
            {
                "account_id": ["1", "2", "3"],
                "name": list("xyz"),
                "territory_id": ["A", "A", "B"],
                "status": ["customer"] * 3,
            }
        ),
    }
    return Facts(Tables.of(frames), Rules(), date(2026, 6, 30))


class Example(Stage):
    calls = 0

    @noun
    def sizes(self) -> pd.DataFrame:
        """One row per account."""
        type(self).calls += 1
        return pd.DataFrame({"account_id": ["1", "2", "3"], "size": [1, 2, 3]})

    @noun
    def judgements(self) -> list[Check]:
        """One per node."""
        return [Check("c", "ok", "fine", subject=s, evidence=self.sizes) for s in ("A", "B", "P2")]

    @noun
    def learned(self) -> dict[str, pd.DataFrame]:
        """Company-wide and per rep."""
        return {"rates": pd.DataFrame({"rate": [0.5]}), "reps": pd.DataFrame({"rep_id": ["P1", "P2"]})}


def test_nouns_are_made_once_and_cut_to_the_scope(facts: Facts) -> None:
    Example.calls = 0
    whole = Example(facts)
    view = whole.scoped(Scope.of(facts, "A"), facts, None)
    assert view.sizes["account_id"].tolist() == ["1", "2"]
    assert len(whole.sizes) == 3
    assert Example.calls == 1


def test_checks_keep_only_their_subjects_and_their_evidence(facts: Facts) -> None:
    view = Example(facts).scoped(Scope.of(facts, "A"), facts, None)
    (only,) = view.judgements
    assert only.subject == "A"
    assert only.evidence is not None
    assert only.evidence["account_id"].tolist() == ["1", "2"]


def test_company_wide_frames_pass_and_others_are_cut_inside_dicts(facts: Facts) -> None:
    view = Example(facts).scoped(Scope.of(facts, "B"), facts, None)
    assert len(view.learned["rates"]) == 1
    assert view.learned["reps"]["rep_id"].tolist() == ["P2"]


def test_no_noun_hides_what_every_stage_has() -> None:
    own = {name for name in vars(Stage) if not name.startswith("__")}
    for name in STAGES:
        kind = getattr(import_module(f"workbook.{name}"), name.capitalize())
        assert not own & set(vars(kind)) - {"__module__"}, name
