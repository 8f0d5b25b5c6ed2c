"""What is new since the last review of a node: deals, sales, touches, decisions, plans, classes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.money import format_amount
from workbook.show import Table

#: Looked back when no review of the node was recorded.
DAYS = 91


def last_review(book: Book) -> tuple[date, bool]:
    """The day of the node's last recorded review and True, else 13 weeks back and False."""
    held = [
        d.at.date() for d in book.facts.decisions.log("review") if d.subject == book.node and d.at.date() < book.as_of
    ]
    return (max(held), True) if held else ((pd.Timestamp(book.as_of) - pd.Timedelta(days=DAYS)).date(), False)


def changes(book: Book) -> Table:
    """What happened since the last review, in numbers; each line says what it counts."""
    since, held = last_review(book)
    rows = [*_deals(book, since), *_sales(book, since), *_work(book, since), *_decided(book, since)]
    what = "the last review" if held else "13 weeks ago (no review is recorded)"
    frame = pd.DataFrame(rows, columns=["what", "number", "amount", "detail"]).astype(
        {"number": "Int64", "amount": "Int64"}
    )
    return Table(frame, book.facts.currency, f"Since {what}, {since:%Y-%m-%d}", limit=20)


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
    return [
        ("booked", len(new), int(new["amount"].sum()), f"{new['account_id'].nunique()} accounts"),
        ("first sale ever", len(first), int(won["amount"].sum()), "accounts that never bought before"),
    ]


def _work(book: Book, since: date) -> list[tuple[Any, ...]]:
    if not book.tables.has("activities"):
        return [("touches", None, None, "no activities table")]
    touches = book.engagement.touches
    new = touches[(touches["done_on"] > pd.Timestamp(since)).to_numpy()]
    return [("real touches", len(new), None, f"{new['account_id'].nunique()} accounts")]


def _decided(book: Book, since: date) -> list[tuple[Any, ...]]:
    inside = set(book.tables.accounts["account_id"]) | set(book.tables.reps["rep_id"]) | {book.node}
    new = [d for d in book.facts.decisions.rows if d.at.date() > since and d.subject in inside]
    kinds = sorted({d.kind for d in new})
    plans = [p for p in book.facts.plans if str(p["saved_at"])[:10] > since.isoformat()]
    return [
        ("decisions recorded", len(new), None, ", ".join(k.replace("_", " ") for k in kinds)),
        ("plans saved or revised", len(plans), None, ""),
    ]
