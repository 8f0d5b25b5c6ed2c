"""The store: decisions and plan revisions, append-only, signed and dated; nobody overwrites what he has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from workbook.decisions import Decision, Decisions
from workbook.errors import ConflictError, StoreError, UsageError
from workbook.store import engine as engines
from workbook.store.migrate import version
from workbook.store.place import Place, place_of, seen_reps
from workbook.store.plan import PlanConflictError, PlanRevision, PlanStory, State, check_step
from workbook.store.rows import decision_of, decision_values, plan_of, plan_values, story_of
from workbook.store.schema import decisions as decided
from workbook.store.schema import plan_revisions, plans


@dataclass(frozen=True)
class Signature:
    """Who did it, when, and why. Times are taken as given; those with a zone are turned into UTC."""

    by: str
    at: datetime
    comment: str = ""


def open_store(root: Path | str, *, reps: Sequence[str] | None = None, create: bool = True) -> Store:
    """The store of the book at ``root``, made where there is none yet.

    ``reps``: see and save only the plans of these reps (default: WORKBOOK_REPS, else everybody's). Raises
    :class:`StoreError` when the store is damaged, foreign, of another version or out of reach.
    """
    place = place_of(Path(root))
    reps = tuple(reps) if reps is not None else seen_reps()
    if create and place.path is not None:
        engines.create(place)
    engine = engines.engine_of(place, reps)
    if create and place.path is None:
        with engines.plain_faults(place), engine.connect() as connection:
            missing = version(connection) is None
        if missing:
            engines.create(place)
    engines.check(place, engine)
    if reps is not None and place.path is None:
        with engines.plain_faults(place), engine.connect() as connection:
            if engines.outranks_policies(connection):
                raise StoreError(
                    "the login is above row-level security, so the limit to some reps would not hold",
                    where=str(place),
                    remedy="Connect as a login that is no superuser and has no BYPASSRLS.",
                )
    return Store(place, engine, reps)


@dataclass(frozen=True)
class Store:
    """An open store. It keeps no connection between calls, so it may be held, forked and dropped."""

    place: Place
    engine: Engine
    reps: tuple[str, ...] | None = None

    def record(self, decision: Decision, expected_revision: int | None = None) -> Decision:
        """Append a decision; returns it with its revision.

        ``expected_revision``: the last revision of this kind on this subject that the caller has seen (0: none); when
        another was recorded since, :class:`ConflictError`. None appends in any case.
        """
        return self.record_all([decision], [expected_revision])[0]

    def record_all(
        self, rows: Sequence[Decision], expected_revisions: Sequence[int | None] | None = None
    ) -> list[Decision]:
        """Append several decisions, all or none."""
        expected = expected_revisions or [None] * len(rows)
        values = [decision_values(row) for row in rows]
        with self._writing() as connection:
            if connection.dialect.name == "postgresql":  # revisions appear in the order of their numbers
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x5457626B01})
            stored = []
            for row, value, seen in zip(rows, values, expected, strict=True):
                if seen is not None:
                    self._refuse_unseen(connection, row, seen)
                made = connection.execute(insert(decided).values(value).returning(decided.c.revision)).scalar_one()
                stored.append(replace(row, revision=made, at=value["decided_at"]))
            return stored

    def save_plan(self, plan: PlanRevision, expected_revision: int) -> PlanRevision:
        """Save a plan as the revision after ``expected_revision`` (0: a new plan); returns it with its revision.

        Raises :class:`PlanConflictError` with both versions when the store holds another revision, :class:`UsageError` when
        the plan's state does not allow the step (draft → submitted → returned or approved → locked).
        """
        return self.save_plans([(plan, expected_revision)])[0]

    def save_plans(self, rows: Sequence[tuple[PlanRevision, int]]) -> list[PlanRevision]:
        """Save several plans, all or none, each with the revision that was seen."""
        values = [plan_values(plan, seen) for plan, seen in rows]
        for plan, _ in rows:
            if self.reps is not None and plan.rep_id not in self.reps:
                raise UsageError(f"this session may not save plans of {plan.rep_id}", remedy="Ask a manager.")
        clash: tuple[PlanRevision, int] | None = None
        try:
            with self._writing() as connection:
                for (plan, seen), value in zip(rows, values, strict=True):
                    clash = (plan, seen)
                    self._advance(connection, plan, seen)
                    connection.execute(insert(plan_revisions).values(value))
        except (IntegrityError, _UnseenError):
            assert clash is not None
            raise PlanConflictError(clash[0], self.plan(clash[0].plan_id), clash[1]) from None
        return [
            replace(p, revision=v["revision"], saved_at=v["saved_at"]) for (p, _), v in zip(rows, values, strict=True)
        ]

    def move_plan(self, plan_id: str, state: State, signed: Signature, expected_revision: int) -> PlanRevision:
        """Submit, return, approve or lock a plan: the same document as a new revision in another state."""
        current = self.plan(plan_id)
        if current is None:
            raise UsageError(f"there is no plan of {plan_id}", remedy="See `workbook plans status`.")
        moved = replace(current, state=state, saved_by=signed.by, saved_at=signed.at, comment=signed.comment)
        return self.save_plan(moved, expected_revision)

    def decisions(self) -> Decisions:
        """All decisions, in the order of their revisions."""
        with self._reading() as connection:
            query = select(decided).order_by(decided.c.revision)
            if self.reps is not None:
                query = query.where(decided.c.subject.in_(self.reps))
            return Decisions(tuple(decision_of(row) for row in connection.execute(query)))

    def plan(self, plan_id: str) -> PlanRevision | None:
        """The current revision of a plan (of an account, or of a rep's territory), or None."""
        history = self.history(plan_id)
        return history[-1] if history else None

    def history(self, plan_id: str) -> list[PlanRevision]:
        """All revisions of a plan, in order."""
        query = select(plan_revisions).where(plan_revisions.c.plan_id == plan_id).order_by(plan_revisions.c.revision)
        with self._reading() as connection:
            return [plan_of(row) for row in connection.execute(self._mine(query))]

    def plans(self) -> list[PlanRevision]:
        """The last revision of every plan, by plan id."""
        rows = plan_revisions.c
        head = select(rows.plan_id, func.max(rows.revision).label("revision")).group_by(rows.plan_id).subquery()
        query = select(plan_revisions).join(head, (head.c.plan_id == rows.plan_id) & (head.c.revision == rows.revision))
        with self._reading() as connection:
            found = [plan_of(row) for row in connection.execute(self._mine(query))]
        return sorted(found, key=lambda plan: plan.plan_id)

    def stories(self, as_of: date) -> list[PlanStory]:
        """Every plan that was saved by the end of ``as_of``, by plan id, from its first revision to the last one by then: all as
        one read finds them.
        """
        rows = plan_revisions.c
        end = datetime.combine(as_of + timedelta(days=1), time())
        query = select(plan_revisions).where(rows.saved_at < end).order_by(rows.plan_id, rows.revision)
        with self._reading() as connection:
            found = groupby(connection.execute(self._mine(query)), key=lambda row: row.plan_id)
            told = [story_of(list(one)) for _, one in found]
        return sorted(told, key=lambda story: story.now.plan_id)

    def revisions(self) -> list[PlanRevision]:
        """Every revision of every plan, by plan and number."""
        with self._reading() as connection:
            found = [plan_of(row) for row in connection.execute(self._mine(select(plan_revisions)))]
        return sorted(found, key=lambda plan: (plan.plan_id, plan.revision))

    def _mine(self, query: Select[Any]) -> Select[Any]:
        if self.reps is None:
            return query
        return query.where(plan_revisions.c.plan_id.in_(select(plans.c.plan_id).where(plans.c.rep_id.in_(self.reps))))

    def _advance(self, connection: Connection, plan: PlanRevision, seen: int) -> None:
        head = connection.execute(select(plans).where(plans.c.plan_id == plan.plan_id)).first()
        if head is not None and self.reps is not None and head.rep_id not in self.reps:
            raise UsageError(f"the plan of {plan.plan_id} is another rep's", remedy="Ask a manager.")
        if (head.revision if head else 0) != seen:
            raise _UnseenError
        check_step(head.state if head else "", plan.state, plan)
        values = {"rep_id": plan.rep_id, "account_id": plan.account_id, "revision": seen + 1, "state": plan.state}
        if head is None:
            connection.execute(insert(plans).values(plan_id=plan.plan_id, **values))
            return
        mine = (plans.c.plan_id == plan.plan_id) & (plans.c.revision == seen)
        if connection.execute(update(plans).where(mine).values(**values)).rowcount != 1:
            raise _UnseenError

    def _refuse_unseen(self, connection: Connection, row: Decision, seen: int) -> None:
        mine = (decided.c.kind == row.kind) & (decided.c.subject == row.subject)
        last = connection.execute(select(decided).where(mine).order_by(decided.c.revision.desc()).limit(1)).first()
        if (last.revision if last else 0) != seen:
            who = (
                f"{last.decided_by} recorded revision {last.revision} on {last.decided_at:%Y-%m-%d %H:%M}"
                if last
                else ("the store holds none")
            )
            raise ConflictError(
                f"{who}; you saw revision {seen}",
                where=f"{row.kind} of {row.subject}",
                remedy="Read it again, then decide again.",
            )

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with engines.plain_faults(self.place), self.engine.connect().execution_options(reading=True) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with engines.plain_faults(self.place), self.engine.begin() as connection:
            yield connection


class _UnseenError(Exception):
    """The revision in the store is not the one that was seen."""
