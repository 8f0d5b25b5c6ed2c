"""Account plans in the documents: who has sent, how good the plans are, what changed, what is due."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.sections.audience import Audience
from workbook.show import Note, Table

NO_PLANS = "No account plans are stored yet: send the templates with `workbook plans send`, or open the form with `workbook serve`."


def plan_status(book: Book, audience: Audience) -> Any:
    """Per rep: plans sent and approved, late or not, planned amount against the rep's number."""
    rows = book.plans.status
    if rows.empty:
        return Note("Nobody in this node holds accounts to plan for.")
    amount = "target_amount" if audience.hedge else "street_amount"
    keep = ["rep_id", "name", "accounts", "plans", "sent", "approved", "days_late", "planned_amount", amount, "verdict"]
    labels = {amount: "target" if audience.hedge else "quota", "days_late": "late (days)"}
    return Table(rows[keep], book.facts.currency, "Who has sent plans", labels)


def plan_scores(book: Book, count: int = 10) -> Any:
    """The weakest plans, with the reasons; scores stand beside an approval, never instead of it."""
    rows = book.plans.scores
    if rows.empty:
        return Note(NO_PLANS)
    names = book.tables.accounts.set_index("account_id")["name"]
    rows = rows.assign(
        name=rows["account_id"].map(names),
        completeness_share=rows["completeness"],
        evidence_share=rows["evidence"],
        customer_focus_share=rows["customer_focus"],
    )
    full = rows[(rows["depth"] == "full").to_numpy()]
    weak = (full if len(full) else rows).sort_values(
        ["completeness", "planned_amount", "account_id"], ascending=[True, False, True]
    )
    keep = [
        "account_id",
        "name",
        "state",
        "planned_amount",
        "completeness_share",
        "customer_focus_share",
        "evidence_share",
        "revisions",
        "reasons",
    ]
    labels = {
        "completeness_share": "complete",
        "customer_focus_share": "customer focus",
        "evidence_share": "rests on something",
    }
    return Table(
        weak[keep].reset_index(drop=True),
        book.facts.currency,
        "Key account plans, least complete first",
        labels,
        limit=count,
    )


def actions_due(book: Book, count: int = 12) -> Any:
    """Actions of the plans that are overdue or due next, whoever owns them, also in other functions."""
    rows = book.plans.actions
    if rows.empty:
        return None
    open_ = rows[rows["done_on"].isna().to_numpy()].sort_values(["due_on", "account_id"], kind="stable")
    if open_.empty:
        return Note("Every action of the plans is done.", "ok")
    names = book.tables.accounts.set_index("account_id")["name"]
    open_ = open_.assign(name=open_["account_id"].map(names))
    keep = ["name", "action", "owner", "function", "due_on", "overdue_days"]
    return Table(
        open_[keep].reset_index(drop=True), book.facts.currency, "Actions due", {"name": "account"}, limit=count
    )


def plan_changes(book: Book, count: int = 8) -> Any:
    """What changed in the plans at their last revision, newest first."""
    rows = book.plans.changes
    if rows.empty:
        return None
    names = book.tables.accounts.set_index("account_id")["name"]
    rows = rows.assign(
        name=rows["account_id"].map(names).fillna(rows["rep_id"]),
        changed_on=pd.to_datetime(rows["changed_at"]).dt.normalize(),
    )
    rows = rows.sort_values("changed_on", ascending=False, kind="stable", ignore_index=True)
    keep = ["name", "what", "before", "after", "changed_on"]
    return Table(rows[keep], book.facts.currency, "What changed in the plans", {"name": "account"}, limit=count)
