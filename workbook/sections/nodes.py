"""All nodes of the book at a glance: the tree, their targets, plans and gaps."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.charts import nodes as charts
from workbook.show import Note, Table


def tree_table(book: Book) -> Table:
    """The tree of nodes with people and accounts, indented by depth."""
    tree, tables = book.tree, book.tables
    people = tables.reps.groupby("territory_id").size()
    accounts = tables.accounts.groupby("territory_id").size()
    frame = pd.DataFrame(
        {
            "node": [("\u2003" * int(d)) + str(i) for i, d in zip(tree.ids, tree.depth, strict=True)],
            "name": pd.Series(tree.names, dtype="str"),
            "level": [tree.level(str(i)) for i in tree.ids],
            "people": pd.Series(tree.ids).map(people).fillna(0).astype("int64"),
            "accounts": pd.Series(tree.ids).map(accounts).fillna(0).astype("int64"),
        }
    )
    order = [tree.walk(str(i)) for i in tree.ids]
    frame = frame.assign(order=order).sort_values("order", ignore_index=True).drop(columns="order")
    return Table(frame, book.facts.currency, "The tree of nodes", limit=80)


def nodes_table(book: Book) -> Table:
    """Target, plan and gap of every node, in the order of the tree."""
    totals = book.reconcile.totals
    order = totals["node"].map(book.tree.walk)
    rows = totals.assign(order=order).sort_values("order", ignore_index=True)
    rows["name"] = ["\u2003" * int(d) + n for d, n in zip(rows["depth"], rows["name"], strict=True)]
    share = rows["plan_amount"].astype("float64") / rows["target_amount"].astype("float64")
    rows["plan_of_target_share"] = share.replace([float("inf"), float("-inf")], float("nan"))
    keep = [
        "name",
        "level",
        "target_amount",
        "plan_amount",
        "gap_amount",
        "plan_of_target_share",
        "actual_amount",
        "last_year_amount",
    ]
    if book.as_of < book.facts.calendar.bounds(book.facts.year)[0]:  # nothing can be booked yet: that is no zero
        keep.remove("actual_amount")
    labels = {
        "actual_amount": "booked so far",
        "plan_of_target_share": "plan of target",
    }
    return Table(
        rows[keep],
        book.facts.currency,
        f"Every node, {book.facts.year} (–: no plan yet, or no target); the plan is: {rows['plan_is'].iloc[0]}",
        labels,
        limit=80,
        signed=("gap_amount",),
    )


def nodes_chart(book: Book) -> Any:
    """Chart: plan and bookings of every territory against its target."""
    totals = book.reconcile.totals
    leaves = totals[(totals["level"] == "territory").to_numpy()]
    if leaves.empty or leaves["target_amount"].isna().all():
        return Note("No targets are given for territories: see the table.", "note")
    return charts.plan_against_target(leaves, book.facts.currency).figure
