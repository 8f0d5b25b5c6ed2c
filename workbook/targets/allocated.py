"""The year's targets: a draft with finance's lower numbers, edits, street quotas; whole at every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.checks import Check
from workbook.decisions import Decision
from workbook.errors import UsageError
from workbook.targets.draft import Draft
from workbook.targets.edits import Edit, held_by, readable_edits
from workbook.targets.giving import PinConflictError
from workbook.targets.midyear import followed
from workbook.targets.moved import Change, moved
from workbook.targets.remarks import remarks
from workbook.targets.skeleton import Held
from workbook.targets.solve import solved
from workbook.targets.stated import Stated, company_numbers, stated
from workbook.targets.street import hedge_factors, hedges

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Allocated:
    """Leaf amounts (leaves, cells) after each step, the last being the target.

    ``plain`` the cascade alone · ``stated`` with what finance gave for lower nodes · ``pinned`` after pins, locks and scales ·
    ``settled`` after transfers and shifts · ``target`` after accounts changed hands during the year. ``changes``: what each
    transfer and shift took and gave. ``given_way``: numbers above edits that could not stay. ``handed``: the accounts.
    """

    draft: Draft
    known: Stated
    pinned: Int64s
    settled: Int64s
    target: Int64s
    handed: pd.DataFrame
    edits: tuple[Edit, ...] = ()
    changes: dict[str, tuple[Change, Change]] = field(default_factory=dict)
    given_way: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def plain(self) -> Int64s:
        return self.draft.amounts

    @property
    def stated(self) -> Int64s:
        return self.known.amounts

    @property
    def not_applied(self) -> list[str]:
        """For each edit that stands and is not in these numbers: which it is, and why."""
        return [check.sentence for check in self.checks if check.name == "edit not applied"]

    @cached_property
    def factors(self) -> Floats:
        """Street quota per target of every node (n,)."""
        method, nodes = self.draft.method, self.draft.nodes
        return hedge_factors(nodes.branches, method.hedge(nodes), method.rules.attrition_share)

    @cached_property
    def hedge(self) -> Int64s:
        """Leaf hedges (leaves, cells)."""
        return hedges(self.draft.nodes.branches, self.target, self.factors)

    @cached_property
    def layers(self) -> dict[str, Int64s]:
        """Amounts of every node (n, cells): target, street."""
        branches = self.draft.nodes.branches
        target = branches.roll_up(self.target)
        return {"target": target, "street": target + branches.roll_up(self.hedge)}


def allocated(draft: Draft, edits: Sequence[Edit] = (), known: Stated | None = None) -> Allocated:
    """The draft with finance's lower numbers and all edits. Raises :class:`PinConflictError` when the edits cannot be met.

    ``known``: what :func:`~workbook.targets.stated.stated` gives for this draft, where it was asked before.
    """
    try:
        return _allocated(draft, edits, known or stated(draft))
    except PinConflictError as conflict:
        raise conflict.told_in(draft.prepared.facts.currency) from None


def _allocated(draft: Draft, edits: Sequence[Edit], known: Stated) -> Allocated:
    nodes, cells = draft.nodes, draft.prepared.cells
    company = company_numbers(draft)
    given_way: tuple[str, ...] = ()
    pinned, pins = known.amounts, []
    if any(e.action in ("pin", "lock", "scale") for e in edits):
        sums = nodes.branches.roll_up(known.amounts)
        pins = held_by(edits, nodes, cells, sums, draft.method.rules.absorb)
        beside = known.lower if draft.method.rules.absorb == "siblings" else ()
        weights = draft.values if known.amounts is draft.amounts else known.amounts.astype(np.float64)
        answer = solved(nodes.branches, known.amounts, weights, [*company, *pins, *beside])
        pinned, given_way = answer.amounts, answer.given_way
    settled, changes = moved(nodes, cells, pinned, edits)
    if changes:
        _still_held(draft, settled, [*company, *(p for p in pins if p.kind != "keep")], tuple(changes))
    target, handed = settled, draft.prepared.changes.iloc[:0]
    if draft.depth == "account" and len(draft.prepared.changes):
        went = followed(draft.prepared.facts, draft.prepared.company, cells, settled, draft.prepared.changes)
        target, handed = went.amounts, went.rows
    return Allocated(
        draft,
        known,
        pinned,
        settled,
        target,
        handed,
        tuple(edits),
        changes,
        given_way,
        (*known.checks, *remarks(draft, given_way)),
    )


def met(draft: Draft, edits: Sequence[Edit], known: Stated | None = None) -> tuple[Allocated, list[str]]:
    """The draft with every edit that can be met, the earlier ones first; and for each of the others which it is, and why not."""
    known = known or stated(draft)
    try:
        return allocated(draft, edits, known), []
    except (PinConflictError, UsageError):
        made = allocated(draft, (), known)
    kept: list[Edit] = []
    faults: list[str] = []
    for edit in edits:
        try:
            made = allocated(draft, [*kept, edit], known)
        except (PinConflictError, UsageError) as fault:
            text = str(fault)
            faults.append(text if text.startswith(edit.label) else f"{edit.label}: {text}")
        else:
            kept.append(edit)
    return made, faults


def applied(draft: Draft, decisions: Sequence[Decision]) -> Allocated:
    """The draft with every edit that people decided and that can be met; a check names each that cannot, and why.

    New edits are refused before they are recorded (``previews.preview``); here stand those that the data have overtaken.
    """
    edits, unreadable = readable_edits(decisions)
    made, faults = met(draft, edits)
    return with_faults(made, [*unreadable, *faults])


def with_faults(made: Allocated, faults: Sequence[str]) -> Allocated:
    """An allocation with a check for each edit that is not in it."""
    root = str(made.draft.nodes.ids[0])
    told = [Check("edit not applied", "fail", text, subject=root) for text in faults]
    return replace(made, checks=(*told, *made.checks)) if told else made


def _still_held(draft: Draft, target: Int64s, held: Sequence[Held], moves: tuple[str, ...]) -> None:
    """Refuse transfers and shifts that undo a held number."""
    sums = draft.nodes.branches.roll_up(target)
    off = [(h, int(sums[h.node, h.columns].sum()) - h.amount) for h in held]
    broken = [(h, gap) for h, gap in off if gap]
    if broken:
        raise PinConflictError([*(h.label for h, _ in broken), *moves], sum(abs(gap) for _, gap in broken))
