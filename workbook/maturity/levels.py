"""Levels per capability from what was measured, what the next level needs, fixes ranked, and the comparison with the last cycle.

Levels after the maturity model of territory planning: initiating (informal, at the rep's discretion), competitive (a segmentation sets
priorities), world class (tied to territory plans and business strategy). A level is reached when every known measure reaches it, and
at least half of the measures are known.
"""

from __future__ import annotations

import math

import pandas as pd

from workbook.checks import Check, counted
from workbook.maturity.measures import CAPABILITIES, FIXES, Measured
from workbook.money import format_amount
from workbook.rules.maturity import MaturityRules

NAMES = {0: "not known", 1: "initiating", 2: "competitive", 3: "world class"}


def evidence(measured: dict[str, Measured], rules: MaturityRules) -> pd.DataFrame:
    """One row per measure: capability, measure, value_share (missing where not known), competitive_share, world_class_share, reaches (0 not
    known, 1 to 3), words.
    """
    rows = []
    for capability, names in CAPABILITIES.items():
        for name in names:
            found, low, high = measured[name], rules.competitive[name], rules.world_class[name]
            value = float("nan") if found.share is None else found.share
            reaches = 0 if found.share is None else 1 + (found.share >= low) + (found.share >= high)
            rows.append((capability, name, value, low, high, int(reaches), found.words))
    columns = ["capability", "measure", "value_share", "competitive_share", "world_class_share", "reaches", "words"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"reaches": "int64", "words": "str", "measure": "str", "capability": "str"}
    )


def levels(rows: pd.DataFrame, measured: dict[str, Measured]) -> pd.DataFrame:
    """One row per capability: capability, level (0 to 3), level_name, known (measures), measures, evidence, next_step.

    The next step names the measures that hold the level back, with how many units are missing.
    """
    out = []
    for capability, part in rows.groupby("capability", sort=False):
        known = part[part["reaches"] > 0]
        level = int(known["reaches"].min()) if len(known) * 2 >= len(part) else 0
        said = "; ".join(dict.fromkeys(part["words"]))
        if level == 3:
            step = "keep it"
        elif level == 0:
            step = "give what is missing: " + "; ".join(part.loc[part["reaches"] == 0, "words"])
        else:
            held = known[known["reaches"] == level]
            step = "; ".join(_needs(row, measured[row.measure], level + 1) for row in held.itertuples())
        out.append((capability, level, NAMES[level], len(known), len(part), said, step))
    columns = ["capability", "level", "level_name", "known", "measures", "evidence", "next_step"]
    return pd.DataFrame(out, columns=columns).astype(
        dict.fromkeys(("capability", "level_name", "evidence", "next_step"), "str")
    )


def _needs(row: object, found: Measured, level: int) -> str:
    share = row.competitive_share if level == 2 else row.world_class_share  # type: ignore[attr-defined]
    unit, action = FIXES[row.measure]  # type: ignore[attr-defined]
    missing = units_missing(found, share)
    count = f" ({counted(missing, unit)} more)" if missing else ""
    return f"{NAMES[level]} needs {share:.0%}, is {row.value_share:.0%}: {action[0].lower()}{action[1:]}{count}"  # type: ignore[attr-defined]


def units_missing(found: Measured, share: float) -> int:
    """How many units more must be well to reach a share."""
    if found.share is None:
        return 0
    return max(math.ceil(round(share * found.total - found.share * found.total, 6)), 0)


def fixes(
    rows: pd.DataFrame, measured: dict[str, Measured], rules: MaturityRules, money: tuple[float, str]
) -> pd.DataFrame:
    """What would lift a measure to the next level, the weakest capability first, in it the weakest measures, then benefit per hour.

    ``money``: mean cost of an hour in minor units (NaN where not known), currency. Out: rank, capability, level, measure, fix, units, effort_hours,
    cost_amount (Int64), benefit_amount (Int64, missing where nothing is known to lie behind it), basis.
    """
    hourly, currency = money
    weakest = rows[rows["reaches"] > 0].groupby("capability")["reaches"].min()
    out = []
    for row in rows[rows["reaches"].isin([1, 2]).to_numpy()].itertuples():
        found = measured[row.measure]
        unit, action = FIXES[row.measure]
        share = row.competitive_share if row.reaches == 1 else row.world_class_share
        missing = units_missing(found, share)
        if not missing:
            continue
        each = rules.hours_per_unit[row.measure]
        hours = missing * each
        cost = None if math.isnan(hourly) else round(hours * hourly)
        failing = found.total - round((found.share or 0.0) * found.total)
        benefit, basis = None, f"{missing:,} × {each:g} hours ({unit}; set in the rules)"
        if found.behind_amount is not None and failing:
            part = min(missing / failing, 1.0)
            benefit = round(found.behind_amount * part * rules.benefit_share)
            basis += f"; {rules.benefit_share:.0%} (an assumption) of {part:.0%} of {format_amount(found.behind_amount, currency, short=True)} projected behind them"
        else:
            basis += "; no amount lies behind it, so no benefit is claimed"
        out.append(
            (
                row.capability,
                int(weakest[row.capability]),
                int(row.reaches),
                row.measure,
                action,
                missing,
                hours,
                cost,
                benefit,
                basis,
            )
        )
    columns = [
        "capability",
        "level",
        "reaches",
        "measure",
        "fix",
        "units",
        "effort_hours",
        "cost_amount",
        "benefit_amount",
        "basis",
    ]
    frame = pd.DataFrame(out, columns=columns).astype(
        {"cost_amount": "Int64", "benefit_amount": "Int64", "effort_hours": "float64"}
    )
    frame = frame.astype(dict.fromkeys(("capability", "measure", "fix", "basis"), "str"))
    worth = frame["benefit_amount"].astype("Float64").fillna(0.0) / frame["effort_hours"].where(
        frame["effort_hours"] > 0, 0.25
    )
    order = frame.assign(worth=worth.astype("float64")).sort_values(
        ["level", "reaches", "worth", "effort_hours"], ascending=[True, True, False, True], kind="stable"
    )
    out_frame = order.drop(columns=["worth", "reaches"]).reset_index(drop=True)
    out_frame.insert(0, "rank", range(1, len(out_frame) + 1))
    return out_frame


def compared(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Evidence of two cycles side by side: capability, measure, before_share, value_share, change_share, before_reaches, reaches."""
    past = before[["measure", "value_share", "reaches"]].rename(
        columns={"value_share": "before_share", "reaches": "before_reaches"}
    )
    out = now.merge(past, on="measure", how="left")
    out["change_share"] = out["value_share"] - out["before_share"]
    keep = ["capability", "measure", "before_share", "value_share", "change_share", "before_reaches", "reaches"]
    return out[keep].astype({"before_reaches": "Int64"})


def maturity_checks(rows: pd.DataFrame, root: str) -> list[Check]:
    """One check per capability."""
    verdicts = {0: "not known", 1: "fail", 2: "warn", 3: "ok"}
    return [
        Check(f"maturity: {row.capability}", verdicts[row.level], f"{row.level_name}: {row.evidence}. Next: {row.next_step}.", {"level": row.level}, subject=root)  # type: ignore[arg-type]
        for row in rows.itertuples()
    ]  # fmt: skip
