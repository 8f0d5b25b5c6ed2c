"""Risks of a node: who leaves takes what, single threads, concentration; and what to decide and ask."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.checks import checks_table
from workbook.sections.audience import Audience, seen_by
from workbook.sections.judgements import about, judgements, subject_names
from workbook.sections.people import names_of
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
        {"contacts_only_here": "contacts nobody else knows", "open_amount": "open deals", "projected_amount": "projected 12 months"},
        limit=8,
    )  # fmt: skip


def single_threads(book: Book, count: int = 10) -> Any:
    """Large accounts on one contact or one of us, and who could be the second (A19)."""
    rows, currency = book.engagement.single_threaded, book.facts.currency
    if rows.empty:
        return Note("No large account hangs on one contact or one of us.", "ok")
    shown = rows.assign(
        name=rows["account_id"].map(book.tables.accounts.set_index("account_id")["name"]),
        owner=names_of(book, rows["rep_id"]),
        lead=_leads(book, rows),
        specialist=names_of(book, rows["specialist_rep_id"]) + _experience(rows),
    ).sort_values(["is_key", "value_amount"], ascending=[False, False], kind="stable", ignore_index=True)
    shown["key"] = shown["is_key"].map({True: "key", False: ""})
    keep = ["account_id", "name", "key", "value_amount", "contacts", "people", "owner", "lead", "specialist", "verdict"]
    labels = {"people": "of us", "lead": "senior lead could be", "specialist": "specialist could be"}
    caption = "Large accounts on one thread, key accounts first; the second is for people to choose"
    return Table(shown[keep], currency, caption, labels, limit=count)


def seconds_in_words(book: Book, rows: pd.DataFrame) -> list[str]:
    """For rows of single-threaded accounts: who could be the second, in a sentence each."""
    lead, helper = _leads(book, rows), names_of(book, rows["specialist_rep_id"]) + _experience(rows)
    parts = (
        [f"senior lead {a}" if pd.notna(a) else "", f"specialist {b}" if pd.notna(b) else ""]
        for a, b in zip(lead, helper, strict=True)
    )
    said = (" or ".join(filter(None, pair)) for pair in parts)
    return [
        f"The second could be: {words}." if words else "Nobody is on record who could be the second." for words in said
    ]


def _leads(book: Book, rows: pd.DataFrame) -> pd.Series:
    """The candidate for senior lead, with the node that person manages."""
    places = rows["lead_node"].map(lambda n: f" (manages {book.tree.name(n)})", na_action="ignore").astype("str")
    return names_of(book, rows["lead_rep_id"]) + places.fillna(" (sponsor already)")


def _experience(rows: pd.DataFrame) -> pd.Series:
    count = rows["specialist_accounts"]
    here = (
        " (on " + count.astype("str") + " account" + (count == 1).map({True: "", False: "s"}).astype("str") + " here)"
    )
    return here.where(~rows["has_specialist"], " (already on it)")


def concentration(book: Book) -> Any:
    """How much of the node's sales hangs on its largest accounts, and on how many threads the largest hangs."""
    rows = book.territories.concentration
    own = rows[(rows["node"] == book.node).to_numpy()]
    if own.empty:
        return Note("No sales in the last 12 months: concentration not known.", "warn")
    return Note(str(own["sentence"].iloc[0]), str(own["verdict"].iloc[0]))


def questions(book: Book, audience: Audience, count: int = 12) -> Any:
    """What the meeting should ask and decide: the worst judgements, as questions with their evidence."""
    bad = [c for c in seen_by(judgements(book), audience, book) if c.verdict in ("fail", "warn")]
    bad.sort(key=lambda c: (c.verdict != "fail", c.subject != book.node))
    if not bad:
        return Note("Nothing is out of bounds: the meeting can spend its time on growth.", "ok")
    names = subject_names(book)
    rows = pd.DataFrame(
        [(c.verdict, names.get(c.subject, c.subject), c.name, c.sentence) for c in bad],
        columns=["verdict", "about", "check", "evidence"],
    )
    return Table(rows, book.facts.currency, "To decide, or to ask", limit=count)


def check_list(book: Book) -> Table:
    """The checks about the node itself."""
    return checks(about(book, judgements(book)))


def in_order(book: Book) -> Table:
    """The checks about the node itself that ask nothing of the meeting; the others stand in ``questions``."""
    rest = [c for c in about(book, judgements(book)) if c.verdict in ("ok", "not known")]
    rows = checks_table(rest)[["name", "verdict", "sentence"]]
    labels = {"name": "check", "sentence": "evidence"}
    return Table(rows, book.facts.currency, "Checked as well: in order, or not known", labels, limit=60)
