"""A territory's document holds nothing of another territory: every name elsewhere is a canary, and none may be seen.

The sections of the review notebook are run as the notebook runs them, for every audience, on a copy of the sample company in
which everybody and everything outside territory T-06 carries the word CANARY.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from tests.review.shown import shown
from tests.sample_copy import sample_copy
from workbook.book import Book

NODE = "T-06"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company with canaries, and plans for every account (filled in by code)."""
    made = sample_copy(tmp_path_factory.mktemp("canary") / "book")
    folder = made / "tables"
    read = {"dtype": str, "keep_default_na": False}
    accounts = pd.read_csv(folder / "accounts.csv", **read)
    outside = accounts["territory_id"] != NODE
    elsewhere = set(accounts.loc[outside, "account_id"])
    _mark(accounts, outside, "name").to_csv(folder / "accounts.csv", index=False)
    reps = pd.read_csv(folder / "reps.csv", **read)
    _mark(_mark(reps, reps["territory_id"] != NODE, "name"), reps["territory_id"] != NODE, "email").to_csv(
        folder / "reps.csv", index=False
    )
    for table, column in (("contacts", "name"), ("activities", "subject"), ("opportunities", "next_step")):
        frame = pd.read_csv(folder / f"{table}.csv", **read)
        _mark(frame, frame["account_id"].isin(elsewhere), column).to_csv(folder / f"{table}.csv", index=False)
    _save_plans(made)
    return made


def _mark(frame: pd.DataFrame, rows: pd.Series, column: str) -> pd.DataFrame:
    frame.loc[rows & (frame[column] != ""), column] = "CANARY " + frame.loc[rows & (frame[column] != ""), column]
    return frame


def _save_plans(made: Path) -> None:
    from datetime import datetime

    from workbook.plans.document import Action, Planned, TerritoryPlan, changed
    from workbook.store import PlanRevision, open_store

    book = Book.open(made)
    register = book.portfolio.register
    owned = register[register["owner_rep_id"].notna().to_numpy()]
    plans = book.plans.prefill.accounts(owned["account_id"])
    home = dict(zip(register["account_id"], register["territory_id"], strict=True))
    at = datetime(2026, 6, 1, 12)
    rows = []
    for account, plan in plans.items():
        word = "goal" if home[account] == NODE else "CANARY goal"
        full = changed(plan, objective=word, actions=(Action(action=word, owner=word),))
        rows.append((PlanRevision(plan.rep_id, account, full.as_json(), "submitted", plan.rep_id, at), 0))
    for rep, territory in zip(book.tables.reps["rep_id"], book.tables.reps["territory_id"], strict=True):
        word = "help" if territory == NODE else "CANARY help"
        bare = Planned(period="FY2026-Q4", source="not_identified", amount=100, note=word)
        own = TerritoryPlan(rep_id=rep, year="FY2026", approach=word, help_wanted=word, amounts=(bare,))
        rows.append((PlanRevision(rep, "", own.as_json(), "submitted", rep, at), 0))
    open_store(made).save_plans(rows)


@pytest.mark.parametrize("audience", ["rep", "manager", "finance"])
def test_nothing_of_another_territory_is_in_the_document(
    root: Path, audience: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = shown("08-territory-review.ipynb", monkeypatch, book=str(root), node=NODE, audience=audience)
    assert "Ohio and Michigan" in text
    found = sorted({m.group(0) for m in re.finditer(r".{0,60}CANARY.{0,60}", text)})
    assert found == []


def test_a_scoped_book_holds_no_row_of_another_territory(root: Path) -> None:
    book = Book.open(root, node=NODE)
    for name, frame in book.tables.frames().items():
        if name != "reps":  # owners of accounts here may sit elsewhere; see the document's test for what is shown
            text = frame.to_csv()
            assert "CANARY" not in text, name
    assert all(
        plan["account_id"] in set(book.tables.accounts["account_id"]) for plan in book.facts.plans if plan["account_id"]
    )


def test_the_company_does_see_them(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown("08-territory-review.ipynb", monkeypatch, book=str(root), node="T-01", audience="manager")
    assert "CANARY" in text  # the canaries do sing where they live


@pytest.mark.parametrize("level", ["none", "counts", "names", "full"])
def test_the_family_view_shows_of_elsewhere_what_the_rules_allow(root: Path, level: str) -> None:
    from dataclasses import replace

    from workbook.sections import portfolio

    book = Book.open(root)
    families = book.portfolio.families
    here = families[families["territory_id"] == NODE]
    assert (here["members"] > here["members_here"]).any()  # a family of this territory has members elsewhere
    rules = replace(book.rules, portfolio=replace(book.rules.portfolio, family_elsewhere=level))
    text = " ".join(
        repr(part) for part in portfolio.families(Book(root, replace(book.facts, rules=rules)).scoped(NODE))
    )
    assert ("CANARY" in text) == (level in ("names", "full"))
    assert ("owner" in text.partition("elsewhere, as the rules allow")[2]) == (level == "full")


def test_what_is_left_alone_and_a_family_member_by_member_show_nothing_of_elsewhere(root: Path) -> None:
    from workbook.sections import caring
    from workbook.sections.family import one_family

    book = Book.open(root)
    here, families = book.scoped(NODE), book.portfolio.families
    own = families[families["territory_id"] == NODE]
    spread = own.loc[own["members"] > own["members_here"], "family_id"].drop_duplicates().tolist()
    parts = [*caring.neglected(here), *caring.book_care(here)]
    for family in spread:
        parts += one_family(here, family)
    assert len(spread) > 3
    assert "CANARY" not in " ".join(p.svg() if hasattr(p, "svg") else p._repr_html_() for p in parts)
    assert "CANARY" in repr(caring.neglected(book))
