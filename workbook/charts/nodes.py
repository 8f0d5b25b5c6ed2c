"""Charts of many nodes side by side."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from workbook.charts.style import BLUE, INK, SKY, VERMILION, amount_axis, axes, legend_above


def plan_against_target(frame: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """One row per node: plan (pale), booked so far (dark), a mark at the target. Columns name, plan_amount, actual_amount,
    target_amount (missing: no mark); a missing plan says so beside the name."""
    rows = frame.sort_values(["plan_amount", "name"], ignore_index=True, na_position="first")
    unknown = rows["plan_amount"].isna()
    rows["name"] = rows["name"].where(~unknown, rows["name"] + " (no plan yet)")
    rows["plan_amount"] = rows["plan_amount"].fillna(0)
    ax = axes(ax, 7.2, 0.9 + 0.28 * len(rows))
    place = list(range(len(rows)))
    ax.barh(place, rows["plan_amount"], height=0.62, color=SKY, label="plan")
    ax.barh(place, rows["actual_amount"], height=0.3, color=BLUE, label="booked so far")
    given = rows["target_amount"].notna().to_numpy()
    at = [p for p, g in zip(place, given, strict=True) if g]
    ax.vlines(
        rows.loc[given, "target_amount"].astype("float64"), [a - 0.42 for a in at], [a + 0.42 for a in at],
        colors=VERMILION, linewidth=2.2, label="target",
    )  # fmt: skip
    ax.set_yticks(place, rows["name"].tolist(), color=INK)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    amount_axis(ax, currency, "x")
    ax.set_title("Plan and bookings against target")
    legend_above(ax)
    return ax
