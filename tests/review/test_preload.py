"""What documents hand on to each other: read by others only when it is whole."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbook.book
from workbook.files import replacing
from workbook.review.warm.preload import Kept


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    before = workbook.book.KEPT
    yield
    workbook.book.KEPT = before


def test_a_result_that_another_document_is_writing_is_taken_when_it_is_whole(tmp_path: Path) -> None:
    key = (tmp_path, "2026-06-30")
    whole = pickle.dumps({"key": key, "stage": "portfolio", "noun": "accounts", "value": 1})
    kept = Kept(tmp_path)
    with replacing(tmp_path / "b-1-portfolio.accounts.pickle") as temporary:
        temporary.write_bytes(whole[:-9])
        assert not kept.load()
        temporary.write_bytes(whole)
    assert kept.load()
    assert not kept.load()
    assert kept.seen == {"b-1-portfolio.accounts.pickle"}
