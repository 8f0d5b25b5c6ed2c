"""Charts of targets: why a number is what it is, the tree, how fair quotas are, scenarios."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle

from workbook.charts.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, SKY, VERMILION, amount_axis, axes
from workbook.money import format_amount

_GROWTH = LinearSegmentedColormap.from_list("growth", ["#E69F00", "#F7F4EE", "#0072B2"])


def waterfall(steps: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Why a number is what it is. Columns layer (target, hedge), step, amount of one node; totals are drawn after each layer."""
    target = steps[steps["layer"] == "target"]
    hedge = steps[steps["layer"] == "hedge"]
    rows: list[tuple[str, float, float, str]] = []
    running = 0.0
    for part, total in ((target, "target"), (hedge, "street quota")):
        for row in part[part["amount"] != 0].itertuples():
            colour = BLUE if not rows else GREEN if row.amount > 0 else VERMILION
            rows.append((str(row.step), running, float(row.amount), colour))
            running += float(row.amount)
        rows.append((total, 0.0, running, INK))
    ax = axes(ax, 7.2, 0.7 + 0.3 * len(rows))
    place = np.arange(len(rows))[::-1]
    left = np.array([min(a, a + d) for _, a, d, _ in rows])
    width = np.array([abs(d) for _, _, d, _ in rows])
    ax.barh(place, width, left=left, height=0.66, color=[c for *_, c in rows])
    ax.set_yticks(place, [name for name, *_ in rows])
    small, large = left[width > 0].min(initial=0.0), (left + width).max(initial=1.0)
    reach = large - min(small, 0.0)
    for y, (name, _, amount, _), end in zip(place, rows, left + width, strict=True):
        shown = format_amount(round(amount), currency, short=True)
        sign = "+" if amount > 0 and name not in ("target", "street quota") and y != place[0] else ""
        ax.annotate(f"{sign}{shown}", (end, y), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8)
    ax.set_xlim(min(small, 0.0), large + 0.2 * reach)
    amount_axis(ax, currency, "x")
    ax.set_title("How the number comes about", loc="left")
    return ax


