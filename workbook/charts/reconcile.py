"""Charts of the reconciliation: bridge, odds."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from workbook.charts.style import BLUE, GREEN, GREY, INK, ORANGE, SKY, VERMILION, amount_axis, axes
from workbook.checks import chance as in_words
from workbook.money import format_amount


def bridge(frame: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Waterfall of one node, read from above: a bar per step, which begins where the one before ended.

    Columns step, kind (part, total), amount, in order; known (optional): false says "not known".
    """
    ax = axes(ax, 7.2, 0.7 + 0.27 * len(frame))
    total = (frame["kind"] == "total").to_numpy()
    amounts = [int(amount) for amount in frame["amount"]]
    place, ends = list(range(len(frame))), list[int]()
    for at in place:
        ends.append(amounts[at] if total[at] or not at else ends[-1] + amounts[at])
    starts = [end - amount for end, amount in zip(ends, amounts, strict=True)]
    lows, highs = (
        [min(pair) for pair in zip(starts, ends, strict=True)],
        [max(pair) for pair in zip(starts, ends, strict=True)],
    )
    colours = [_step_colour(str(s), t, a) for s, t, a in zip(frame["step"], total, amounts, strict=True)]
    ax.barh(place, [abs(amount) for amount in amounts], left=lows, color=colours, height=0.68)
    for at in place[:-1]:
        ax.plot([ends[at], ends[at]], [at + 0.34, at + 0.66], color=GREY, linewidth=0.8)
    known = frame["known"] if "known" in frame else [True] * len(frame)
    for at, amount, is_known in zip(place, amounts, known, strict=True):
        sign = "+" if not total[at] and amount > 0 and at else ""
        said = sign + format_amount(amount, currency, short=True) if is_known else "not known"
        ax.annotate(said, (highs[at], at), (4, 0), textcoords="offset points", va="center", fontsize=8)
    ax.set_yticks(place, [_step_name(str(s), a) for s, a in zip(frame["step"], amounts, strict=True)], color=INK)
    ax.set_ylim(len(frame) - 0.4, -0.6)
    ax.axvline(0, color=GREY, linewidth=0.8)
    amount_axis(ax, currency, "x")
    ax.set_title("From what comes by itself to the target")
    return ax


def _step_colour(step: str, total: bool, amount: int) -> str:
    if total:
        return INK if step == "target" else BLUE
    if amount < 0:
        return ORANGE
    return VERMILION if step.startswith("missing") and amount else GREEN


def _step_name(step: str, amount: int) -> str:
    return "above the target" if step.startswith("missing") and amount < 0 else step


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
