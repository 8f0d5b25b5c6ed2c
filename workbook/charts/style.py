"""One look for all charts: colour-blind safe, readable in grey print, amounts with units, light to draw."""

from __future__ import annotations

import re
from html import escape
from io import StringIO
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from workbook.charts.layout import HouseAxes, laid_out
from workbook.money import format_amount

#: Okabe and Ito's colour-blind safe colours (2008), the darker ones first.
BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, YELLOW, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442", "#7F7F7F",
)  # fmt: skip
INK, PALE = "#222222", "#E4E4E4"
VERDICT = {"ok": GREEN, "warn": ORANGE, "fail": VERMILION, "not known": GREY}
CLASS = {"core": BLUE, "invest": GREEN, "opportunistic": ORANGE, "divest": GREY}
GRADE = {"A": "#08306B", "B": "#2171B5", "C": "#6BAED6", "D": "#C6DBEF"}

RC: Any = {
    "font.size": 9,
    "font.family": "DejaVu Sans",
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.grid": False,
    "axes.titley": 1.0,
    "axes.formatter.limits": (-15, 15),
    "figure.dpi": 96,
    "savefig.dpi": 96,
    "svg.hashsalt": "workbook",
    "svg.fonttype": "none",
}


class Picture(Figure):
    """A figure that notebooks show as a vector drawing: no pyplot, no backend, the same bytes every time.

    The titles of its axes are its text for those who cannot see it. Axes that stand alone in it get the margins that their
    words need (see :mod:`workbook.charts.layout`).
    """

    def draw(self, renderer: Any) -> None:
        """Make room for the words, then draw."""
        if self.get_layout_engine() is not None or len(self.axes) != 1 or not isinstance(self.axes[0], HouseAxes):
            super().draw(renderer)
            return
        with laid_out(self.axes[0], renderer):
            super().draw(renderer)

    def svg(self) -> str:
        """The figure as an SVG element that stands in a page, its text as text."""
        import matplotlib as mpl

        for ax in self.axes:
            if text := ax.get_title():
                ax.set_title("")
                ax.set_title(text, loc="left")
            ax._left_title.set_fontweight("bold")  # type: ignore[attr-defined]
        with mpl.rc_context(RC), StringIO() as out:
            self.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
            text = out.getvalue()
        label = escape("; ".join(filter(None, (ax.get_title(loc="left") or ax.get_title() for ax in self.axes))))
        text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, count=1, flags=re.DOTALL)
        return text[text.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        titles = [ax.get_title(loc="left") or ax.get_title() for ax in self.axes]
        return {"image/svg+xml": self.svg(), "text/plain": "; ".join(filter(None, titles)) or "chart"}


def axes(ax: Axes | None, width: float = 7.0, height: float = 3.0, layout: Any = None) -> Axes:
    """The given axes, or new ones of a :class:`Picture` of its own in the house style (inches). No pyplot state is touched.

    A chart returns the axes; a notebook shows ``ax.figure``. A chart that will have more axes than one (a colour bar) asks
    for matplotlib's ``layout``.
    """
    if ax is not None:
        return ax
    import matplotlib as mpl

    with mpl.rc_context(RC):
        return Picture(figsize=(width, height), layout=layout).add_subplot(projection=HouseAxes.name)


def legend_above(ax: Axes) -> None:
    """The legend in one line right of the title, where it covers no bar."""
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(
        handles, labels, frameon=False, fontsize=8, ncols=max(len(labels), 1), loc="lower right",
        bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1, columnspacing=1.2,
    )  # fmt: skip


def amount_axis(ax: Axes, currency: str, which: str = "y") -> None:
    """Label an axis of amounts (minor units) in short money: ``1.2 M USD``."""
    axis = ax.yaxis if which == "y" else ax.xaxis
    axis.set_major_locator(MaxNLocator(6))
    axis.set_major_formatter(FuncFormatter(lambda value, _: format_amount(round(value), currency, short=True)))
