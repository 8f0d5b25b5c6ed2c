"""The cascade with finance's numbers: the company's, which hold, and those of lower nodes, as far as they agree with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from workbook import periods
from workbook.checks import Check, counted
from workbook.money import format_amount
from workbook.targets.draft import Draft, drafted
from workbook.targets.giving import PinConflictError
from workbook.targets.rounding import rounded
from workbook.targets.skeleton import Held
from workbook.targets.solve import solved

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stated:
    """Leaf ``amounts`` (leaves, cells) before edits; ``lower``: finance's numbers that are met below the company, which stay
    beside edits if they can; ``checks`` say what agrees and what does not.
    """

    amounts: Int64s
    checks: tuple[Check, ...] = ()
    lower: tuple[Held, ...] = ()


def company_numbers(draft: Draft) -> list[Held]:
    """What finance gave for the company, as numbers that hold whatever is edited."""
    held = []
    cells, fixed = draft.prepared.cells, draft.fixed
    spans = [p for grain in periods.GRAINS for p in periods.children(cells.year, grain)]
    known = {tuple(periods.children(p, "month")): p for p in spans}
    for number, amount in enumerate(fixed.totals[0]):
        columns = fixed.column_class == number
        months = tuple(sorted({cells.months[c % 12] for c in np.flatnonzero(columns)}))
        family = cells.slots[int(np.flatnonzero(columns)[0]) // 12][1]
        name = known.get(months, f"{months[0]} to {months[-1]}")
        held.append(Held(0, columns, int(amount), f"the company's {name}{' ' + family if family else ''}", "company"))
    return held + [Held(0, cut.columns, cut.amount, cut.label, "company") for cut in draft.cuts]


def stated(draft: Draft) -> Stated:
    """The cascade with finance's numbers for lower nodes where they agree with the company's; else a check says so.

    Raises :class:`PinConflictError` when the company's own numbers cannot all be met.
    """
    if draft.method.growth_share:
        return _grown(draft)
    nodes = draft.nodes
    company = company_numbers(draft)
    lower = _lower(draft)
    if not lower and not draft.cuts:
        return Stated(draft.amounts)
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
        checks.append(Check("finance's lower targets", "fail", f"Not used: {counted(len(dropped), 'number')} that finance gave below the company, off by {apart} from what the others leave: {names}.", {"amount": amount, "numbers": len(dropped)}, subject=root))  # fmt: skip
    if lower:
        checks.append(Check("finance's lower targets", "ok", f"Kept exactly: {counted(len(lower), 'number')} that finance gave below the company.", {"numbers": len(lower)}, subject=root))  # fmt: skip
    return Stated(answer.amounts, tuple(checks), tuple(replace(one, kind="given") for one in lower))


def _grown(draft: Draft) -> Stated:
    """Under a growth scenario: what the numbers are without it, all grown alike, finance's lower ones too."""
    before = drafted(draft.prepared, replace(draft.method, growth_share=0.0))
    plain = stated(before)
    kind = draft.fixed.column_class
    totals = np.array([plain.amounts[:, kind == k].sum() for k in range(draft.fixed.totals.shape[1])])
    ratio = np.where(totals != 0, draft.fixed.totals[0] / np.where(totals != 0, totals, 1), 0.0)
    branches = draft.nodes.branches
    grown = rounded(branches, np.asarray(plain.amounts * ratio[kind], dtype=np.float64), draft.fixed)
    sums = branches.roll_up(grown)
    lower = (replace(one, amount=int(sums[one.node, one.columns].sum())) for one in plain.lower)
    return Stated(grown, plain.checks, tuple(lower))


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
