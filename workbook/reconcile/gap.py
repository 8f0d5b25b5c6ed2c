"""The gap: plan against target at every node, period and product family, with a verdict by published tolerance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.checks import Check
from workbook.facts import Facts
from workbook.money import format_amount
from workbook.periods import GRAINS, children
from workbook.reconcile.cube import MEASURES, Cube
from workbook.rules.reconcile import ReconcileRules

VERDICTS = ("short", "aligned", "exceeds", "overreach", "no target")


def gap(cube: Cube, grain: str = "month") -> pd.DataFrame:
    """Every cell that holds anything, at a grain of month, quarter, half or year.

    Out: node, node_kind, parent, period, product_family, plan_amount, target_amount, street_amount, projection_amount,
    actual_amount, gap_amount (plan less target; missing where the node has no target, like the target itself).
    """
    year = cube.months[0][:6]
    periods = children(year, grain)  # type: ignore[arg-type]
    each = 12 // len(periods)
    shape = (len(cube.nodes), len(periods), each, len(cube.families))
    cells = {m: cube.cells[m].reshape(shape).sum(axis=2) for m in MEASURES}
    held = np.zeros(shape[:2] + shape[3:], dtype=bool)
    for values in cells.values():
        held |= values != 0
    node, period, family = np.nonzero(held)
    known = cube.target_known[node]
    out = pd.DataFrame(
        {
            "node": _text(cube.nodes.ids[node]),
            "node_kind": _text(cube.nodes.kinds[node]),
            "parent": _text(np.array([*cube.nodes.ids, None], dtype=object)[cube.nodes.parent[node]]),
            "period": pd.Series(pd.Categorical.from_codes(period, periods)).astype("str"),
            "product_family": pd.Series(pd.Categorical.from_codes(family, list(cube.families))).astype("str"),
        }
    )
    for measure in MEASURES:
        out[f"{measure}_amount"] = cells[measure][node, period, family]
    for column in ("target_amount", "street_amount"):
        out[column] = out[column].astype("Int64").where(known)
    out["gap_amount"] = out["plan_amount"].astype("Int64") - out["target_amount"]
    return out


def _text(values: npt.NDArray[np.object_]) -> pd.Series:
    return pd.Series(values, dtype="str")


@dataclass(frozen=True)
class Bearable:
    """What a node's history and capacity bear in the year, in minor units, shape (n,); NaN where not known."""

    best_past: npt.NDArray[np.float64]
    capacity: npt.NDArray[np.float64]


def standing(cube: Cube, bearable: Bearable, rules: ReconcileRules, facts: Facts) -> pd.DataFrame:
    """One row per node of the tree and per rep, for the year and each quarter: the amounts, the verdict, and one sentence.

    The verdict is *short* below the target by more than the tolerance, *aligned* within it, *exceeds* above it, and
    *overreach* where the year's plan is above the target and more than ``overreach_factor`` times what history bears and more than capacity bears
    (each only where known). Out: node, node_kind, parent, period, plan_amount, target_amount, street_amount,
    projection_amount, actual_amount, gap_amount, plan_of_target_share, verdict, sentence.
    """
    parts = [gap(cube, grain) for grain in GRAINS if grain in ("year", "quarter")]
    keys = ["node", "node_kind", "parent", "period"]
    sums = [f"{m}_amount" for m in MEASURES]
    frame = pd.concat(
        [p.groupby(keys, dropna=False, sort=False)[sums].sum(min_count=1).reset_index() for p in parts],
        ignore_index=True,
    )
    frame = frame[(frame["node_kind"] != "account").to_numpy()].reset_index(drop=True)
    frame["gap_amount"] = frame["plan_amount"].astype("Int64") - frame["target_amount"]
    target = frame["target_amount"].astype("float64")
    frame["plan_of_target_share"] = frame["plan_amount"] / target.where(target != 0)
    place = pd.Index(cube.nodes.ids).get_indexer(frame["node"])
    verdict = _verdicts(frame, rules)
    whole_year = frame["period"].str.len().to_numpy() == 6
    over = (
        whole_year
        & (verdict == "exceeds")
        & _beyond(frame["plan_amount"].to_numpy(dtype=np.float64), bearable, place, rules)
    )
    frame["verdict"] = pd.Series(np.where(over, "overreach", verdict), dtype="str")
    frame["sentence"] = _sentences(frame, cube.plan_is, facts.currency)
    return frame


