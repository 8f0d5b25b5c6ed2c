"""The session's form: what it shows of a node, finance's walk down to the lines, and what it refuses in place."""

from __future__ import annotations

from workbook.book import Book
from workbook.forms.reconcile import reconcile_session, walk


def test_the_form_shows_the_chosen_node_and_follows_the_choice(company: Book) -> None:
    form = reconcile_session(company, "A")
    assert "Proposal:" in form.text()
    before = form.words.value
    form.node.value = "S"
    assert form.words.value != before
    assert "Account 7" in form.below.value or "7" in form.below.value
    data = form._repr_mimebundle_()
    assert "<svg" in data["image/svg+xml"]
    assert data["text/plain"] == form.text()


def test_what_cannot_be_said_is_shown_in_place_and_nothing_is_recorded(company: Book) -> None:
    form = reconcile_session(company, "A")
    form.action.value, form.who.value = "accept", "Kim"
    form.record()
    assert "nothing of A waits" in form.said.value
    form.action.value, form.amount.value = "propose", "=1+1"
    form.record()
    assert "is not an amount" in form.said.value
    assert company.facts.decisions.rows == ()


def test_the_walk_adds_up_at_every_step_down_to_the_lines(company: Book) -> None:
    gap = company.reconcile.gap
    for node in ("CO", "N", "A", "S", "Ann"):
        frame = walk(company, node).frame
        own = int(gap.loc[gap["node"] == node, "plan_amount"].sum())
        assert int(frame["plan_amount"].sum()) == own, node
    lines = walk(company, "1").frame
    assert int(lines["amount"].sum()) == int(gap.loc[gap["node"] == "1", "plan_amount"].sum())
