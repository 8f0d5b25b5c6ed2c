"""The health of a territory and its books, and why its target is what it is."""

from __future__ import annotations

from typing import Any

from workbook.book import Book
from workbook.checks import counted
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


def moves_ahead(book: Book, audience: Audience) -> Any:
    """Accounts of the node that change hands by decisions that the CRM does not show yet: who gives, who takes, from when."""
    waiting = book.territories.pending_moves.sort_values(["on", "account_id"], kind="stable")
    if waiting.empty:
        return None
    said = f"{counted(len(waiting), 'account')} will change hands, as decided; the CRM does not show it yet"
    if not audience.people:
        return Note(f"{said}.")
    accounts = book.tables.accounts.set_index("account_id")["name"]
    reps = book.tables.reps.set_index("rep_id")["name"]
    rows = waiting[["account_id"]].assign(name=waiting["account_id"].map(accounts))
    for column in ("from_rep", "to_rep"):
        known = waiting[column].map(reps).fillna("a colleague in another territory")
        rows[column] = known.where(waiting[column].notna(), "nobody")
    rows["from_on"] = waiting["on"]
    labels = {"from_rep": "goes from", "to_rep": "to", "from_on": "on"}
    return Table(rows.reset_index(drop=True), book.facts.currency, said, labels, limit=12)


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
