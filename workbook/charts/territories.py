"""Charts of territories: balance before and after, hours needed and there, the map, the trade-off, the proof."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from workbook.charts.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    amount_axis,
    axes,
    legend_above,
)

_COLOURS = (BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, YELLOW, GREY)
#: More reps than this are not drawn one by one.
_MOST = 40


def hours(capacity: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Hours needed against hours there are, per rep, the fullest first. Columns rep_id, name, needed_hours, available_hours.

    Reps whose hours are not known show only what they need.
    """
    rows = capacity.assign(free=(capacity["available_hours"] - capacity["needed_hours"]).fillna(np.inf))
    rows = rows.sort_values(["free", "rep_id"], kind="stable").head(_MOST)
    ax = axes(ax, 7.2, 0.9 + 0.19 * max(3, len(rows)))
    place = np.arange(len(rows))[::-1]
    needed = rows["needed_hours"].to_numpy(float)
    there = rows["available_hours"].to_numpy(float)
    over = needed > np.where(np.isnan(there), np.inf, there)
    ax.barh(place, needed, height=0.62, color=np.where(over, VERMILION, BLUE), label="_")
    known = ~np.isnan(there)
    ax.plot(
        there[known],
        place[known],
        linestyle="none",
        marker="|",
        markersize=11,
        markeredgewidth=2.2,
        color=INK,
        label="hours there are",
    )
    ax.set_yticks(place, [f"{n} ({r})" for n, r in zip(rows["name"], rows["rep_id"], strict=True)], fontsize=7.5)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.set_xlim(left=0)
    ax.set_xlabel("hours in the months ahead; red: more than there are")
    ax.set_title("Hours that the books need, by rep", loc="left")
    if known.any():
        ax.legend(frameon=False, fontsize=8, loc="lower right")
    return ax


