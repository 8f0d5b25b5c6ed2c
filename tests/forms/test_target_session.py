"""The live session: every choice is computed at once, faults are shown, a draft is kept as a scenario."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.cli.test_targets_command import book  # noqa: F401 (fixture)
from workbook.book import Book
from workbook.forms.targets import TargetSession, target_session
from workbook.show import Note
from workbook.targets.edits import Edit
from workbook.targets.previews import decisions_of


@pytest.fixture
def session(book: Path) -> TargetSession:  # noqa: F811
    made = target_session(Book.open(book))
    assert isinstance(made, TargetSession)
    return made


def test_it_starts_at_the_published_rules(session: TargetSession) -> None:
    assert session.variant() == {}
    assert "1.20 k USD" in session.words.value
    assert "1.32 k USD" in session.words.value
    assert "<details" in session.tree.value


def test_a_choice_changes_tree_and_outliers_at_once(session: TargetSession) -> None:
    before = session.tree.value
    session.weights["even"].value = 1.0
    assert session.tree.value != before
    assert session.variant()["basis"] == {"last_year": 1.0, "even": 1.0}
    session.growth.value = 10
    assert "1.32 k USD</b> target" in session.words.value
    assert "basis = " in session.text.value


def test_a_fault_is_shown_and_the_last_answer_stays(session: TargetSession) -> None:
    before = session.tree.value
    session.weights["last_year"].value = 0.0
    assert "not all zero" in session.message.value
    assert session.tree.value == before
    session.weights["even"].value = 0.5
    assert session.message.value == ""


def test_what_cannot_be_computed_is_not_kept(session: TargetSession) -> None:
    """A kept scenario is read by everybody: weights that are all zero stopped every target of the book."""
    session.weights["last_year"].value = 0.0
    session.name.value, session.who.value = "nothing", "Kim"
    session.accept()
    assert "not all zero" in session.message.value
    again = session.book.reopened()
    assert again.facts.decisions.state("scenario") == {}
    assert again.targets.allocated is not None


def test_an_edit_that_cannot_be_met_is_named_and_the_others_stand(book: Path) -> None:  # noqa: F811
    from datetime import datetime

    from workbook.store.store import open_store

    edits = [Edit(0, "pin", "ann", "FY2026", amount=500_00), Edit(0, "pin", "CO", "FY2026", amount=1)]
    open_store(book).record_all(decisions_of(edits, "Kim", datetime(2025, 12, 1), "why"))
    session = target_session(Book.open(book))
    assert isinstance(session, TargetSession)
    assert "pin 2 (CO FY2026)" in session.message.value
    assert "1,199.99 USD" in session.message.value
    assert "minor units" not in session.message.value
    assert "1.20 k USD</b> target" in session.words.value
    made = session.computed()
    assert made is not None
    assert [e.node for e in made.edits] == ["ann"]


def test_a_draft_is_kept_under_a_name_by_somebody(session: TargetSession, book: Path) -> None:  # noqa: F811
    session.accept()
    assert "Give the draft a name" in session.message.value
    session.growth.value = 8
    session.name.value, session.who.value, session.plan.value = "Bold", "<Kim>", True
    session.accept()
    assert "Kept as Bold" in session.message.value
    again = Book.open(book)
    assert again.targets.methods[1] == "Bold"
    assert again.targets.by_node["target_amount"].iloc[0] == 129600


def test_without_widgets_a_table_stands(session: TargetSession) -> None:
    bundle = session._repr_mimebundle_()
    assert "<details" in bundle["text/html"]
    assert "1.20 k USD" in bundle["text/html"]


def test_a_part_of_the_company_and_a_book_without_target_get_a_note(book: Path) -> None:  # noqa: F811
    assert isinstance(target_session(Book.open(book, node="T1")), Note)
    (book / "tables" / "targets.csv").unlink()
    assert isinstance(target_session(Book.open(book)), Note)


def test_a_step_answers_at_once_when_compiled(session: TargetSession) -> None:
    """A guard against an accidental recomputation of everything, not a benchmark: seconds, not half of one."""
    session.weights["even"].value = 0.1
    begin = time.perf_counter()
    session.weights["even"].value = 0.2
    assert time.perf_counter() - begin < 10
