"""The meeting point, the rounds, and the year as it goes, as the documents show them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.charts import reconcile as charts
from workbook.checks import chance
from workbook.sections.audience import UNSEEN, Audience
from workbook.show import Note, Table


def _named(book: Book, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(name=rows["node"].map(book.facts.names).fillna(rows["node"]))


def meeting_point(book: Book, audience: Audience) -> Any:
    """The proposal between target and plan per node, beside the plain policies, with its reason."""
    if not audience.hedge:
        return Note(UNSEEN)
    order = book.reconcile.statement["by_node"]
    order = order.loc[(order["node_kind"] != "rest").to_numpy(), ["node"]]
    rows = _named(book, order.merge(book.reconcile.meeting_point, on="node"))
    keep = [
        "name",
        "target_amount",
        "plan_amount",
        "split_amount",
        "proposal_amount",
        "talked_amount",
        "sentence",
    ]
    labels = {"target_amount": "hold the target", "plan_amount": "hold the plan", "split_amount": "split the gap",
              "proposal_amount": "proposal", "talked_amount": "on the table", "sentence": "why"}  # fmt: skip
    return Table(
        rows[keep], book.facts.currency, "Where plan and target can meet; every column adds up", labels, limit=400
    )


def open_points(book: Book, audience: Audience) -> Table:
    """What is not settled, and whom it waits for."""
    rows = _named(book, book.reconcile.open_points)
    if not audience.people:
        rows = rows[(rows["node"] == book.node).to_numpy()]
    keep = ["name", "point", "waits_for", "since", "days_open", "sentence"]
    keep = [c for c in keep if c not in ("since", "days_open") or rows[c].notna().any()]
    return Table(
        rows[keep], book.facts.currency, "Open points", {"waits_for": "waits for", "sentence": "what"}, limit=20
    )


def sign_offs(book: Book) -> Table:
    """Who signed what, and whether the numbers still are what was signed."""
    rows = _named(book, book.reconcile.sign_offs)
    labels = {"signed_by": "by", "signed_at": "at", "hash": "numbers", "sentence": "what"}
    return Table(
        rows[["name", "state", "signed_by", "signed_at", "hash", "sentence"]], book.facts.currency, "Sign-offs", labels
    )


def change_requests(book: Book, audience: Audience) -> Table:
    """What changed after sign-off, month by month; of the target only for who sees it under the hedge."""
    rows = book.reconcile.change_requests
    rows = rows if audience.hedge else rows[(rows["measure"] != "target").to_numpy()].reset_index(drop=True)
    keep = ["node", "measure", "month", "before_amount", "after_amount", "decided_by", "decided_at", "reason"]
    return Table(rows[keep], book.facts.currency, "Changes after sign-off", {"decided_by": "by", "decided_at": "at"})


def early_warning(book: Book, audience: Audience) -> Any:
    """Chance of the target now and before, since when a miss was foreseeable, leading signs."""
    rows = _named(book, book.reconcile.early_warning)
    if not audience.people:
        rows = rows[(rows["node"] == book.node).to_numpy()]
    if rows.empty:
        totals = book.reconcile.totals
        if totals.loc[(totals["node"] == book.node).to_numpy(), "target_amount"].notna().any():
            return Note("No sale and no deal to simulate from: the chance of the target is not known.", "warn")
        return Note("No target is given: there is nothing to warn of.", "warn")
    rows = rows.sort_values("target_probability", kind="stable")
    if book.scope is None:  # the board reads of nodes; single reps stand in the documents of their territories
        rows = rows[rows["node"].isin(book.tree.ids).to_numpy()]
    keep = ["name", "target_probability", "a_quarter_ago", "verdict", "foreseeable_on", "leading_signs"]
    shown = rows[keep].rename(columns={"target_probability": "now", "a_quarter_ago": "before"})
    signs = shown["leading_signs"].replace("", "none stands out")
    shown = shown.assign(now=shown["now"].map(chance), before=shown["before"].map(chance), leading_signs=signs)
    labels = {
        "now": "chance now",
        "before": "a quarter ago",
        "foreseeable_on": "foreseeable since",
        "leading_signs": "leading signs",
    }
    return Table(shown, book.facts.currency, "Early warning", labels, limit=8)


def progress(book: Book, audience: Audience) -> Any:
    """Chart: booked, plan and target since the year's start; without the target for readers who do not see it."""
    rows = book.reconcile.progress
    own = rows[(rows["node"] == book.node).to_numpy()]
    return charts.progress(
        own if audience.hedge else own.assign(target_to_date_amount=pd.NA), book.facts.currency
    ).figure


def warning_record(book: Book) -> Any:
    """How right the odds would have been last year, month end by month end."""
    rows = book.reconcile.warning_record
    if rows.empty:
        return Note("No targets of last year are given: the odds cannot be scored against what happened.")
    middle = rows.iloc[len(rows) // 2]
    labels = {"known_on": "as known on", "brier": "Brier score", "brier_of_base": "of the base rate", "right_share": "right side",
              "inside_share": "inside P10–P90", "foreseen": "of these foreseen"}  # fmt: skip
    return Table(rows, book.facts.currency, f"Last year's odds against what happened; mid-year the Brier score was {middle['brier']:.2f} (always 50%: 0.25)", labels)  # fmt: skip


def calibration(book: Book) -> Any:
    """Whether 8 of 10 outcomes of closed quarters lay within P10 to P90, had they been forecast the day before."""
    rows = book.reconcile.calibration
    if rows.empty:
        return Note("No closed quarter has a year of sales before it: the odds cannot be tried on the past.")
    labels = {"node_kind": "of", "inside_share": "inside P10–P90 (80% wanted)", "above_middle_share": "above P50 (50% wanted)",
              "below_share": "below P10", "above_share": "above P90", "width_share": "width of P50"}  # fmt: skip
    return Table(rows, book.facts.currency, "The odds tried on closed quarters", labels)
