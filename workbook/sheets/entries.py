"""What a rep types, between a plan document and the cells of a sheet: plain values, in one spelling, so that they compare."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from workbook.plans.document import BOOKED, SECTIONS, AccountPlan, Commitment, Planned, Play, TerritoryPlan
from workbook.plans.known import Horizon
from workbook.plans.rolling import repeat_by_period, still_to_come

#: What is typed for one account, or for the territory.
Entry = dict[str, Any]
LINE = ("objective", "strategy", "action", "owner", "function", "due_on", "channel", "done_on", "note")
_ACTION = ("objective", "action", "owner", "function", "due_on", "channel", "done_on")
_PERSON = ("name", "title", "role", "influence", "support", "our_contact", "known", "gap", "how", "by_on")


def entry_of(plan: AccountPlan, horizon: Horizon) -> Entry:
    """What the sheets show of an account's plan."""
    repeat = repeat_by_period(plan)
    entry: Entry = {
        "repeat": {p: repeat.get(p, 0) for p in (*horizon.open, *horizon.later)},
        "deals": [[a.reference, a.period, a.amount, a.note] for a in plan.amounts if a.source == "opportunity"],
        "new": _new_rows(plan),
        "objective": plan.objective,
        "strategy": plan.strategy,
        "commitments": [[c.deal, c.time, c.money, c.people] for c in plan.commitments],
        "note": plan.note,
    }
    if plan.depth == "line":
        first = plan.actions[0] if plan.actions else None
        return entry | {name: getattr(first, name, None) for name in LINE if name not in entry}
    return entry | {
        "sections": {k: [plan.sections[k].ours, plan.sections[k].theirs] for k in SECTIONS if k in plan.sections},
        "outcomes": [o.model_dump() for o in plan.outcomes],
        "people": [{k: getattr(p, k) for k in _PERSON} for p in plan.stakeholders],
        "actions": [{k: getattr(a, k) for k in _ACTION} for a in plan.actions],
        "risks": [r.model_dump() for r in plan.risks],
        "verified": [v.model_dump() for v in plan.verified],
    }


def _new_rows(plan: AccountPlan) -> list[list[Any]]:
    rows: dict[tuple[str, str, str, str], dict[str, int]] = {}
    ideas = {play.product_family: play for play in plan.plays}
    for a in plan.amounts:
        if a.source in ("run_rate", "opportunity"):
            continue
        play = ideas.get(a.product_family) if a.source == "whitespace" else None
        key = (
            a.source,
            a.product_family,
            play.idea if play else a.reference if a.source != "whitespace" else "",
            play.outcome if play else a.note,
        )
        held = rows.setdefault(key, {})
        held[a.period] = held.get(a.period, 0) + a.amount
    planned = {family for source, family, *_ in rows if source == "whitespace"}
    bare: list[list[Any]] = [
        ["whitespace", p.product_family, p.idea, p.outcome, {}] for p in plan.plays if p.product_family not in planned
    ]
    return [[*key, amounts] for key, amounts in rows.items()] + bare


def document_of(entry: Entry, base: AccountPlan, fresh: AccountPlan) -> AccountPlan:
    """The plan with what was typed. ``base`` is the plan as it was sent (what sheets do not show is kept of it), ``fresh`` what
    is known today: booked amounts, and the mix of product families where the base has none for a period.
    """
    fields: dict[str, Any] = {name: getattr(base, name) for name in AccountPlan.model_fields}
    amounts = [a for a in fresh.amounts if a.reference == BOOKED]
    for period, total in entry["repeat"].items():
        amounts += still_to_come(period, total, base, fresh)
    family = {a.reference: a.product_family for doc in (fresh, base) for a in doc.amounts if a.source == "opportunity"}
    for deal, period, amount, note in entry["deals"]:
        amounts.append(
            Planned(
                period=period, source="opportunity", amount=amount, reference=deal,
                product_family=entry.get("families", {}).get(deal, family.get(deal, "")), note=note,
            )
        )  # fmt: skip
    plays: dict[str, Play] = {}
    for kind, product, idea, outcome, by_period in entry["new"]:
        if kind == "whitespace" and (idea or outcome) and product not in plays:
            plays[product] = Play(product_family=product, idea=idea, outcome=outcome)
        for period, amount in by_period.items():
            named = {"reference": product} if kind == "whitespace" else {"reference": idea, "note": outcome}
            amounts.append(Planned(period=period, source=kind, amount=amount, product_family=product, **named))
    fields |= {
        "amounts": tuple(amounts), "plays": tuple(plays.values()), "objective": entry["objective"],
        "strategy": entry["strategy"], "note": entry["note"], "made_with": "sheet",
        "commitments": tuple(Commitment(deal=d, time=t, money=m, people=p) for d, t, m, p in entry["commitments"]),
    }  # fmt: skip
    if base.depth == "line":
        action = {name: entry[name] for name in LINE if name not in ("strategy", "note")}
        typed = any(action[name] for name in action if name != "objective")
        fields["actions"] = (*([_plain(action)] if typed else []), *base.actions[1:])
    else:
        contact = {p.name: p.contact_id for doc in (fresh, base) for p in doc.stakeholders}
        fields |= {
            "sections": {k: {"ours": ours, "theirs": theirs} for k, (ours, theirs) in entry["sections"].items()},
            "outcomes": tuple(entry["outcomes"]),
            "stakeholders": tuple(p | {"contact_id": contact.get(p["name"], "")} for p in entry["people"]),
            "actions": tuple(_plain(a) for a in entry["actions"]),
            "risks": tuple(entry["risks"]),
            "verified": tuple(entry["verified"]),
        }
    return AccountPlan.model_validate(fields)


def territory_entry_of(plan: TerritoryPlan) -> Entry:
    """What the territory sheet shows of a rep's plan."""
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for a in plan.amounts:
        held = rows.setdefault((a.product_family, a.note), {})
        held[a.period] = held.get(a.period, 0) + a.amount
    return {
        "topics": {name: getattr(plan, name) for name in ("approach", "priorities", "help_wanted", "note")},
        "unnamed": [[family, note, amounts] for (family, note), amounts in rows.items()],
    }


def territory_of(entry: Entry, base: TerritoryPlan) -> TerritoryPlan:
    """The territory plan with what was typed."""
    amounts = tuple(
        Planned(period=period, source="not_identified", amount=amount, product_family=family, note=note)
        for family, note, by_period in entry["unnamed"]
        for period, amount in by_period.items()
    )
    fields = {name: getattr(base, name) for name in TerritoryPlan.model_fields}
    return TerritoryPlan.model_validate(fields | entry["topics"] | {"amounts": amounts, "made_with": "sheet"})


def digest(entry: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits that change when anything that is typed does; blank and nothing are the same."""
    return sha256(json.dumps(_bare(entry), sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()[:16]


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            k: kept for k, v in value.items() if k != "families" and (kept := _bare(v)) not in (None, "", 0, [], {})
        }
    if isinstance(value, list | tuple):
        bare = [_bare(v) for v in value]
        rows = any(
            isinstance(v, Mapping | list) for v in bare
        )  # the order of rows says nothing, that of two views does
        return sorted(bare, key=lambda v: json.dumps(v, sort_keys=True, default=str)) if rows else bare
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 6) if isinstance(value, float) else value


def _plain(action: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in action.items() if v is not None}
