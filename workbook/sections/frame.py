"""What stands around the sections: opening the book for a reader, the title, several things at once, the footer."""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import version
from typing import Any

import pandas as pd

from workbook import __version__
from workbook.book import Book
from workbook.errors import UsageError
from workbook.sections.audience import AUDIENCES, Audience, as_seen_by, audience_of
from workbook.show import Note


class Title:
    """A document's title line: name, level, path, as-of; and that the data are synthetic where they are."""

    def __init__(self, name: str, lines: list[str], sample: bool) -> None:
        self.name, self.lines, self.sample = name, lines, sample

    def _repr_html_(self) -> str:
        from html import escape

        note = '<span class="wb-sample">sample data</span>' if self.sample else ""
        rest = "".join(f"<li>{escape(line)}</li>" for line in self.lines)
        return f'<div class="wb-title"><h2>{escape(self.name)} {note}</h2><ul>{rest}</ul></div>'

    def __repr__(self) -> str:
        return "\n".join([self.name + (" (sample data)" if self.sample else ""), *self.lines])


def open_for(book: str, *, node: str = "", as_of: str = "", audience: str = "manager") -> tuple[Book, Audience]:
    """The scoped book and the reader. An empty ``node`` takes the first territory."""
    reader = audience_of(audience)
    whole = as_seen_by(Book.open(book or None, as_of=as_of or None), reader)
    return whole.scoped(node or whole.tree.leaves()[0]), reader


def open_company(
    book: str, *, as_of: str = "", audience: str = "manager", readers: Collection[str] = tuple(AUDIENCES)
) -> tuple[Book, Audience]:
    """The whole company's book and the reader; :class:`UsageError` where the document is not for that reader."""
    reader = audience_of(audience)
    if audience not in readers:
        raise UsageError(f"this is not for the audience {audience!r}", remedy=f"Use one of {', '.join(readers)}.")
    return as_seen_by(Book.open(book or None, as_of=as_of or None), reader), reader


def title(book: Book, audience: Audience) -> Title:
    """Whose document it is, as of when, for whom."""
    tree, rules = book.tree, book.rules.book
    level, path = tree.level(book.node), tree.path(book.node)[1:]
    people = _people(book)
    lines = [
        f"{level if level == book.node else f'{level} {book.node}'}, {book.facts.year}, as of {book.as_of:%Y-%m-%d}, "
        f"copy for {audience.name}",
    ]
    if path:
        lines.insert(0, " › ".join([rules.name, *map(tree.name, path)]))
    if people:
        lines.append(
            ("led by " if tree.children(book.node) else "worked by ")
            + ", ".join(people[:6])
            + (f" and {len(people) - 6} more" if len(people) > 6 else "")
        )
    return Title(tree.name(book.node), lines, rules.sample)


def _people(book: Book) -> list[str]:
    """Who leads a node with others below it: its manager on record, else who sits there; who works a territory today."""
    reps, day = book.tables.reps, pd.Timestamp(book.as_of)
    here = (reps["territory_id"] == book.node) & ~(reps["left_on"] < day) & ~(reps["hired_on"] > day)
    if book.tree.children(book.node):
        nodes = book.tables.territories
        manager = nodes.loc[(nodes["territory_id"] == book.node).to_numpy(), "manager_rep_id"].dropna()
        here = here & reps["rep_id"].isin(manager) if len(manager) else here
    names: list[str] = reps.loc[here.to_numpy(), "name"].tolist()
    return names


def show(*parts: Any) -> None:
    """Show several things in one cell, in order; what several of them have to say in the same words, once."""
    from IPython.display import display

    said: list[str] = []
    for part in parts:
        if part is None or (isinstance(part, Note) and part.text in said):
            continue
        said += [part.text] if isinstance(part, Note) else []
        display(part)


def footer(book: Book) -> Note:
    """The data footer: as-of, hashes, versions, data quality."""
    quality = book.quality
    parts = [
        f"As of {book.as_of:%Y-%m-%d}",
        f"tables {quality.snapshot[:12]}",
        f"rules {book.rules.hash}",
        f"decisions {len(book.facts.decisions.rows)}",
        quality.sentence,
        f"territory-workbook {__version__}, pandas {pd.__version__}, papermill {version('papermill')}",
    ]
    if book.rules.book.sample:
        parts.insert(0, "Sample data: synthetic, no real company")
    return Note(" · ".join(parts), "footer")
