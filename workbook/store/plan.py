"""A plan as the store keeps it: numbered revisions of a document, each in a state, signed and dated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from workbook.errors import ConflictError, UsageError

State = Literal["draft", "submitted", "returned", "approved", "locked"]

#: state -> the states that may follow it, and what each means for people.
FOLLOWS: dict[str, tuple[State, ...]] = {
    "": ("draft", "submitted"),
    "draft": ("draft", "submitted"),
    "submitted": ("draft", "submitted", "returned", "approved"),
    "returned": ("draft", "submitted"),
    "approved": ("draft", "submitted", "returned", "locked"),
    "locked": ("returned",),
}
STATES: tuple[State, ...] = ("draft", "submitted", "returned", "approved", "locked")


def planned_by_year(document: Mapping[str, Any]) -> dict[str, int]:
    """Planned amounts of a stored document by fiscal year, minor units.

    >>> planned_by_year({"amounts": [{"period": "FY2026-Q1", "amount": 5}, {"period": "FY2026-Q2", "amount": 7}]})
    {'FY2026': 12}
    """
    sums: dict[str, int] = {}
    for row in document.get("amounts", ()):
        year = row["period"].partition("-")[0]
        sums[year] = sums.get(year, 0) + row["amount"]
    return sums


@dataclass(frozen=True)
class PlanRevision:
    """One revision of the plan of an account, or of a rep's territory plan (``account_id`` is then blank).

    ``revision`` counts from 1 within a plan; 0 before it is saved. ``document`` is plain JSON.
    """

    rep_id: str
    account_id: str
    document: Mapping[str, Any] = field(repr=False)
    state: State
    saved_by: str
    saved_at: datetime
    comment: str = ""
    revision: int = 0

    @property
    def plan_id(self) -> str:
        """The key of the plan: its account, or its rep where it is a territory plan."""
        return self.account_id or self.rep_id

    def as_dict(self) -> dict[str, Any]:
        """As a book's facts hold it."""
        return {
            "rep_id": self.rep_id,
            "account_id": self.account_id,
            "revision": self.revision,
            "state": self.state,
            "saved_by": self.saved_by,
            "saved_at": self.saved_at,
            "comment": self.comment,
            "document": self.document,
        }


@dataclass(frozen=True)
class PlanStory:
    """A plan and how it came about: ``now`` its current revision; ``previous`` the last earlier one with another document;
    ``sent_at`` when it was first submitted; ``revised_at`` since when the document stands as it is (an approval does not change
    it); ``versions`` how many different documents there were; ``steps`` every revision in order: revision, rep_id, state,
    saved_by, saved_at, comment, and ``planned``, minor units by fiscal year.
    """

    now: PlanRevision
    previous: PlanRevision | None
    sent_at: datetime | None
    revised_at: datetime
    versions: int
    steps: tuple[Mapping[str, Any], ...]


class PlanConflictError(ConflictError):
    """Somebody saved the same plan meanwhile; ``yours`` was not saved, ``theirs`` is what the store holds."""

    def __init__(self, yours: PlanRevision, theirs: PlanRevision | None, seen: int) -> None:
        self.yours, self.theirs, self.seen = yours, theirs, seen
        if theirs is None:
            what = f"you saw revision {seen}, but the store holds none that you may see"
        else:
            what = (
                f"{theirs.saved_by} saved revision {theirs.revision} ({theirs.state}) on "
                f"{theirs.saved_at:%Y-%m-%d %H:%M}; you saw revision {seen}"
            )
        super().__init__(
            what, where=f"plan of {yours.plan_id}", remedy="Look at both, take over what you want, and save again."
        )


def check_step(now: str, then: str, plan: PlanRevision) -> None:
    """Refuse a step between states that the planning process does not know, and steps back without a comment."""
    if then not in FOLLOWS.get(now, ()):
        allowed = ", ".join(FOLLOWS.get(now, ())) or "nothing"
        raise UsageError(
            f"a plan that is {now or 'new'} cannot become {then}",
            where=f"plan of {plan.plan_id}",
            remedy=f"After {now or 'new'} may follow: {allowed}."
            + (" A manager opens it again by returning it." if now == "locked" else ""),
        )
    if then == "returned" and not plan.comment.strip():
        raise UsageError(
            "a plan is returned without a comment",
            where=f"plan of {plan.plan_id}",
            remedy="Say what is to be changed.",
        )
