"""The sample company's stories are found, and no scoped book shows another territory's rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbook.book import Book
from workbook.checks import Check
from workbook.stage import noun
from workbook.territories import Territories

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def book():
    return Book.open(SAMPLE)


def test_the_rep_who_sits_on_accounts_and_the_unfair_new_book_are_found(book):
    verdict = {(c.name, c.subject): c.verdict for c in book.territories.health}
    largest = book.territories.books.sort_values("accounts")["rep_id"].iloc[-1]
    assert verdict["book size", largest] == "fail"
    assert "fail" in {v for (name, _), v in verdict.items() if name == "book of a new rep"}


def test_hours_needed_add_up_from_accounts_to_reps(book):
    load, capacity = book.territories.workload, book.territories.capacity
    held = load[load["rep_id"].isin(capacity["rep_id"])]
    assert capacity["needed_hours"].sum() == pytest.approx(held["hours_per_year"].sum())


def test_every_noun_is_made_and_a_scoped_one_holds_only_its_own(book):
    view = book.scoped("T-03")
    for name, value in vars(Territories).items():
        if not isinstance(value, noun):
            continue
        whole, mine = getattr(book.territories, name), getattr(view.territories, name)
        if isinstance(mine, list):
            assert all(isinstance(c, Check) and (c.subject in view.scope.nodes) for c in mine)
            continue
        for column, allowed in (
            ("account_id", view.scope.accounts),
            ("node", view.scope.nodes),
            ("rep_id", view.scope.reps),
        ):
            if column in mine:
                assert set(mine[column]) <= set(allowed)
                break
        assert len(mine) <= len(whole)
        assert list(mine.columns) == list(whole.columns)


def test_a_scoped_design_moves_only_within_its_scope(book):
    from workbook.territories.solver import Effort

    view = book.scoped("T-03")
    made = view.territories.propose(effort=Effort(seconds=0.3, limit=120.0, workers=1))
    assert set(made.moves["account_id"]) <= view.scope.accounts
    assert set(made.moves["to_rep"]) <= view.scope.reps
