"""How planning is really done (B6): does a plan exist, is it on the template, measured, revised, cross-functional; who is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from workbook.checks import Check
from workbook.money import format_amount
from workbook.plans.document import AccountPlan, PlanDocument
from workbook.rules.plans import PlansRules
from workbook.tree import Tree

SENT = ("submitted", "approved", "locked")
#: What is asked of each plan, in the order of the questions.
QUESTIONS = ("exists", "on_template", "measured", "revised", "cross_functional", "tied", "sent", "approved")


def facts_of_plans(
    plans: Sequence[tuple[Mapping[str, Any], PlanDocument]], objectives: Sequence[str] = ()
) -> pd.DataFrame:
    """One row per account plan: account_id, on_template, measured, revised, cross_functional, tied, sent, approved (bool), sent_at.

    On the template: made with our sheet or form and changed by a person; measured: has an amount still to come or a dated
    action; revised: more than one version; cross-functional: an action owned by another function than sales; tied: it serves one
    of the ``objectives`` of the sales strategy.
    """
    rows = [
        (
            doc.account_id,
            doc.made_with in ("sheet", "form"),
            any(a.due_on for a in doc.actions) and any(p.amount for p in doc.amounts),
            row.get("versions", row["revision"]) > 1,
            any(a.function and a.function.lower() != "sales" for a in doc.actions),
            doc.strategy in objectives,
            row.get("sent_at") is not None or row["state"] in SENT,
            row["state"] in ("approved", "locked"),
            row.get("sent_at") or row["saved_at"],
        )
        for row, doc in plans
        if isinstance(doc, AccountPlan)
    ]
    return pd.DataFrame(rows, columns=["account_id", *QUESTIONS[1:], "sent_at"])


def behaviour(plans: pd.DataFrame, register: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    """How planning is done, per node and rep: columns node, node_kind, accounts, and a share (0 to 1) of accounts per question.

    ``plans`` from :func:`facts_of_plans`; ``register``: account_id, territory_id, owner_rep_id. A node without accounts is
    not listed.
    """
    frame = register[["account_id", "territory_id", "owner_rep_id"]].merge(plans, on="account_id", how="left")
    frame["exists"] = frame["sent_at"].notna()
    for name in QUESTIONS[1:]:
        frame[name] = frame[name].eq(True)
    own = frame.groupby("territory_id")[list(QUESTIONS)].sum().reindex(list(tree.ids), fill_value=0)
    counts = frame.groupby("territory_id").size().reindex(list(tree.ids), fill_value=0)
    sums = tree.roll_up(np.column_stack([counts, own]).astype(np.int64))
    nodes = pd.DataFrame(sums, columns=["accounts", *QUESTIONS])
    nodes.insert(0, "node_kind", "territory")
    nodes.insert(0, "node", pd.Series(tree.ids, dtype="str"))
    reps = frame.groupby("owner_rep_id")[list(QUESTIONS)].sum()
    reps.insert(0, "accounts", frame.groupby("owner_rep_id").size())
    reps.insert(0, "node_kind", "rep")
    out = pd.concat([nodes, reps.rename_axis("node").reset_index()], ignore_index=True)
    out = out[out["accounts"] > 0].reset_index(drop=True)
    for name in QUESTIONS:
        out[name] = out[name] / out["accounts"]
    return out.astype({"node": "str"})


def status(
    plans: pd.DataFrame, register: pd.DataFrame, reps: pd.DataFrame, amounts: pd.DataFrame, due_on: date, as_of: date
) -> pd.DataFrame:
    """Who has sent, and what is late: one row per rep who owns accounts. Columns rep_id, name, territory_id, accounts, plans,
    sent, approved, sent_at (when the last of them was first sent), due_on, days_late (0 when in time; counts on while plans are missing), planned_amount,
    target_amount, street_amount (Int64, missing where not known), verdict, sentence.

    ``amounts``: rep_id, planned_amount, target_amount, street_amount.
    """
    held = register.dropna(subset=["owner_rep_id"]).merge(plans, on="account_id", how="left")
    by = held.groupby("owner_rep_id")
    out = pd.DataFrame(
        {
            "accounts": by.size(),
            "plans": by["sent_at"].count(),
            "sent": held["sent"].eq(True).groupby(held["owner_rep_id"]).sum(),
            "approved": held["approved"].eq(True).groupby(held["owner_rep_id"]).sum(),
            "sent_at": held[held["sent"].eq(True)].groupby("owner_rep_id")["sent_at"].max(),
        }
    ).rename_axis("rep_id")
    out = out.reset_index().astype({"rep_id": "str"})
    people = reps.drop_duplicates("rep_id").set_index("rep_id")
    out.insert(1, "name", out["rep_id"].map(people["name"]))
    out.insert(2, "territory_id", out["rep_id"].map(people["territory_id"]))
    done = (out["sent"] >= out["accounts"]).to_numpy()
    ended = out["sent_at"].where(done, pd.Timestamp(as_of)).astype("datetime64[us]")
    out["due_on"] = pd.Series(pd.Timestamp(due_on), index=out.index).astype("datetime64[us]")
    out["days_late"] = (ended.dt.normalize() - out["due_on"]).dt.days.clip(lower=0).astype("int64")
    out = out.merge(amounts, on="rep_id", how="left")
    for name in ("planned_amount", "target_amount", "street_amount"):
        out[name] = out[name].astype("Int64")
    out["verdict"] = np.select(
        [done & (out["days_late"] == 0), done, as_of <= due_on], ["ok", "warn", "not known"], "fail"
    ).tolist()
    out["sentence"] = [
        f"{n}: {s} of {a} plans sent" + (f", {late} days late." if late else ".")
        for n, s, a, late in zip(out["name"], out["sent"], out["accounts"], out["days_late"], strict=True)
    ]
    return out


def checks(status: pd.DataFrame, scores: pd.DataFrame, rules: PlansRules, currency: str) -> list[Check]:
    """Judgements per rep: plans are there (A15), exceed the target (A17), are revised (E4), rest on something (E5)."""
    found: list[Check] = []
    for row in status.to_dict("records"):
        rep, name = str(row["rep_id"]), str(row["name"])
        found.append(
            Check(
                "plans sent",
                row["verdict"],
                row["sentence"],
                {"sent": row["sent"], "accounts": row["accounts"], "days_late": row["days_late"]},
                subject=rep,
            )
        )
        found.append(_exceeds(row, rep, name, rules, currency))
        mine = scores[scores["rep_id"] == rep]
        found += _quality(mine, rep, name)
    return found


def _exceeds(row: Mapping[str, Any], rep: str, name: str, rules: PlansRules, currency: str) -> Check:
    plan = row["planned_amount"]
    target = row["target_amount"] if pd.isna(row["street_amount"]) else row["street_amount"]  # what the rep was given
    if not row["plans"]:
        return Check.not_known("plan exceeds target", f"{name} has sent no plan yet: plan not known.", rep)
    if pd.isna(target):
        return Check.not_known(
            "plan exceeds target", f"No quota of {name} is known: the plan has nothing to exceed.", rep
        )
    wanted = int(target * rules.exceeds_target_share)
    plan = 0 if pd.isna(plan) else int(plan)  # plans were sent, and none of them names an amount
    gap = plan - wanted
    words = "exceeds" if gap >= 0 else "falls short of"
    part = "" if wanted == target else f"{rules.exceeds_target_share:.0%} of "
    return Check(
        "plan exceeds target",
        "ok" if gap >= 0 else "fail",
        f"{name}'s plan of {format_amount(int(plan), currency, short=True)} {words} {part}the quota of "
        f"{format_amount(int(target), currency, short=True)} by {format_amount(abs(gap), currency, short=True)}.",
        {"planned_amount": int(plan), "quota_amount": int(target), "gap_amount": gap},
        subject=rep,
    )


def _quality(mine: pd.DataFrame, rep: str, name: str) -> list[Check]:
    if mine.empty:
        return []
    once = mine["reasons"].str.contains("one and done", regex=False)
    rests = mine.loc[mine["evidence"].notna()]
    weight = rests["planned_amount"].clip(lower=0)
    total = int(weight.sum())
    share = float((rests["evidence"] * weight).sum() / total) if total else float("nan")
    found = [
        Check(
            "plans are revised",
            "warn" if once.mean() > 0.5 else "ok",
            f"{int(once.sum())} of {name}'s {len(mine)} plans were written once and never revised.",
            {"one_and_done": int(once.sum()), "plans": len(mine)},
            mine.loc[once, ["account_id", "rep_id", "saved_at"]],
            rep,
        )
    ]
    if share == share:
        found.append(
            Check(
                "planned amounts rest on something",
                "ok" if share >= 0.8 else "warn" if share >= 0.5 else "fail",
                f"{share:.0%} of what {name} plans rests on a deal, repeat business or named whitespace.",
                {"share": share},
                rests.loc[rests["evidence"] < 0.5, ["account_id", "rep_id", "evidence", "planned_amount"]],
                rep,
            )
        )
    return found


def due(rules_due_on: date | None, year_start: date) -> date:
    """When plans are due: the published day, else the first day of the fiscal year (A20)."""
    return rules_due_on or year_start
