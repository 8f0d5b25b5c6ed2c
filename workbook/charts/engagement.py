"""Charts of how accounts are worked: held against worked, touches by day, cadence, Lorenz curves, NPS with its interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import PercentFormatter

from workbook.charts.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, SKY, VERDICT, VERMILION, amount_axis, axes

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SERIES = (BLUE, VERMILION, GREEN, ORANGE, SKY)


def held_worked(books: pd.DataFrame, names: pd.Series | None = None, ax: Axes | None = None) -> Axes:
    """Accounts held against the share of them worked, one dot per rep, its size the high-value accounts held.

    Columns rep_id, accounts, worked_share, high_value, sits; ``names`` by rep_id label reps who sit on their accounts (and
    all, when there are at most 15).
    """
    ax = axes(ax, 7.2, 3.4)
    sits = books["sits"].to_numpy(dtype=bool)
    size = 18 + 4 * books["high_value"].to_numpy(dtype=float)
    for on, colour, label in ((~sits, BLUE, "works the book"), (sits, VERMILION, "holds much, works little")):
        if on.any():
            rows = books[on]
            ax.scatter(
                rows["accounts"], rows["worked_share"], s=np.minimum(size[on], 400), color=colour, alpha=0.7,
                edgecolors="white", linewidths=0.5, label=label,
            )  # fmt: skip
    told = books if len(books) <= 15 else books[sits].head(15)
    label = told["rep_id"] if names is None else told["rep_id"].map(names).fillna(told["rep_id"])
    for x, y, text in zip(told["accounts"], told["worked_share"], label, strict=True):
        ax.annotate(str(text), (x, y), xytext=(6, 4), textcoords="offset points", fontsize=8, color=INK)
    ax.set_xlabel("accounts held (size of dot: high-value accounts)")
    ax.set_ylabel("share worked in 12 months")
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_ylim(0, 1.08)
    ax.set_xlim(left=0)
    ax.margins(x=0.12)
    ax.set_title("Accounts held and accounts worked, by rep", loc="left")
    if len(books):
        ax.legend(frameon=False, fontsize=8, loc="center right")
    return ax


def touch_calendar(daily: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Heat map of real touches: a column per week, a row per weekday. Columns done_on (every day), touches."""
    ax = axes(ax, 7.6, 1.9, layout="constrained")
    if daily.empty:
        ax.set_title("Real touches by day: none on record", loc="left")
        return ax
    day = daily["done_on"]
    monday = day.min() - pd.Timedelta(days=int(day.min().weekday()))
    week = ((day - monday).dt.days // 7).to_numpy()
    grid = np.full((7, week.max() + 1), np.nan)
    grid[day.dt.day_of_week.to_numpy(), week] = daily["touches"].to_numpy(dtype=float)
    shades = LinearSegmentedColormap.from_list("touches", ["#F2F2F2", SKY, BLUE, "#08306B"])
    high = float(np.nanmax(grid)) or 1.0
    image = ax.imshow(grid, aspect="auto", cmap=shades, vmin=0, vmax=high, interpolation="none")
    first = day.dt.day.to_numpy() == 1
    ax.set_xticks(week[first], [f"{d:%b %y}" if d.month in (1, 7) else f"{d:%b}" for d in day[first]], fontsize=8)
    ax.set_yticks(range(7), _DAYS, fontsize=8)
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)
    bar = ax.figure.colorbar(image, ax=ax, shrink=0.9, pad=0.01)
    bar.ax.tick_params(labelsize=8)
    bar.outline.set_visible(False)
    ax.set_title(f"Real touches by day ({int(daily['touches'].sum()):,} in all)", loc="left")
    return ax


def cadence_board(counts: pd.DataFrame, ax: Axes | None = None, *, limit: int = 30) -> Axes:
    """Bars of the shares of accounts on time, late and failing, one row per label, worst first.

    Columns label, ok, warn, fail, not_known (numbers of accounts).
    """
    total = counts[["ok", "warn", "fail", "not_known"]].sum(axis=1).clip(lower=1)
    order = np.lexsort((counts["label"], -(counts["fail"] / total).to_numpy()))[:limit][::-1]
    rows, total = counts.iloc[order], total.iloc[order]
    ax = axes(ax, 7.2, 0.9 + 0.22 * max(len(rows), 2))
    left = np.zeros(len(rows))
    for column, verdict, label in (
        ("ok", "ok", "on time"), ("warn", "warn", "late"), ("fail", "fail", "failing"), ("not_known", "not known", "not known"),
    ):  # fmt: skip
        values = (rows[column] / total).to_numpy(dtype=float)
        if values.any():
            ax.barh(range(len(rows)), values, left=left, color=VERDICT[verdict], height=0.72, label=label)
            left = left + values
    ax.set_yticks(range(len(rows)), [f"{t} ({n:,})" for t, n in zip(rows["label"], total, strict=True)], fontsize=8)
    ax.set_xlabel("share of accounts (in brackets: how many)")
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_xlim(0, 1)
    ax.set_ylim(-0.6, max(len(rows) - 0.4, 0.6))
    ax.set_title("Cadence" + (f": the {limit} with most failing" if len(counts) > limit else ""), loc="left")
    if left.any():
        ax.legend(frameon=False, fontsize=8, ncols=4, loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1)
    return ax


