"""Scores of plans, each with its reasons: they stand beside the approval and never replace it (E8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from workbook.plans.document import BOOKED, SECTIONS, AccountPlan, Planned
from workbook.rules.plans import PlansRules

COLUMNS: dict[str, str] = {
    "account_id": "str", "rep_id": "str", "territory_id": "str", "state": "str", "depth": "str",
    "completeness": "float64", "freshness": "float64", "customer_focus": "float64", "evidence": "float64",
    "revisions": "int64", "slipped": "int64", "slipped_amount": "int64", "actions_done": "float64",
    "planned_amount": "int64", "saved_at": "datetime64[us]", "reasons": "str",
}  # fmt: skip

Score = tuple[float, str]
_NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Support:
    """What planned amounts can rest on: by account and period the projected repeat business; deals; named whitespace."""

    repeat: Mapping[tuple[str, str], int]
    deals: Mapping[str, Mapping[str, Any]]
    whitespace: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, repeat: pd.DataFrame, deals: pd.DataFrame, whitespace: pd.DataFrame) -> Support:
        """``repeat``: account_id, period, amount; ``deals``: opportunity_id, account_id, status, amount, close_on, pushes;
        ``whitespace``: account_id, product_family, sized_amount.
        """
        sums = repeat.groupby(["account_id", "period"])["amount"].sum()
        rows = deals.drop_duplicates("opportunity_id").to_dict("records")
        sized = zip(whitespace["account_id"], whitespace["product_family"], whitespace["sized_amount"], strict=True)
        return cls(
            {(str(a), str(p)): int(v) for (a, p), v in sums.items()},
            {str(row["opportunity_id"]): row for row in rows},
            {(str(a), str(f)): int(v) for a, f, v in sized if not pd.isna(v)},
        )


def completeness(plan: AccountPlan) -> Score:
    """The share of what the plan's depth asks for that is there (A15, E1): a full plan ten parts, a line three."""
    owned = any(a.owner and a.due_on for a in plan.actions)
    parts = {
        "an objective": bool(plan.objective),
        "an action with owner and date": owned,
        "planned amounts": any(a.amount > 0 and a.reference != BOOKED for a in plan.amounts),
    }
    if plan.depth == "full":
        ours = [key for key, view in plan.sections.items() if view.ours]
        parts |= {
            "our view of all seven sections": len(ours) == len(SECTIONS),
            "our view of at least four sections": len(ours) >= 4,
            "an outcome the customer wants, with time-frame and priority": any(
                o.by_on and o.priority for o in plan.outcomes
            ),
            "two stakeholders with a role": sum(bool(s.role) for s in plan.stakeholders) >= 2,
            "a gap in whom we know, with a way to close it": any(s.gap and s.how for s in plan.stakeholders),
            "a risk with its answer": any(r.answer for r in plan.risks),
            "verified with the customer": bool(plan.verified),
        }
    missing = [words for words, there in parts.items() if not there]
    return 1 - len(missing) / len(parts), f"misses {', '.join(missing)}" if missing else "has all its parts"


def freshness(saved_at: datetime, last_touch_on: date | None, as_of: date, rules: PlansRules) -> Score:
    """1 up to ``fresh_days`` after the last revision, then down to 0 at twice that; a touch since asks for a look (C9)."""
    age = (as_of - saved_at.date()).days
    score = max(0.0, min(1.0, 2 - age / rules.fresh_days)) if rules.fresh_days else float(age <= 0)
    words = f"revised {age} days ago"
    if last_touch_on is not None and last_touch_on > saved_at.date():
        words += f", touched since on {last_touch_on:%Y-%m-%d}"
    return score, words


def customer_focus(plan: AccountPlan, as_of: date) -> Score:
    """How much of a full plan is the customer's side (E7): the mean of five shares; a one-line plan has none.

    Their view of the seven sections; outcomes with time-frame, priority and risk tolerance; plays that serve an outcome;
    stakeholders whose support is known; verified with them in the last half year.
    """
    if plan.depth != "full":
        return _NAN, ""
    views = sum(bool(v.theirs) for v in plan.sections.values()) / len(SECTIONS)
    wanted = _share([bool(o.by_on) + bool(o.priority) + bool(o.risk_tolerance) for o in plan.outcomes], 3)
    plays = _share([bool(p.outcome) for p in plan.plays], 1)
    people = _share([s.support is not None for s in plan.stakeholders], 1)
    latest = max((v.on for v in plan.verified), default=None)
    verified = float(latest is not None and (as_of - latest).days <= 183)
    parts = {
        "their view of the sections": views,
        "outcomes with time-frame, priority and risk tolerance": wanted,
        "plays that serve an outcome of theirs": plays,
        "whose support is known": people,
        "verified with them in the last half year": verified,
    }
    weak = [words for words, share in parts.items() if share < 0.5]
    return sum(parts.values()) / len(parts), f"weak on {', '.join(weak)}" if weak else "looks from the customer's side"


