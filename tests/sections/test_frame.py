"""What stands around the sections."""

from __future__ import annotations

from typing import Any

import pytest

from workbook.sections import show
from workbook.show import Note


def test_the_same_words_are_said_once_in_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("IPython.display.display", seen.append)
    show(Note("no activities table", "warn"), None, Note("no activities table"), Note("another"))
    assert [note.text for note in seen] == ["no activities table", "another"]
