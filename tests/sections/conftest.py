"""The sample company as it is shipped, without anybody's plans and decisions, opened once for all tests of sections. Nothing
changes a book.
"""

from __future__ import annotations

import pytest

from tests.sample_copy import sample_copy
from workbook.book import Book


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return Book.open(sample_copy(tmp_path_factory.mktemp("sample") / "book"))


@pytest.fixture(scope="session")
def book(whole: Book) -> Book:
    return whole
