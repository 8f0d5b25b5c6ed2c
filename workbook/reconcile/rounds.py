"""Rounds: how both sides talked about a node's number, who moved by how much, what is open, who must approve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from workbook.decisions import Decisions
from workbook.errors import UsageError
from workbook.money import format_amount
from workbook.reconcile.approving import KINDS
from workbook.rules.reconcile import SignOffRules

ACTIONS = ("propose", "comment", "counter", "accept", "refuse")
#: Who talks: the rep from the bottom up; manager and finance from the top down.
SIDES = ("rep", "manager", "finance")
MOVES = ["node", "revision", "round", "action", "side", "decided_by", "decided_at", "amount", "moved_amount", "reason"]


@dataclass(frozen=True)
class Wish:
    """What somebody wants to say about a node's number of the year; ``amount`` in minor units for propose and counter."""

    action: str
    node: str
    side: str
    amount: int | None = None
    reason: str = ""

    def payload(self, year: str) -> dict[str, Any]:
        """What the decision of it says."""
        return {"action": self.action, "side": self.side, "year": year, "amount": self.amount}


def moves(decisions: Decisions, standing: pd.DataFrame, year: str) -> pd.DataFrame:
    """Every word said on a node's number of the year, in order.

    Out: node, revision, round (each number on the table opens one), action, side, decided_by, decided_at, amount (Int64), moved_amount (Int64:
    against what the same side last stood for; first the plan for a rep, the target for manager and finance), reason.
    """
    own = standing[(standing["period"] == year).to_numpy()].set_index("node")
    rows = []
    held: dict[tuple[str, bool], int | None] = {}
    turn: dict[str, int] = {}
    for row in decisions.log("meeting_point"):
        if row.payload.get("year") != year:
            continue
        node, action = row.subject, str(row.payload.get("action"))
        side, amount = str(row.payload.get("side", "")), row.payload.get("amount")
        from_below = side == "rep"
        moved = None
        if action in ("propose", "counter") and amount is not None:
            turn[node] = turn.get(node, 0) + 1
            before = held.get((node, from_below), _start(own, node, from_below))
            moved = None if before is None else int(amount) - before
            held[node, from_below] = int(amount)
        rows.append((node, row.revision, turn.get(node, 0), action, side, row.by, row.at, amount, moved, row.reason))
    out = pd.DataFrame(rows, columns=MOVES)
    text = ["node", "action", "side", "decided_by", "reason"]
    kinds = {"revision": "int64", "round": "int64", "amount": "Int64", "moved_amount": "Int64"}
    return out.astype({**dict.fromkeys(text, "str"), **kinds, "decided_at": "datetime64[us]"})


def _start(own: pd.DataFrame, node: str, from_below: bool) -> int | None:
    column = "plan_amount" if from_below else "target_amount"
    value = own[column].get(node)
    return None if value is None or pd.isna(value) else int(value)


def talks(moved: pd.DataFrame, standing: pd.DataFrame, year: str) -> pd.DataFrame:
    """Where each node stands that was talked about.

    Out: node, state (proposed, countered, refused, accepted), rounds, amount (on the table), side, decided_by, decided_at (of the last number or
    answer), revision (of the last word), target_amount, plan_amount, from_below_amount and from_above_amount (how much each side moved in all),
    change_share (distance of the amount from the target).
    """
    own = standing[(standing["period"] == year).to_numpy()].drop_duplicates("node").set_index("node")
    rows = []
    for node, said in moved.groupby("node", sort=True):
        numbers = said[said["action"].isin(["propose", "counter"]).to_numpy()]
        if numbers.empty:
            continue
        states = {"propose": "proposed", "counter": "countered", "accept": "accepted", "refuse": "refused"}
        last = said[(said["action"] != "comment").to_numpy()].iloc[-1]
        shifts = numbers["moved_amount"].fillna(0).groupby((numbers["side"] == "rep").to_numpy()).sum()
        table = numbers.iloc[-1]
        target, plan = (own[c].get(node, pd.NA) for c in ("target_amount", "plan_amount"))
        share = abs(int(table["amount"]) - int(target)) / int(target) if not pd.isna(target) and target else None
        rows.append(
            (node, states[last["action"]], int(table["round"]), table["amount"], table["side"], last["decided_by"], last["decided_at"],
             int(said["revision"].max()), target, plan, int(shifts.get(True, 0)), int(shifts.get(False, 0)), share)
        )  # fmt: skip
    columns = ["node", "state", "rounds", "amount", "side", "decided_by", "decided_at", "revision", "target_amount", "plan_amount",
               "from_below_amount", "from_above_amount", "change_share"]  # fmt: skip
    out = pd.DataFrame(rows, columns=columns)
    whole = ("amount", "target_amount", "plan_amount", "from_below_amount", "from_above_amount")
    kinds = {**dict.fromkeys(("node", "state", "side", "decided_by"), "str"), **dict.fromkeys(whole, "Int64")}
    return out.astype({**kinds, "change_share": "float64", "rounds": "int64", "revision": "int64", "decided_at": "datetime64[us]"})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Table:
    """All that lies on the table: standing (with verdicts), talks, approvals."""

    standing: pd.DataFrame
    talks: pd.DataFrame
    approvals: pd.DataFrame


