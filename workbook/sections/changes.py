"""What is new since the last review of a node: deals, sales, touches, decisions, plans, classes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.checks import counted
from workbook.engagement.reviews import last_review, without_review
from workbook.money import format_amount
from workbook.reconcile.held import then_and_now
from workbook.show import Note, Table


def since_when(book: Book) -> tuple[date, bool]:
    """The day of the last recorded review of the node, or of one above it, and True; else that of
    :func:`without_review` and False."""
    held = last_review(book.facts.decisions, book.tree, book.node, book.as_of)
    return (held.at.date(), True) if held else (without_review(book.facts), False)


def held_review(book: Book, count: int = 15) -> list[Any]:
    """The last review of the node: who held it, its numbers beside today's, and what became of its answers (C9)."""
    answers = book.engagement.review_answers
    held = last_review(book.facts.decisions, book.tree, book.node, book.as_of)
    if held is None and answers.empty:
        return []
    parts: list[Any] = []
    if held is not None:
        of = "" if held.subject == book.node else f" of {book.tree.name(held.subject)}"
        parts.append(Note(f"The last review{of} was held on {held.at:%Y-%m-%d} by {held.by}" + (f": {held.reason}" if held.reason else ".")))  # fmt: skip
    numbers = then_and_now(book.reconcile, book.node)
    if len(numbers):
        labels = {"then_amount": "at the last review", "now_amount": "now", "change_amount": "change"}
        parts.append(Table(numbers, book.facts.currency, "Then and now", labels, signed=("change_amount",)))
    if answers.empty:
        return parts
    order = answers["state"].map({"open": 0, "moved": 1, "done": 2})
    shown = answers.assign(order=order, name=answers["account_id"].map(_names(book)))[order.notna().to_numpy()]
    shown = shown.sort_values(["order", "account_id"], kind="stable", ignore_index=True)
    keep = ["account_id", "name", "topic", "answer", "state", "sentence"]
    caption = f"Answers of reviews: {int((shown['state'] == 'open').sum())} open, {len(answers) - len(shown)} kept as they were"
    return [*parts, Table(shown[keep], book.facts.currency, caption, {"sentence": "what became of it"}, limit=count)]


def _names(book: Book) -> pd.Series:
    return book.tables.accounts.set_index("account_id")["name"]


def changes(book: Book) -> Table:
    """What happened since the last review, in numbers; each line says what it counts."""
    since, held = since_when(book)
    rows = [*_deals(book, since), *_sales(book, since), *_work(book, since), *_decided(book, since)]
    day = f"{since:%Y-%m-%d}"
    caption = (
        f"Since the last review, {day}"
        if held
        else f"Since {day}, {(book.as_of - since).days} days ago, as no review is recorded yet"
    )
    frame = pd.DataFrame(rows, columns=["what", "number", "amount", "detail"]).astype(
        {"number": "Int64", "amount": "Int64"}
    )
    return Table(frame, book.facts.currency, caption, limit=20)


def _deals(book: Book, since: date) -> list[tuple[Any, ...]]:
    if not book.tables.has("opportunities"):
        return [("deals", None, None, "no opportunities table")]
    deals, start = book.tables.opportunities, pd.Timestamp(since)
    closed = deals["closed_on"].fillna(deals["close_on"].where(deals["status"] != "open"))
    names = book.tables.accounts.set_index("account_id")["name"]
    out = []
    for word, mask in (
        ("deals won", (deals["status"] == "won") & (closed > start)),
        ("deals lost", (deals["status"] == "lost") & (closed > start)),
        ("new deals, still open", (deals["status"] == "open") & (deals["created_on"] > start)),
        (
            "open deals past their close date",
            (deals["status"] == "open") & (deals["close_on"] < pd.Timestamp(book.as_of)),
        ),
    ):
        part = deals[mask.to_numpy(bool)].sort_values(["amount", "opportunity_id"], ascending=[False, True])
        top = [
            f"{names.get(r.account_id, r.account_id)} {format_amount(r.amount, book.facts.currency, short=True)}"
            for r in part.head(3).itertuples()
        ]
        out.append((word, len(part), int(part["amount"].sum()), "; ".join(top)))
    return out


def _sales(book: Book, since: date) -> list[tuple[Any, ...]]:
    sales = book.tables.sales
    new = sales[(sales["booked_on"] > pd.Timestamp(since)).to_numpy()]
    old = sales[(sales["booked_on"] <= pd.Timestamp(since)).to_numpy()]
    first = set(new["account_id"]) - set(old["account_id"])
    won = new[new["account_id"].isin(first).to_numpy()]
    never: tuple[Any, ...]
    if old.empty:
        never = ("first sale ever", None, None, f"not known: no sale is on record until {since:%Y-%m-%d}")
    else:
        never = ("first sale ever", len(first), int(won["amount"].sum()), "accounts that never bought before")
    return [
        ("booked", len(new), int(new["amount"].sum()), counted(new["account_id"].nunique(), "account")),
        never,
    ]


def _work(book: Book, since: date) -> list[tuple[Any, ...]]:
    if not book.tables.has("activities"):
        return [("touches", None, None, "no activities table")]
    touches = book.engagement.touches
    new = touches[(touches["done_on"] > pd.Timestamp(since)).to_numpy()]
    return [("real touches", len(new), None, counted(new["account_id"].nunique(), "account"))]


def _decided(book: Book, since: date) -> list[tuple[Any, ...]]:
    inside = set(book.tables.accounts["account_id"]) | set(book.tables.reps["rep_id"]) | {book.node}
    new = [d for d in book.facts.decisions.rows if d.at.date() > since and d.subject in inside]
    kinds = sorted({d.kind for d in new})
    plans = [p for p in book.facts.plans if str(p["saved_at"])[:10] > since.isoformat()]
    return [
        ("decisions recorded", len(new), None, ", ".join(k.replace("_", " ") for k in kinds)),
        ("plans saved or revised", len(plans), None, ""),
    ]
