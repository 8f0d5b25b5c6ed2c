"""What stands in one rep's plan file, before it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbook.plans.document import AccountPlan, TerritoryPlan
from workbook.plans.known import Horizon
from workbook.sheets.entries import Entry, digest, territory_entry_of
from workbook.sheets.layout import TERRITORY
from workbook.sheets.stamp import Sent, Stamp


@dataclass(frozen=True)
class Held:
    """One account of a rep as the file shows it: its plan, what of it can be typed (``entry``), and ``facts`` for reading:
    class, grade, sales, open, … and sentences.
    """

    plan: AccountPlan
    entry: Entry
    revision: int
    label: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class RepFile:
    """All that goes into one rep's file."""

    book: str
    company: str
    rep_id: str
    rep_name: str
    territory: str
    as_of: str
    due_on: str
    currency: str
    sample: bool
    horizon: Horizon
    accounts: Sequence[Held]
    deals: Sequence[Mapping[str, Any]]
    whitespace: Sequence[Mapping[str, Any]]
    plan: TerritoryPlan
    revision: int
    quota: Mapping[str, int]
    lists: Mapping[str, tuple[str, ...]]


def stamp_of(file: RepFile) -> Stamp:
    """Whose file it is, and from which revisions it was made."""
    keys = sheets_of(file)
    plans = [
        Sent(
            h.plan.account_id,
            h.revision,
            digest(h.entry),
            h.label,
            keys.get(h.plan.account_id, ""),
        )
        for h in file.accounts
    ]
    plans.append(Sent(file.rep_id, file.revision, digest(territory_entry_of(file.plan)), "", TERRITORY))
    deals = tuple((str(d["deal"]), str(d["account_id"])) for d in file.deals)
    return Stamp(file.book, file.horizon.year, file.rep_id, file.as_of, file.currency, tuple(plans), deals)


def sheets_of(file: RepFile) -> dict[str, str]:
    full = [h for h in file.accounts if h.plan.depth == "full"]
    return {h.plan.account_id: f"K{n}" for n, h in enumerate(full, start=1)}
