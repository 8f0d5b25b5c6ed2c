"""All checks of a node in one list, from every stage that judges."""

from __future__ import annotations

from collections.abc import Iterable

from workbook.book import STAGES, Book
from workbook.checks import Check

#: Nouns of stages that are lists of checks.
NOUNS = ("checks", "health", "fairness_checks")


def judgements(book: Book) -> list[Check]:
    """The checks of every stage that are about the book's node or company-wide; of the people and accounts in it too."""
    found: list[Check] = []
    for name in STAGES:
        stage = getattr(book, name)
        for noun in NOUNS:
            if hasattr(type(stage), noun):
                found += _of(getattr(stage, noun))
    return found


def about(book: Book, checks: Iterable[Check]) -> list[Check]:
    """Only the checks about the node itself."""
    return [check for check in checks if check.subject in ("", book.node)]


def _of(value: object) -> list[Check]:
    return [v for v in value if isinstance(v, Check)] if isinstance(value, list | tuple) else []
