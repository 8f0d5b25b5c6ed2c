"""Who reads a document, and what that reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbook.book import Book
from workbook.checks import Check
from workbook.errors import UsageError
from workbook.targets.fairness import PAY_CHECK


@dataclass(frozen=True)
class Audience:
    """What one kind of reader may see beside their own scope.

    ``hedge``: the un-hedged target and the hedge beside the street quota. ``pay``: earnings and cost of people.
    ``people``: judgements about single reps (leaver test, integrity by rep).
    """

    name: str
    hedge: bool
    pay: bool
    people: bool


AUDIENCES: dict[str, Audience] = {
    a.name: a
    for a in (
        Audience("rep", hedge=False, pay=False, people=False),
        Audience("manager", hedge=True, pay=False, people=True),
        Audience("finance", hedge=True, pay=True, people=True),
    )
}


#: What stands where the un-hedged target and the proposal would, for a reader who does not see them.
UNSEEN = "The un-hedged target and the proposal rest with managers and finance; see the quota above."


def audience_of(name: str) -> Audience:
    """The audience of a name; :class:`UsageError` for any other."""
    try:
        return AUDIENCES[name]
    except KeyError:
        raise UsageError(f"there is no audience {name!r}", remedy=f"Use one of {', '.join(AUDIENCES)}.") from None


def seen_by(found: Iterable[Check], audience: Audience, book: Book) -> list[Check]:
    """The checks that a reader may see: of pay, and of single people, only who may."""
    people = set() if audience.people else set(book.tables.reps["rep_id"])
    return [c for c in found if (audience.pay or c.name != PAY_CHECK) and c.subject not in people]


def as_seen_by(book: Book, audience: Audience) -> Book:
    """The whole book as a reader may see it: where the hedge is not shown, the street quota stands wherever a target would."""
    return book if audience.hedge else book.against_street()
