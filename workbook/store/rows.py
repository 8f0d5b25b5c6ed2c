"""Decisions and plan revisions as rows of the store, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Row

from workbook.decisions import KINDS, Decision
from workbook.errors import UsageError
from workbook.store.plan import PlanRevision, PlanStory, planned_by_year

#: What is told of each revision of a plan, beside what it planned.
STEP = ("revision", "rep_id", "state", "saved_by", "saved_at", "comment")


def plain_json(value: Mapping[str, Any], where: str) -> str:
    """The one spelling of a document or payload: sorted keys, no NaN; refuses what JSON cannot hold."""
    try:
        spelled = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        spelled.encode("utf-8")
    except (TypeError, ValueError) as fault:
        raise UsageError(f"cannot be stored: {fault}", where=where, remedy="Use plain JSON values only.") from fault
    return spelled


def moment(at: datetime) -> datetime:
    """A moment as it is stored: without a zone; one with a zone is turned into UTC."""
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def decision_values(row: Decision) -> dict[str, Any]:
    if row.kind not in KINDS:
        raise UsageError(f"{row.kind!r} is no kind of decision", remedy=f"Kinds are {', '.join(KINDS)}.")
    sound(f"{row.kind} of {row.subject}", row.by, row.subject, row.reason)
    return {
        "kind": row.kind,
        "subject": row.subject,
        "payload": plain_json(dict(row.payload), f"{row.kind} of {row.subject}"),
        "decided_by": row.by,
        "decided_at": moment(row.at),
        "reason": row.reason,
    }


def plan_values(plan: PlanRevision, seen: int) -> dict[str, Any]:
    where = f"plan of {plan.plan_id}"
    if not plan.rep_id:
        raise UsageError("a plan without a rep cannot be saved", where=where, remedy="Name its rep.")
    sound(where, plan.saved_by, plan.rep_id, plan.account_id, plan.comment)
    return {
        "plan_id": plan.plan_id,
        "revision": seen + 1,
        "rep_id": plan.rep_id,
        "account_id": plan.account_id,
        "state": plan.state,
        "saved_by": plan.saved_by,
        "saved_at": moment(plan.saved_at),
        "comment": plan.comment,
        "document": plain_json(dict(plan.document), where),
    }


def sound(where: str, by: str, *texts: str) -> None:
    if not by.strip():
        raise UsageError("nobody signed it", where=where, remedy="Give the name of who decided.")
    for words in (by, *texts):
        if "\x00" in words or any("\ud800" <= letter <= "\udfff" for letter in words):
            raise UsageError(f"{words!r} holds characters that are no text", where=where, remedy="Remove them.")


def decision_of(row: Row[Any]) -> Decision:
    return Decision(
        row.kind, row.subject, json.loads(row.payload), row.decided_by, row.decided_at, row.reason, row.revision
    )


def plan_of(row: Row[Any]) -> PlanRevision:
    return PlanRevision(
        row.rep_id,
        row.account_id,
        json.loads(row.document),
        row.state,
        row.saved_by,
        row.saved_at,
        row.comment,
        row.revision,
    )


def story_of(rows: Sequence[Row[Any]]) -> PlanStory:
    """The story of one plan; ``rows``: its revisions in order, at least one."""
    last, revised, previous = rows[-1], rows[0], None
    planned = {text: planned_by_year(json.loads(text)) for text in {row.document for row in rows}}
    for before, row in pairwise(rows):
        if row.document != before.document:
            revised, previous = row, before
    return PlanStory(
        plan_of(last),
        plan_of(previous) if previous else None,
        next((row.saved_at for row in rows if row.state == "submitted"), None),
        revised.saved_at,
        len(planned),
        tuple({**{name: getattr(row, name) for name in STEP}, "planned": planned[row.document]} for row in rows),
    )