def open_points(
    table: Table, year: str, as_of: date, names: Mapping[str, str], money: tuple[str, SignOffRules]
) -> pd.DataFrame:
    """What is not settled, the oldest first: plans short with nothing agreed, numbers not answered, agreements not approved.

    Out: node, point (short, to answer, refused, to approve, returned), waits_for, since (missing for a plan that is short), days_open (Int64),
    gap_amount, sentence.
    """
    currency, rules = money
    rows: list[tuple[Any, ...]] = []
    settled = set(table.talks["node"])

    def name(node: str) -> str:
        return names.get(node, node)

    own = table.standing[(table.standing["period"] == year).to_numpy()]
    gaps = own.drop_duplicates("node").set_index("node")["gap_amount"]
    for row in own[(own["verdict"] == "short").to_numpy()].itertuples():
        if row.node not in settled:
            text = f"{name(row.node)}: the plan is short by {format_amount(-int(row.gap_amount), currency, short=True)} and nothing is proposed."
            rows.append((row.node, "short", "manager", pd.NaT, row.gap_amount, text))
    for talk in table.talks.itertuples():
        amount = format_amount(int(talk.amount), currency, short=True)
        gap = gaps.get(talk.node, pd.NA)
        other = "manager" if talk.side == "rep" else "rep"
        if talk.state in ("proposed", "countered"):
            text = f"{name(talk.node)}: {talk.decided_by} ({talk.side}) put {amount} on the table; the {other} has not answered."
            rows.append((talk.node, "to answer", other, talk.decided_at, gap, text))
        elif talk.state == "refused":
            text = f"{name(talk.node)}: {amount} was refused by {talk.decided_by}; a new number is needed."
            rows.append((talk.node, "refused", "manager", talk.decided_at, gap, text))
    for row in table.approvals.itertuples():
        amount = format_amount(row.amount, currency, short=True)
        if row.state == "waiting":
            if row.what == "meeting_point":
                agreed = table.talks.set_index("node")["decided_at"].get(row.node)
                text = f"{name(row.node)}: {amount} is agreed, {row.change_share:.0%} from the target; {row.needs} approves it."
            else:
                agreed = pd.NaT
                text = (
                    f"{name(row.node)}: {KINDS[row.what]}, {amount} ({row.change_share:.0%}); {row.needs} approves it."
                )
            rows.append((row.node, "to approve", row.needs, agreed, gaps.get(row.node, pd.NA), text))
        elif row.state == "returned":
            text = f"{name(row.node)}: {KINDS[row.what]}, {amount}: returned by {row.decided_by}; a new one is needed."
            rows.append((row.node, "returned", "manager", row.decided_at, gaps.get(row.node, pd.NA), text))
    out = pd.DataFrame(rows, columns=["node", "point", "waits_for", "since", "gap_amount", "sentence"])
    out = out.astype({**dict.fromkeys(("node", "point", "waits_for", "sentence"), "str"), "gap_amount": "Int64", "since": "datetime64[us]"})  # fmt: skip
    days = (pd.Timestamp(as_of) - out["since"].dt.normalize()).dt.days
    out.insert(4, "days_open", days.astype("Int64"))
    out.insert(5, "late", (days > rules.answer_days).fillna(False).astype(bool))
    return out.sort_values(["days_open", "gap_amount", "node"], ascending=[False, True, True], kind="stable", na_position="last", ignore_index=True)  # fmt: skip


def checked(wish: Wish, talked: pd.DataFrame, signed: bool) -> Wish:
    """The wish when it may be said now; :class:`UsageError` with what to do when not."""
    if wish.action not in ACTIONS or wish.side not in SIDES:
        raise UsageError(f"{wish.action!r} by {wish.side!r} cannot be", remedy=f"Say {', '.join(ACTIONS)} as {', '.join(SIDES)}.")  # fmt: skip
    if signed and wish.action != "comment":
        raise UsageError(
            f"{wish.node} is signed off", remedy="Record a change request: workbook sign-off NODE --change."
        )
    if wish.action in ("propose", "counter") and (wish.amount is None or wish.amount < 0):
        raise UsageError(f"{wish.action} needs an amount of zero or more", remedy="Give it like 1200000.00.")
    if wish.action in ("comment", "refuse") and not wish.reason.strip():
        raise UsageError(f"{wish.action} needs words", remedy="Give them as the reason.")
    found = talked[(talked["node"] == wish.node).to_numpy()]
    state = found["state"].iloc[0] if len(found) else ""
    if wish.action in ("counter", "accept", "refuse"):
        if state not in ("proposed", "countered"):
            raise UsageError(f"nothing of {wish.node} waits for an answer", remedy="Propose a number first.")
        if (found["side"].iloc[0] == "rep") == (wish.side == "rep"):
            other = "the manager's or finance's" if wish.side == "rep" else "the rep's"
            raise UsageError(
                f"the {found['side'].iloc[0]}'s number waits for {other} answer", remedy="Let them answer it."
            )
    if wish.action == "propose" and state in ("proposed", "countered"):
        raise UsageError(f"a number of {wish.node} waits for an answer", remedy="Counter, accept or refuse it.")
    return wish
