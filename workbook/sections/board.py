"""What the board reads: the short forms, in the company review, of what the session (notebook 07) shows in full."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.checks import Check, chance
from workbook.reconcile.calibration import calibration_words
from workbook.sections.audience import UNSEEN, Audience, seen_by
from workbook.sections.judgements import judgements, subject_names
from workbook.show import Note, Table

#: As many rows as a page of the board's document holds.
ROWS = 8
#: What a check that fails asks for, and of whom; other checks are named as they are and go to sales management.
DECISIONS = {
    "plan against target": ("Close the gap between plan and target, or change the number", "managers, finance"),
    "early warning": ("Act where the target is at risk", "managers"),
    "pipeline coverage": ("Build pipeline where open deals do not cover the rest", "managers"),
    "plans sent": ("Send the account plans that are missing", "reps"),
    "plan exceeds target": ("Raise plans that do not exceed their target", "reps"),
    "readiness": ("Catch up with the planning cycle", "sales operations"),
    "cadence": ("Make the overdue touches", "reps"),
    "key accounts touched": ("Touch the key accounts that wait", "reps"),
    "engagement of high value": ("Put touches where the value is", "managers"),
    "balance": ("Balance the books", "sales management"),
    "balance of rep books": ("Balance the books", "sales management"),
    "balance of territory books": ("Balance the books", "sales management"),
    "book size": ("Balance the books", "sales management"),
    "class mix": ("Bring the class mix to the published one", "managers"),
    "company target": ("Make finance's targets add up", "finance"),
    "concentration": ("Spread what hangs on one account", "managers"),
    "single-threaded accounts": ("Give large accounts a second contact and a second colleague", "managers"),
    "accounts held and worked": ("Work the accounts that are held, or hand them on", "managers"),
    "every account has an owner": ("Give every account an owner", "sales operations"),
    "book of a new rep": ("Warm the books of new reps", "managers"),
    "hunting and farming": ("Settle how much is hunting and how much farming", "managers"),
    "invest load": ("Bring invest accounts to what capacity bears", "managers"),
    "movement": ("Look at books in which nothing moves", "managers"),
    "edit not applied": ("Settle edits of targets that do not apply", "finance"),
    "no target": ("Give a target to who has none", "finance"),
    "fair quota": ("Look at quotas that stand out", "finance"),
}
#: The number of a check by which the worst of several places comes first (after a minus: the smallest is the worst).
WORST = {
    "plan against target": "-gap_amount",
    "early warning": "-target_probability",
    "pipeline coverage": "to_win_amount",
    "plans sent": "accounts",
    "key accounts touched": "failing",
    "engagement of high value": "neglected",
    "book size": "load",
}


def meeting_summary(book: Book, audience: Audience) -> Any:
    """Where plan and target can meet, for the company and the levels right below that a page holds, in the order of the tree."""
    if not audience.hedge:
        return Note(UNSEEN)
    order = book.reconcile.statement["by_node"]
    order = order[(order["node_kind"] == "territory").to_numpy()][["node", "name", "depth"]]
    deepest = max(
        (d for d in order["depth"].unique() if (order["depth"] <= d).sum() <= ROWS), default=order["depth"].min()
    )
    order = order[(order["depth"] <= deepest).to_numpy()]
    rows = order.merge(book.reconcile.meeting_point, on="node")
    keep = ["name", "target_amount", "plan_amount", "proposal_amount", "target_weight_share", "talked_amount", "state"]
    labels = {"target_amount": "hold the target", "plan_amount": "hold the plan", "proposal_amount": "proposal",
              "target_weight_share": "weight of the target", "talked_amount": "on the table"}  # fmt: skip
    shown = rows[keep].assign(state=rows["state"].fillna("not talked about"))
    return Table(shown, book.facts.currency, "Where plan and target can meet; all nodes and the reasons: notebook 07", labels, limit=ROWS)  # fmt: skip


def off_course(book: Book) -> list[Any]:
    """Nodes of the tree whose target is at risk, the worst first, and how many others are on course."""
    rows = book.reconcile.early_warning
    rows = rows[rows["node"].isin(book.tree.ids).to_numpy()]
    if rows.empty:
        return [Note("No chance of a target is known: there is nothing to warn of.", "warn")]
    good = int((rows["verdict"] == "on course").sum())
    bad = rows[(rows["verdict"] != "on course").to_numpy()].sort_values("target_probability", kind="stable")
    if bad.empty:
        return [Note(f"All {good} nodes with a target are on course.", "ok")]
    shown = pd.DataFrame(
        {
            "name": bad["node"].map(book.facts.names),
            "chance now": bad["target_probability"].map(chance),
            "a quarter ago": bad["a_quarter_ago"].map(chance),
            "verdict": bad["verdict"],
            "foreseeable_on": bad["foreseeable_on"],
            "signs": bad["leading_signs"].replace("", "none stands out"),
        }
    )
    labels = {"foreseeable_on": "foreseeable since", "signs": "leading signs"}
    table = Table(shown, book.facts.currency, "Not on course", labels, limit=ROWS)
    return [table, Note(f"{good} others are on course." if good else "No other node is on course.")]


def odds_believed(book: Book) -> Note | None:
    """Whether the odds can be believed: closed quarters, and last year's targets where there were any."""
    text = calibration_words(book.reconcile.calibration)
    record = book.reconcile.warning_record
    if len(record):
        row = record.iloc[len(record) // 2]
        text += (
            f" Last year's targets, seen from mid-year: the likelier side came true at {row['right_share']:.0%} of {row['nodes']} nodes "
            f"with a target; {row['foreseen']} of {row['missed']} misses were foreseen."
        )
    return Note(text.strip()) if text else None


def decisions(book: Book, audience: Audience) -> Any:
    """What is to be decided: the failed judgements by the decision they ask for, with who decides and where."""
    bad = [c for c in seen_by(judgements(book), audience, book) if c.verdict == "fail" and c.name.partition(":")[0] != "maturity"]  # fmt: skip
    if not bad:
        return Note("Nothing is out of bounds: the meeting can spend its time on growth.", "ok")
    groups: dict[tuple[str, str], list[Check]] = {}
    for check in bad:
        groups.setdefault(DECISIONS.get(check.name, (check.name, "sales management")), []).append(check)
    names, made = subject_names(book), []
    for (decision, who), found in groups.items():
        checks = sorted(found, key=_badness, reverse=True)
        company = [c for c in checks if c.subject in ("", book.node)]
        where = list(dict.fromkeys(names.get(c.subject, c.subject) for c in checks if c not in company))
        at = ", ".join(where[:3]) + (f" and {len(where) - 3} more" if len(where) > 3 else "")
        first = (company or checks)[0]
        told, name = first.sentence, names.get(first.subject, first.subject)
        told = told if company or told.startswith(name) else f"{name}: {told}"
        made.append((decision, who, at or "the company", told, bool(company), len(checks)))
    rows = pd.DataFrame(made, columns=["decision", "who", "where", "evidence", "company", "count"])
    rows = rows.sort_values(["company", "count"], ascending=False, kind="stable")
    return Table(rows[["decision", "who", "where", "evidence"]], book.facts.currency, "To decide", limit=10)


def _badness(check: Check) -> float:
    """How bad a check is among those that ask for the same decision; 0 where nothing tells."""
    name = WORST.get(check.name, "")
    number = float(check.numbers.get(name.removeprefix("-"), 0))
    return -number if name.startswith("-") else number