def _verdicts(frame: pd.DataFrame, rules: ReconcileRules) -> npt.NDArray[np.object_]:
    target = frame["target_amount"].astype("float64").to_numpy()
    plan = frame["plan_amount"].to_numpy(dtype=np.float64)
    room = np.abs(target) * rules.tolerance_share
    with np.errstate(invalid="ignore"):
        return np.select(
            [np.isnan(target), plan < target - room, plan <= target + room],
            ["no target", "short", "aligned"],
            "exceeds",
        ).astype(object)


def _beyond(
    plan: npt.NDArray[np.float64], bearable: Bearable, place: npt.NDArray[np.intp], rules: ReconcileRules
) -> npt.NDArray[np.bool_]:
    past, capacity = bearable.best_past[place], bearable.capacity[place]
    with np.errstate(invalid="ignore"):
        over_past = plan > past * rules.overreach_factor
        over_capacity = np.isnan(capacity) | (plan > capacity)
    result: npt.NDArray[np.bool_] = over_past & over_capacity & ~np.isnan(past)
    return result


def _sentences(frame: pd.DataFrame, plan_is: str, currency: str) -> pd.Series:
    def money(value: object) -> str:
        return format_amount(value, currency, short=True)

    texts = []
    for row in frame.itertuples():
        plan = f"plan {money(row.plan_amount)} ({plan_is})"
        if row.verdict == "no target":
            texts.append(f"{row.period}: {plan}; no target is given.")
            continue
        by = money(abs(int(row.gap_amount)))
        share = (
            "" if row.plan_of_target_share != row.plan_of_target_share else f", {row.plan_of_target_share:.0%} of it"
        )
        word = {
            "short": f"short of the target {money(row.target_amount)} by {by}{share}",
            "aligned": f"aligned with the target {money(row.target_amount)}{share}",
            "exceeds": f"above the target {money(row.target_amount)} by {by}{share}",
            "overreach": f"above the target {money(row.target_amount)} by {by}{share}, and more than history and capacity bear",
        }[row.verdict]
        texts.append(f"{row.period}: {plan} is {word}.")
    return pd.Series(texts, index=frame.index, dtype="str")


def gap_checks(standing: pd.DataFrame, year: str, names: dict[str, str]) -> list[Check]:
    """One check per node of the tree and per rep for the year: a rep's plan must exceed the rep's target (A17)."""
    rows = standing[
        (standing["period"] == year).to_numpy() & standing["node_kind"].isin(["territory", "rep"]).to_numpy()
    ]
    out = []
    for row in rows.itertuples():
        name = "plan against target"
        numbers = {"plan_amount": row.plan_amount, "target_amount": row.target_amount, "gap_amount": row.gap_amount}
        who = names.get(row.node, row.node)
        if row.verdict == "no target":
            if row.node_kind == "territory":
                out.append(Check.not_known(name, f"{who}: no target is given.", row.node))
            continue
        verdict = {"short": "fail", "exceeds": "ok", "overreach": "warn", "aligned": "ok"}[row.verdict]
        sentence = f"{who}, {row.sentence}"
        if row.node_kind == "rep" and row.verdict == "aligned" and row.gap_amount <= 0:
            verdict, sentence = "warn", sentence + " A rep's plan is expected to exceed the rep's target."
        out.append(Check(name, verdict, sentence, numbers, subject=row.node))  # type: ignore[arg-type]
    return out
