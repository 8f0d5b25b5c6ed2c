"""Recording that a node's review was held: its questions, its answers, and the numbers that the next review compares with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbook.decisions import Decision, signed_at
from workbook.engagement.changes import ASK
from workbook.engagement.reviews import TOPICS, Answers, last_review, payload
from workbook.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from workbook.reconcile.stage import Reconcile

#: Numbers of a node that a review keeps, as columns of ``reconcile.totals``: what every reader of the node may see.
NUMBERS = ("plan_amount", "projection_amount", "actual_amount")


def numbers(stage: Reconcile, node: str) -> dict[str, int | None]:
    """The node's numbers of the day, in minor units."""
    rows = stage.totals[(stage.totals["node"] == node).to_numpy()]
    found = {n: None if pd.isna(rows[n].iloc[0]) else int(rows[n].iloc[0]) for n in NUMBERS}
    again = stage.earlier("engagement").since_review
    return {**found, "look_again": int(again["look_again"].sum())}


def asked(stage: Reconcile) -> pd.DataFrame:
    """The accounts in scope that the review asks about: columns account_id, name, class, grade, sentence, largest win first.

    The question that every row asks stands above them, once.
    """
    engagement = stage.earlier("engagement")
    rows = engagement.since_review
    rows = rows[rows["look_again"].to_numpy(bool)]
    rows = rows.sort_values(["deals_won_amount", "sales_amount", "account_id"], ascending=[False, False, True])
    names = engagement.standing.set_index("account_id")["name"]
    said = rows["sentence"].str.removesuffix(f" {ASK}")
    rows = rows.assign(name=rows["account_id"].map(names), sentence=said)
    return rows[["account_id", "name", "class", "grade", "sentence"]].reset_index(drop=True)


def with_rest(answers: Answers, rows: pd.DataFrame) -> dict[str, dict[str, str]]:
    """The answers, and "keep" for whatever was asked of ``rows`` and not answered."""
    kept = {account: dict.fromkeys(TOPICS, "keep") for account in rows["account_id"]}
    return {a: {**kept.get(a, {}), **answers.get(a, {})} for a in {**kept, **answers}}


def seen(stage: Reconcile, node: str) -> int:
    """The revision of the node's last review, of whatever day: what a new one follows (0: none)."""
    return stage.facts.decisions.seen("review", node)


def review_decision(stage: Reconcile, node: str, answers: Answers, signed: tuple[str, str], now: datetime) -> Decision:
    """The decision that a review of ``node`` was held: ``stage`` as that node sees it, ``signed``: who and the note."""
    by, note = signed
    if not by.strip():
        raise UsageError("nobody held it", remedy='Say who: --by "Kim Lee".')
    said = payload(answers, stage.earlier("engagement").standing, numbers(stage, node))
    return Decision("review", node, said, by.strip(), signed_at(stage.facts.as_of, now), note.strip())


def then_and_now(stage: Reconcile, node: str) -> pd.DataFrame:
    """The node's numbers at its last review and now: columns measure, then_amount, now_amount, change_amount; empty without one."""
    held = last_review(stage.facts.decisions, stage.facts.tree, node, stage.facts.as_of)
    then: Mapping[str, Any] = held.payload.get("numbers", {}) if held is not None and held.subject == node else {}
    now = numbers(stage, node) if then else {}
    words = {
        "plan_amount": "plan of the year",
        "projection_amount": "projection of the year",
        "actual_amount": "booked so far",
    }
    rows = [(words[n], then[n], now[n], now[n] - then[n]) for n in NUMBERS if n in then and now[n] is not None]
    return pd.DataFrame(rows, columns=["measure", "then_amount", "now_amount", "change_amount"])
