"""What new edits would do, before anybody records them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from workbook.decisions import Decision
from workbook.errors import ConflictError, UsageError
from workbook.money import format_amount
from workbook.targets.allocated import Allocated, allocated, met, with_faults
from workbook.targets.edits import Edit, mask

COLUMNS = ["node", "name", "node_kind", "parent", "period", "before_amount", "after_amount", "change_amount"]


def preview(made: Allocated, edits: Sequence[Edit]) -> tuple[pd.DataFrame, Allocated]:
    """Nodes whose target changes (columns ``COLUMNS``; accounts left out), and the allocation after.

    Amounts are those of the edits' period where they all speak of one, else of the year; a node whose months or families
    change and whose sum stays has a change of 0. Raises :class:`~workbook.targets.giving.PinConflictError` when the new edits and those that stand cannot all be met.
    """
    after = allocated(made.draft, [*made.edits, *edits], made.known)
    return _changes(made, after, edits), after


def _changes(made: Allocated, after: Allocated, edits: Sequence[Edit]) -> pd.DataFrame:
    """What lies between two allocations that differ by ``edits``, as :func:`preview` gives it."""
    nodes, cells = made.draft.nodes, made.draft.prepared.cells
    spoken = {e.period for e in edits} if not any(e.to_period for e in edits) else set()
    period = spoken.pop() if len(spoken) == 1 else cells.year
    columns = cells.mask(period)
    was = made.layers["target"][:, columns].sum(axis=1)
    now = after.layers["target"][:, columns].sum(axis=1)
    moved = (made.layers["target"] != after.layers["target"]).any(axis=1)
    at = [i for i in range(len(nodes)) if moved[i] and nodes.kinds[i] in ("territory", "rep")]
    up = nodes.shown_parent
    return pd.DataFrame(
        {
            "node": [str(nodes.ids[i]) for i in at],
            "name": [str(nodes.names[i]) for i in at],
            "node_kind": [str(nodes.kinds[i]) for i in at],
            "parent": [str(nodes.ids[up[i]]) if up[i] >= 0 else None for i in at],
            "period": period,
            "before_amount": was[at],
            "after_amount": now[at],
            "change_amount": now[at] - was[at],
        },
        columns=COLUMNS,
    )


def worth_showing(changes: pd.DataFrame) -> pd.DataFrame:
    """The rows of a preview that people are shown: without changes below a thousandth of the largest."""
    size = changes["change_amount"].abs()
    return changes[((size > 0) & (1000 * size >= size.max())).to_numpy()]


def in_words(changes: pd.DataFrame, currency: str) -> str:
    """What :func:`worth_showing` leaves out of a preview: small changes, and nodes whose sum stays while what is in it changes."""
    if not len(changes):
        return "No territory's and no rep's number changes."
    size = changes["change_amount"].abs()
    still, shown = int((size == 0).sum()), len(worth_showing(changes))
    small, told = len(changes) - still - shown, []
    if small:
        most = format_amount(int(size[(1000 * size < size.max()).to_numpy()].max()), currency)
        how = f"{small} more change" if small > 1 else "1 more changes"
        told.append(f"{how} by {most} at most, since months and product families keep the company's totals.")
    if still:
        how = f"{still} more keep their" if still > 1 else "1 more keeps its"
        does = "change" if still > 1 else "changes"
        told.append(f"{how} {changes['period'].iloc[0]} and {does} inside it, by month or product family.")
    return " ".join(told)


def without(made: Allocated, standing: Sequence[Edit], revision: int) -> tuple[pd.DataFrame, Allocated, Decision]:
    """What taking an edit back would do, as :func:`preview` says it, and the decision to record (not yet signed).

    An edit that cannot be met now stands in no other's way; one that could not be met any more does
    (:class:`~workbook.errors.ConflictError`).
    """
    gone = next((e for e in standing if e.revision == revision), None)
    if gone is None:
        known = ", ".join(str(e.revision) for e in standing) or "none"
        raise UsageError(f"there is no edit {revision}", remedy=f"Edits in force: {known}.")
    kept = [e for e in standing if e is not gone]
    after, faults = met(made.draft, kept, made.known)
    lost = [e.label for e in made.edits if e in kept and e not in after.edits]
    if lost:
        raise ConflictError(
            f"without {gone.label} these could not be met: {'; '.join(lost)}", remedy="Undo them first."
        )
    payload = {"action": "undo", "revision": revision}
    return (
        _changes(made, after, [gone] if gone in made.edits else []),
        with_faults(after, faults),
        Decision("target_edit", gone.node, payload, "", datetime.min),
    )


def as_it_stands(made: Allocated, said: Mapping[str, Any]) -> int:
    """What a number is before accounts change hands: what a lock holds. ``said``: node, period and family as an edit says them."""
    draft = made.draft
    at = draft.nodes.at(said["node"])
    columns = mask(draft.prepared.cells, Edit.of(0, {**said, "action": "lock", "amount": 0}))
    lo, hi = draft.nodes.branches.leaf_span
    return int(made.settled[lo[at] : hi[at]][:, columns].sum())


def decisions_of(edits: Sequence[Edit], by: str, at: datetime, reason: str) -> list[Decision]:
    """Edits as decisions to record: kind ``target_edit``, subject the node."""
    return [Decision("target_edit", e.node, e.payload(), by, at, reason) for e in edits]


def scenario_decision(name: str, variant: dict[str, Any], signed: tuple[str, datetime, str], *, plan: bool) -> Decision:
    """A named scenario as a decision to record; ``plan`` makes it the one that counts. ``signed``: who, when, why."""
    by, at, reason = signed
    return Decision("scenario", name, {"variant": variant, "plan": plan}, by, at, reason)
