"""Can the odds be believed? Closed quarters, forecast as they would have been on the day before they began, against what came."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.facts import Facts
from workbook.reconcile.replay import given_for, odds_on, of_year
from workbook.rules.reconcile import OddsRules

#: The normal quantile of a two-sided 90 % interval; shares that calibrated odds have.
_NINETY = 1.6449
_INSIDE, _HALF = 0.8, 0.5


def closed_quarters(facts: Facts, count: int, history_days: int = 365) -> list[str]:
    """The last ``count`` whole fiscal quarters before which at least ``history_days`` of sales lie, oldest first."""
    sales, calendar = facts.tables.sales, facts.calendar
    if sales.empty:
        return []
    last = calendar.period_of(facts.as_of, "quarter")
    if calendar.bounds(last)[1] > facts.as_of:
        last = calendar.shift(last, -1)
    first = sales["booked_on"].min().date() + timedelta(days=history_days)
    names = [calendar.shift(last, -back) for back in range(count - 1, -1, -1)]
    return [q for q in names if calendar.bounds(q)[0] > first]


def trials(facts: Facts, owners: pd.Series, quarters: list[str], rules: OddsRules) -> pd.DataFrame:
    """Forecast and outcome of each quarter, per node of the tree and rep that had any sale forecast.

    Out: node, node_kind, period, p10_amount, p50_amount, p90_amount, actual_amount. Accounts count where they are today.
    """
    parts = []
    for quarter in quarters:
        first, last = facts.calendar.bounds(quarter)
        day, year = first - timedelta(days=1), quarter[:6]
        frame, nodes = odds_on(of_year(facts, year), given_for(facts, owners, year), day, rules)
        frame = frame[(frame["period"] == quarter).to_numpy()]
        sales = facts.tables.sales
        inside = (
            (sales["booked_on"] >= pd.Timestamp(first))
            & (sales["booked_on"] < pd.Timestamp(last) + pd.Timedelta(days=1))
        ).to_numpy()
        booked = sales[inside].groupby("account_id")["amount"].sum()
        actual = pd.Series(nodes.rolled(booked.index, booked.to_numpy(dtype=np.int64)), index=nodes.ids)
        parts.append(frame.assign(actual_amount=frame["node"].map(actual).astype("int64")))
    columns = ["node", "node_kind", "period", "p10_amount", "p50_amount", "p90_amount", "actual_amount"]
    out = pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
    return out[(out["p90_amount"] > 0).to_numpy()].reset_index(drop=True) if len(out) else out


def calibration(rows: pd.DataFrame) -> pd.DataFrame:
    """Per kind of node: trials, quarters, inside_share (outcome within P10 to P90; 80 % is wanted) with inside_low and inside_high (its 90 %
    interval), above_middle_share (outcome above P50; 50 % is wanted) with middle_low and middle_high, below_share and above_share (outside on
    either side; 10 % each are wanted), width_share (median of (P90 − P10) ÷ P50).

    Nodes of one quarter share its fortune, so an interval counts as many independent trials as the quarters' own spread leaves, not as many as
    there are rows.
    """
    made = []
    for kind, part in rows.groupby("node_kind", sort=True):
        actual = part["actual_amount"].to_numpy(dtype=np.float64)
        low, middle, high = (part[f"{p}_amount"].to_numpy(dtype=np.float64) for p in ("p10", "p50", "p90"))
        width = (high - low)[middle > 0] / middle[middle > 0]
        quarter = pd.factorize(part["period"])[0]
        inside, above = (actual >= low) & (actual <= high), actual > middle
        made.append(
            (kind, len(part), int(quarter.max()) + 1, float(inside.mean()), *interval(inside, quarter),
             float(above.mean()), *interval(above, quarter), float((actual < low).mean()), float((actual > high).mean()),
             float(np.median(width)) if len(width) else float("nan"))
        )  # fmt: skip
    columns = ["node_kind", "trials", "quarters", "inside_share", "inside_low", "inside_high", "above_middle_share",
               "middle_low", "middle_high", "below_share", "above_share", "width_share"]  # fmt: skip
    return pd.DataFrame(made, columns=columns)


def interval(hit: npt.NDArray[np.bool_], group: npt.NDArray[np.intp]) -> tuple[float, float]:
    """The 90 % interval of a share of hits when trials of one group move together (Wilson's, 1927, with effective trials).

    Effective trials: p (1 − p) over the cluster-robust variance of the share, between the number of groups and that of trials.

    >>> low, high = interval(np.array([True, True, False, False]), np.array([0, 0, 1, 1]))  # two groups, each of one mind
    >>> f"{low:.2f} {high:.2f}"
    '0.12 0.88'
    """
    share, groups = float(hit.mean()), int(group.max()) + 1
    off = np.bincount(group, hit - share)
    variance = float((off**2).sum()) / len(hit) ** 2 * groups / max(groups - 1, 1)
    count = share * (1 - share) / variance if variance > 0 else float(groups)
    count = min(max(count, groups), len(hit))
    z = _NINETY
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return float(max(middle - half, 0.0)), float(min(middle + half, 1.0))


def calibration_words(rows: pd.DataFrame) -> str:
    """What the trials say of the odds of nodes, in one or two sentences a board can read; empty without any."""
    found = rows[(rows["node_kind"] == "territory").to_numpy()]
    if found.empty:
        return ""
    row = next(found.itertuples())
    text = (
        f"Tried on {row.quarters} closed quarters, forecast the day before each began: {row.inside_share:.0%} of {row.trials} outcomes lay "
        f"within the bars (80% is wanted; the true share is likely {row.inside_low:.0%} to {row.inside_high:.0%}), {row.above_middle_share:.0%} "
        f"above the middle (50% is wanted; likely {row.middle_low:.0%} to {row.middle_high:.0%})."
    )
    if row.inside_high < _INSIDE:
        text += " The bars were too narrow."
    if row.middle_high < _HALF:
        text += " The middle was too high: read the odds as optimistic."
    elif row.middle_low > _HALF:
        text += " The middle was too low: read the odds as cautious."
    return text
