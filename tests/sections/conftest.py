"""The shipped sample company, opened once for all tests of sections. Nothing changes a book."""

from __future__ import annotations

import pytest

from workbook.book import Book
from workbook.places import shipped


@pytest.fixture(scope="session")
def whole() -> Book:
    return Book.open(shipped("data", "sample"))


@pytest.fixture(scope="session")
def book(whole: Book) -> Book:
    return whole
