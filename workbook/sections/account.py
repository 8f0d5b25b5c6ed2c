"""One account whole: all that the book knows of it on one page (C1), in the order in which people ask."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from workbook.book import Book
from workbook.errors import UsageError
from workbook.sections import account_parts as parts_of
from workbook.sections.audience import Audience
from workbook.show import Note


@dataclass(frozen=True)
class Part:
    """A question about the account, and what answers it."""

    title: str
    shown: list[Any]


def account_view(book: Book, audience: Audience, account_id: str) -> Book:
    """The book in which a reader sees an account: a rep, in its territory's view; others, in the given one."""
    territory = known_account(book, account_id)
    return book if audience.people else book.scoped(territory)


def known_account(book: Book, account_id: str) -> str:
    """The territory of an account; :class:`UsageError` with near ones where it is not in the book, or not in its scope."""
    accounts = book.tables.accounts
    found = accounts[(accounts["account_id"] == account_id).to_numpy()]
    if found.empty:
        near = accounts[accounts["name"].str.casefold().str.contains(account_id.casefold(), regex=False).to_numpy()]
        ids = near["account_id"].tolist()[:3] or get_close_matches(account_id, accounts["account_id"].tolist(), n=3)
        known = [f"{i} ({n})" for i, n in zip(accounts["account_id"], accounts["name"], strict=True) if i in ids]
        raise UsageError(
            f"there is no account {account_id!r}",
            remedy=f"Did you mean {' or '.join(known)}?" if known else "Name it by its account_id.",
        )
    return str(found["territory_id"].iloc[0])


def first_account(book: Book) -> str:
    """The account shown where none is named: the key account of the first rank, else the largest."""
    keys = book.portfolio.key_accounts
    rows = (
        keys.sort_values("rank")
        if len(keys)
        else book.portfolio.register.sort_values("sales_12m_amount", ascending=False)
    )
    return str(rows["account_id"].iloc[0]) if len(rows) else ""


def account_page(book: Book, account_id: str) -> list[Part]:
    """Every part of the page; ``book`` as :func:`account_view` gives it."""
    parts = [
        Part("Where does it stand?", parts_of.standing(book, account_id)),
        Part("What did it buy?", parts_of.bought(book, account_id)),
        Part("Whom do we know?", parts_of.contacts(book, account_id)),
        Part("How is it worked?", parts_of.worked(book, account_id)),
        Part("What is in the pipeline?", parts_of.deals(book, account_id)),
        Part("What could it buy that it does not?", parts_of.whitespace(book, account_id)),
        Part("Which family does it belong to?", parts_of.family(book, account_id)),
        Part("What is planned?", parts_of.plan(book, account_id)),
        Part("Who holds it?", parts_of.loans(book, account_id)),
        Part("What is to be looked at?", parts_of.judged(book, account_id)),
    ]
    return [part for part in parts if part.shown]


def whole_account(book: Book, account_id: str = "") -> list[Any]:
    """The whole page in one list, headed part by part, as a notebook shows it; the first key account where none is named."""
    chosen = account_id or first_account(book)
    if not chosen:
        return [Note("No accounts lie in this node.", "warn")]
    known_account(book, chosen)
    row = parts_of.row_of(book, chosen)
    head = Note(
        f"{row['name']} ({chosen})" + ("" if account_id else ": the first key account; set account to see another one.")
    )
    return [head, *(one for part in account_page(book, chosen) for one in part.shown)]
