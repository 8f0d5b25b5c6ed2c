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
from workbook.money import format_amount
from workbook.targets.draft import Draft, drafted
from workbook.targets.edits import Edit, held_by, readable_edits
from workbook.targets.giving import PinConflictError
from workbook.targets.midyear import followed
from workbook.targets.moved import Change, moved
from workbook.targets.rounding import rounded
from workbook.targets.skeleton import Held
from workbook.targets.solve import solved
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
    stated: Int64s
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


def company_numbers(draft: Draft) -> list[Held]:
    """What finance gave for the company, as numbers that hold whatever is edited."""
    held = []
    cells, fixed = draft.prepared.cells, draft.fixed
    for number, amount in enumerate(fixed.totals[0]):
        columns = fixed.column_class == number
        months = sorted({cells.months[c % 12] for c in np.flatnonzero(columns)})
        family = cells.slots[int(np.flatnonzero(columns)[0]) // 12][1]
        name = months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
        held.append(Held(0, columns, int(amount), f"the company's {name}{' ' + family if family else ''}", "company"))
    return held + [Held(0, cut.columns, cut.amount, cut.label, "company") for cut in draft.cuts]


def allocated(draft: Draft, edits: Sequence[Edit] = ()) -> Allocated:
    """The draft with finance's lower numbers and all edits. Raises :class:`PinConflictError` when the edits cannot be met."""
    stated, checks, lower = _stated(draft)
    nodes, cells = draft.nodes, draft.prepared.cells
    company = company_numbers(draft)
    given_way: tuple[str, ...] = ()
    pinned, pins = stated, []
    if any(e.action in ("pin", "lock", "scale") for e in edits):
        sums = nodes.branches.roll_up(stated)
        pins = held_by(edits, nodes, cells, sums, draft.method.rules.absorb)
        beside = lower if draft.method.rules.absorb == "siblings" else []
        weights = draft.values if stated is draft.amounts else stated.astype(np.float64)
        answer = solved(nodes.branches, stated, weights, [*company, *pins, *beside])
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
        stated,
        pinned,
        settled,
        target,
        handed,
        tuple(edits),
        changes,
        given_way,
        (*checks, *_remarks(draft, given_way)),
    )


def _remarks(draft: Draft, given_way: Sequence[str]) -> list[Check]:
    """What people should know of how the numbers came about: fallbacks, numbers that gave way, accounts held elsewhere."""
    nodes, found = draft.nodes, []
    root = str(nodes.ids[0])

    def called(at: int | np.signedinteger) -> str:
        name, key = str(nodes.names[at]), str(nodes.ids[at])
        return key if name == key else f"{name} ({key})"

    for name, why in sorted(draft.bases.silent.items()):
        found.append(
            Check(f"basis {name}", "not known", f"{why[:1].upper()}{why[1:]}: the other bases stand in.", subject=root)
        )
    if draft.depth != draft.method.rules.depth:
        most = draft.method.rules.accounts_at_most
        found.append(
            Check(
                "depth",
                "warn",
                f"There are more than {most:,} accounts: the cascade ends at reps (rule accounts_at_most).",
                subject=root,
            )
        )
    even = np.zeros(len(nodes), dtype=bool)
    for split in draft.splits:
        even |= split.even
    for at in np.flatnonzero(even & np.isin(nodes.kinds, ["territory", "rep"])):
        found.append(
            Check(
                "even split",
                "warn",
                f"No basis says anything below {called(at)}: split evenly.",
                subject=str(nodes.ids[at]),
            )
        )
    for at in np.flatnonzero(draft.nobody.any(axis=1) & (nodes.kinds == "territory")):
        months = sorted({draft.prepared.cells.months[c % 12] for c in np.flatnonzero(draft.nobody[at])})
        if (draft.values.size and draft.nodes.branches.is_leaf[at]) or not months:
            continue
        found.append(
            Check(
                "nobody there",
                "warn",
                f"In {', '.join(months)} nobody in {called(at)} could carry anything: split as if all were there.",
                subject=str(nodes.ids[at]),
            )
        )
    if given_way:
        found.append(
            Check(
                "numbers beside edits",
                "warn",
                f"{len(given_way)} numbers above or beside edits could not stay: {', '.join(given_way[:6])}.",
                {"numbers": len(given_way)},
                subject=root,
            )
        )
    lo, hi = nodes.branches.leaf_span
    for at in np.flatnonzero(nodes.kinds == "rep"):
        if not draft.values[lo[at] : hi[at]].any() and draft.top.any():
            name = str(nodes.ids[at])
            found.append(
                Check("no target", "warn", f"No basis gives {called(at)} anything: the target is zero.", subject=name)
            )
    elsewhere = draft.prepared.company.elsewhere
    for node, rows in elsewhere.groupby("territory_id", sort=True):
        found.append(
            Check(
                "held from elsewhere",
                "warn",
                f"{rows['account_id'].nunique()} accounts of {called(nodes.at(str(node)))} are held by somebody who is no rep there: their targets stand with the territory, not with a rep.",
                {"accounts": int(rows["account_id"].nunique())},
                subject=str(node),
            )
        )
    return found


