"""Finance's numbers: the company's target that comes down, and what finance says of the nodes below it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook import periods
from workbook.checks import Check
from workbook.errors import UsageError
from workbook.facts import Facts
from workbook.money import apportion, format_amount
from workbook.targets.grid import Cells
from workbook.targets.skeleton import Held

Int64s = npt.NDArray[np.int64]
Ints = npt.NDArray[np.intp]
MEASURE = "bookings"


@dataclass(frozen=True, eq=False)
class Given:
    """Finance's target of the planned year.

    ``column_class`` (cells,): which columns share one given number, -1 where nothing is given. ``totals`` (classes,): these
    numbers. ``lower``: node, period, family, measure, amount of nodes below the company. ``checks``: what does not agree. ``cuts``: numbers
    of the company that cross the classes (quarters for all products beside years by family).
    """

    cells: Cells
    column_class: Ints
    totals: Int64s
    lower: pd.DataFrame
    checks: tuple[Check, ...] = ()
    cuts: tuple[Held, ...] = ()


def given(facts: Facts) -> Given | None:
    """Finance's numbers as the cascade takes them; None where there are none for the planned year.

    Numbers of a coarser period bind; finer ones that do not add up to it shape it only (a check says so). Where families
    are given their sum is the target, and a number for all products is compared with it.
    Without a company's number it is the sum of the topmost nodes that have one.
    """
    rows = _of_year(facts)
    if rows.empty:
        return None
    root = facts.tree.root
    checks: list[Check] = []
    top = rows[rows["node"] == root]
    if top.empty:
        top = _summed_up(facts, rows)
        top_nodes = top["nodes"].iloc[0]
        checks.append(
            Check(
                "company target",
                "warn",
                f"Finance gave no target for the company: taken as the sum of {top_nodes} nodes.",
                subject=root,
            )
        )
    families, whole = top[top["family"] != ""], top[top["family"] == ""]
    if len(families) and len(whole):
        checks.append(_families_agree(facts, top, families))
        top = families
    slots = tuple(
        sorted({(m, f) for m, f in zip(top["measure"], top["family"], strict=True)}, key=lambda s: (s[0] != MEASURE, s))
    )
    cells = Cells(facts.year, slots)
    column_class = np.full(len(cells), -1, dtype=np.intp)
    totals: list[int] = []
    for number, (measure, family) in enumerate(slots):
        part = top[(top["measure"] == measure) & (top["family"] == family)]
        for period, amount in _finest(facts, part, checks):
            column_class[number * 12 + cells.months_of(period)] = len(totals)
            totals.append(amount)
    if (column_class < 0).any():
        gap = ", ".join(sorted({cells.months[c % 12] for c in np.flatnonzero(column_class < 0)}))
        checks.append(
            Check("company target", "warn", f"Finance gave no target for {gap}: not known there.", subject=root)
        )
    lower = rows[rows["node"] != root].reset_index(drop=True)
    cuts = _cuts(facts, cells, whole, families, checks) if len(families) else ()
    return Given(cells, column_class, np.array(totals, dtype=np.int64), lower, tuple(checks), cuts)


def _of_year(facts: Facts) -> pd.DataFrame:
    """node, period, family, measure, amount of the planned year; repeated keys are summed."""
    table = facts.tables.targets
    names: dict[str, str | None] = dict.fromkeys(table["period"].unique())
    for name in names:
        try:
            names[name] = periods.normal(name)
        except UsageError:
            names[name] = None  # `workbook check` reports it
    period = table["period"].map(names)
    here = period.str.startswith(facts.year).fillna(False).to_numpy(dtype=bool) & table["territory_id"].isin(
        facts.tree.ids
    )
    rows = pd.DataFrame(
        {
            "node": table.loc[here, "territory_id"],
            "period": period[here],
            "family": table.loc[here, "product_family"].fillna("").astype("str"),
            "measure": table.loc[here, "measure"].fillna(MEASURE).astype("str"),
            "amount": table.loc[here, "amount"],
        }
    )
    return rows.groupby(["node", "period", "family", "measure"], as_index=False, sort=True)["amount"].sum()


def _summed_up(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """The topmost nodes' numbers summed as the company's, per period, family and measure."""
    have = set(rows["node"])
    topmost = [n for n in sorted(have) if not any(p in have for p in facts.tree.path(n)[:-1])]
    part = rows[rows["node"].isin(topmost)]
    summed = part.groupby(["period", "family", "measure"], as_index=False)["amount"].sum()
    return summed.assign(node=facts.tree.root, nodes=len(topmost))


def _families_agree(facts: Facts, top: pd.DataFrame, families: pd.DataFrame) -> Check:
    whole = top[top["family"] == ""].groupby("period")["amount"].sum()
    parts = families.groupby("period")["amount"].sum().reindex(whole.index)
    off = whole[parts.notna() & (whole != parts)]
    if off.empty:
        return Check(
            "company target",
            "ok",
            "The targets by product family add up to the target for all products.",
            subject=facts.tree.root,
        )
    apart = "; ".join(
        f"{p}: {format_amount(int(whole[p]), facts.currency)} for all, {format_amount(int(parts[p]), facts.currency)} by family"
        for p in off.index
    )
    return Check(
        "company target",
        "fail",
        f"The targets by product family do not add up to the one for all products: {apart}. The families are used.",
        subject=facts.tree.root,
    )


def _cuts(
    facts: Facts, cells: Cells, whole: pd.DataFrame, families: pd.DataFrame, checks: list[Check]
) -> tuple[Held, ...]:
    """Numbers for all products by finer periods than the families', where both add up to the same year."""
    cuts: list[Held] = []
    for measure in dict.fromkeys(m for m, _ in cells.slots):
        part = whole[whole["measure"] == measure]
        own = families[families["measure"] == measure]
        finest = _finest(facts, part, checks) if len(part) else []
        by_family = [a for _, f in cells.slots for _, a in _finest(facts, own[own["family"] == f], [])]
        if len(finest) < 2 or sum(a for _, a in finest) != sum(by_family):
            continue
        cuts += [Held(0, cells.mask(p, None, measure), a, f"the company's {p}", "company") for p, a in finest]
    return tuple(cuts)


def _finest(facts: Facts, part: pd.DataFrame, checks: list[Check]) -> list[tuple[str, int]]:
    """Periods that do not overlap, with their numbers: coarser numbers bind, finer ones share them out."""
    known = {str(p): int(a) for p, a in zip(part["period"], part["amount"], strict=True)}

    def down(period: str, bound: int | None) -> list[tuple[str, int]]:
        amount = bound if bound is not None else known.get(period)
        grain = periods.parse(period)[1]
        finer: tuple[periods.Grain, ...] = periods.GRAINS[periods.GRAINS.index(grain) + 1 :]
        for fine in finer:
            below = periods.children(period, fine)
            if not all(b in known for b in below):
                continue
            stated = [known[b] for b in below]
            if amount is not None and sum(stated) != amount:
                apart = format_amount(sum(stated) - amount, facts.currency)
                checks.append(
                    Check(
                        "company target",
                        "fail",
                        f"The numbers by {fine} differ from {period} by {apart}; {period} binds, the {fine}s only shape it.",
                        subject=facts.tree.root,
                    )
                )
                stated = [int(a) for a in apportion(amount, [max(s, 0) for s in stated])]
            return [leaf for b, s in zip(below, stated, strict=True) for leaf in down(b, s)]
        if amount is not None:
            return [(period, amount)]
        halves = finer[:1]
        return [leaf for g in halves for b in periods.children(period, g) for leaf in down(b, known.get(b))]

    return down(facts.year, None)
