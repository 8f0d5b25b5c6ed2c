"""The health of a territory and its books, and why its target is what it is."""

from __future__ import annotations

from typing import Any

from workbook.book import Book
from workbook.sections.audience import Audience
from workbook.sections.judgements import with_names
from workbook.show import Note, Table, checks


def territory_health(book: Book, audience: Audience) -> Any:
    """Judgements about the node's books: size, balance, class mix, load, movement; those out of bounds."""
    found = book.territories.health
    if not audience.people:
        found = [c for c in found if c.subject in ("", book.node)]
    bad = [c for c in found if c.verdict in ("fail", "warn")]
    if not bad:
        who = "Books are" if audience.people else f"{book.tree.name(book.node)} as a whole is"
        return Note(f"{who} within bounds.", "ok") if found else None
    table = checks(with_names(book, bad), limit=12)
    return Table(table.frame, book.facts.currency, "Books out of bounds", table.labels, limit=12)


def explained_target(book: Book, audience: Audience) -> Any:
    """The rows that add up to the node's number of the year: base, season, edits, hedge, rounding."""
    rows = book.targets.explain
    own = rows[(rows["node"] == book.node).to_numpy() & (rows["amount"] != 0).to_numpy()]
    if not audience.hedge or own.empty:
        return None
    return Table(
        own[["layer", "step", "amount", "sentence"]].reset_index(drop=True), book.facts.currency,
        f"Why the number of {book.facts.year} is what it is", {"sentence": "because"}, short=False,
    )  # fmt: skip
