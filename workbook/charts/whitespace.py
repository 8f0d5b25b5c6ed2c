"""Charts of whitespace: who buys which product family, and the gap to comparable accounts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba

from workbook.charts.style import GREY, INK, ORANGE, PALE, VERMILION, axes
from workbook.money import format_amount

Floats = npt.NDArray[np.float64]
_GAPS = LinearSegmentedColormap.from_list("gaps", ["#FFF3DC", ORANGE, VERMILION])
#: Members of a family that are drawn one by one.
_ROWS = 25


def whitespace_matrix(gaps: pd.DataFrame, bought: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Accounts × product families: bought (grey, amount), and gaps (colour by size). Columns of ``gaps``: label (the
    account's name), product_family, gap_amount; of ``bought``: label, product_family, bought_amount.
    """
    labels = list(dict.fromkeys(gaps["label"]))
    families = sorted({*gaps["product_family"], *bought["product_family"]})
    keys = ["label", "product_family"]
    cells = gaps[[*keys, "gap_amount"]].merge(bought[bought["label"].isin(labels)], on=keys, how="outer")
    ax = _matrix(_grids(cells, labels, families), labels, families, currency, ax)
    ax.set_title("Whitespace: bought (grey), gap to comparable accounts (colour, estimate)", loc="left")
    return ax


def family_matrix(cells: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Members of a family × product families: bought (grey), gap to comparable accounts (colour by size), neither (–).

    Columns label (the member's name, each once per product family), product_family, bought_amount, gap_amount; members in tree
    order. Of more than :data:`_ROWS` members those with the largest gaps are drawn.
    """
    labels = list(dict.fromkeys(cells["label"]))
    worth = cells.groupby("label")[["gap_amount", "bought_amount"]].sum()
    best = worth.sort_values(["gap_amount", "bought_amount"], ascending=False, kind="stable").index[:_ROWS]
    shown = [name for name in labels if name in set(best)]
    families = sorted(set(cells["product_family"]))
    ax = _matrix(_grids(cells[cells["label"].isin(shown)], shown, families), shown, families, currency, ax)
    more = f": {_ROWS} of {len(labels):,} members" if len(labels) > _ROWS else ""
    ax.set_title(f"The family buys (grey) and lacks (colour, estimate){more}", loc="left")
    return ax


def _grids(cells: pd.DataFrame, labels: Sequence[str], families: Sequence[str]) -> tuple[Floats, Floats]:
    """What is bought and what is the gap, by row and column; 0 where nothing is."""
    at = (
        pd.Index(labels).get_indexer(pd.Index(cells["label"])),
        pd.Index(families).get_indexer(pd.Index(cells["product_family"])),
    )
    bought, gap = np.zeros((len(labels), len(families))), np.zeros((len(labels), len(families)))
    bought[at], gap[at] = cells["bought_amount"].fillna(0), cells["gap_amount"].fillna(0)
    return bought, gap


def _matrix(
    grids: tuple[Floats, Floats], labels: Sequence[str], families: Sequence[str], currency: str, ax: Axes | None
) -> Axes:
    """A cell per row and column: its amount bought on grey, its gap on a colour, both where there is both, else a dash."""
    bought, gap = grids
    ax = axes(ax, max(1.9 + 1.15 * len(families), 6.6), 0.8 + 0.3 * max(len(labels), 1))
    colours = np.ones((*gap.shape, 4))
    colours[bought > 0] = to_rgba(PALE)
    colours[gap > 0] = _GAPS(np.sqrt(gap[gap > 0] / max(float(gap.max(initial=0)), 1.0)))
    if gap.size:
        ax.imshow(colours, aspect="auto")
    for y, x in np.ndindex(gap.shape):
        parts = [format_amount(round(float(bought[y, x])), currency, short=True)] if bought[y, x] else []
        parts += ["+" + format_amount(round(float(gap[y, x])), currency, short=True)] if gap[y, x] else []
        size, ink = (6 if len(parts) > 1 else 7), INK if parts else GREY
        ax.annotate(
            "\n".join(parts) or "–", (x, y), ha="center", va="center", fontsize=size, color=ink, linespacing=0.95
        )
    ax.set_xticks(range(len(families)), families)
    ax.set_yticks(range(len(labels)), labels, fontsize=8)
    ax.set_xticks(np.arange(len(families) + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(len(labels) + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.5)
    ax.set_xlim(-0.5, max(len(families), 1) - 0.5)
    ax.set_ylim(max(len(labels), 1) - 0.5, -0.5)
    ax.tick_params(which="both", length=0)
    return ax
