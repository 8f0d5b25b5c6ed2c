"""All checks of a node in one list, from every stage that judges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workbook.book import STAGES, Book
from workbook.checks import Check
from workbook.sections.people import names_of

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


def subject_names(book: Book) -> dict[str, str]:
    """What people call whom a check is about: nodes, reps who sit in the book's scope, accounts."""
    tables = book.tables
    found: dict[str, str] = dict(zip(map(str, book.tree.ids), map(str, book.tree.names), strict=True))
    reps = tables.reps[["rep_id"]].assign(name=names_of(book, tables.reps["rep_id"]))
    for frame, key in ((reps, "rep_id"), (tables.accounts, "account_id")):
        found |= dict(zip(frame[key], frame["name"], strict=True))
    return found


def with_names(book: Book, checks: Iterable[Check]) -> list[Check]:
    """The same checks, about somebody or something by name and id."""
    names = subject_names(book)
    return [
        replace(c, subject=f"{names[c.subject]} ({c.subject})") if names.get(c.subject, c.subject) != c.subject else c
        for c in checks
    ]


def _of(value: object) -> list[Check]:
    return [v for v in value if isinstance(v, Check)] if isinstance(value, list | tuple) else []
