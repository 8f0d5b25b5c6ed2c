"""Charts of what was sold and what is open."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from workbook.charts.style import BLUE, GREY, INK, PALE, VERMILION, amount_axis, axes, legend_above


def sales_against_target(frame: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Bars of sales by period, a mark for each target. Columns period, amount, target_amount (missing: no mark)."""
    ax = axes(ax, 7.2, 2.6)
    place = list(range(len(frame)))
    running = frame["running"].to_numpy(bool) if "running" in frame else [False] * len(frame)
    ax.bar(
        place, frame["amount"], color=[PALE if r else BLUE for r in running], edgecolor=BLUE, width=0.7, label="sales"
    )
    given = frame["target_amount"].notna().to_numpy()
    if given.any():
        at = [p for p, g in zip(place, given, strict=True) if g]
        ax.hlines(
            frame.loc[given, "target_amount"].astype("float64"), [a - 0.42 for a in at], [a + 0.42 for a in at],
            colors=VERMILION, linewidth=2.2, label="target",
        )  # fmt: skip
    ax.set_xticks(place, [p.removeprefix("FY").replace("-", "\n") for p in frame["period"]], rotation=0, fontsize=8)
    amount_axis(ax, currency)
    ax.set_title("Sales by quarter against target" if given.any() else "Sales by quarter (no targets given)")
    legend_above(ax)
    return ax


#: From the last stage of the sales process to the first.
_STAGES = LinearSegmentedColormap.from_list("stages", ["#08306B", "#2171B5", "#6BAED6", "#C6DBEF"])


def pipeline(wide: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Open deals by expected quarter (index), stacked by stage (columns, as they follow each other): the last ones at the bottom,
    darkest. A stage has the same colour wherever the columns are the same, also where it has no deal.
    """
    ax = axes(ax, 7.2, 2.6)
    base = pd.Series(0, index=wide.index)
    for at, stage in enumerate(reversed(wide.columns)):
        if wide[stage].any():
            shade = _STAGES(at / max(len(wide.columns) - 1, 1))
            ax.bar(range(len(wide)), wide[stage], bottom=base, color=shade, label=str(stage), width=0.6)
            base = base + wide[stage]
    ax.set_xticks(range(len(wide)), [str(p).removeprefix("FY").replace("-", "\n") for p in wide.index], fontsize=8)
    ax.set_xlim(-0.6, max(len(wide), 4) - 0.4)
    amount_axis(ax, currency)
    ax.set_title("Open pipeline by expected quarter and stage")
    ax.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0), reverse=True)
    return ax


def product_mix(frame: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Sales by product family, last twelve months beside the twelve before."""
    rows = frame.head(10).iloc[::-1]
    ax = axes(ax, 7.2, 0.8 + 0.32 * max(len(rows), 1))
    place = range(len(rows))
    ax.barh([p + 0.19 for p in place], rows["sales_12m_amount"], height=0.36, color=BLUE, label="last 12 months")
    before = bool(rows["sales_prior_12m_amount"].ne(0).any())
    label = "12 months before" if before else "12 months before: none on record"
    ax.barh([p - 0.19 for p in place], rows["sales_prior_12m_amount"], height=0.36, color=GREY, label=label)
    ax.set_yticks(list(place), rows["product_family"].tolist(), color=INK)
    amount_axis(ax, currency, "x")
    ax.set_title("Product mix")
    legend_above(ax)
    return ax
