"""What people decided, as the reasoning packages see it: rows, read from the store, never changed in place.

A decision is append-only, dated and signed. What it says is its ``payload`` (plain JSON values); what it is about is its
``subject`` (an account, a rep, a node, a plan). A later decision of the same kind on the same subject supersedes an earlier
one where the kind is a *state* (a class override); it adds to it where the kind is a *log* (an edit of targets).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

from workbook.errors import UsageError

#: kind -> (state or log, what it says)
KINDS: dict[str, tuple[str, str]] = {
    "class_override": ("state", "a person sets an account's class: {class, until}"),
    "class_change": ("log", "an account's class changed: {from, to, trigger}"),
    "move": ("log", "an account goes to another rep: {from_rep, to_rep, on, proposal}"),
    "lock": ("state", "an account stays where it is, or leaves the lock: {rep_id, locked}"),
    "proposal": ("log", "a territory design that was proposed or answered"),
    "target_edit": ("log", "pin, lock, transfer, shift, scale or undo on targets"),
    "scenario": ("state", "a named variant of the target method"),
    "allocation": ("log", "an accepted allocation of targets, by hash"),
    "meeting_point": ("log", "propose, comment, counter, accept or refuse a node's number"),
    "approval": ("log", "a plan, allocation or move approved or returned"),
    "sign_off": ("log", "a node signed off over a hash of its numbers"),
    "change_request": ("log", "a change after sign-off, with before and after"),
    "review": ("log", "a review was held: what was seen and decided"),
}


@dataclass(frozen=True)
class Decision:
    """One decision. ``at`` is when it was recorded, ``revision`` its place in the log (0 before it is stored)."""

    kind: str
    subject: str
    payload: Mapping[str, Any]
    by: str
    at: datetime
    reason: str = ""
    revision: int = 0


def signed_at(as_of: date, now: datetime) -> datetime:
    """When a decision counts as made: now, but in a book that is held at an earlier day, at that day's same time.

    >>> signed_at(date(2026, 6, 30), datetime(2026, 9, 1, 10, 30))
    datetime.datetime(2026, 6, 30, 10, 30)
    """
    return now if now.date() <= as_of else datetime.combine(as_of, now.time())


def signer(by: str) -> str:
    """The name that signs a decision, without blanks around it. Raises :class:`UsageError` where there is none."""
    name = by.strip()
    if not name:
        raise UsageError("nobody signs it", remedy='Say who: --by "Kim Lee".')
    return name


@dataclass(frozen=True)
class Decisions:
    """All decisions of a book in order of their revision."""

    rows: tuple[Decision, ...] = field(default=())

    @classmethod
    def of(cls, rows: Iterable[Decision]) -> Decisions:
        return cls(tuple(sorted(rows, key=lambda row: row.revision)))

    def known_at(self, as_of: date) -> Decisions:
        """Only what had been decided by the end of ``as_of``."""
        return Decisions(tuple(row for row in self.rows if row.at.date() <= as_of))

    def log(self, kind: str) -> tuple[Decision, ...]:
        """Every decision of a kind, in order."""
        return tuple(row for row in self.rows if row.kind == kind)

    def seen(self, kind: str, subject: str) -> int:
        """The revision of the last decision of a kind on a subject: what a new one follows; 0 for none."""
        return max((row.revision for row in self.rows if row.kind == kind and row.subject == subject), default=0)

    def state(self, kind: str) -> dict[str, Decision]:
        """The last decision of a kind per subject."""
        return {row.subject: row for row in self.rows if row.kind == kind}

    def frame(self, kind: str) -> pd.DataFrame:
        """Columns revision, subject, decided_by, decided_at, reason, and one per payload key; an empty frame when none."""
        rows = [
            {
                "revision": row.revision,
                "subject": row.subject,
                "decided_by": row.by,
                "decided_at": row.at,
                "reason": row.reason,
                **row.payload,
            }
            for row in self.log(kind)
        ]
        base = ["revision", "subject", "decided_by", "decided_at", "reason"]
        return pd.DataFrame(rows) if rows else pd.DataFrame(columns=base)
