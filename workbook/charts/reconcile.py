"""Charts of the reconciliation: bridge, odds."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from workbook.charts.style import BLUE, GREEN, GREY, INK, ORANGE, SKY, VERMILION, amount_axis, axes
from workbook.money import format_amount


def bridge(frame: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Waterfall of one node. Columns step, kind (part, total), amount, in order."""
    ax = axes(ax, 7.2, 2.8)
    base, lows, colours = 0, [], []
    for row in frame.itertuples():
        lows.append(0 if row.kind == "total" else min(base, base + row.amount))
        if row.kind == "total":
            colours.append(BLUE if row.step != "target" else INK)
            base = row.amount
        else:
            colours.append(
                GREEN
                if row.amount >= 0 and not str(row.step).startswith("missing")
                else VERMILION
                if row.amount > 0
                else ORANGE
            )
            base += row.amount
    heights = frame["amount"].abs()
    place = list(range(len(frame)))
    ax.bar(place, heights, bottom=lows, color=colours, width=0.62)
    for at, low, row in zip(place, lows, frame.itertuples(), strict=True):
        sign = "+" if row.kind == "part" and row.amount > 0 and at else ""
        ax.text(
            at,
            low + abs(row.amount),
            sign + format_amount(row.amount, currency, short=True),
            ha="center",
            va="bottom",
            fontsize=8,
        )
    ax.set_xticks(place, [str(s).replace(" ", "\n", 1) for s in frame["step"]])
    amount_axis(ax, currency)
    ax.margins(y=0.15)
    ax.set_title("From what comes by itself to the target")
    return ax


def odds(frame: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """8 of 10 outcomes per node as a bar, the middle as a mark, the target as a line. Columns name, p10_amount, p50_amount,
    p90_amount, target_amount (missing: no mark), target_probability."""
    rows = frame.iloc[::-1].reset_index(drop=True)
    ax = axes(ax, 7.2, 0.9 + 0.3 * len(rows))
    place = list(range(len(rows)))
    ax.barh(
        place,
        rows["p90_amount"] - rows["p10_amount"],
        left=rows["p10_amount"],
        height=0.5,
        color=SKY,
        label="8 of 10 outcomes",
    )
    ax.vlines(
        rows["p50_amount"],
        [p - 0.25 for p in place],
        [p + 0.25 for p in place],
        colors=BLUE,
        linewidth=2,
        label="middle",
    )
    given = rows["target_amount"].notna().to_numpy()
    at = [p for p, g in zip(place, given, strict=True) if g]
    ax.vlines(
        rows.loc[given, "target_amount"].astype("float64"), [a - 0.4 for a in at], [a + 0.4 for a in at],
        colors=VERMILION, linewidth=2.2, label="target",
    )  # fmt: skip
    for p, row in zip(place, rows.itertuples(), strict=True):
        if row.target_probability == row.target_probability:
            ax.annotate(
                f"{row.target_probability:.0%}",
                (1.01, p),
                xycoords=("axes fraction", "data"),
                va="center",
                color=GREY,
                fontsize=8,
            )
    ax.set_yticks(place, rows["name"].tolist(), color=INK)
    amount_axis(ax, currency, "x")
    ax.set_title("Simulated year, and the chance of the target")
    ax.legend(frameon=False, fontsize=8, loc="lower right", ncols=3)
    return ax
