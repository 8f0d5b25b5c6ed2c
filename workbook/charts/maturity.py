"""Charts of maturity."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from workbook.charts.style import BLUE, INK, PALE, SKY, VERMILION, axes

_NAMES = ("initiating", "competitive", "world class")


def ladder(levels: pd.DataFrame, before: pd.DataFrame | None = None, ax: Axes | None = None) -> Axes:
    """One row per capability with its level of three steps; a ring at the last cycle's. Columns capability, level (0: not known)."""
    rows = levels.iloc[::-1].reset_index(drop=True)
    ax = axes(ax, 6.6, 0.8 + 0.34 * len(rows))
    place = list(range(len(rows)))
    for step in (1, 2, 3):
        reached = [level >= step for level in rows["level"]]
        ax.barh(
            place,
            0.94,
            left=step - 0.97,
            height=0.6,
            color=[(SKY if step < 3 else BLUE) if r else PALE for r in reached],
        )
    for p, level in zip(place, rows["level"], strict=True):
        if level == 0:
            ax.text(0.06, p, "not known", va="center", fontsize=8, color=VERMILION)
    if before is not None:
        past = before.set_index("capability")["level"]
        points = [(past[c] - 0.5, p) for c, p in zip(rows["capability"], place, strict=True) if past.get(c, 0)]
        if points:
            ax.scatter(
                [x for x, _ in points],
                [y for _, y in points],
                s=46,
                facecolors="none",
                edgecolors=INK,
                label="last cycle",
                zorder=3,
            )
            ax.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.08))
    ax.set_yticks(place, rows["capability"].tolist(), color=INK)
    ax.set_xticks([0.5, 1.5, 2.5], _NAMES)
    ax.set_xlim(0, 3)
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_title("Maturity per capability, measured in the book")
    return ax
