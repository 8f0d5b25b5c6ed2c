"""What is published to everybody before anybody is judged by it: how often an account is to be touched."""

from __future__ import annotations

from typing import Any

from workbook.book import Book
from workbook.engagement import ladder
from workbook.show import Note, Table


def published_cadence(book: Book) -> list[Any]:
    """The cadence by class (or segment), grade and client, with what makes a client active or quiet, and the key accounts' rule."""
    rules = book.rules.engagement.cadence
    treatments = book.rules.portfolio.segments.treatments
    starts = rules.class_days if rules.start != "segment" else {t.segment: t.cadence_days for t in treatments}
    text = (
        f"A client is active who bought within {rules.active_days} days, and quiet who bought nothing for {rules.quiet_days} days and "
        f"has no open deal. A key account is touched at least {ladder.in_words(rules.key_gap_days)}, and always fails after a longer gap; no "
        f"account is asked for more often than {ladder.in_words(rules.floor_days)}."
    )
    text += " Where its segment asks for a shorter one, that is the start." if rules.start == "sooner" else ""
    labels = {"start": "segment" if rules.start == "segment" else "class"} | {g: f"grade {g}" for g in "ABCD"}
    table = ladder.published_cadence(starts, rules)
    return [Table(table, book.facts.currency, "The published cadence: a real touch …", labels), Note(text)]
