"""Edits by hand: previewed, refused or recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_targets_command import book  # noqa: F401 (fixture)
from workbook.book import Book
from workbook.forms.target_edits import EditDesk, edit_desk
from workbook.show import Note


@pytest.fixture
def desk(book: Path) -> EditDesk:  # noqa: F811
    made = edit_desk(Book.open(book))
    assert isinstance(made, EditDesk)
    return made


def fill(desk: EditDesk, action: str, **values: object) -> None:
    desk.action.value = action
    for name, value in values.items():
        getattr(desk, name).value = value


def test_a_preview_shows_the_change_and_records_nothing(desk: EditDesk, book: Path) -> None:  # noqa: F811
    fill(desk, "pin", node="ann", amount="400.00")
    rows = desk.preview()
    assert rows is not None
    assert rows.set_index("node")["change_amount"].to_dict() == {"ann": 2500, "ben": -2500}
    assert "400.00" in desk.answer.value
    assert not Book.open(book).facts.decisions.log("target_edit")


def test_a_record_needs_a_name_and_then_stands_and_is_undone(desk: EditDesk, book: Path) -> None:  # noqa: F811
    fill(desk, "transfer", node="ann", amount="10", to_node="cyd")
    desk.record()
    assert "Say who" in desk.answer.value
    fill(desk, "transfer", who="Kim", why="agreed <here>")
    desk.record()
    assert "Recorded as decision 1" in desk.answer.value
    assert "agreed &lt;here&gt;" in desk.listed.value
    assert Book.open(book).targets.by_node.set_index("node").loc["cyd", "target_amount"] == 410_00
    fill(desk, "undo", revision=1)
    assert desk.preview() is not None
    desk.record()
    assert "No edits" in desk.listed.value
    assert Book.open(book).targets.by_node.set_index("node").loc["cyd", "target_amount"] == 400_00


def test_a_lock_holds_what_is_there(desk: EditDesk) -> None:
    fill(desk, "lock", node="ben", period="FY2026-Q1")
    assert desk.edit().amount == 56_25


@pytest.mark.parametrize(
    ("action", "values", "message"),
    [
        ("pin", {"node": "ann", "amount": "much"}, "not an amount"),
        ("pin", {"node": "zoe", "amount": "1"}, "no node"),
        ("pin", {"node": "ann", "amount": "1", "period": "2026"}, "not a period"),
        ("pin", {"node": "CO", "amount": "1"}, "cannot all be met"),
        ("undo", {"revision": 77}, "no edit 77"),
    ],
)
def test_what_cannot_be_is_told_in_the_form(
    desk: EditDesk, action: str, values: dict[str, object], message: str
) -> None:
    fill(desk, action, who="Kim", **values)
    assert desk.preview() is None
    assert message in desk.answer.value
    desk.record()
    assert message in desk.answer.value


def test_all_families_is_a_choice_of_its_own(desk: EditDesk) -> None:
    assert (desk.family.index, desk.family.label) == (0, "all")
    assert None not in dict(desk.family.options).values()
    desk.action.value, desk.node.value, desk.amount.value = "pin", "T-01", "100"
    assert desk.edit().family is None


def test_only_the_fields_that_are_needed_show(desk: EditDesk) -> None:
    fill(desk, "shift")
    assert desk.to_period.layout.display == ""
    assert desk.to_node.layout.display == "none"


def test_a_part_of_the_company_gets_a_note(book: Path) -> None:  # noqa: F811
    assert isinstance(edit_desk(Book.open(book, node="T1")), Note)
