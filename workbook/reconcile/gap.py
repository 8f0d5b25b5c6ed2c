"""The gap: plan against target at every node, period and product family, with a verdict by published tolerance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.checks import Check
from workbook.facts import Facts
from workbook.money import format_amount
from workbook.periods import GRAINS, children
from workbook.reconcile.bearable import Bearable
from workbook.reconcile.cube import MEASURES, Cube
from workbook.rules.reconcile import ReconcileRules


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


def standing(cube: Cube, bearable: Bearable, rules: ReconcileRules, facts: Facts) -> pd.DataFrame:
    """One row per node of the tree and per rep, for the year and each quarter: the amounts, the verdict, and one sentence.

    The verdict of the year and of quarters that are not over: *short* below the target by more than the tolerance, *aligned* within it,
    *exceeds* above it, *overreach* where the year's plan is above the target and more than ``overreach_factor`` times what history bears and
    more than capacity bears (each only where known); *no plan* where every rep of the node owes one. Quarters that are over are *reached* or
    *missed* by what was booked. Out: node, node_kind, parent, period, plan_amount (Int64, missing without a plan), target_amount,
    street_amount, projection_amount, actual_amount (Int64, missing for quarters that have not begun), gap_amount, plan_of_target_share,
    verdict, sentence.
    """
    parts = [gap(cube, grain) for grain in GRAINS if grain in ("year", "quarter")]
    keys = ["node", "node_kind", "parent", "period"]
    sums = [f"{m}_amount" for m in MEASURES]
    frame = pd.concat(
        [p.groupby(keys, dropna=False, sort=False)[sums].sum(min_count=1).reset_index() for p in parts],
        ignore_index=True,
    )
    frame = frame[(frame["node_kind"] != "account").to_numpy()].reset_index(drop=True)
    place = pd.Index(cube.nodes.ids).get_indexer(frame["node"])
    bounds = {p: facts.calendar.bounds(p) for p in frame["period"].unique()}
    begun = frame["period"].map({p: first <= facts.as_of for p, (first, _) in bounds.items()}).to_numpy(dtype=bool)
    over = frame["period"].map({p: last <= facts.as_of for p, (_, last) in bounds.items()}).to_numpy(dtype=bool)
    frame["plan_amount"] = frame["plan_amount"].astype("Int64").where(cube.plan_known[place])
    frame["actual_amount"] = frame["actual_amount"].astype("Int64").where(begun)
    frame["gap_amount"] = frame["plan_amount"] - frame["target_amount"]
    target, plan, actual = (_floats(frame[f"{m}_amount"]) for m in ("target", "plan", "actual"))
    with np.errstate(invalid="ignore", divide="ignore"):
        frame["plan_of_target_share"] = np.where(target != 0, plan / target, np.nan)
    verdict = _verdicts(target, plan, rules)
    whole_year = frame["period"].str.len().to_numpy() == 6
    verdict[whole_year & (verdict == "exceeds") & bearable.exceeded(plan, place, rules.overreach_factor)] = "overreach"
    done = over & ~whole_year & ~np.isnan(target)
    verdict[done] = np.where(actual[done] >= target[done], "reached", "missed")
    frame["verdict"] = pd.Series(verdict, dtype="str")
    frame["sentence"] = _sentences(frame, (cube, bearable, place), facts.currency)
    return frame


def _floats(amounts: pd.Series) -> npt.NDArray[np.float64]:
    return amounts.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)


def _verdicts(
    target: npt.NDArray[np.float64], plan: npt.NDArray[np.float64], rules: ReconcileRules
) -> npt.NDArray[np.object_]:
    room = np.abs(target) * rules.tolerance_share
    with np.errstate(invalid="ignore"):
        return np.select(
            [np.isnan(target), np.isnan(plan), plan < target - room, plan <= target + room],
            ["no target", "no plan", "short", "aligned"],
            "exceeds",
        ).astype(object)


def _sentences(frame: pd.DataFrame, of: tuple[Cube, Bearable, npt.NDArray[np.intp]], currency: str) -> pd.Series:
    cube, bearable, place = of

    def money(value: object) -> str:
        return format_amount(value, currency, short=True)

    texts = []
    for at, row in zip(place, frame.itertuples(), strict=True):
        written, owed = int(cube.planned[at]), int(cube.reps[at])
        plan_is = cube.plan_is if written == owed else f"{cube.plan_is} of {written} of {owed} reps"
        plan = "no account plan yet" if pd.isna(row.plan_amount) else f"plan {money(row.plan_amount)} ({plan_is})"
        if row.verdict == "no target":
            texts.append(f"{row.period}: {plan}; no target is given.")
            continue
        goal = f"the target {money(row.target_amount)}"
        if row.verdict == "no plan":
            texts.append(f"{row.period}: {plan}; {goal}.")
            continue
        if row.verdict in ("reached", "missed"):
            part = "" if not row.target_amount else f" ({row.actual_amount / row.target_amount:.0%} of it)"
            texts.append(f"{row.period}: over; booked {money(row.actual_amount)}, {goal}{part}.")
            continue
        by = money(abs(int(row.gap_amount)))
        share = (
            "" if row.plan_of_target_share != row.plan_of_target_share else f", {row.plan_of_target_share:.0%} of it"
        )
        known = not np.isnan(bearable.capacity[at])
        word = {
            "short": f"short of {goal} by {by}{share}",
            "aligned": f"aligned with {goal}{share}",
            "exceeds": f"above {goal} by {by}{share}",
            "overreach": f"above {goal} by {by}{share}, and more than "
            + ("history and capacity bear" if known else "history bears (capacity is not known)"),
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
        if row.verdict == "no plan":
            out.append(Check.not_known(name, f"{who}, {row.sentence}", row.node))
            continue
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
