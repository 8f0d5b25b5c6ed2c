"""What ``targets pin`` and its like print and record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.markup import escape

from workbook.cli.options import print_json, records
from workbook.cli.show_targets import console, show_changes
from workbook.decisions import Decision, signed_at
from workbook.money import format_amount
from workbook.targets.allocated import Allocated
from workbook.targets.edits import Edit, edits_of
from workbook.targets.previews import as_it_stands, decisions_of, preview, without

if TYPE_CHECKING:
    from workbook.book import Book


def edited(book: Book, said: dict[str, Any], signed: tuple[str, str], as_json: bool) -> int:
    """What one edit would do; recorded when signed (who, why). What cannot be met is refused before anything changes."""
    made = book.targets.required()
    if said["action"] == "lock":
        said = said | {"amount": as_it_stands(made, said)}
    edit = Edit.of(0, said)
    changes, after = preview(made, [edit])
    decisions = decisions_of([edit], signed[0], signed_at(book.as_of, datetime.now()), signed[1])
    number = f": {format_amount(edit.amount, book.facts.currency)}" if edit.amount is not None else ""
    return _told(book, (f"{edit.label}{number}", changes, after), decisions, as_json)


def taken_back(book: Book, revision: int, signed: tuple[str, str], as_json: bool) -> int:
    """What taking an edit back would do; recorded when signed."""
    made = book.targets.required()
    standing = edits_of(book.facts.decisions.log("target_edit"))
    changes, after, decision = without(made, standing, revision)
    gone = next(e for e in standing if e.revision == revision)
    signed_one = replace(decision, by=signed[0], at=signed_at(book.as_of, datetime.now()), reason=signed[1])
    return _told(book, (f"without {gone.label}", changes, after), [signed_one], as_json)


def listed(book: Book, as_json: bool) -> int:
    """The edits in force."""
    standing = edits_of(book.facts.decisions.log("target_edit"))
    if as_json:
        rows = [{"revision": e.revision, **e.payload(), "by": e.by, "at": e.at, "reason": e.reason} for e in standing]
        print_json("targets edits", book=book.root, as_of=book.as_of, ok=True, summary={"edits": len(rows)}, rows=rows)
        return 0
    for e in standing:
        number = f": {format_amount(e.amount, book.facts.currency)}" if e.amount is not None else ""
        on = f" on {e.at.date()}" if e.at else ""
        why = f": {e.reason}" if e.reason else ""
        console().print(escape(f"{e.label}{number}, by {e.by}{on}{why}"), highlight=False, soft_wrap=True)
    if not standing:
        console().print("nobody changed a target by hand", highlight=False)
    return 0


def _told(book: Book, what: tuple[str, pd.DataFrame, Allocated], decisions: list[Decision], as_json: bool) -> int:
    from workbook.store.store import open_store

    label, changes, after = what
    stored = open_store(book.root).record_all(decisions) if decisions[0].by.strip() else []
    revision = stored[0].revision if stored else None
    if as_json:
        summary = {
            "recorded": bool(stored),
            "revision": revision,
            "given_way": list(after.given_way),
            "not_applied": after.not_applied,
        }
        print_json("targets edit", book=book.root, as_of=book.as_of, ok=True, summary=summary, rows=records(changes))
        return 0
    out = console()
    out.print(escape(label), highlight=False)
    show_changes(changes, after, book.facts.currency)
    state = (
        f"recorded as decision {revision}" if stored else "not recorded: add --by NAME (and --reason WHY) to record it"
    )
    out.print(state, highlight=False)
    return 0
