"""Charts of the portfolio: grades, classes, segments, projection and its trial, whitespace, market scope, families."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import PercentFormatter

from workbook.charts.style import BLUE, CLASS, GRADE, GREEN, GREY, INK, ORANGE, PALE, SKY, VERMILION, amount_axis, axes
from workbook.money import format_amount

_SHADES = LinearSegmentedColormap.from_list("amounts", ["#F4F7FA", SKY, BLUE])
_METHOD = {"projected": BLUE, "seasonal_naive": ORANGE, "naive": GREY}


def class_mix(mix: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Share of accounts by class of one node, with the target mix as a mark. Columns class, accounts, share, target_share."""
    ax = axes(ax, 5.6, 1.9)
    place = np.arange(len(mix))[::-1]
    share = mix["share"].fillna(0).to_numpy()
    ax.barh(place, share, height=0.62, color=[CLASS[c] for c in mix["class"]])
    ax.plot(mix["target_share"], place, linestyle="none", marker="|", markersize=16, markeredgewidth=2.5, color=INK,
            label="target mix")  # fmt: skip
    for y, part, count, target in zip(place, share, mix["accounts"], mix["target_share"], strict=True):
        ax.annotate(
            f"{part:.0%} ({count:,})", (max(part, target), y), xytext=(8, 0), textcoords="offset points", va="center"
        )
    ax.set_yticks(place, mix["class"])
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_xlim(0, max(share.max(initial=0), mix["target_share"].max()) * 1.25 + 0.02)
    ax.set_xlabel("share of accounts")
    ax.set_title("Accounts by class, against the target mix", loc="left")
    ax.legend(frameon=False, fontsize=8, loc="lower right")
    return ax


def class_mix_by_node(mix: pd.DataFrame, names: pd.Series | None = None, ax: Axes | None = None) -> Axes:
    """Class mix of several nodes as full bars, the target mix on top. Columns node, class, share, target_share."""
    nodes = list(dict.fromkeys(mix["node"]))[:30]
    ax = axes(ax, 7.2, 0.9 + 0.24 * (len(nodes) + 1))
    table = mix.pivot_table(index="node", columns="class", values="share", sort=False, dropna=False).fillna(0)
    target = mix.drop_duplicates("class").set_index("class")["target_share"]
    rows = [("target mix", target), *((str(node), table.loc[node]) for node in nodes if node in table.index)]
    place = np.arange(len(rows))[::-1]
    left = np.zeros(len(rows))
    for name, colour in CLASS.items():
        width = np.array([row.get(name, 0.0) for _, row in rows])
        ax.barh(place, width, left=left, height=0.7, color=colour, label=name, edgecolor="white", linewidth=0.6)
        for x, y, w in zip(left, place, width, strict=True):
            if w >= 0.08:
                ax.annotate(f"{w:.0%}", (x + w / 2, y), ha="center", va="center", color="white", fontsize=7.5)
        left += width
    label = {} if names is None else names.to_dict()
    ax.set_yticks(place, [label.get(name, name) for name, _ in rows])
    ax.axhline(place[0] - 0.5, color=GREY, linewidth=0.8)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_title("Class mix by node", loc="left")
    ax.legend(frameon=False, fontsize=8, ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.06 - 0.3 / len(rows)))
    return ax


