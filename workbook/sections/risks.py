"""Risks of a node: who leaves takes what, single threads, concentration; and what to decide and ask."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.checks import checks_table
from workbook.money import format_amount
from workbook.sections.audience import Audience, seen_by
from workbook.sections.judgements import about, judgements
from workbook.show import Note, Table, checks


def leavers(book: Book, audience: Audience) -> Any:
    """What would go with each rep of the node, worst first."""
    if not audience.people:
        return Note("The leaver test is shown to managers.", "note")
    rows = book.engagement.leaver
    if rows.empty:
        return Note(book.tables.lacks("ownership", "leaver test"), "warn")
    rows = rows.sort_values(["projected_amount", "rep_id"], ascending=[False, True], ignore_index=True)
    rows = rows.assign(name=rows["rep_id"].map(book.tables.reps.set_index("rep_id")["name"]))
    keep = ["rep_id", "name", "accounts", "contacts_only_here", "sales_12m_amount", "open_amount", "projected_amount"]
    caption, tables = "Leaver test: what would go with each rep", book.tables
    if not tables.has("opportunities"):
        keep.remove("open_amount")
        caption += f"; {tables.lacks('opportunities', 'open deals')}"
    if not tables.has("contacts", "owner_rep_id") and not tables.has("activities"):
        keep.remove("contacts_only_here")
        caption += f"; {tables.lacks('activities', 'who knows which contact')}"
    return Table(
        rows[keep], book.facts.currency, caption,
        {"contacts_only_here": "contacts nobody else knows", "projected_amount": "projected 12 months"}, limit=8,
    )  # fmt: skip


def concentration(book: Book) -> Note:
    """How much of the node's sales hangs on its largest accounts."""
    sales = book.portfolio.register["sales_12m_amount"].clip(lower=0).sort_values(ascending=False)
    whole = int(sales.sum())
    if not whole:
        return Note("No sales in the last 12 months: concentration not known.", "warn")
    top, five = sales.iloc[0] / whole, sales.head(5).sum() / whole
    kind = "warn" if top > 0.25 or five > 0.6 else "ok"
    largest = format_amount(int(sales.iloc[0]), book.facts.currency, short=True)
    return Note(
        f"The largest account makes {top:.0%} of the last 12 months' sales ({largest}), the five largest {five:.0%}.",
        kind,
    )


def questions(book: Book, audience: Audience, count: int = 12) -> Any:
    """What the meeting should ask and decide: the worst judgements, as questions with their evidence."""
    bad = [c for c in seen_by(judgements(book), audience, book) if c.verdict in ("fail", "warn")]
    bad.sort(key=lambda c: (c.verdict != "fail", c.subject != book.node))
    if not bad:
        return Note("Nothing is out of bounds: the meeting can spend its time on growth.", "ok")
    names = named(book)
    rows = pd.DataFrame(
        [(c.verdict, names.get(c.subject, c.subject), c.name, c.sentence) for c in bad],
        columns=["verdict", "about", "question", "evidence"],
    )
    return Table(rows, book.facts.currency, "To decide, or to ask", limit=count)


def named(book: Book) -> dict[str, str]:
    """What people call whom a check is about: nodes, reps, accounts."""
    tables = book.tables
    found: dict[str, str] = dict(zip(map(str, book.tree.ids), map(str, book.tree.names), strict=True))
    for frame, key in ((tables.reps, "rep_id"), (tables.accounts, "account_id")):
        found |= dict(zip(frame[key], frame["name"], strict=True))
    return found


def check_list(book: Book) -> Table:
    """The checks about the node itself."""
    return checks(about(book, judgements(book)))


def in_order(book: Book) -> Table:
    """The checks about the node itself that ask nothing of the meeting; the others stand in ``questions``."""
    rest = [c for c in about(book, judgements(book)) if c.verdict in ("ok", "not known")]
    rows = checks_table(rest)[["name", "verdict", "sentence"]]
    labels = {"name": "question", "sentence": "evidence"}
    return Table(rows, book.facts.currency, "Checked as well: in order, or not known", labels, limit=60)
