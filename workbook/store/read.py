"""What a book reads from its store: decisions and current plans. Imports no database where there is no store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from workbook.decisions import Decisions
from workbook.store.place import place_of


def read_decisions(root: Path) -> Decisions:
    """All decisions of the book at ``root``; none while it has no store."""
    if not place_of(root).exists:
        return Decisions()
    from workbook.store.store import open_store

    return open_store(root, create=False).decisions()


def read_plans(root: Path, as_of: date) -> tuple[Mapping[str, Any], ...]:
    """The current revision of every plan as of a day; none while the book has no store.

    Keys: rep_id, account_id ('' for a rep's territory plan), revision, state, saved_by, saved_at, comment, document;
    ``previous``: the same of the last earlier revision with another document, or None; ``sent_at``: first submitted, or None;
    ``revised_at``: since when the document stands as it is; ``versions``: how many different documents there were; ``steps``: every
    revision so far (see ``Store.story``).
    """
    if not place_of(root).exists:
        return ()
    from workbook.store.store import open_store

    store = open_store(root, create=False)
    earlier, told = store.previous(as_of), store.story(as_of)
    found = []
    for plan in store.plans(as_of):
        before = earlier.get(plan.plan_id)
        found.append({**plan.as_dict(), "previous": before.as_dict() if before else None, **told[plan.plan_id]})
    return tuple(found)