def grade_ladder(ladder: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Accounts and projected revenue by grade, side by side. Columns grade, accounts, projected_amount."""
    ax = axes(ax, 6.4, 2.1)
    rows = ladder.set_index("grade").reindex(list("ABCD")).fillna(0)
    place = np.arange(4)[::-1]
    people, money = rows["accounts"].to_numpy(float), rows["projected_amount"].to_numpy(float)
    left, right = -people / max(people.sum(), 1), money / max(money.sum(), 1)
    colours = [GRADE[g] for g in rows.index]
    ax.barh(place, left, color=colours, height=0.7)
    ax.barh(place, right, color=colours, height=0.7)
    for y, a, b, n, m in zip(place, left, right, people, money, strict=True):
        ax.annotate(f"{n:,.0f} ({-a:.0%})", (a, y), xytext=(-4, 0), textcoords="offset points", va="center", ha="right")
        text = f"{format_amount(round(m), currency, short=True)} ({b:.0%})"
        ax.annotate(text, (b, y), xytext=(4, 0), textcoords="offset points", va="center")
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_yticks(place, rows.index)
    ax.set_xticks([])
    ax.set_xlim(left.min(initial=0) * 1.1 - 0.28, right.max(initial=0) * 1.1 + 0.38)
    ax.set_title("Grades: accounts (left), projected revenue of 12 months (right)", loc="left")
    return ax


def segment_grid(
    grid: pd.DataFrame, labels: Mapping[str, Sequence[str]], currency: str, ax: Axes | None = None
) -> Axes:
    """The first two dimensions as a grid: colour by sales; each cell with accounts, sales and potential. Further dimensions
    are added up. ``labels``: the dimensions, each with its labels from low to high. Columns: one per dimension, accounts,
    sales_12m_amount, potential_amount.
    """
    down, across = list(labels)[:2]
    rows, columns = _in_order(grid[down], labels[down])[::-1], _in_order(grid[across], labels[across])
    ax = axes(ax, max(1.6 + 1.5 * len(columns), 4.6), 0.9 + 0.55 * len(rows))
    shape = (len(rows), len(columns))
    at = (pd.Index(rows).get_indexer(pd.Index(grid[down])), pd.Index(columns).get_indexer(pd.Index(grid[across])))
    count, sales, potential = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    known = np.zeros(shape, dtype=bool)
    np.add.at(count, at, grid["accounts"].to_numpy(float))
    np.add.at(sales, at, grid["sales_12m_amount"].to_numpy(float))
    np.add.at(potential, at, grid["potential_amount"].fillna(0).to_numpy(float))
    np.logical_or.at(known, at, grid["potential_amount"].notna().to_numpy())
    top = max(sales.max(initial=0), 1.0)
    ax.imshow(np.sqrt(np.maximum(sales, 0) / top), cmap=_SHADES, vmin=0, vmax=1, aspect="auto")
    for y in range(shape[0]):
        for x in range(shape[1]):
            if not count[y, x]:
                continue
            can = format_amount(round(potential[y, x]), currency, short=True) if known[y, x] else "not known"
            text = f"{count[y, x]:,.0f} accounts\n{format_amount(round(sales[y, x]), currency, short=True)}\npotential {can}"
            ink = "white" if sales[y, x] > 0.35 * top else INK
            ax.annotate(text, (x, y), ha="center", va="center", fontsize=7, color=ink)
    ax.set_xticks(range(shape[1]), columns)
    ax.set_yticks(range(shape[0]), rows)
    ax.set_xlabel(across)
    ax.set_ylabel(down)
    ax.tick_params(length=0)
    ax.set_title("Segments: accounts, sales of 12 months, potential", loc="left")
    return ax


def _in_order(values: pd.Series, labels: Sequence[str]) -> list[str]:
    there = list(dict.fromkeys(values))
    return [*(x for x in labels if x in there), *sorted(x for x in there if x not in labels)]


def projection_months(months: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """The projection by month: what stays of the run-rate, open deals on top, what is likely lost. Columns period,
    run_rate_amount, pipeline_amount, loss_amount (rows of any detail are added up).
    """
    sums = months.groupby("period", sort=True)[["run_rate_amount", "pipeline_amount", "loss_amount"]].sum()
    ax = axes(ax, 7.2, 2.7)
    place = np.arange(len(sums))
    stays = (sums["run_rate_amount"] + sums["loss_amount"]).to_numpy(float)
    deals, lost = sums["pipeline_amount"].to_numpy(float), sums["loss_amount"].to_numpy(float)
    ax.bar(place, stays, color=BLUE, width=0.72, label="run-rate that stays")
    ax.bar(place, deals, bottom=stays, color=GREEN, width=0.72, label="open deals, weighted")
    ax.bar(place, lost, color=VERMILION, width=0.72, label="likely lost")
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.set_xticks(place, [p.replace("-", "\n") for p in sums.index], fontsize=8)
    amount_axis(ax, currency)
    ax.set_title("Projection of the next 12 months (estimate)", loc="left")
    ax.legend(frameon=False, fontsize=8, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.18))
    return ax


def projection_parts(parts: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """From the last 12 months' sales to the projection as a waterfall. Columns part, amount; the first and last part are
    levels, those between are steps that lead from one to the other.
    """
    ax = axes(ax, 6.6, 2.3)
    amount = parts["amount"].to_numpy(float)
    ends = np.r_[amount[0], amount[0] + np.cumsum(amount[1:-1]), amount[-1]]
    starts = np.r_[0.0, ends[:-2], 0.0]
    step = np.r_[False, np.ones(len(amount) - 2, dtype=bool), False]
    colour = np.where(~step, BLUE, np.where(amount >= 0, GREEN, VERMILION))
    place = np.arange(len(parts))[::-1]
    ax.barh(place, ends - starts, left=starts, color=list(colour), height=0.62)
    for y, end, start, value, is_step in zip(place, ends, starts, amount, step, strict=True):
        sign = "+" if is_step and value > 0 else ""
        text = f"{sign}{format_amount(round(value), currency, short=True)}"
        ax.annotate(text, (max(end, start), y), xytext=(4, 0), textcoords="offset points", va="center")
    ax.set_yticks(place, parts["part"])
    low = min(starts[1:-1].min(initial=np.inf), ends[1:-1].min(initial=np.inf), amount[0], amount[-1])
    ax.set_xlim(min(0.0, low) * 1.1 if low < 0 else 0.0, max(ends.max(), starts.max()) * 1.2)
    amount_axis(ax, currency, "x")
    ax.locator_params(axis="x", nbins=5)
    ax.set_title("From last year's sales to the projection (estimate)", loc="left")
    return ax


def backtest_scores(scores: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """WAPE of the projection and the naive methods by level. Columns level, method, wape."""
    table = scores.pivot_table(index="level", columns="method", values="wape", sort=False, dropna=False)
    ax = axes(ax, 6.8, 2.4)
    place = np.arange(len(table))
    names = [name for name in _METHOD if name in table.columns]
    for at, name in enumerate(names):
        where = place + (at - (len(names) - 1) / 2) * 0.26
        values = table[name].to_numpy(float)
        ax.bar(where, values, width=0.24, color=_METHOD[name], label=name.replace("_", " "))
        for x, y in zip(where, values, strict=True):
            ax.annotate(f"{y:.0%}", (x, y), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=7.5)
    ax.set_xticks(place, table.index, fontsize=8)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.margins(y=0.15)
    ax.set_ylabel("WAPE")
    ax.set_title("Error of the projection on a past day, beside naive methods", loc="left")
    ax.legend(frameon=False, fontsize=8, ncols=3)
    return ax


def market_scope(scope: pd.DataFrame, currency: str, names: pd.Series | None = None, ax: Axes | None = None) -> Axes:
    """Market potential per node, and the part that is actively engaged. Columns node, potential_amount, engaged_amount."""
    rows = scope.dropna(subset=["potential_amount"]).head(30)
    ax = axes(ax, 7.0, 0.9 + 0.24 * max(len(rows), 4))
    place = np.arange(len(rows))[::-1]
    whole = rows["potential_amount"].to_numpy(float)
    part = rows["engaged_amount"].astype("Float64").to_numpy(float, na_value=np.nan)
    ax.barh(place, whole, color=PALE, height=0.7, label="potential")
    ax.barh(place, np.nan_to_num(part), color=BLUE, height=0.7, label="actively engaged")
    for y, p, w in zip(place, part, whole, strict=True):
        told = "engaged not known" if np.isnan(p) else f"{p / w:.0%} engaged" if w else ""
        ax.annotate(told, (w, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
    label = {} if names is None else names.to_dict()
    ax.set_yticks(place, [label.get(n, n) for n in rows["node"]])
    amount_axis(ax, currency, "x")
    ax.locator_params(axis="x", nbins=5)
    ax.margins(x=0.16)
    ax.set_title("Market scope: yearly potential, and what of it is engaged", loc="left")
    ax.legend(
        frameon=False, fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.1 - 0.6 / (len(rows) + 2))
    )
    return ax


def family_tree(members: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """A family as an indented tree with bars of sales. Columns name, depth, sales_12m_amount, territory_id, in tree order.

    Of a family of more than :data:`_TREE_ROWS` members the head and the largest by sales are drawn, and all others as one bar.
    """
    shown = _largest_of(members)
    ax = axes(ax, 7.2, 0.9 + 0.25 * max(len(shown), 1))
    place = np.arange(len(shown))[::-1]
    sales = shown["sales_12m_amount"].to_numpy(float)
    sold = bool(sales.any())
    ax.barh(place, sales, color=BLUE, height=0.6)
    for y, amount, territory in zip(place, sales, shown["territory_id"], strict=True):
        told = [format_amount(round(amount), currency, short=True)] if sold else []
        text = " · ".join([*told, str(territory)] if territory else told)
        ax.annotate(text, (max(amount, 0), y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
    ax.set_yticks(
        place,
        [
            ("\u00a0\u00a0\u00a0\u00a0" * int(d)) + ("└ " if d else "") + str(n)
            for n, d in zip(shown["name"], shown["depth"], strict=True)
        ],
    )
    for label in ax.get_yticklabels():
        label.set_horizontalalignment("left")
    ax.tick_params(axis="y", pad=185, length=0)
    amount_axis(ax, currency, "x")
    ax.locator_params(axis="x", nbins=5)
    ax.margins(x=0.25)
    which = "largest" if sold else "first"
    more = "" if len(members) <= _TREE_ROWS else f": the {_TREE_ROWS - 1} {which} of {len(members):,} members"
    ax.set_title(("Family and its sales of 12 months" if sold else "Family, no sales in 12 months") + more, loc="left")
    ax.xaxis.set_visible(sold)
    return ax


#: Members of a family that are drawn one by one.
_TREE_ROWS = 25


def _largest_of(members: pd.DataFrame) -> pd.DataFrame:
    """The head and the largest members in tree order, the others as one row after them."""
    if len(members) <= _TREE_ROWS:
        return members
    order = members["sales_12m_amount"].iloc[1:].sort_values(ascending=False, kind="stable").index
    kept = members.loc[sorted([members.index[0], *order[: _TREE_ROWS - 2]])]
    rest = members.drop(kept.index)
    row = {
        "name": f"{len(rest):,} more",
        "depth": 1,
        "sales_12m_amount": rest["sales_12m_amount"].sum(),
        "territory_id": "",
    }
    return pd.concat([kept, pd.DataFrame([row])], ignore_index=True)
