"""The store: what people decided, append-only, on SQLite (in the book) or PostgreSQL (by URL). See docs/store.md.

Writers::

    from workbook.store import Decision, PlanRevision, Signature, open_store

    store = open_store(book.root)
    store.record(Decision("move", "A-0001", {"from_rep": "P-1", "to_rep": "P-2"}, by="kim", at=now, reason="no touch"))
    store.save_plan(PlanRevision("P-1", "A-0001", document, "draft", "ann", now), expected_revision=3)
    store.move_plan("A-0001", "approved", Signature("kim", now), expected_revision=4)

Times are passed in by the caller. Importing this package imports no database; opening a store does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.decisions import Decision as Decision
from workbook.store.plan import PlanConflictError as PlanConflictError
from workbook.store.plan import PlanRevision as PlanRevision

if TYPE_CHECKING:
    from workbook.store.store import Signature as Signature
    from workbook.store.store import Store as Store
    from workbook.store.store import open_store as open_store

__all__ = ["Decision", "PlanConflictError", "PlanRevision", "Signature", "Store", "open_store"]


def __getattr__(name: str) -> Any:
    if name in ("Signature", "Store", "open_store"):
        from workbook.store import store

        return getattr(store, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
