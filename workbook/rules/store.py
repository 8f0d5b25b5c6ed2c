"""Section ``[store]`` of ``book.toml``: where people's decisions are kept. A place, not a rule: it does not change the hash."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.rules.reader import rule


@dataclass(frozen=True)
class StoreRules:
    """Where the store is."""

    url: str = rule("", "blank: store.sqlite in the book; else postgresql://user@host/database (or WORKBOOK_STORE)")
