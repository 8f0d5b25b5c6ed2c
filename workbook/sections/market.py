"""How large the market is, what of it is owned, engaged and sold, and who hunts and farms in it (A12, A13)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.show import Note, Table


def market(book: Book) -> list[Any]:
    """Market scope by territory, and hunting against farming."""
    from workbook.charts import portfolio as charts

    stage, currency = book.portfolio, book.facts.currency
    names = book.tables.territories.set_index("territory_id")["name"]
    scope = stage.market_scope
    own = scope[scope["node"].isin(book.tree.leaves(book.node))]
    parts: list[Any] = []
    if own["potential_amount"].notna().any():
        parts += [market_words(book), charts.market_scope(own, currency, names).figure, _market_table(book)]
    else:
        parts.append(Note("No account has a potential: market scope not known (column potential_amount).", "warn"))
    mix = stage.hunting_farming
    mix = mix[mix["node"].isin([book.node, *book.tree.children(book.node)])]
    shown = mix.assign(name=mix["node"].map(names))
    keep = [
        "name",
        "kind",
        "accounts",
        "accounts_share",
        "sales_12m_amount",
        "sales_share",
        "open_amount",
        "engaged_accounts",
    ]
    return [*parts, Table(shown[keep], currency, "Hunting and farming")]


def market_words(book: Book) -> Note:
    """How large the node's market is, and how much of it is owned, engaged and sold, in one sentence (A12)."""
    scope = book.portfolio.market_scope
    own = scope[(scope["node"] == book.node).to_numpy()].iloc[0]
    return Note(str(own["sentence"]), "warn" if pd.isna(own["potential_amount"]) else "note")


def _market_table(book: Book) -> Table:
    """Market scope of the node and all below it, in the order of the tree."""
    rows, tree = book.portfolio.market_scope, book.tree
    top = len(tree.path(book.node))
    names = ["\u2003" * (len(tree.path(node)) - top) + tree.name(node) for node in rows["node"]]
    rows = rows.assign(order=rows["node"].map(tree.walk), name=names)
    rows = rows.sort_values("order", ignore_index=True)
    keep = [
        "name",
        "accounts",
        "potential_known",
        "potential_amount",
        "owned_share",
        "engaged_share",
        "sold_share",
        "sales_12m_amount",
    ]
    labels = {"potential_known": "with a potential", "owned_share": "owned", "engaged_share": "engaged", "sold_share": "sold in 12 months",
              "potential_amount": "market a year"}  # fmt: skip
    return Table(rows[keep], book.facts.currency, "Market scope", labels, limit=60)
