"""Finance's audit trail: who decided what, and who saved, sent, approved or returned plans, in the order of time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from workbook.checks import counted
from workbook.facts import Facts

#: A state of a plan as what somebody did. The store says what may follow what.
DONE = {"draft": "saved", "submitted": "sent", "returned": "returned", "approved": "approved", "locked": "locked"}
_DTYPES = {
    "node": "str", "name": "str", "revision": "Int64", "kind": "str", "plans": "Int64", "amount": "Int64", "decided_by": "str",
    "decided_at": "datetime64[us]", "reason": "str", "says": "str",
}  # fmt: skip


def audit(facts: Facts) -> pd.DataFrame:
    """Every decision, and every step of every plan: one row per rep, day, state, person and comment; the earliest first.

    Out: node (what it is about: a plan's rep), name (blank where it is none of the tables'), revision (missing for plans, each has its own), kind, plans (how many; missing for
    decisions), amount (Int64, minor units: what these plans held for the planned year), decided_by, decided_at (the last of them),
    reason, says (a decision's payload as text, or which plans).
    """
    made: list[tuple[Any, ...]] = [
        (
            d.subject, None, d.revision, d.kind.replace("_", " "), None, None, d.by, d.at, d.reason,
            json.dumps(dict(d.payload), sort_keys=True, ensure_ascii=False),
        )
        for d in facts.decisions.rows
    ]  # fmt: skip
    out = pd.DataFrame(made + _steps(facts), columns=list(_DTYPES)).astype(_DTYPES)
    accounts = dict(zip(facts.tables.accounts["account_id"], facts.tables.accounts["name"], strict=True))
    out["name"] = out["node"].map(accounts | facts.names).fillna("").astype("str")
    return out.sort_values("decided_at", kind="stable", ignore_index=True)


def _steps(facts: Facts) -> list[tuple[Any, ...]]:
    held: dict[tuple[Any, ...], list[tuple[str, Mapping[str, Any]]]] = {}
    for plan in facts.plans:
        for step in plan.get("steps", ()):
            key = (step["saved_at"].date(), step["rep_id"], step["state"], step["saved_by"], step["comment"])
            held.setdefault(key, []).append((plan["account_id"], step))
    rows: list[tuple[Any, ...]] = []
    for (_, rep, state, by, comment), steps in sorted(held.items(), key=lambda item: item[0]):
        at: datetime = max(step["saved_at"] for _, step in steps)
        amount = sum(step["planned"].get(facts.year, 0) for _, step in steps)
        rows.append((rep, None, None, f"plan {DONE[state]}", len(steps), amount, by, at, comment, _which(rep, steps)))
    return rows


def _which(rep: str, steps: list[tuple[str, Mapping[str, Any]]]) -> str:
    """Which plans a row stands for, in words."""
    accounts = [account for account, _ in steps if account]
    if len(steps) == 1:
        number = steps[0][1]["revision"]
        return f"account plan of {accounts[0]}, revision {number}" if accounts else f"territory plan, revision {number}"
    more = " and the territory plan" if len(accounts) < len(steps) else ""
    return f"{counted(len(accounts), 'account plan')}{more} of {rep}"
