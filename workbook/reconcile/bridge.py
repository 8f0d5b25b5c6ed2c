"""From what will come by itself up to the target, step by step; and whether the pipeline covers the rest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.checks import Check
from workbook.facts import Facts
from workbook.money import format_amount
from workbook.reconcile.cube import Cube, Nodes, line_nodes

Int64s = npt.NDArray[np.int64]

#: Sources of plan lines in the order of the bridge, and what a reader calls them.
SOURCES = {
    "run_rate": "run-rate",
    "renewal": "renewals",
    "opportunity": "open deals as planned",
    "whitespace": "whitespace plays",
    "not_identified": "not yet identified",
}


def bridge(facts: Facts, cube: Cube, lines: pd.DataFrame, outlook_months: pd.DataFrame) -> pd.DataFrame:
    """The steps of every node of the tree and every rep for the year; the parts before a total add up to it exactly.

    With account plans the parts are the plan lines by source; without any they are what is booked, the run-rate of the rest
    of the year (less likely losses) and the weighted pipeline. A node whose reps owe a plan and
    have none has no parts and no plan. Out: node, node_kind, place (order), step, kind (part, total), amount.
    """
    head = cube.head
    inside = lines[lines["period"].isin(cube.months).to_numpy()]
    parts: dict[str, Int64s] = {}
    if len(inside):
        rows = pd.DataFrame(
            {"source": inside["source"], "node": line_nodes(inside, cube.nodes), "amount": inside["amount"]}
        )
        for source, name in SOURCES.items():
            own = rows[(rows["source"] == source).to_numpy()]
            parts[name] = _rolled(cube.nodes, own["node"], own["amount"])
        other = rows[~rows["source"].isin(list(SOURCES)).to_numpy()]
        if len(other):
            parts["other sources"] = _rolled(cube.nodes, other["node"], other["amount"])
    else:
        rest = outlook_months[outlook_months["period"].isin(cube.months).to_numpy()]
        parts["booked so far"] = cube.by("actual")
        parts["run-rate to come"] = _rolled(
            cube.nodes, rest["account_id"], rest["run_rate_amount"] + rest["loss_amount"]
        )
        parts["weighted pipeline"] = _rolled(cube.nodes, rest["account_id"], rest["pipeline_amount"])
    planned = set(cube.nodes.ids[:head][cube.plan_known[:head]])
    frames = []
    order = 0
    for name, amounts in parts.items():
        frames.append(_step(cube, head, (order, name, "part"), amounts))
        order += 1
    plan, target = cube.by("plan"), cube.by("target")
    frames.append(_step(cube, head, (order, "plan", "total"), plan))
    known = cube.target_known
    frames = [part[part["node"].isin(planned)] for part in frames]
    gap = _step(cube, head, (order + 1, "missing to the target", "part"), target - plan)
    goal = _step(cube, head, (order + 2, "target", "total"), target)
    keep = set(cube.nodes.ids[:head][known[:head]])
    frames += [gap[gap["node"].isin(keep & planned)], goal[goal["node"].isin(keep)]]
    out = pd.concat(frames, ignore_index=True)
    return out.sort_values(["node", "place"], kind="stable", ignore_index=True)


def _rolled(nodes: Nodes, ids: pd.Series, amounts: pd.Series) -> Int64s:
    return nodes.rolled(ids, amounts.to_numpy(dtype=np.int64))


def _step(cube: Cube, head: int, what: tuple[int, str, str], amounts: Int64s) -> pd.DataFrame:
    place, step, kind = what
    return pd.DataFrame(
        {
            "node": pd.Series(cube.nodes.ids[:head], dtype="str"),
            "node_kind": pd.Series(cube.nodes.kinds[:head], dtype="str"),
            "place": place,
            "step": step,
            "kind": kind,
            "amount": amounts[:head],
        }
    )


def coverage(facts: Facts, cube: Cube, outlook_months: pd.DataFrame, deal_odds: pd.DataFrame) -> pd.DataFrame:
    """Pipeline coverage of every node and rep against what its own deals' chances need, not a flat multiple.

    Out: node, node_kind, to_win_amount (target less booked less run-rate to come, at least 0; missing without a target), open_amount (open
    deals expected within the year), weighted_amount, coverage (open ÷ to win), needed_coverage (open ÷ weighted: one over the
    amount-weighted chance).
    """
    head = cube.head
    last = facts.calendar.bounds(facts.year)[1]
    due = deal_odds[(deal_odds["expected_close_on"] <= pd.Timestamp(last)).to_numpy()]
    due = due[due["account_id"].isin(cube.nodes.ids[head:]).to_numpy()]
    rest = outlook_months[outlook_months["period"].isin(cube.months).to_numpy()]
    coming = cube.by("actual") + _rolled(cube.nodes, rest["account_id"], rest["run_rate_amount"] + rest["loss_amount"])
    opened = _rolled(cube.nodes, due["account_id"], due["amount"])[:head]
    weighted = _rolled(cube.nodes, due["account_id"], due["weighted_amount"])[:head]
    to_win = np.maximum(cube.by("target") - coming, 0)[:head]
    out = pd.DataFrame(
        {
            "node": pd.Series(cube.nodes.ids[:head], dtype="str"),
            "node_kind": pd.Series(cube.nodes.kinds[:head], dtype="str"),
            "to_win_amount": pd.array(to_win, dtype="Int64"),
            "open_amount": opened,
            "weighted_amount": weighted,
        }
    )
    out["to_win_amount"] = out["to_win_amount"].where(cube.target_known[:head])
    need = to_win.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        out["coverage"] = np.where(cube.target_known[:head] & (need > 0), opened / need, np.nan)
        out["needed_coverage"] = np.where(weighted > 0, opened / weighted, np.nan)
    return out


def coverage_checks(coverage: pd.DataFrame, names: dict[str, str], currency: str) -> list[Check]:
    """One check per node of the tree with something left to win."""
    out = []
    rows = coverage[(coverage["node_kind"] == "territory").to_numpy() & coverage["to_win_amount"].notna().to_numpy()]
    for row in rows.itertuples():
        who, need = names.get(row.node, row.node), int(row.to_win_amount)
        if need == 0:
            out.append(
                Check("pipeline coverage", "ok", f"{who}: bookings and run-rate reach the target.", subject=row.node)
            )
            continue
        opened, weighed = (format_amount(v, currency, short=True) for v in (row.open_amount, row.weighted_amount))
        left = format_amount(need, currency, short=True)
        share = row.weighted_amount / need
        verdict = "ok" if share >= 1 else "warn" if share >= 0.8 else "fail"
        text = f"{who}: {left} must still be won; open deals of {opened} weigh {weighed} by their chances "
        text += f"({share:.0%} of it)" if share < 2 else f"({share:.1f} times as much)"
        if row.needed_coverage == row.needed_coverage:
            text += f"; at these chances {row.needed_coverage:.1f} times what is missing is needed, there is {row.coverage:.1f} times"
        out.append(Check("pipeline coverage", verdict, text + ".", {"to_win_amount": need}, subject=row.node))  # type: ignore[arg-type]
    return out
