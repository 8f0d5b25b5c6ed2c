"""The live design session: weights and locks give a new proposal, ticked moves are recorded, clashes are shown in place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbook.book import Book
from workbook.forms.territories import DesignSession

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    target = tmp_path_factory.mktemp("book") / "sample"
    shutil.copytree(SAMPLE, target, ignore=shutil.ignore_patterns("documents", ".cache", "*.sqlite*", "store*"))
    return DesignSession(Book.open(target, node="T-12"), 0.5)


def test_shows_a_picture_and_words_where_widgets_do_not_live(session):
    shown = session._repr_mimebundle_()
    assert shown["image/svg+xml"].lstrip().startswith("<")
    assert "change hands" in shown["text/plain"]


def test_dearer_moves_give_fewer_of_them(session):
    before = len(session.proposal.moves)
    session.moving.value = 5.0
    session.propose()
    assert len(session.proposal.moves) <= before
    session.moving.value = 1.0
    session.propose()


def test_a_locked_account_stays(session):
    first = str(session.proposal.moves["account_id"].iloc[0])
    session.locks.value = (first,)
    session.propose()
    assert first not in set(session.proposal.moves["account_id"])
    session.locks.value = ()
    session.propose()


def test_a_lock_or_family_that_is_not_there_is_refused_in_place(session):
    before = session.proposal.id
    for field, wish, told in (
        (session.locks, "nobody-here", "there is no account nobody-here"),
        (session.together, "A-9999=P-37", "A-9999 is no family"),
    ):
        field.value = (wish,)
        session.propose()
        assert told in session.words.value
        assert session.proposal.id == before
        field.value = ()
    session.propose()


def test_a_limit_proposes_only_the_moves_that_help_most(session):
    session.most.value = 2
    session.propose()
    assert session.proposal.moves["unit"].nunique() == 2
    assert "they bring" in session.words.value
    session.most.value = 0
    session.propose()


def test_records_only_with_a_name_and_a_reason_for_each_refusal(session):
    session.record()
    assert "Say who decides" in session.said.value
    session.who.value = "Kim Lee"
    account, tick = next(iter(session.ticks.items()))
    tick.value = False
    session.record()
    assert "no reason" in session.said.value
    session.why_not.value = "promised to the customer"
    session.accept.click()
    moves = Book.open(session.book.root).territories.moves
    assert f"Recorded {len(moves)} moves as proposal" in session.said.value
    assert account not in set(moves["account_id"])
    assert len(moves) > 1


def test_what_is_recorded_is_not_recorded_again_and_the_next_proposal_starts_from_it(session):
    """After the test above it, which recorded the ticked moves."""
    recorded = Book.open(session.book.root).territories.moves
    session.accept.click()
    assert session.accept.disabled
    assert len(Book.open(session.book.root).territories.moves) == len(recorded)
    session.propose()
    assert not session.accept.disabled
    owners = session.book.territories.company.accounts.set_index("account_id")["rep_id"]
    assert (owners.reindex(recorded["account_id"]).to_numpy() == recorded["to_rep"].to_numpy()).all()