def balance(
    cards: pd.DataFrame, measures: Sequence[str] = ("sales", "potential", "workload"), ax: Axes | None = None
) -> Axes:
    """Each rep's index (fair share = 100) before and after, one column of dots per measure.

    Columns rep_id, measure, index_before, index_after. The grey band is where a plan pays nothing (95 to 105).
    """
    wanted = [m for m in measures if m in set(cards["measure"])]
    reps = list(dict.fromkeys(cards["rep_id"]))[:_MOST]
    ax = axes(ax, 7.4, 0.9 + 0.19 * max(3, len(reps)))
    width = 260.0
    place = {rep: len(reps) - 1 - at for at, rep in enumerate(reps)}
    for at, measure in enumerate(wanted):
        rows = cards[(cards["measure"] == measure) & cards["rep_id"].isin(reps)]
        y = rows["rep_id"].map(place).to_numpy(float)
        before = np.minimum(rows["index_before"].to_numpy(float), 250) + at * width
        after = np.minimum(rows["index_after"].to_numpy(float), 250) + at * width
        ax.axvspan(95 + at * width, 105 + at * width, color=PALE, zorder=0)
        ax.hlines(y, before, after, color=GREY, linewidth=1)
        ax.plot(before, y, linestyle="none", marker="o", markersize=4, color=ORANGE, label="before" if at == 0 else "_")
        ax.plot(after, y, linestyle="none", marker="o", markersize=4, color=BLUE, label="after" if at == 0 else "_")
    ticks = [(at * width + value, str(value)) for at in range(len(wanted)) for value in (0, 100, 200)]
    ax.set_xticks([x for x, _ in ticks], [text for _, text in ticks])
    ax.set_xlim(-8, max(1, len(wanted)) * width)
    ax.set_yticks([place[r] for r in reps], reps, fontsize=7.5)
    ax.set_ylim(-0.7, len(reps) - 0.3)
    for at, measure in enumerate(wanted):
        ax.annotate(measure, (at * width + 100, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
                    textcoords="offset points", ha="center", fontsize=9, color=INK)  # fmt: skip
    ax.set_xlabel("index: 100 is the fair share by capacity (250 and more at the edge)")
    ax.set_title("Books before and after", loc="left", pad=24)
    if len(wanted):
        ax.legend(frameon=False, fontsize=8, loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=2.2, ncols=2)
    return ax


def tradeoff(curve: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Imbalance that is left against accounts that move. Columns factor, moved_share, balance_points; 1 is as published."""
    ax = axes(ax, 6.0, 3.0)
    ax.plot(curve["moved_share"], curve["balance_points"], color=GREY, linewidth=1, zorder=1)
    ours = np.isclose(curve["factor"], 1.0)
    ax.scatter(
        curve["moved_share"],
        curve["balance_points"],
        s=np.where(ours, 70, 30),
        color=np.where(ours, VERMILION, BLUE),
        zorder=2,
    )
    for x, y, factor in zip(curve["moved_share"], curve["balance_points"], curve["factor"], strict=True):
        text = "as it is" if factor == 0 else "as published" if np.isclose(factor, 1) else f"× {factor:g}"
        ax.annotate(text, (x, y), xytext=(6, 5), textcoords="offset points", fontsize=8)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_xlim(left=-0.01, right=max(0.05, float(curve["moved_share"].max()) * 1.25))
    ax.set_ylim(0, 1.12 * max(1e-9, float(curve["balance_points"].max())))
    ax.set_xlabel("accounts that move")
    ax.set_ylabel("points out of balance")
    ax.set_title("What balance costs in moves (weights of balance × factor)", loc="left")
    return ax


def book_map(accounts: pd.DataFrame, reps: Sequence[str], moved: Sequence[str] = (), ax: Axes | None = None) -> Axes:
    """Accounts on the map, coloured by rep, those that move ringed. Columns account_id, rep_id, latitude, longitude (known).

    No outlines and no network: degrees, stretched by the cosine of the middle latitude so that shapes hold.
    """
    ax = axes(ax, 7.2, 4.2)
    if accounts.empty:
        ax.set_title("Map: no coordinates are known", loc="left")
        ax.set_axis_off()
        return ax
    middle = float(accounts["latitude"].median())
    ax.set_aspect(1 / max(0.2, np.cos(np.radians(middle))))
    shown = list(reps)[: len(_COLOURS) - 1]
    for at, rep in enumerate(shown):
        rows = accounts[accounts["rep_id"] == rep]
        ax.scatter(rows["longitude"], rows["latitude"], s=14, color=_COLOURS[at], alpha=0.8, linewidths=0, label=rep)
    others = accounts[~accounts["rep_id"].isin(shown)]
    if len(others):
        ax.scatter(others["longitude"], others["latitude"], s=8, color=PALE, linewidths=0, zorder=0, label="others")
    ring = accounts[accounts["account_id"].isin(set(moved))]
    if len(ring):
        ax.scatter(
            ring["longitude"], ring["latitude"], s=34, facecolors="none", edgecolors=INK, linewidths=0.7, label="moves"
        )
    ax.set_xlabel("degrees east")
    ax.set_ylabel("degrees north")
    ax.set_title("Who holds what, on the map", loc="left")
    ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ax


def proof(steps: Sequence[tuple[str, float, float]], ax: Axes | None = None) -> Axes:
    """What each phase of the search reached: the plan's value above, the bound that no plan can beat below."""
    ax = axes(ax, 6.0, 2.4)
    told = [step for step in steps if step[0] != "relaxation"] or list(steps)
    place = np.arange(len(told))
    value, bound = np.array([s[1] for s in told]), np.array([s[2] for s in told])
    ax.vlines(place, bound, value, color=PALE, linewidth=9)
    ax.plot(place, value, linestyle="none", marker="_", markersize=16, markeredgewidth=2.5, color=BLUE, label="plan")
    ax.plot(
        place, bound, linestyle="none", marker="_", markersize=16, markeredgewidth=2.5, color=VERMILION, label="bound"
    )
    ax.set_xticks(place, [step[0] for step in told], fontsize=8)
    ax.set_xlim(-0.6, len(told) - 0.4)
    ax.margins(y=0.2)
    ax.set_ylabel("points")
    ax.set_title("How near to the best possible", loc="left")
    legend_above(ax)
    return ax


def staffing(months: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Hours there are and needed per month, all given nodes together. Columns month, available_hours, needed_hours."""
    ax = axes(ax, 6.4, 2.4)
    rows = months.groupby("month")[["available_hours", "needed_hours"]].sum(min_count=1)
    place = np.arange(len(rows))
    ax.bar(place, rows["available_hours"], color=SKY, width=0.7, label="hours there are")
    ax.plot(place, rows["needed_hours"], color=VERMILION, marker="o", markersize=4, label="hours needed")
    ax.set_xticks(place, [f"{m:%b %y}" for m in rows.index], fontsize=7.5)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("hours")
    ax.set_title("Hours by month", loc="left")
    ax.legend(frameon=False, fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.16))
    return ax


def tenure(rows: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Value of an account against years here, a dot per rep, new reps in another colour and shape.

    Columns rep_id, tenure_years, value_per_account_amount (minor units), new. New reps, and the poorest and richest book,
    are named; the dashed line is the middle of all.
    """
    ax = axes(ax, 7.0, 3.0)
    value = rows["value_per_account_amount"].to_numpy(np.float64)
    years, new = rows["tenure_years"].to_numpy(np.float64), rows["new"].to_numpy(dtype=bool)
    for mask, colour, marker, label in ((~new, BLUE, "o", "here longer"), (new, VERMILION, "D", "new")):
        if mask.any():
            ax.plot(
                years[mask],
                value[mask],
                linestyle="none",
                marker=marker,
                markersize=5.5,
                color=colour,
                label=label,
                clip_on=False,
            )
    if len(rows):
        ax.axhline(float(np.median(value)), color=GREY, linewidth=1, linestyle="--", zorder=0, label="middle of all")
        named = np.flatnonzero(new | (value == value.min()) | (value == value.max()))[:_MOST]
        right = years > 0.85 * years.max()
        for at in named:
            ax.annotate(
                str(rows["rep_id"].iloc[at]), (years[at], value[at]), xytext=(-6 if right[at] else 6, 4),
                textcoords="offset points", fontsize=8, ha="right" if right[at] else "left",
            )  # fmt: skip
        legend_above(ax)
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    ax.margins(y=0.15)
    amount_axis(ax, currency)
    ax.set_xlabel("years since the hire")
    ax.set_ylabel("projection per account")
    ax.set_title("Value of an account by tenure of its rep", loc="left")
    return ax