def tree_map(nodes: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """The tree as a map: each level a row, a node as wide as its target, its colour the target against last year's sales.

    Columns node, name, parent, node_kind (territory, rep), target_amount, last_year_amount; parents before children.
    """
    rows = nodes[nodes["node_kind"] != "account"].reset_index(drop=True)
    position = {node: i for i, node in enumerate(rows["node"])}
    value = np.maximum(rows["target_amount"].to_numpy(dtype=np.float64), 0.0)
    depth, start, used = np.zeros(len(rows), dtype=int), np.zeros(len(rows)), np.zeros(len(rows))
    for i, parent in enumerate(rows["parent"]):
        at = position.get(parent, -1) if isinstance(parent, str) else -1
        if at >= 0:
            depth[i], start[i] = depth[at] + 1, start[at] + used[at]
            used[at] += value[i]
        else:
            start[i] = value[:i][depth[:i] == 0].sum()
    past = rows["last_year_amount"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    ratio = np.divide(value, past, out=np.full(len(rows), np.nan), where=past > 0)
    high = int(depth.max(initial=0)) + 1
    ax = axes(ax, 7.4, 0.9 + 0.55 * high)
    shades = Normalize(0.6, 1.4)
    colours = [PALE if np.isnan(r) else _GROWTH(shades(r)) for r in ratio]
    boxes = [Rectangle((s, high - 1 - d), w, 0.92) for s, d, w in zip(start, depth, value, strict=True)]
    ax.add_collection(PatchCollection(boxes, facecolor=colours, edgecolor="white", linewidth=1.2, match_original=False))
    whole = (start + value).max(initial=1.0)
    for i in range(len(rows)):
        wide = value[i] / whole
        fits = [t for t in (str(rows["name"][i]), str(rows["node"][i])) if len(t) <= wide * 130]
        if not fits:
            continue
        text = fits[0]
        dark = not np.isnan(ratio[i]) and shades(ratio[i]) > 0.78
        middle = (start[i] + value[i] / 2, high - 0.54 - depth[i])
        ax.annotate(text, middle, ha="center", va="center", fontsize=7, color="white" if dark else INK)
    ax.set_xlim(0, whole)
    ax.set_ylim(-0.05, high)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    amount_axis(ax, currency, "x")
    ax.set_xlabel(
        "target; colour: orange below, blue above last year's sales, grey where these are not known", fontsize=8
    )
    ax.set_title("Where the target lies", loc="left")
    return ax


def quota_spread(fairness: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Each rep's quota against potential, history and capacity: 1 is the usual; outliers beyond a measure's bound are named.

    Columns rep_id, name, is_new, and potential, history and capacity, each as index (missing where not known) and bound.
    """
    measures = [("potential", "potential"), ("history", "last year's sales"), ("capacity", "selling hours")]
    ax = axes(ax, 7.2, 2.9)
    ax.axvline(1.0, color=GREY, linewidth=0.9)
    for place, (measure, _) in enumerate(measures[::-1]):
        column = f"{measure}_index"
        rows = fairness[fairness[column].notna() & (fairness[column] > 0)].sort_values(["rep_id"], kind="stable")
        if rows.empty:
            ax.annotate("not known", (1.0, place), ha="center", va="center", color=GREY, fontsize=8)
            continue
        x, factor = rows[column].to_numpy(dtype=np.float64), float(rows[f"{measure}_bound"].iloc[0])
        ax.fill_betweenx([place - 0.42, place + 0.42], 1 / factor, factor, color=PALE, alpha=0.6, linewidth=0)
        spread = 0.26 * np.sin(np.arange(len(x)) * 2.399963)  # golden angle: neighbours stand apart, always alike
        far = (x > factor) | (x < 1 / factor)
        new = rows["is_new"].to_numpy(dtype=bool)
        for chosen, colour, label in (
            (~far & ~new, BLUE, "usual"),
            (far & ~new, VERMILION, "outlier"),
            (new, ORANGE, "new rep"),
        ):
            shown = label if place == 2 else None
            ax.plot(x[chosen], place + spread[chosen], "o", color=colour, markersize=4.5, alpha=0.85, label=shown)
        order = np.argsort(-np.abs(np.log(x)))[:5]
        for i in order[far[order] & ~new[order]]:
            ax.annotate(
                rows["name"].iloc[i],
                (x[i], place + spread[i]),
                xytext=(5, 2),
                textcoords="offset points",
                fontsize=7.5,
            )
    ax.set_xscale("log")
    ticks = [0.25, 0.5, 1, 2, 4]
    ax.set_xticks(ticks, [f"{t:.2g}×" for t in ticks])
    ax.minorticks_off()
    ax.set_yticks(range(3), [name for _, name in measures[::-1]])
    ax.set_ylim(-0.5, 2.6)
    ax.set_xlabel("quota per unit, against the median of reps who are not new")
    ax.set_title("Is the quota fair?", loc="left")
    ax.legend(frameon=False, fontsize=8, ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.0))
    return ax


def against_last_year(nodes: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Target and street quota against last year's sales, a row per node. Columns name, target_amount, street_amount,
    last_year_amount (missing: no mark)."""
    rows = nodes.sort_values(["target_amount", "name"], ignore_index=True)
    ax = axes(ax, 7.2, 0.9 + 0.27 * len(rows))
    place = np.arange(len(rows))
    ax.barh(place, rows["street_amount"], height=0.66, color=SKY, label="street quota")
    ax.barh(place, rows["target_amount"], height=0.66, color=BLUE, label="target")
    known = rows["last_year_amount"].notna().to_numpy()
    ax.vlines(
        rows.loc[known, "last_year_amount"].astype("float64"), place[known] - 0.42, place[known] + 0.42,
        colors=ORANGE, linewidth=2.4, label="last year's sales",
    )  # fmt: skip
    ax.set_yticks(place, rows["name"].tolist())
    ax.set_ylim(-0.6, len(rows) - 0.4)
    amount_axis(ax, currency, "x")
    ax.set_title("Targets against last year", loc="left")
    ax.legend(frameon=False, fontsize=8, loc="lower right")
    return ax


def scenario_changes(frame: pd.DataFrame, names: dict[str, str], currency: str, ax: Axes | None = None) -> Axes:
    """What each scenario changes against the plan, a row per node. Columns scenario, is_plan, node, change_amount."""
    others = frame[~frame["is_plan"] & frame["change_amount"].notna()]
    nodes = list(dict.fromkeys(others["node"]))[:25]
    kinds = list(dict.fromkeys(others["scenario"]))[:5]
    ax = axes(ax, 7.2, 1.0 + 0.3 * max(len(nodes), 1))
    place = {node: i for i, node in enumerate(nodes[::-1])}
    height = 0.75 / max(len(kinds), 1)
    for number, kind in enumerate(kinds):
        part = others[(others["scenario"] == kind) & others["node"].isin(nodes)]
        y = part["node"].map(place).to_numpy(dtype=np.float64) + 0.375 - height * (number + 0.5)
        colour = (BLUE, ORANGE, GREEN, VERMILION, SKY)[number]
        ax.barh(y, part["change_amount"].astype("float64"), height=height * 0.9, color=colour, label=kind)
    ax.axvline(0, color=GREY, linewidth=0.9)
    ax.set_yticks(range(len(nodes)), [names.get(n, n) for n in nodes[::-1]])
    amount_axis(ax, currency, "x")
    ax.set_title("What the scenarios change against the plan", loc="left")
    if kinds:
        ax.legend(frameon=False, fontsize=8)
    return ax
