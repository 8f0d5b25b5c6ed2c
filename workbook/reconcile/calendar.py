"""The readiness calendar: everything is communicated by the first day of the fiscal year (A20); what is done, what is late.

A step counts as done by what the book and its store hold, never because somebody says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from workbook.checks import Check, counted
from workbook.facts import Facts
from workbook.periods import parent

TITLES = {
    "data": "Tables imported and without errors",
    "target": "Company target given",
    "territories": "Territories and owners settled",
    "allocation": "Targets cascaded and accepted",
    "plans_sent": "Account plans sent by every rep",
    "plans_approved": "Account plans approved",
    "meeting": "Plan and target met, nothing open",
    "sign_off": "Company signed off",
    "communicated": "Targets and plans communicated",
}
_SENT = ("submitted", "approved", "locked")


@dataclass(frozen=True)
class Evidence:
    """Whether a step is done (None: not known), since when (None: not dated), and what shows it."""

    done: bool | None
    on: date | None
    words: str


def calendar(facts: Facts) -> pd.DataFrame:
    """The steps of the planning cycle in order of their dates.

    Out: step, title, owner, due_on, done_on (missing where not done or not dated), days_late (Int64: when done, by how much; else so far;
    missing before it is due), state (done, done late, due, late, not known), evidence.
    """
    rules = facts.rules.reconcile.calendar
    first = facts.calendar.bounds(facts.year)[0]
    rows = []
    for step, find in _FINDERS.items():
        if step not in rules.days_before:
            continue
        due, found = first - timedelta(days=rules.days_before[step]), find(facts)
        until = found.on if found.done and found.on else facts.as_of
        late = max((until - due).days, 0) if found.done is not None and (not found.done or found.on) else 0
        state = (
            "not known"
            if found.done is None
            else ("done late" if late else "done")
            if found.done
            else ("late" if late else "due")
        )
        on = pd.Timestamp(found.on) if found.done and found.on else pd.NaT
        rows.append(
            (step, TITLES[step], rules.owner.get(step, ""), pd.Timestamp(due), on, late or pd.NA, state, found.words)
        )
    out = pd.DataFrame(rows, columns=["step", "title", "owner", "due_on", "done_on", "days_late", "state", "evidence"])
    out = out.astype({**dict.fromkeys(("step", "title", "owner", "state", "evidence"), "str"), "days_late": "Int64"})
    out = out.astype({"due_on": "datetime64[us]", "done_on": "datetime64[us]"})
    return out.sort_values("due_on", kind="stable", ignore_index=True)


def calendar_checks(rows: pd.DataFrame, root: str) -> list[Check]:
    """One check for the whole cycle: fail when a step is late."""
    late = rows[(rows["state"] == "late").to_numpy()]
    if len(late):
        worst = late.sort_values("days_late", ascending=False, kind="stable").iloc[0]
        text = f"{len(late)} of {len(rows)} steps of the planning cycle are late, by most days: {worst['title']}, {worst['days_late']} days (owed by {worst['owner']})."
        return [Check("readiness", "fail", text, {"late": len(late)}, subject=root)]
    done = int(rows["state"].isin(["done", "done late"]).sum())
    return [
        Check(
            "readiness",
            "ok",
            f"{done} of {len(rows)} steps of the planning cycle are done, none is late.",
            {"late": 0},
            subject=root,
        )
    ]


def _data(facts: Facts) -> Evidence:
    quality = facts.tables.quality
    if quality is None:
        return Evidence(None, None, "the tables were not checked")
    if quality.errors:
        return Evidence(False, None, f"{counted(quality.errors, 'error')} in the tables")
    on, since = _dated(facts, *facts.tables.given)
    there = f"{counted(len(facts.tables.given), 'table')}, no errors, {counted(quality.warnings, 'warning')}"
    return Evidence(True, on, f"{there}; {since}")


def _dated(facts: Facts, *tables: str) -> tuple[date | None, str]:
    """Since when some tables are there, as their import noted it, and in words; a table written by hand keeps no day."""
    imported = facts.tables.quality.imported if facts.tables.quality else None
    if imported is None or not all(map(imported.wrote, tables)):
        part = f"{', '.join(t for t in sorted(tables) if not imported.wrote(t))} by hand, " if imported else ""
        return None, f"{part}since when is not recorded"
    later = imported.on > facts.as_of
    return None if later else imported.on, imported.sentence + (", after this day" if later else "")


def _target(facts: Facts) -> Evidence:
    rows = facts.tables.targets
    mine = rows[(rows["territory_id"] == facts.tree.root).to_numpy()]
    held = [p for p in mine["period"].unique() if parent(p, "year") == facts.year]
    if not held:
        return Evidence(False, None, f"no target of {facts.tree.root} for {facts.year}")
    on, since = _dated(facts, "targets")
    return Evidence(True, on, f"the target of {facts.year} stands in the targets table; {since}")


def _territories(facts: Facts) -> Evidence:
    if not facts.tables.has("ownership"):
        return Evidence(None, None, facts.tables.lacks("ownership", "who owns which account"))
    rows, day = facts.tables.ownership, pd.Timestamp(facts.as_of)
    now = rows[((rows["role"] == "owner") & (rows["from_on"] <= day) & ~(rows["to_on"] <= day)).to_numpy()]
    accounts = facts.tables.accounts
    active = accounts[accounts["disqualified_on"].isna().to_numpy()]
    free = int((~active["account_id"].isin(now["account_id"])).sum())
    last = max((d.at.date() for d in facts.decisions.rows if d.kind in ("move", "proposal")), default=None)
    share = free / max(len(active), 1)
    words = f"{len(active) - free:,} of {len(active):,} accounts have an owner"
    return Evidence(share <= 0.02, last, words + (f", last move decided {last:%Y-%m-%d}" if last else ""))


def _allocation(facts: Facts) -> Evidence:
    rows = [d for d in facts.decisions.log("allocation") if d.payload.get("year") == facts.year]
    if not rows:
        return Evidence(False, None, "no allocation of targets was accepted")
    return Evidence(True, rows[0].at.date(), f"accepted by {rows[0].by}; {len(rows)} in all")


def _owners(facts: Facts) -> set[str]:
    rows, day = facts.tables.ownership, pd.Timestamp(facts.as_of)
    now = rows[((rows["role"] == "owner") & (rows["from_on"] <= day) & ~(rows["to_on"] <= day)).to_numpy()]
    return set(now["rep_id"]) & set(facts.tables.reps["rep_id"])


def _plans(facts: Facts, states: tuple[str, ...], verb: str) -> Evidence:
    """Reps whose plans have come so far, and since when: a rep's first plan counts, a plan sent again later is a revision."""
    owners = _owners(facts)
    if not owners:
        return Evidence(None, None, facts.tables.lacks("ownership", "whose plans are due"))
    ready: dict[str, date] = {}
    for plan in facts.plans:
        if plan["state"] in states and plan["rep_id"] in owners:
            at = _since(plan, states)
            ready[plan["rep_id"]] = min(ready.get(plan["rep_id"], at), at)
    words = f"{len(ready)} of {len(owners)} reps with accounts have {verb} plans"
    last = max(ready.values(), default=None)
    return Evidence(len(ready) == len(owners), last, words + (f", the last on {last:%Y-%m-%d}" if last else ""))