def evidence(plan: AccountPlan, support: Support, rules: PlansRules) -> Score:
    """The share of the amounts still to come that rests on something (E5).

    A deal counts up to its amount while it is open or won; repeat business and renewals up to the projection of the period
    times ``run_rate_share``; whitespace up to its size where the play is named; what is not identified never counts.
    """
    ahead = [a for a in plan.amounts if a.reference != BOOKED and a.amount > 0]
    total = sum(a.amount for a in ahead)
    if not total:
        return _NAN, "plans nothing beyond what is booked"
    rests = _rests(plan.account_id, ahead, support, rules)
    share = rests / total
    return share, f"{1 - share:.0%} of what is planned rests on nothing" if share < 0.995 else ""


def _rests(account: str, rows: Sequence[Planned], support: Support, rules: PlansRules) -> int:
    left: dict[tuple[str, str], int] = {}
    held = 0
    for row in rows:
        key = (row.source, row.reference or row.period)
        if row.source == "opportunity":
            deal = support.deals.get(row.reference)
            good = deal is not None and deal["account_id"] == account and deal["status"] != "lost"
            limit = int(deal["amount"]) if good and deal is not None else 0
        elif row.source == "whitespace":
            key = (row.source, row.product_family)
            limit = support.whitespace.get((account, row.product_family), 0)
        elif row.source in ("run_rate", "renewal"):
            key = ("run_rate", row.period)
            limit = int(support.repeat.get((account, row.period), 0) * rules.run_rate_share)
        else:
            limit = 0
        room = left.setdefault(key, limit)
        used = min(room, row.amount)
        left[key] = room - used
        held += used
    return held


def slipped(plan: AccountPlan, support: Support, as_of: date) -> tuple[int, int, str]:
    """Planned deals that were pushed out, are past their date, or were lost (E6): how many, their planned amount, in words."""
    found: dict[str, str] = {}
    amount = 0
    for row in plan.amounts:
        deal = support.deals.get(row.reference) if row.source == "opportunity" and row.amount > 0 else None
        if deal is None:
            continue
        pushes = deal.get("pushes")
        close = deal.get("close_on")
        if deal["status"] == "lost":
            why = "was lost"
        elif deal["status"] == "open" and close is not None and not pd.isna(close) and close.date() < as_of:
            why = f"was due {close:%Y-%m-%d}"
        elif pushes is not None and not pd.isna(pushes) and pushes > 0:
            why = "was pushed once" if pushes == 1 else f"was pushed {int(pushes)} times"
        else:
            continue
        found[row.reference] = why
        amount += row.amount
    return len(found), amount, "; ".join(f"{deal} {why}" for deal, why in sorted(found.items())[:3])


def actions_done(plan: AccountPlan, as_of: date) -> Score:
    """The share of the actions due by now that are done; not known while none was due."""
    due = [a for a in plan.actions if a.due_on and a.due_on <= as_of]
    done = sum(a.done_on is not None for a in due)
    if not due:
        return _NAN, ""
    return done / len(due), f"{len(due) - done} of {len(due)} actions due are not done" if done < len(due) else ""


def revised(versions: int, saved_at: datetime, as_of: date, rules: PlansRules) -> str:
    """In words when a plan was written once and left alone (E4)."""
    if versions == 1 and (as_of - saved_at.date()).days > rules.one_and_done_days:
        return "one and done: never revised"
    return ""


def scored(
    row: Mapping[str, Any], plan: AccountPlan, support: Support, around: tuple[PlansRules, date, Mapping[str, Any]]
) -> dict[str, Any]:
    """All scores of one plan as a row; ``around``: the rules, the day, and per account territory_id and last_touch_on."""
    rules, as_of, places = around
    place = places.get(plan.account_id, {})
    full, focus = completeness(plan), customer_focus(plan, as_of)
    revised_at, versions = row.get("revised_at") or row["saved_at"], row.get("versions", row["revision"])
    fresh = freshness(revised_at, place.get("last_touch_on"), as_of, rules)
    rests, done = evidence(plan, support, rules), actions_done(plan, as_of)
    count, amount, words = slipped(plan, support, as_of)
    untouched = "as it was pre-filled: the rep changed nothing" if plan.made_with == "prefill" else ""
    words = f"{count} planned {'deal' if count == 1 else 'deals'} slipped: {words}" if count else ""
    said = [full[1], fresh[1], focus[1], rests[1], revised(versions, revised_at, as_of, rules), words]
    return {
        "account_id": plan.account_id, "rep_id": place.get("owner_rep_id") or plan.rep_id,
        "territory_id": place.get("territory_id", ""), "state": row["state"], "depth": plan.depth,
        "completeness": full[0], "freshness": fresh[0], "customer_focus": focus[0], "evidence": rests[0],
        "revisions": versions, "slipped": count, "slipped_amount": amount, "actions_done": done[0],
        "planned_amount": plan.planned_amount(), "saved_at": revised_at,
        "reasons": "; ".join(s for s in (*said, done[1], untouched) if s),
    }  # fmt: skip


def scores(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Scored plans as a frame with the columns of :data:`COLUMNS`; shares 0 to 1, missing where not known."""
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _share(values: Sequence[int], whole: int) -> float:
    return sum(values) / (whole * len(values)) if values else 0.0