def applied(draft: Draft, decisions: Sequence[Decision]) -> Allocated:
    """The draft with every edit that people decided and that can be met; a check names each that cannot, and why.

    New edits are refused before they are recorded (``previews.preview``); here stand those that the data have overtaken.
    """
    edits, faults = readable_edits(decisions)
    try:
        made = allocated(draft, edits)
    except (PinConflictError, UsageError):
        kept: list[Edit] = []
        for edit in edits:
            try:
                allocated(draft, [*kept, edit])
            except (PinConflictError, UsageError) as fault:
                faults.append(f"{edit.label}: {fault}")
            else:
                kept.append(edit)
        made = allocated(draft, kept)
    root = str(draft.nodes.ids[0])
    told = [Check("edit not applied", "fail", text, subject=root) for text in faults]
    return replace(made, checks=(*told, *made.checks)) if told else made


def _still_held(draft: Draft, target: Int64s, held: Sequence[Held], moves: tuple[str, ...]) -> None:
    """Refuse transfers and shifts that undo a held number."""
    sums = draft.nodes.branches.roll_up(target)
    off = [(h, int(sums[h.node, h.columns].sum()) - h.amount) for h in held]
    broken = [(h, gap) for h, gap in off if gap]
    if broken:
        raise PinConflictError([*(h.label for h, _ in broken), *moves], sum(abs(gap) for _, gap in broken))


def _stated(draft: Draft) -> tuple[Int64s, tuple[Check, ...], list[Held]]:
    """The cascade with finance's numbers for lower nodes where they agree with the company's (else a check says so), and those
    that are met, as numbers that stay beside edits if they can.
    """
    if draft.method.growth_share:
        return _grown(draft)
    nodes = draft.nodes
    company = company_numbers(draft)
    lower = _lower(draft)
    if not lower and not draft.cuts:
        return draft.amounts, (), []
    dropped: list[Held] = []
    amount = 0
    while True:
        try:
            answer = solved(nodes.branches, draft.amounts, draft.values, [*company, *lower])
            break
        except PinConflictError as conflict:
            gone = [h for h in lower if h.label in conflict.labels] or lower
            if not lower:
                raise
            amount += conflict.amount
            dropped += gone
            lower = [h for h in lower if h not in gone]
    checks = []
    root = str(nodes.ids[0])
    if dropped:
        names = ", ".join(sorted({h.label for h in dropped})[:6]) + (" …" if len(dropped) > 6 else "")
        apart = format_amount(amount, draft.prepared.facts.currency)
        checks.append(Check("finance's lower targets", "fail", f"{len(dropped)} numbers that finance gave below the company do not add up with the others (by {apart}): {names}. They are not used.", {"amount": amount, "numbers": len(dropped)}, subject=root))  # fmt: skip
    if lower:
        checks.append(Check("finance's lower targets", "ok", f"{len(lower)} numbers that finance gave below the company are kept exactly.", {"numbers": len(lower)}, subject=root))  # fmt: skip
    return answer.amounts, tuple(checks), [replace(one, kind="given") for one in lower]


def _grown(draft: Draft) -> tuple[Int64s, tuple[Check, ...], list[Held]]:
    """Under a growth scenario: what the numbers are without it, all grown alike, finance's lower ones too."""
    before = drafted(draft.prepared, replace(draft.method, growth_share=0.0))
    amounts, checks, lower = _stated(before)
    kind = draft.fixed.column_class
    totals = np.array([amounts[:, kind == k].sum() for k in range(draft.fixed.totals.shape[1])])
    ratio = np.where(totals != 0, draft.fixed.totals[0] / np.where(totals != 0, totals, 1), 0.0)
    branches = draft.nodes.branches
    grown = rounded(branches, np.asarray(amounts * ratio[kind], dtype=np.float64), draft.fixed)
    sums = branches.roll_up(grown)
    return grown, checks, [replace(one, amount=int(sums[one.node, one.columns].sum())) for one in lower]


def _lower(draft: Draft) -> list[Held]:
    """Finance's numbers of nodes below the company, as far as the cascade knows node, family and measure."""
    cells, nodes = draft.prepared.cells, draft.nodes
    known = {(m, f) for m, f in cells.slots}
    measures = {m for m, _ in cells.slots}
    held = []
    for row in draft.prepared.given.lower.itertuples():
        if row.measure not in measures or (row.family and (row.measure, row.family) not in known):
            continue
        columns = cells.mask(row.period, row.family or None, row.measure)
        label = f"finance's {row.node} {row.period}{' ' + row.family if row.family else ''}"
        held.append(Held(nodes.at(row.node), columns, int(row.amount), label, "finance"))
    return held