def _since(plan: Mapping[str, Any], states: tuple[str, ...]) -> date:
    """The day on which a plan was first in one of the states; the day of its last revision where its steps are not known."""
    days = [step["saved_at"] for step in plan.get("steps", ()) if step["state"] in states]
    return pd.Timestamp(min(days, default=plan["saved_at"])).date()


def _meeting(facts: Facts) -> Evidence:
    last: dict[str, tuple[str, date]] = {}
    for row in facts.decisions.log("meeting_point"):
        if row.payload.get("year") == facts.year and row.payload.get("action") != "comment":
            last[row.subject] = (str(row.payload.get("action")), row.at.date())
    if not last:
        return Evidence(False, None, "no number was proposed yet")
    unsettled = [n for n, (action, _) in last.items() if action != "accept"]
    words = f"{len(last) - len(unsettled)} of {len(last)} proposed numbers are accepted"
    return Evidence(not unsettled, max(d for _, d in last.values()), words)


def _sign_off(facts: Facts) -> Evidence:
    rows = [d for d in facts.decisions.log("sign_off") if d.payload.get("year") == facts.year]
    mine = [d for d in rows if d.subject == facts.tree.root]
    nodes = len({d.subject for d in rows} & set(facts.tree.ids))
    words = f"{nodes} of {len(facts.tree)} nodes were signed off"
    return Evidence(bool(mine), mine[0].at.date() if mine else None, words)


def _communicated(facts: Facts) -> Evidence:
    parts = [_allocation(facts), _sign_off(facts)]
    done = all(p.done for p in parts)
    dates = [p.on for p in parts if p.on]
    words = "targets accepted and the company signed off" if done else "waits for: " + ", ".join(
        name for name, p in zip(("accepted targets", "the company's sign-off"), parts, strict=True) if not p.done
    )  # fmt: skip
    return Evidence(done, max(dates) if done and dates else None, words)


_FINDERS: dict[str, Callable[[Facts], Evidence]] = {
    "data": _data,
    "target": _target,
    "territories": _territories,
    "allocation": _allocation,
    "plans_sent": lambda facts: _plans(facts, _SENT, "sent"),
    "plans_approved": lambda facts: _plans(facts, ("approved", "locked"), "approved"),
    "meeting": _meeting,
    "sign_off": _sign_off,
    "communicated": _communicated,
}
