"""What stands behind the plan form: whose plans, opening, autosaved drafts, saving with the revision that was seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbook.book import Book
from workbook.errors import UsageError
from workbook.files import write_text
from workbook.places import safe_name
from workbook.plans.document import AccountPlan, changed, parse
from workbook.sheets.desk import outbox_of
from workbook.store import PlanRevision, Signature, open_store
from workbook.store.plan import State

#: States in which the rep may edit.
OPEN_STATES = ("", "draft", "submitted", "returned")


@dataclass(frozen=True)
class Visitor:
    """Who sits before the form, and whose plans are shown: rep ids; ``name`` signs what is saved.

    ``restricted``: the store too is opened for these reps only (row-level security on PostgreSQL).
    """

    name: str
    reps: tuple[str, ...]
    restricted: bool = True


@dataclass(frozen=True)
class Opened:
    """A plan as the form holds it: the document, the revision that was seen (0: none yet), state, who saved it when.

    ``recovered``: it is an autosaved draft that was never saved. ``left``: a draft made on an older revision than the one that
    is stored now. ``typed`` holds what was typed in either, readable or not: cells by grid, texts as (name, text).
    """

    plan: AccountPlan
    revision: int
    state: str
    saved_by: str
    saved_at: datetime | None
    comment: str = ""
    recovered: bool = False
    typed: Mapping[str, list[list[str]]] = field(default_factory=dict)
    left: AccountPlan | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def told(self) -> str:
        """Where the plan stands, in words."""
        if self.saved_at is None:
            return "Not saved yet: pre-filled with what is known."
        at = f"{self.saved_at.astimezone():%Y-%m-%d %H:%M:%S}"
        text = f"Revision {self.revision}, {self.state}, last saved {at} by {self.saved_by}."
        if self.comment:
            text += f" Comment: {self.comment}"
        return text if self.is_open else f"{text} It can be read here, and edited again when your manager returns it."


class PlanDesk:
    """The plans of a visitor's accounts in a book: read from the store, pre-filled where there is none yet."""

    def __init__(self, book: Book, visitor: Visitor) -> None:
        self.book, self.visitor = book, visitor
        self._seen: dict[str, str] = {}  # when the draft was kept that this desk opened or wrote, by account
        self.store = open_store(book.root, reps=visitor.reps if visitor.restricted else None)

    def accounts(self) -> list[tuple[str, str]]:
        """(label, account_id) of the visitor's accounts: what waits for the visitor first, then key accounts, then by projection.

        The own plans that were returned wait, and to whoever leads others the plans that they submitted.
        """
        register = self.book.portfolio.register
        mine = register[register["owner_rep_id"].isin(self.visitor.reps).to_numpy()]
        projected = self.book.portfolio.projection.set_index("account_id")["projected_amount"]
        keys = set(self.book.portfolio.key_accounts["account_id"])
        rows = mine.assign(key=mine["account_id"].isin(keys), projected=mine["account_id"].map(projected).fillna(0))
        states = {row.account_id: row.state for row in self.store.plans()}
        rows["state"] = [states.get(account, "") for account in rows["account_id"]]
        own = (mine["owner_rep_id"] == self.visitor.name) | (not self.visitor.restricted)
        rows["waits"] = own & (rows["state"] == "returned") | ~own & (rows["state"] == "submitted")
        rows = rows.sort_values(["waits", "key", "projected", "account_id"], ascending=[False, False, False, True])
        return [
            (f"{'★ ' if r.key else ''}{r.name}{f' – {r.state}' if r.state else ''} ({r.account_id})", r.account_id)
            for r in rows.itertuples(index=False)
        ]

    def open(self, account_id: str) -> Opened:
        """The draft that was autosaved, else the store's current revision, else a pre-filled plan."""
        stored = self.stored(account_id)
        draft = self._draft(account_id)
        if draft is None:
            return stored
        self._seen[account_id] = draft["at"]
        plan = parse(draft["document"])
        assert isinstance(plan, AccountPlan)
        typed = draft.get("typed", {})
        if draft["revision"] == stored.revision:
            return replace(stored, plan=plan, recovered=True, typed=typed)
        return replace(stored, left=plan, typed=typed)

    def stored(self, account_id: str) -> Opened:
        """What the store holds, brought up to today while it may be edited, else the pre-filled plan as revision 0."""
        self._may(account_id)
        row = self.store.plan(account_id)
        if row is None:
            return Opened(self.book.plans.prefill.account(account_id), 0, "", "", None)
        open_ = row.state in OPEN_STATES
        plan = outbox_of(self.book.plans, [row]).current(account_id)[0] if open_ else parse(row.document)
        assert isinstance(plan, AccountPlan)
        return Opened(plan, row.revision, row.state, row.saved_by, row.saved_at, row.comment)

    def autosave(self, opened: Opened, plan: AccountPlan, typed: Mapping[str, list[list[str]]]) -> datetime:
        """Keep what is typed outside the store, so that a lost kernel or tab loses nothing; returns when."""
        self._may(plan.account_id)
        now = datetime.now(UTC)
        kept = {"revision": opened.revision, "at": now.isoformat(), "document": plan.as_json(), "typed": dict(typed)}
        path = self._draft_path(plan.account_id)
        write_text(path, json.dumps(kept, ensure_ascii=False))
        path.chmod(0o600)
        self._seen[plan.account_id] = now.isoformat()
        return now

    def save(self, opened: Opened, plan: AccountPlan, state: State, comment: str = "") -> Opened:
        """Save as the revision after the one that was seen. Raises ``PlanConflictError`` with both versions when somebody
        saved meanwhile; the draft then stays, and so does one that the same person typed in another tab."""
        self._may(plan.account_id)
        document = changed(plan, made_with="form").as_json()
        row = PlanRevision(plan.rep_id, plan.account_id, document, state, self.visitor.name, datetime.now(UTC), comment)
        saved = self.store.save_plan(row, opened.revision)
        draft = self._draft(plan.account_id)
        if draft is not None and draft["at"] == self._seen.get(plan.account_id):
            self._draft_path(plan.account_id).unlink()
        return Opened(
            changed(plan, made_with="form"), saved.revision, saved.state, saved.saved_by, saved.saved_at, comment
        )

    def may_decide(self, opened: Opened) -> bool:
        """Whether the visitor may approve or return a plan: a leader those of others, never the own."""
        return not self.visitor.restricted or opened.plan.rep_id != self.visitor.name

    def move(self, opened: Opened, state: State, comment: str) -> Opened:
        """Approve or return what is stored. Raises :class:`UsageError` where the visitor may not, or has typed and not saved."""
        account_id = opened.plan.account_id
        self._may(account_id)
        if not self.may_decide(opened):
            raise UsageError("nobody approves the own plan", remedy="Your manager does.")
        if self._draft(account_id) is not None:
            raise UsageError("you have changed the plan and not saved it", remedy="Save or discard your changes first.")
        signed = Signature(self.visitor.name, datetime.now(UTC), comment)
        self.store.move_plan(account_id, state, signed, opened.revision)
        return self.stored(account_id)

    def discard(self, account_id: str) -> None:
        """Drop the autosaved draft."""
        self._may(account_id)
        self._draft_path(account_id).unlink(missing_ok=True)

    def targets(self, rep_id: str) -> dict[str, int]:
        """The rep's street quota (else target) by period of planning and year, in minor units."""
        rows = self.book.plans.rep_targets
        rows = rows[(rows["rep_id"] == rep_id).to_numpy()]
        column = "street_amount" if "street_amount" in rows else "target_amount"
        return {str(p): int(a) for p, a in zip(rows["period"], rows[column], strict=True) if a == a}

    def planned_elsewhere(self, rep_id: str, account_id: str) -> dict[str, int]:
        """What the rep's other stored plans hold by period, in minor units."""
        sums: dict[str, int] = {}
        for row in self.store.plans():
            if row.rep_id == rep_id and row.account_id != account_id:
                for part in row.document.get("amounts", ()):
                    sums[part["period"]] = sums.get(part["period"], 0) + int(part["amount"])
        return sums

    def _may(self, account_id: str) -> None:
        register = self.book.portfolio.register
        owner = register.loc[(register["account_id"] == account_id).to_numpy(), "owner_rep_id"]
        if owner.empty or owner.iloc[0] not in self.visitor.reps:
            raise UsageError(f"{account_id} is not an account of {self.visitor.name}", remedy="Pick one from the list.")

    def _draft_path(self, account_id: str) -> Path:
        return self.book.root / ".drafts" / safe_name(self.visitor.name) / f"{safe_name(account_id)}.json"

    def _draft(self, account_id: str) -> dict[str, Any] | None:
        path = self._draft_path(account_id)
        if not path.is_file():
            return None
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found


def visitor_of(book: Book, user: str | None) -> Visitor:
    """The visitor named ``user`` (mail address or rep id), who sees the own plans, and as a leader those of all below.

    Without a user (one person on the own machine) everybody's plans are shown. Raises :class:`UsageError` for a stranger.
    """
    reps = book.tables.reps
    if user is None:
        return Visitor("this machine", tuple(reps["rep_id"]), restricted=False)
    mail = reps["email"].fillna("").str.lower()
    rows = reps[((reps["rep_id"] == user) | ((mail == user.strip().lower()) & (mail != ""))).to_numpy()]
    if rows.empty:
        raise UsageError(f"{user} is nobody in the reps table", remedy="Ask sales operations to add the mail address.")
    me = rows.iloc[0]
    nodes = book.tables.territories
    led = nodes[(nodes["manager_rep_id"] == me["rep_id"]).to_numpy()]["territory_id"]
    inside = {node for top in led for node in book.tree.below(top)}
    below = reps[reps["territory_id"].isin(inside).to_numpy()]["rep_id"].tolist()
    return Visitor(str(me["rep_id"]), tuple(dict.fromkeys([str(me["rep_id"]), *below])))
