"""Where target and plan meet: quarter by quarter, the bridge, the odds, why the target is what it is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.charts import reconcile as charts
from workbook.periods import children
from workbook.sections.audience import Audience
from workbook.show import Note, Table


def reconciliation(book: Book, audience: Audience) -> Table:
    """Plan, target, projection and actuals of the node by quarter and for the year, and of those right below for the year."""
    rows = book.reconcile.standing
    year = book.facts.year
    own = rows[(rows["node"] == book.node).to_numpy()].set_index("period")
    own = own.reindex([p for p in (*children(year, "quarter"), year) if p in own.index]).reset_index()
    own.insert(0, "what", own["period"])
    below = rows[(rows["parent"] == book.node).to_numpy() & (rows["period"] == year).to_numpy()]
    if not audience.people:
        below = below[(below["node_kind"] != "rep").to_numpy()]
    below = below.assign(what=below["node"].map(book.facts.names).fillna(below["node"]))
    below = pd.concat([below, _rest(own[(own["period"] == year).to_numpy()], below)], ignore_index=True)
    keep = [
        "what",
        "target_amount",
        "street_amount",
        "plan_amount",
        "gap_amount",
        "projection_amount",
        "actual_amount",
        "verdict",
    ]
    if not audience.hedge:
        keep.remove("target_amount")
        own, below = (f.assign(gap_amount=f["plan_amount"].astype("Int64") - f["street_amount"]) for f in (own, below))
    labels = {
        "what": "period, or part",
        "street_amount": "street quota",
        "actual_amount": "booked",
        "projection_amount": "projection",
    }
    return Table(
        pd.concat([own[keep], below[keep]], ignore_index=True), book.facts.currency,
        f"Target and plan by quarter, and what lies below (–: no plan yet, no target, or not begun); the plan is: {book.reconcile.totals['plan_is'].iloc[0]}",
        labels, signed=("gap_amount",),
    )  # fmt: skip


def _rest(own: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    """The row that makes those below add up to the node: what lies with none of them. No row where they do."""
    amounts = ["target_amount", "street_amount", "plan_amount", "gap_amount", "projection_amount", "actual_amount"]
    if own.empty or below.empty:
        return own.iloc[:0]
    given = ("target_amount", "street_amount", "gap_amount")
    rest = {name: own[name].iloc[0] - below[name].sum(skipna=name not in given) for name in amounts}
    told = ["plan_amount", "projection_amount", "actual_amount"]
    told += ["target_amount", "street_amount"] if below["target_amount"].notna().any() else []
    if all(pd.isna(rest[name]) or rest[name] == 0 for name in told):
        return own.iloc[:0]
    values = {name: pd.array([value], dtype="Int64") for name, value in rest.items()}
    return own.iloc[[0]].assign(what="with none of these", verdict="", **values)


def bridge(book: Book) -> Any:
    """Chart: from what comes by itself to the target."""
    steps = book.reconcile.bridge
    own = steps[(steps["node"] == book.node).to_numpy()]
    if (own["step"] != "plan").all():
        return Note(
            f"Nobody of {book.tree.name(book.node)} has an account plan yet: there is nothing to build the target from.",
            "warn",
        )
    lacking = not book.tables.has("opportunities")
    own = own.assign(known=~((own["step"] == "weighted pipeline").to_numpy() & lacking))
    return charts.bridge(own, book.facts.currency).figure


def odds(book: Book) -> Any:
    """Chart: the simulated year of every node in percent of its target, in the order of the tree."""
    rows = book.reconcile.odds
    totals = book.reconcile.totals[["node", "name", "target_amount"]]
    own = totals.merge(rows[(rows["period"] == book.facts.year).to_numpy()], on="node")
    if not (own["target_amount"].fillna(0) > 0).any():
        return Note("No target is given: the chance to reach it is not known.", "warn")
    return charts.odds(own.sort_values("node", key=lambda node: node.map(book.tree.walk), ignore_index=True)).figure


def odds_basis(book: Book, audience: Audience) -> Note:
    """What the odds rest on, and the hedge that the wanted chance of the company's target would need."""
    totals = book.reconcile.totals
    if totals.loc[(totals["node"] == book.node).to_numpy(), "target_amount"].isna().all():
        return Note("No target is given: the chance to reach it is not known.", "warn")
    text = f"Odds from {book.reconcile.odds_basis}."
    hedge = book.reconcile.hedge_needed
    if audience.hedge and book.scope is None and hedge == hedge:
        wanted = f"{book.rules.reconcile.odds.wanted_probability:.0%}"
        if hedge > 0:
            text += f" For a chance of {wanted} everything must come {hedge:.1%} above what is simulated."
        else:
            text += f" The chance of the company's target is {wanted} or more already: no hedge is needed for it."
    return Note(text)


def coverage(book: Book) -> Any:
    """The judgement of pipeline coverage of the node, in words."""
    own = [c for c in book.reconcile.checks if c.name == "pipeline coverage" and c.subject in ("", book.node)]
    return Note(own[0].sentence, own[0].verdict.replace(" ", "-")) if own else None
