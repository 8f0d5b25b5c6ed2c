"""What stands around the sections."""

from __future__ import annotations

from typing import Any

import pytest

from workbook.book import Book
from workbook.places import shipped
from workbook.sections import audience_of, show, title
from workbook.show import Note


def test_the_same_words_are_said_once_in_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("IPython.display.display", seen.append)
    show(Note("no activities table", "warn"), None, Note("no activities table"), Note("another"))
    assert [note.text for note in seen] == ["no activities table", "another"]


@pytest.mark.parametrize(
    ("node", "line"),
    [
        ("R-1", "led by Erik Patel"),  # Joel Tanaka, a specialist, sits there too
        ("T-05", "worked by Keiko Delgado, Nadia Ivanova"),  # Paul Fischer left in October
        ("T-04", "worked by Ivan Kaur, Tara Petrov"),  # a seat is open from October
    ],
)
def test_the_title_names_who_leads_or_works_there_today(node: str, line: str) -> None:
    book = Book.open(shipped("data", "sample"), node=node)
    assert title(book, audience_of("manager")).lines[-1] == line
