"""Edits of targets, as decisions say them: pin, lock, scale, transfer, shift, and undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from workbook import periods
from workbook.decisions import Decision
from workbook.errors import UsageError
from workbook.targets.grid import Branches, Cells, Nodes
from workbook.targets.skeleton import Held

Int64s = npt.NDArray[np.int64]
Action = Literal["pin", "lock", "scale", "transfer", "shift", "split"]
ACTIONS: tuple[str, ...] = ("pin", "lock", "scale", "transfer", "shift", "split", "undo")


@dataclass(frozen=True)
class Edit:
    """One edit. ``amount`` in minor units; ``holder`` picks one holder's part of a shared account.

    pin: the node's number for the period (and family) is ``amount`` · lock: it stays at ``amount``, what it was when locked ·
    scale: it becomes ``factor`` times what it was before edits · transfer: ``amount`` goes to ``to_node``, every month and
    family kept · shift: ``amount`` goes to ``to_period``, every family kept ·
    split: the account's number is shared among its holders (owner and co-owners) by ``shares``, every month and family kept.
    """

    revision: int
    action: Action
    node: str
    period: str
    family: str | None = None
    measure: str | None = None
    amount: int | None = None
    factor: float | None = None
    to_node: str | None = None
    to_period: str | None = None
    holder: str | None = None
    shares: tuple[tuple[str, float], ...] = ()
    by: str = ""
    at: datetime | None = None
    reason: str = ""

    @property
    def label(self) -> str:
        """How people know it: ``pin 12 (T-03 FY2026 Pumps)``, ``transfer 13 (P-15 to P-16 FY2026-H2)``, ``scale 14 (R-1 FY2026 by 105%)``."""
        node = f"{self.node} to {self.to_node}" if self.to_node else self.node
        period = f"{self.period} to {self.to_period}" if self.to_period else self.period
        factor = f"by {100 * self.factor:.10g}%" if self.factor is not None else ""
        shares = ", ".join(f"{rep}={share:.10g}" for rep, share in self.shares)
        what = " ".join(p for p in (node, period, self.family or "", factor, shares) if p)
        number = f" {self.revision}" if self.revision else ""
        return f"{self.action}{number} ({what})"

    @classmethod
    def of(cls, revision: int, payload: Mapping[str, Any]) -> Edit:
        """From a decision's payload; :class:`UsageError` says what is missing or unknown."""
        action = payload.get("action")
        if action not in ACTIONS or action == "undo":
            raise UsageError(f"{action!r} is not an edit of targets", remedy=f"Edits are {', '.join(ACTIONS)}.")
        needs = {
            "pin": ["amount"],
            "lock": ["amount"],
            "scale": ["factor"],
            "transfer": ["amount", "to_node"],
            "shift": ["amount", "to_period"],
            "split": ["shares"],
        }
        missing = [k for k in ("node", "period", *needs[action]) if payload.get(k) in (None, "")]
        if missing:
            raise UsageError(f"a {action} needs {' and '.join(missing)}")
        try:
            amount = None if payload.get("amount") is None else int(payload["amount"])
            factor = None if payload.get("factor") is None else float(payload["factor"])
        except (TypeError, ValueError, OverflowError) as fault:
            raise UsageError(f"a {action} needs a number: {fault}") from fault
        if factor is not None and not (np.isfinite(factor) and factor >= 0):
            raise UsageError(f"a factor of {factor} cannot be", remedy="Give one like 1.05.")
        text = {
            k: (str(payload[k]) if payload.get(k) not in (None, "") else None) for k in ("measure", "to_node", "holder")
        }
        shares = _shares(payload.get("shares")) if action == "split" else ()
        to_period = payload.get("to_period")
        return cls(
            revision, action, str(payload["node"]), periods.normal(str(payload["period"])),
            None if payload.get("family") is None else str(payload["family"]), text["measure"], amount, factor,
            text["to_node"], periods.normal(str(to_period)) if to_period else None, text["holder"], shares,
        )  # fmt: skip

    def payload(self) -> dict[str, Any]:
        """What a decision of this edit says: plain values, nothing that is not set."""
        names = ("action", "node", "period", "family", "measure", "amount", "factor", "to_node", "to_period", "holder")
        said = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return said | ({"shares": dict(self.shares)} if self.shares else {})


