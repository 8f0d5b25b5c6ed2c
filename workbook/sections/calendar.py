"""The readiness calendar as the documents show it."""

from __future__ import annotations

from workbook.book import Book
from workbook.show import Table


def calendar(book: Book) -> Table:
    """The steps of the planning cycle: due when, owed by whom, done or late, and what shows it."""
    rows = book.reconcile.calendar
    first = book.facts.calendar.bounds(book.facts.year)[0]
    keep = ["title", "owner", "due_on", "done_on", "state", "days_late", "evidence"]
    labels = {"title": "step", "owner": "owed by", "evidence": "what shows it", "days_late": "days late"}
    caption = f"Readiness for {book.facts.year}, which begins on {first:%Y-%m-%d}"
    return Table(rows[keep], book.facts.currency, caption, labels)
