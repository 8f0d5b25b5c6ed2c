"""Charts of account plans: plan against quota by rep, what plans rest on, how planning is done, scores side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import PercentFormatter

from workbook.charts.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, SKY, VERMILION, amount_axis, axes

#: What a planned amount rests on: its colour, from the firmest to none.
SOURCES = {"run_rate": BLUE, "renewal": SKY, "opportunity": GREEN, "whitespace": ORANGE, "not_identified": PALE}


def plan_against_quota(status: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """One bar per rep: the plan, its mark the quota. Columns name, planned_amount, street_amount (Int64), sent, accounts.

    Reps who have not sent all their plans are pale; without a plan there is no bar.
    """
    ax = axes(ax, 7.2, 0.6 + 0.23 * max(len(status), 3))
    rows = status.sort_values(
        ["street_amount", "name"], ascending=[True, False], na_position="first", ignore_index=True
    )
    at = np.arange(len(rows))
    plan = rows["planned_amount"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    quota = rows["street_amount"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    whole = (rows["sent"] >= rows["accounts"]).to_numpy(dtype=bool)
    short = plan < quota
    colours = np.where(~whole, GREY, np.where(short, VERMILION, BLUE)).tolist()
    ax.barh(at, np.nan_to_num(plan), color=colours, height=0.66)
    ax.scatter(quota, at, marker="|", s=90, color=INK, linewidths=2, label="quota", zorder=3)
    ax.set_yticks(at, rows["name"].tolist(), fontsize=8)
    for colour, words in ((BLUE, "plan"), (VERMILION, "plan below quota"), (GREY, "not all plans sent")):
        if colour in colours:
            ax.barh([0], [0], color=colour, label=words)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.set_xlim(left=0)
    amount_axis(ax, currency, "x")
    ax.set_title("Plans against quota, by rep", loc="left")
    ax.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return ax


def rests_on(amounts: pd.DataFrame, names: Mapping[str, str], currency: str, ax: Axes | None = None) -> Axes:
    """Planned amounts by period, stacked by what they rest on. Columns period, source, amount; ``names`` of sources."""
    ax = axes(ax, 7.2, 2.8)
    table = amounts.pivot_table(index="period", columns="source", values="amount", aggfunc="sum", fill_value=0)
    at, base = np.arange(len(table)), np.zeros(len(table))
    for source, colour in SOURCES.items():
        if source in table and table[source].any():
            height = table[source].to_numpy(dtype=float)
            edge = GREY if source == "not_identified" else colour
            ax.bar(
                at,
                height,
                bottom=base,
                color=colour,
                edgecolor=edge,
                linewidth=0.6,
                width=0.7,
                label=names.get(source, source),
            )
            base = base + height
    ax.set_xticks(at, [str(p).partition("-")[2] or str(p) for p in table.index])
    amount_axis(ax, currency)
    ax.set_title("What the plans rest on", loc="left")
    if len(table):
        ax.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return ax


def how_planned(shares: Mapping[str, float], ax: Axes | None = None) -> Axes:
    """How planning is really done: one bar per question, the share (0 to 1) of accounts for which it is so."""
    ax = axes(ax, 7.2, 0.7 + 0.28 * max(len(shares), 2))
    words, values = list(shares)[::-1], np.array(list(shares.values())[::-1], dtype=float)
    at = np.arange(len(words))
    ax.barh(at, np.ones(len(words)), color="#F2F2F2", height=0.62)
    ax.barh(at, np.nan_to_num(values), color=BLUE, height=0.62)
    for y, value in zip(at, values, strict=True):
        ax.text(1.01, float(y), "not known" if np.isnan(value) else f"{value:.0%}", va="center", fontsize=8, color=INK)
    ax.set_yticks(at, words, fontsize=9)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_xlim(0, 1.1)
    ax.set_title("How planning is done, share of accounts", loc="left")
    return ax


def score_board(scores: pd.DataFrame, names: Mapping[str, str], ax: Axes | None = None) -> Axes:
    """A heat map of mean scores (0 to 1) per rep: first column ``name``, then one column per score; missing stays blank."""
    columns = list(names)
    ax = axes(ax, 7.2, 0.9 + 0.21 * max(len(scores), 3))
    grid = scores[columns].to_numpy(dtype=float)
    shades = LinearSegmentedColormap.from_list("scores", ["#FBE3D6", "#F7F7F7", SKY, BLUE], bad="white")
    ax.imshow(np.ma.masked_invalid(grid), aspect="auto", cmap=shades, vmin=0, vmax=1)
    for row, column in np.ndindex(*grid.shape):
        value = grid[row, column]
        ax.text(
            column, row, "–" if np.isnan(value) else f"{value:.0%}", ha="center", va="center", fontsize=7.5,
            color="white" if value > 0.7 else INK,
        )  # fmt: skip
    ax.set_xticks(range(len(columns)), [names[c] for c in columns], fontsize=8)
    ax.set_yticks(range(len(scores)), scores["name"].tolist(), fontsize=8)
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_title("Scores of plans, mean by rep", loc="left")
    return ax