def _shares(given: Any) -> tuple[tuple[str, float], ...]:
    """A split's shares by rep, sorted; :class:`UsageError` for what cannot be."""
    try:
        shares = tuple(sorted((str(rep), float(share)) for rep, share in dict(given).items()))
    except (TypeError, ValueError) as fault:
        raise UsageError(f"a split needs a share for each rep: {fault}") from fault
    if not shares or any(not np.isfinite(s) or s < 0 for _, s in shares) or not sum(s for _, s in shares):
        raise UsageError("the shares of a split are not negative and not all zero")
    return shares


def edits_of(decisions: Iterable[Decision]) -> list[Edit]:
    """The edits that stand: those of kind ``target_edit`` that no later one undoes, by revision; unreadable ones left out."""
    return readable_edits(decisions)[0]


def readable_edits(decisions: Iterable[Decision]) -> tuple[list[Edit], list[str]]:
    """The edits that stand, by revision, and for each that cannot be read why."""
    undone: set[int] = set()
    found: list[Edit] = []
    faults: list[tuple[int, str]] = []
    for row in decisions:
        try:
            if row.payload.get("action") == "undo":
                undone.add(int(row.payload.get("revision", 0)))
            else:
                made = Edit.of(row.revision, {"node": row.subject, **row.payload})
                found.append(replace(made, by=row.by, at=row.at, reason=row.reason))
        except (UsageError, TypeError, ValueError) as fault:
            faults.append((row.revision, f"decision {row.revision} on {row.subject} is not an edit: {fault}"))
    kept = sorted((e for e in found if e.revision not in undone), key=lambda e: e.revision)
    return kept, [text for revision, text in faults if revision not in undone]


def mask(cells: Cells, edit: Edit, period: str | None = None) -> npt.NDArray[np.bool_]:
    """The columns an edit speaks of."""
    return cells.mask(period or edit.period, edit.family, edit.measure)


def held_by(edits: Sequence[Edit], nodes: Nodes, cells: Cells, sums: Int64s, absorb: str = "siblings") -> list[Held]:
    """What pins, locks and scales hold. ``sums``: every node's amounts before edits (n, cells).

    With ``absorb`` siblings, the numbers above an edit are kept at what they were, for the same period and family.
    """
    found: list[Held] = []
    factors = _factors(edits, nodes, cells)
    for edit in edits:
        at = nodes.at(edit.node, edit.holder) if edit.action in ("pin", "lock", "scale") else -1
        if at < 0:
            continue
        columns = mask(cells, edit)
        if edit.action == "scale":
            amount = round(float(sums[at, columns].sum()) * factors[edit.revision, edit.label])
            found.append(Held(at, columns, amount, edit.label, "scale"))
        else:
            found.append(
                Held(at, columns, int(edit.amount or 0), edit.label, "lock" if edit.action == "lock" else "pin")
            )
    if absorb == "siblings":
        found += _kept(found, nodes, sums)
    return found


def _kept(held: Sequence[Held], nodes: Nodes, sums: Int64s) -> list[Held]:
    """The numbers above edits that should stay: what they were, or what an edit further up makes of them alike."""
    stated = {(h.node, h.columns.tobytes()): h for h in held}
    kept: dict[tuple[int, bytes], Held] = {}
    for one in held:
        size, ratio = one.columns.tobytes(), 1.0
        for at in nodes.branches.path(one.node)[1:-1]:
            edited = stated.get((at, size))
            was = int(sums[at, one.columns].sum())
            if edited is not None:
                ratio = edited.amount / was if was else 1.0
            elif (at, size) not in kept:
                name = str(nodes.ids[at])
                kept[at, size] = Held(at, one.columns, round(was * ratio), f"{name} as it was", "keep")
    return list(kept.values())


def _factors(edits: Sequence[Edit], nodes: Nodes, cells: Cells) -> dict[tuple[int, str], float]:
    """Each scale's factor with those of scales on the same or a wider set multiplied in."""
    scales = [(e, nodes.at(e.node, e.holder), mask(cells, e)) for e in edits if e.action == "scale"]
    end = nodes.branches.end
    made = {}
    for edit, at, columns in scales:
        factor = 1.0
        for other, above, wide in sorted(scales, key=lambda s: (s[0].factor or 0.0, s[0].label)):
            if above <= at < end[above] and not (columns & ~wide).any():
                factor *= other.factor or 0.0
        made[edit.revision, edit.label] = factor
    return made


def subtree(branches: Branches, node: int) -> slice:
    """A node's leaves, as a slice of all leaves."""
    lo, hi = branches.leaf_span
    return slice(int(lo[node]), int(hi[node]))
