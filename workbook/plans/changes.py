"""What changed in a plan between two of its revisions, in words (E4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from workbook.money import format_amount
from workbook.plans.document import SECTIONS, AccountPlan, PlanDocument

COLUMNS: dict[str, str] = {
    "account_id": "str", "rep_id": "str", "territory_id": "str", "what": "str", "before": "str", "after": "str",
    "changed_at": "datetime64[us]", "changed_by": "str", "revision": "int64",
}  # fmt: skip


def differences(old: PlanDocument, new: PlanDocument, currency: str) -> list[tuple[str, str, str]]:
    """What differs between two documents: (what, before, after), in the order of the sections."""
    found: list[tuple[str, str, str]] = []
    years = sorted({a.period[:6] for doc in (old, new) for a in doc.amounts})
    for year in years:
        before, after = old.planned_amount(year), new.planned_amount(year)
        if before != after:
            found.append((f"planned in {year}", format_amount(before, currency), format_amount(after, currency)))
    for name in ("objective", "strategy", "approach", "priorities", "help_wanted", "note", "depth"):
        was, now = str(getattr(old, name, "")), str(getattr(new, name, ""))
        if was != now:
            found.append((name.replace("_", " "), was, now))
    if isinstance(old, AccountPlan) and isinstance(new, AccountPlan):
        found += _sections(old, new)
        found += _listed("outcome", old.outcomes, new.outcomes, "outcome")
        found += _listed("stakeholder", old.stakeholders, new.stakeholders, "name")
        found += _listed("play", old.plays, new.plays, "product_family")
        found += _listed("commitment to", old.commitments, new.commitments, "deal")
        found += _listed("risk", old.risks, new.risks, "risk")
        found += _listed("verified by", old.verified, new.verified, "by")
    found += _listed("action", old.actions, new.actions, "action")
    return found


def _sections(old: AccountPlan, new: AccountPlan) -> list[tuple[str, str, str]]:
    found = []
    for key, (title, *_) in SECTIONS.items():
        was, now = old.sections.get(key), new.sections.get(key)
        for side, words in (("ours", "our view"), ("theirs", "their view")):
            before, after = getattr(was, side, ""), getattr(now, side, "")
            if before != after:
                found.append((f"{title}, {words}", before, after))
    return found


def _listed(what: str, old: Iterable[Any], new: Iterable[Any], key: str) -> list[tuple[str, str, str]]:
    was, now = {getattr(r, key): r for r in old}, {getattr(r, key): r for r in new}
    found = [(f"{what} dropped", name, "") for name in was if name not in now]
    found += [(f"{what} added", "", name) for name in now if name not in was]
    for name, row in now.items():
        if name in was and was[name] != row:
            fields = [f for f in type(row).model_fields if getattr(row, f) != getattr(was[name], f)]
            before = ", ".join(f"{f}: {getattr(was[name], f)}" for f in fields)
            found.append((f"{what} {name}", before, ", ".join(f"{f}: {getattr(row, f)}" for f in fields)))
    return found


def changes(
    plans: Iterable[tuple[Mapping[str, Any], PlanDocument, PlanDocument]],
    places: Mapping[str, Mapping[str, Any]],
    currency: str,
) -> pd.DataFrame:
    """What changed since each plan's last different revision: columns of :data:`COLUMNS`.

    ``plans``: stored row, document before, document now; ``places``: territory_id and owner_rep_id by account or rep.
    """
    rows = []
    for row, old, new in plans:
        place = places.get(row["account_id"] or row["rep_id"], {})
        for what, before, after in differences(old, new, currency):
            rows.append(
                (
                    row["account_id"], place.get("owner_rep_id") or row["rep_id"], place.get("territory_id", ""), what, before,
                    after, row["saved_at"], row["saved_by"], row["revision"],
                )
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
