"""What a quota letter says: one rep's year from the allocation, by quarter and product family, with the accounts behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbook.facts import Facts
from workbook.periods import parent


@dataclass(frozen=True)
class Letter:
    """One rep's quota of the year. Amounts are street quotas in minor units; ``quarters`` and ``families`` add up to it.

    ``table``: family, then an amount per quarter, then the family's sum. ``accounts``: id, name, quota, last year's sales
    (missing where not known), the largest first; ``other_accounts``: how many more, and their quota.
    """

    rep_id: str
    name: str
    territory_id: str
    territory: str
    year: str
    quota_amount: int
    last_year_amount: int | None
    quarters: tuple[tuple[str, int], ...]
    months: tuple[tuple[str, int], ...]
    table: tuple[tuple[str, tuple[int, ...], int], ...]
    accounts: tuple[tuple[str, str, int, int | None], ...]
    other_accounts: tuple[int, int]
    bases: tuple[tuple[str, float], ...]
    notes: tuple[str, ...]


def letters(facts: Facts, allocation: pd.DataFrame, by_node: pd.DataFrame) -> list[Letter]:
    """A letter for every rep in ``by_node``, by rep_id; of the first measure. Frames as in ARCHITECTURE.md."""
    reps = by_node[by_node["node_kind"] == "rep"]
    if reps.empty:
        return []
    measure = reps["measure"].iloc[0]
    reps = reps[reps["measure"] == measure].sort_values("node", kind="stable")
    street = allocation[(allocation["layer"] == "street") & (allocation["measure"] == measure)]
    months = dict(tuple(street[street["node_kind"] == "rep"].groupby("node", sort=True)))
    held = by_node[(by_node["node_kind"] == "account") & (by_node["measure"] == measure)]
    accounts = dict(tuple(held.groupby("parent", sort=True)))
    mix = facts.rules.targets.basis_by_level.get("rep", facts.rules.targets.basis)
    whole = sum(mix.values())
    bases = tuple((name, weight / whole) for name, weight in sorted(mix.items(), key=lambda b: (-b[1], b[0])) if weight)
    top = max(3, 14 - street["product_family"].nunique())  # so that a letter stays on one page
    return [_letter(facts, row, months[row.node], accounts.get(row.node), (bases, top)) for row in reps.itertuples()]


def _letter(
    facts: Facts,
    row: Any,
    months: pd.DataFrame,
    accounts: pd.DataFrame | None,
    how: tuple[tuple[tuple[str, float], ...], int],
) -> Letter:
    by_month = months.groupby("period", sort=True)["amount"].sum()
    quarter = months["period"].map({p: parent(p, "quarter") for p in by_month.index})
    by_quarter = months["amount"].groupby(quarter).sum().sort_index()
    crossed = months.assign(quarter=quarter).pivot_table(
        index="product_family", columns="quarter", values="amount", aggfunc="sum", fill_value=0
    )
    table = tuple((str(f), tuple(int(v) for v in crossed.loc[f]), int(crossed.loc[f].sum())) for f in crossed.index)
    shown: tuple[tuple[str, str, int, int | None], ...] = ()
    other = (0, 0)
    if accounts is not None:
        ordered = accounts.sort_values(["street_amount", "node"], ascending=[False, True], kind="stable")
        shown = tuple(
            (a.node, a.name, int(a.street_amount), None if pd.isna(a.last_year_amount) else int(a.last_year_amount))
            for a in ordered.head(how[1]).itertuples(index=False)
        )
        rest = ordered.iloc[how[1] :]
        other = (len(rest), int(rest["street_amount"].sum()))
    node = str(row.node)
    past = row.last_year_amount
    return Letter(
        node,
        str(row.name),
        str(row.parent),
        facts.tree.name(str(row.parent)),
        facts.year,
        int(row.street_amount),
        None if pd.isna(past) else int(past),
        tuple((str(q), int(a)) for q, a in by_quarter.items()),
        tuple((str(m), int(a)) for m, a in by_month.items()),
        table,
        shown,
        other,
        how[0],
        _notes(facts, node),
    )


def _notes(facts: Facts, rep_id: str) -> tuple[str, ...]:
    """What is special about a rep's year: a hire, a leaving, a ramp."""
    person = facts.tables.reps.set_index("rep_id").loc[rep_id]
    first, last = (pd.Timestamp(d) for d in facts.calendar.bounds(facts.year))
    found = []
    if (
        pd.notna(person["hired_on"])
        and person["hired_on"] + pd.DateOffset(months=len(facts.rules.targets.ramp)) > first
    ):
        found.append(f"Hired on {person['hired_on'].date()}: the quota grows with the published ramp.")
    if pd.notna(person["left_on"]) and person["left_on"] <= last:
        found.append(f"The quota counts until {person['left_on'].date()}.")
    return tuple(found)


def adds_up(letter: Letter) -> bool:
    """Whether quarters, months, families and accounts (where shown) each add up to the quota."""
    sums: Sequence[int] = (
        sum(a for _, a in letter.quarters),
        sum(a for _, a in letter.months),
        sum(total for _, _, total in letter.table),
    )
    return all(s == letter.quota_amount for s in sums)
