"""Maturity as the documents show it."""

from __future__ import annotations

from typing import Any

from workbook.book import Book
from workbook.charts import maturity as charts
from workbook.maturity.levels import compared
from workbook.show import Note, Table


def maturity_chart(book: Book, previous: str = "") -> Any:
    """Chart: the level of every capability, beside the last cycle's where its book is given."""
    before = Book.open(previous).maturity.levels if previous else None
    return charts.ladder(book.maturity.levels, before).figure


def maturity_levels(book: Book) -> Table:
    """Level, evidence and next step per capability."""
    rows = book.maturity.levels[["capability", "level_name", "evidence", "next_step"]]
    return Table(
        rows,
        book.facts.currency,
        "Level per capability",
        {"level_name": "level", "next_step": "what the next level needs"},
    )


def maturity_evidence(book: Book) -> Table:
    """Every measure against what the levels need."""
    rows = book.maturity.evidence[
        ["capability", "measure", "value_share", "competitive_share", "world_class_share", "words"]
    ]
    rows = rows.assign(measure=rows["measure"].str.replace("_", " "))
    labels = {
        "value_share": "is",
        "competitive_share": "competitive needs",
        "world_class_share": "world class needs",
        "words": "measured",
    }
    return Table(rows, book.facts.currency, "What was measured", labels)


def maturity_fixes(book: Book, limit: int = 10) -> Table:
    """What to mend first, with effort, cost, benefit and their basis."""
    rows = book.maturity.fixes[["capability", "fix", "effort_hours", "cost_amount", "benefit_amount", "basis"]]
    return Table(
        rows,
        book.facts.currency,
        "What to mend, the weakest capability first",
        {"benefit_amount": "expected benefit"},
        limit=limit,
    )


def maturity_compared(book: Book, previous: str = "") -> Any:
    """Every measure beside the last cycle's; a note where no previous book is given."""
    if not previous:
        return Note(
            "No previous book is given: this is the first measurement, or name the last cycle's book as a parameter."
        )
    rows = compared(book.maturity.evidence, Book.open(previous).maturity.evidence)
    rows = rows.assign(measure=rows["measure"].str.replace("_", " ")).drop(columns=["before_reaches", "reaches"])
    return Table(
        rows,
        book.facts.currency,
        "Against the last cycle",
        {"before_share": "last cycle", "value_share": "now", "change_share": "change"},
    )
