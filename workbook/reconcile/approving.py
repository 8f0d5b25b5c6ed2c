"""Changes that somebody approves by their size: agreed numbers, edits of targets, moves of accounts."""

from __future__ import annotations

import pandas as pd

from workbook.decisions import Decision, Decisions
from workbook.facts import Facts
from workbook.rules.reconcile import SignOffRules

#: What can be approved, and what a reader calls it.
KINDS = {"meeting_point": "agreed number", "target_edits": "edits of the target", "moves": "accounts moved in"}
#: Steps of an explained target that no edit makes.
_PLAIN = ("base share", "season", "ramp", "rounding", "finance's numbers", "change of hands")
COLUMNS = ["node", "what", "amount", "change_share"]


def agreed_numbers(talked: pd.DataFrame) -> pd.DataFrame:
    """Accepted numbers, with their distance from the target (1 where there is none). Out: node, what, amount, change_share."""
    rows = talked[(talked["state"] == "accepted").to_numpy()]
    out = pd.DataFrame({"node": rows["node"], "what": "meeting_point", "amount": rows["amount"].astype("int64")})
    return out.assign(change_share=rows["change_share"].fillna(1.0))[COLUMNS].reset_index(drop=True)


def edited_targets(edits: pd.DataFrame, explained: pd.DataFrame) -> pd.DataFrame:
    """Nodes whose target was edited by name: the sum of what edits changed there, against the target without them."""
    rows = explained[(explained["layer"] == "target").to_numpy() & explained["node"].isin(edits["node"]).to_numpy()]
    plain = rows["step"].isin(_PLAIN)
    before = rows[plain.to_numpy()].groupby("node")["amount"].sum()
    changed = rows[~plain.to_numpy()].groupby("node")["amount"].sum()
    changed = changed[(changed != 0).to_numpy()]
    base = before.reindex(changed.index).fillna(0)
    share = (changed.abs() / base.where(base != 0)).fillna(1.0)
    return _frame(changed, share, "target_edits")


def moved_accounts(facts: Facts, moved: pd.DataFrame, projection: pd.DataFrame) -> pd.DataFrame:
    """Territories that accounts were moved to: the 12 months' projection of those accounts, against that of the territory."""
    home = facts.tables.reps.set_index("rep_id")["territory_id"]
    last = moved.drop_duplicates("account_id", keep="last")
    worth = last["account_id"].map(projection.set_index("account_id")["projected_amount"]).fillna(0).astype("int64")
    came = worth.groupby(last["to_rep"].map(home)).sum()
    whole = projection.groupby("territory_id")["projected_amount"].sum().reindex(came.index).fillna(0)
    share = (came.abs() / whole.where(whole != 0)).fillna(1.0)
    return _frame(came, share, "moves")


def _frame(amounts: pd.Series, share: pd.Series, what: str) -> pd.DataFrame:
    nodes = pd.Series(amounts.index, dtype="str")
    return pd.DataFrame(
        {"node": nodes, "what": what, "amount": amounts.to_numpy(dtype="int64"), "change_share": share.to_numpy(dtype="float64")}
    )  # fmt: skip


def approvals(changes: pd.DataFrame, decisions: Decisions, year: str, rules: SignOffRules) -> pd.DataFrame:
    """Changes and who approves them by their size.

    Out: node, what, amount, change_share, needs (role), state (waiting, approved, returned), decided_by, decided_at, role. An approval counts
    for the amount it was given for only.
    """
    given: dict[tuple[str, str, int], Decision] = {}
    for row in decisions.log("approval"):
        if row.payload.get("what") in KINDS and row.payload.get("year") == year:
            given[row.subject, str(row.payload["what"]), int(row.payload.get("amount", 0))] = row
    rows = []
    for change in changes.itertuples():
        share = float(change.change_share)
        found = given.get((change.node, change.what, int(change.amount)))
        role = str(found.payload.get("role", "")) if found else ""
        answer = str(found.payload.get("answer")) if found else "waiting"
        if answer == "approved" and not rules.may_approve(role, share):
            answer = "waiting"
        who = (found.by, found.at) if found else (None, pd.NaT)
        rows.append((change.node, change.what, int(change.amount), share, rules.approver(share), answer, *who, role))
    out = pd.DataFrame(rows, columns=[*COLUMNS, "needs", "state", "decided_by", "decided_at", "role"])
    text = dict.fromkeys(("node", "what", "needs", "state", "decided_by", "role"), "str")
    return out.astype({**text, "amount": "int64", "change_share": "float64", "decided_at": "datetime64[us]"})
