"""Charts of the reconciliation: bridge, odds."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from workbook.charts.style import BLUE, GREEN, INK, ORANGE, SKY, VERMILION, amount_axis, axes
from workbook.checks import chance as in_words
from workbook.money import format_amount


def bridge(frame: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Waterfall of one node. Columns step, kind (part, total), amount, in order; known (optional): false says "not known"."""
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
            sign + format_amount(row.amount, currency, short=True) if getattr(row, "known", True) else "not known",
            ha="center",
            va="bottom",
            fontsize=8,
        )
    said = [
        "above the target" if str(s).startswith("missing") and a < 0 else str(s)
        for s, a in zip(frame["step"], frame["amount"], strict=True)
    ]
    ax.set_xticks(place, [s.replace(" ", "\n", 1) for s in said])
    amount_axis(ax, currency)
    ax.margins(y=0.15)
    ax.set_title("From what comes by itself to the target")
    return ax


def odds(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """8 of 10 simulated years per node as a bar, the middle as a mark, in percent of the node's target.

    Columns name, p10_amount, p50_amount, p90_amount, target_amount, target_probability; nodes without a target are left out.
    """
    rows = frame[frame["target_amount"].notna().to_numpy() & (frame["target_amount"].fillna(0) > 0).to_numpy()]
    rows = rows.iloc[::-1].reset_index(drop=True)
    ax = axes(ax, 7.2, 0.9 + 0.26 * len(rows))
    place = list(range(len(rows)))
    target = rows["target_amount"].astype("float64") / 100
    low, middle, high = (rows[c] / target for c in ("p10_amount", "p50_amount", "p90_amount"))
    ax.axvline(100, color=VERMILION, linewidth=1.6, label="target", zorder=0)
    ax.barh(place, high - low, left=low, height=0.55, color=SKY, label="8 of 10 simulated years")
    ax.vlines(middle, [p - 0.28 for p in place], [p + 0.28 for p in place], colors=BLUE, linewidth=2, label="middle")
    least, most = min(float(low.min()), 100.0), max(float(high.max()), 100.0)
    ax.set_xlim(max(least - 0.05 * (most - least), 0.0) if least >= 0 else least, most + 0.05 * (most - least))
    for p, chance in zip(place, rows["target_probability"], strict=True):
        ax.annotate(in_words(chance), (1.01, p), xycoords=("axes fraction", "data"), va="center", color=INK, fontsize=8)
    ax.set_yticks(place, rows["name"].tolist(), color=INK)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
    ax.set_title("Percent of the target, and the chance of it")
    ax.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=3)
    return ax


def progress(frame: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Booked, plan and target of one node since the year's start. Columns period, plan_to_date_amount, target_to_date_amount,
    actual_to_date_amount (missing where not known), in order."""
    ax = axes(ax, 7.0, 2.8)
    place = list(range(1, len(frame) + 1))

    def line(column: str) -> pd.Series:
        return frame[column].astype("Float64").astype("float64")

    ax.plot(place, line("plan_to_date_amount"), color=SKY, linewidth=2, label="plan")
    target = line("target_to_date_amount")
    if target.notna().any():
        ax.plot(place, target, color=VERMILION, linewidth=1.6, label="target")
    booked = line("actual_to_date_amount")
    known = booked.notna().to_numpy()
    ax.plot(
        [p for p, k in zip(place, known, strict=True) if k], booked[known], color=BLUE, linewidth=2.6, label="booked"
    )
    ax.set_xticks(place, [str(p)[-3:] for p in frame["period"]])
    ax.set_ylim(bottom=0)
    amount_axis(ax, currency)
    ax.set_title("The year so far, added up")
    ax.legend(frameon=False, fontsize=8, loc="upper left")
    return ax
