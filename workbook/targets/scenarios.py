"""Named variants of the method, side by side; one is the plan."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workbook.decisions import Decisions
from workbook.errors import UsageError
from workbook.rules.targets import TargetsRules
from workbook.targets.method import Method

#: The name of the published rules among the scenarios.
PUBLISHED = "published rules"


def scenarios(decisions: Decisions, rules: TargetsRules) -> tuple[dict[str, Method], str]:
    """Every scenario's method by name, the published rules first, and the name of the one that is the plan.

    A scenario is a decision of kind ``scenario``: subject its name, payload {variant: {...}, plan: bool, dropped: bool}.
    The latest one marked as the plan is it; without any, the published rules are.
    """
    found, plan, at = {PUBLISHED: Method(rules)}, PUBLISHED, -1
    for name, row in decisions.state("scenario").items():
        if row.payload.get("dropped"):
            continue
        variant = row.payload.get("variant") or {}
        if not isinstance(variant, Mapping):
            raise UsageError(f"scenario {name!r} says nothing that can be computed", remedy="Give it a variant.")
        found[name] = Method.of(rules, variant)
        if row.payload.get("plan") and row.revision >= at:
            plan, at = name, row.revision
    return found, plan


def compared(by_scenario: Mapping[str, pd.DataFrame], plan: str) -> pd.DataFrame:
    """by_node frames side by side: scenario, is_plan, node, node_kind, parent, measure, target_amount, street_amount, and
    the difference of the target to the plan's (change_amount; missing where a node is in one only).
    """
    keep = ["node", "node_kind", "parent", "measure", "target_amount", "street_amount"]
    base = by_scenario[plan].groupby(["node", "parent", "measure"], dropna=False)["target_amount"].sum()
    frames = []
    for name, frame in by_scenario.items():
        part = frame.loc[frame["node_kind"] != "account", keep].reset_index(drop=True)
        at = pd.MultiIndex.from_frame(part[["node", "parent", "measure"]])
        was = base.reindex(at).astype("Int64").reset_index(drop=True)
        part = part.assign(change_amount=part["target_amount"].astype("Int64") - was)
        part.insert(0, "scenario", name)
        part.insert(1, "is_plan", name == plan)
        frames.append(part)
    return pd.concat(frames, ignore_index=True)
