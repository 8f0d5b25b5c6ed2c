"""Sections on plans say what is there, and why something is not."""

from __future__ import annotations

import pytest

from workbook.book import Book
from workbook.sample import write_sample
from workbook.sections import planning


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Book:
    root = tmp_path_factory.mktemp("planning") / "book"
    write_sample(root)
    return Book.open(root)


def test_without_a_store_every_section_says_what_to_do(bare: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBOOK_STORE", raising=False)
    for section in (planning.plan_sources, planning.plan_quality, planning.actions_due, planning.plan_changes):
        assert "workbook plans send" in repr(section(bare)[0]), section.__name__
    assert "0 of 30 reps have sent" in repr(planning.plan_status(bare)[0])
    assert "No key account" in repr(planning.plan_cards(bare))
    assert "plans sent" in repr(planning.plan_judged(bare))
    assert planning.plan_behaviour(bare)
