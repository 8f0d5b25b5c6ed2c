"""What a book reads from its store: decisions and current plans. Imports no database where there is no store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from workbook.decisions import Decisions
from workbook.store.place import place_of
from workbook.store.plan import PlanStory


def read_decisions(root: Path) -> Decisions:
    """All decisions of the book at ``root``; none while it has no store."""
    if not place_of(root).exists:
        return Decisions()
    from workbook.store.store import open_store

    return open_store(root, create=False).decisions()


def read_plans(root: Path, as_of: date) -> tuple[Mapping[str, Any], ...]:
    """The current revision of every plan as of a day; none while the book has no store.

    Keys: rep_id, account_id ('' for a rep's territory plan), revision, state, saved_by, saved_at, comment, document;
    ``previous``: the same of the last earlier revision with another document, or None; sent_at, revised_at, versions, steps as in
    :class:`~workbook.store.plan.PlanStory`.
    """
    if not place_of(root).exists:
        return ()
    from workbook.store.store import open_store

    return tuple(_told(story) for story in open_store(root, create=False).stories(as_of))


def _told(story: PlanStory) -> dict[str, Any]:
    before = story.previous
    rest = {name: getattr(story, name) for name in ("sent_at", "revised_at", "versions", "steps")}
    return {**story.now.as_dict(), "previous": before.as_dict() if before else None, **rest}
