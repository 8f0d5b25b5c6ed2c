"""Checks of how accounts are worked: each with its numbers, its rows and one sentence; they show evidence and accuse nobody."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbook.checks import Check, Verdict
from workbook.engagement.log import Log
from workbook.keys import positions
from workbook.rules.engagement import EngagementRules
from workbook.tree import Tree


def cadence_checks(coverage: pd.DataFrame, rules: EngagementRules) -> Iterator[Check]:
    """Per node with accounts: the share of them that no touch is overdue on."""
    nodes = coverage[(coverage["node_kind"] != "rep") & (coverage["accounts"] > 0) & coverage["share"].notna()]
    for row in nodes.itertuples():
        good, late = row.share >= rules.on_time_share, row.share < rules.late_share
        verdict: Verdict = "ok" if good else "fail" if late else "warn"
        yield Check(
            "cadence",
            verdict,
            f"{row.on_time:,} of {row.accounts:,} accounts are within their cadence ({row.share:.0%}); "
            f"{rules.on_time_share:.0%} are wanted.",
            {"accounts": int(row.accounts), "on_time": int(row.on_time), "share": float(row.share)},
            subject=str(row.node),
        )


def key_checks(cadence: pd.DataFrame, tree: Tree) -> Iterator[Check]:
    """Per node with key accounts: those without a real touch for more than a month (A5)."""
    keys = cadence[cadence["is_key"]]
    failing = keys[keys["verdict"] == "fail"]
    values = np.zeros((len(tree), 2), dtype=np.int64)
    where = np.zeros(0, dtype=np.int64)
    for column, rows in enumerate((keys, failing)):
        where = positions(rows["territory_id"], pd.Index(tree.ids.astype(str)))
        values[:, column] = np.bincount(where[where >= 0], minlength=len(tree))
    first, size = tree.spans
    walked = np.append(first, -1)[where]
    order = np.argsort(walked, kind="stable")
    starts = np.searchsorted(walked[order], first)
    ends = np.searchsorted(walked[order], first + size)
    for at, (node, (count, bad)) in enumerate(zip(tree.ids, tree.roll_up(values).tolist(), strict=True)):
        if count:
            inside = failing.iloc[np.sort(order[starts[at] : ends[at]])] if bad else None
            text = f"{bad:,} of {count:,} key accounts have had no real touch for too long." if bad else (
                f"All {count:,} key accounts were touched within a month."
            )  # fmt: skip
            yield Check(
                "key accounts touched", "fail" if bad else "ok", text, {"key_accounts": count, "failing": bad}, inside,
                str(node),
            )  # fmt: skip


def book_checks(books: pd.DataFrame) -> Iterator[Check]:
    """Per rep who holds many accounts and works few (D1)."""
    for row in books[books["sits"]].itertuples():
        numbers = {"accounts": int(row.accounts), "worked": int(row.worked), "high_value": int(row.high_value)}
        yield Check("accounts held and worked", "fail", str(row.sentence), numbers, subject=str(row.rep_id))


def integrity_checks(judged: pd.DataFrame, log: Log, rules: EngagementRules) -> Iterator[Check]:
    """Per rep with more than the allowed share of flagged activity in the window (D8): evidence, and a question."""
    lately = (np.maximum(log.done, np.maximum(log.due, log.created)) >= log.today - rules.window_days) & ~log.by_system
    flagged = (judged["level"] != "none").to_numpy(dtype=bool) & lately
    size = len(log.reps)
    every, bad = np.bincount(log.rep[lately], minlength=size), np.bincount(log.rep[flagged], minlength=size)
    found = np.flatnonzero(flagged)
    found = found[np.argsort(log.rep[found], kind="stable")]
    rows, ends = judged.iloc[found], np.cumsum(bad)
    for at in np.flatnonzero((bad > every * rules.flagged_share) & (bad > 0)):
        share = bad[at] / every[at]
        yield Check(
            "recorded activity",
            "warn",
            f"{bad[at]:,} of {every[at]:,} recorded activities of 12 months do not count as touches ({share:.0%}): they recur by "
            "themselves, were made or closed in bulk, or hold no contact, outcome or minutes. What is behind them?",
            {"activities": int(every[at]), "flagged": int(bad[at])},
            rows.iloc[ends[at] - bad[at] : ends[at]].reset_index(drop=True),
            str(log.reps[at]),
        )
