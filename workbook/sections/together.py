"""Territory plans: in the reps' own words, and how the plans of children add up to the node's."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.money import format_amount
from workbook.plans.together import NAME, WORDS
from workbook.sections.accounts import Cards
from workbook.sections.audience import AUDIENCES, Audience
from workbook.show import Note, Table


def plan_parts(book: Book, audience: Audience = AUDIENCES["manager"]) -> list[Any]:
    """The node's plan of the year as the sum of its parts: nodes under it, reps in it; and the check that it adds up.

    Reps stand as one row for who may not read of single ones.
    """
    rows = book.plans.parts
    own = rows[(rows["node"] == book.node).to_numpy() & (rows["node_kind"] == "territory").to_numpy()]
    if own.empty:
        return [Note(f"No rep of this node has planned {book.facts.year} yet.", "warn")]
    under = rows[(rows["parent"] == book.node).to_numpy()].sort_values(["node_kind", "node"], ascending=[False, True])
    if not audience.people:
        under = under[(under["node_kind"] == "territory").to_numpy()]
    names = book.facts.names
    frame = under.assign(part=under["node"].map(names))
    frame["kind"] = [
        book.tree.level(n) if k == "territory" else "rep"
        for n, k in zip(frame["node"], frame["node_kind"], strict=True)
    ]
    whole = own.iloc[0]
    sums = ["plan_amount", "unnamed_amount"]
    left = {c: int(whole[c]) - int(frame[c].sum()) for c in sums}
    others = "reps of other territories" if audience.people else "reps"
    rest = pd.DataFrame([{"part": others, "kind": "rep"} | left] if any(left.values()) and len(frame) else [])
    total = pd.DataFrame(
        [{"part": f"{book.tree.name(book.node)} in all", "kind": None, **whole[[*sums, "reps", "written"]]}]
    )
    table = pd.concat([p for p in (frame, rest, total) if len(p)], ignore_index=True)
    table = table.astype({"reps": "Int64", "written": "Int64"} | dict.fromkeys(sums, "int64"))
    labels = {
        "reps": "reps who plan", "written": "territory plans written", "plan_amount": f"plan {book.facts.year}",
        "unnamed_amount": "of it without an account yet",
    }  # fmt: skip
    counts = ["reps", "written"] if book.tree.children(book.node) else ["written"]
    keep = ["part", "kind", *counts, *sums]
    shown = Table(table[keep], book.facts.currency, "The plan and its parts", labels, limit=80, short=False)
    said = [Note(c.sentence, c.verdict) for c in book.plans.checks if c.name == NAME and c.subject == book.node]
    return [shown, *said]


def territory_plans(book: Book, audience: Audience = AUDIENCES["manager"], count: int = 12) -> list[Any]:
    """Reps' territory plans: in a territory a card for each; above it what they need from others, rep by rep.

    The words are for all to read; a single rep's amount is not.
    """
    rows = book.plans.territory_words
    rows = rows[(rows[list(WORDS)] != "").any(axis=1).to_numpy()].reset_index(drop=True)
    if rows.empty:
        text = "No rep of this node has written a territory plan (approach, priorities, help wanted) yet."
        return [Note(text, "warn")]
    names = book.facts.names
    if not book.tree.children(book.node):
        cards = [_card(book, row, str(names.get(row.rep_id, row.rep_id))) for row in rows.head(count).itertuples()]
        return [Cards(cards if audience.people else [(who, sub, lines[:-1]) for who, sub, lines in cards])]
    wanted = rows[(rows["help_wanted"] != "").to_numpy()]
    table = wanted.assign(rep=wanted["rep_id"].map(names), territory=wanted["territory_id"].map(names))
    text = f"{len(rows)} reps have written a territory plan; {len(wanted)} of them ask others for help."
    return [
        Note(text),
        Table(
            table[["rep", "territory", "priorities", "help_wanted"]],
            book.facts.currency,
            "Help wanted, by rep",
            limit=count,
        ),
    ]


def _card(book: Book, row: Any, name: str) -> tuple[str, str, list[tuple[str, str]]]:
    lines = [
        (title, getattr(row, field) or "nothing written")
        for field, title in WORDS.items()
        if field != "note" or row.note
    ]
    amount = format_amount(row.unnamed_amount, book.facts.currency, short=True)
    lines.append(("Without an account yet", f"{amount} in {book.facts.year}" if row.unnamed_amount else "nothing"))
    return name, f"territory plan · {row.state} · {row.saved_at:%Y-%m-%d}", lines