def lorenz_curves(lorenz: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """How unevenly accounts and touches are spread. Columns measure, share_of_holders, share, gini."""
    ax = axes(ax, 4.6, 3.6)
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="even")
    for at, (measure, part) in enumerate(lorenz.groupby("measure", sort=False)):
        ax.plot(
            part["share_of_holders"], part["share"], color=_SERIES[at % len(_SERIES)], linewidth=1.8,
            linestyle=("-", "--", "-.")[at % 3], label=f"{measure} (Gini {part['gini'].iloc[0]:.2f})",
        )  # fmt: skip
    ax.set_xlabel("share of reps or accounts, smallest first")
    ax.set_ylabel("share of what they hold")
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_title("How unevenly it is spread (Lorenz curves)", loc="left")
    ax.legend(frameon=False, fontsize=8, loc="upper left")
    return ax


def nps_by_rep(nps: pd.DataFrame, names: pd.Series | None = None, ax: Axes | None = None, *, limit: int = 30) -> Axes:
    """NPS of each rep's accounts as a dot with its interval. Columns rep_id, n, nps, low, high."""
    known = nps[nps["n"] > 0].sort_values(["nps", "n", "rep_id"], kind="stable")
    rows = known.tail(limit)
    ax = axes(ax, 7.2, 0.9 + 0.22 * max(len(rows), 2))
    at = np.arange(len(rows))
    ax.hlines(at, rows["low"], rows["high"], color=SKY, linewidth=4)
    ax.scatter(rows["nps"], at, color=BLUE, s=20, zorder=3)
    ax.axvline(0, color=GREY, linewidth=0.8)
    label = rows["rep_id"] if names is None else rows["rep_id"].map(names).fillna(rows["rep_id"])
    ax.set_yticks(at, [f"{text} (n = {n})" for text, n in zip(label, rows["n"], strict=True)], fontsize=8)
    ax.set_xlim(-105, 105)
    ax.set_ylim(-0.6, max(len(rows) - 0.4, 0.6))
    ax.set_xlabel("Net Promoter Score, with the interval that its few answers allow")
    ax.set_title("How clients rate the relationship" if len(rows) else "NPS: no answers on record", loc="left")
    return ax


def leaver_bars(leaver: pd.DataFrame, currency: str, names: pd.Series | None = None, ax: Axes | None = None) -> Axes:
    """What would go with each rep: sales and open pipeline. Columns rep_id, sales_12m_amount, open_amount; worst first."""
    rows = leaver.head(10).iloc[::-1]
    ax = axes(ax, 7.2, 0.9 + 0.3 * max(len(rows), 2))
    at = np.arange(len(rows))
    ax.barh(at, rows["sales_12m_amount"], color=BLUE, height=0.65, label="sales of 12 months")
    ax.barh(at, rows["open_amount"], left=rows["sales_12m_amount"], color=ORANGE, height=0.65, label="open pipeline")
    label = rows["rep_id"] if names is None else rows["rep_id"].map(names).fillna(rows["rep_id"])
    ax.set_yticks(at, [str(text) for text in label], fontsize=8)
    amount_axis(ax, currency, "x")
    ax.set_title("Leaver test: what would go with each rep", loc="left")
    ax.legend(frameon=False, fontsize=8, loc="lower right")
    return ax


def prospect_touches(prospects: pd.DataFrame, low: int, high: int, ax: Axes | None = None) -> Axes:
    """Prospects by real touches so far, the band that winning usually takes shaded. Column touches."""
    ax = axes(ax, 7.2, 2.4)
    top = max(high + 5, 1)
    counts = np.bincount(np.minimum(prospects["touches"].to_numpy(dtype=np.int64), top), minlength=top + 1)
    ax.axvspan(low - 0.5, high + 0.5, color=PALE, label=f"{low} to {high}: what a new client usually takes")
    ax.bar(range(top + 1), counts, color=BLUE, width=0.8)
    ax.set_xticks(range(0, top + 1, 2), [f"{n}+" if n == top else str(n) for n in range(0, top + 1, 2)])
    ax.set_xlabel("real touches so far")
    ax.set_ylabel("prospects")
    ax.set_title("Where prospects stand", loc="left")
    ax.legend(frameon=False, fontsize=8, loc="upper right")
    return ax


def flagged_by_signal(counts: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Flagged activities by signal, yellow and red. Columns signal, yellow, red."""
    rows = counts.iloc[::-1]
    ax = axes(ax, 7.2, 0.9 + 0.28 * max(len(rows), 2))
    at = np.arange(len(rows))
    ax.barh(at, rows["yellow"], color="#F0C808", height=0.65, label="yellow")
    ax.barh(at, rows["red"], left=rows["yellow"], color=VERMILION, height=0.65, label="red")
    ax.set_yticks(at, rows["signal"].tolist(), fontsize=8)
    ax.set_xlabel("recorded activities (one may show several signals)")
    ax.set_title("Why activities do not count" if len(rows) else "No activity is flagged", loc="left")
    if len(rows):
        ax.legend(frameon=False, fontsize=8, ncols=2, loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1)
    return ax
