"""Room for a chart's words: every text is measured once, and the margins follow from the measures.

Matplotlib's own layouts draw a figure twice or three times, and work out ticks and texts at each of a dozen steps; for the
plain charts of this package (one pair of axes, words around and in it) that is most of what a document costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import matplotlib.axis as maxis
from matplotlib.axes import Axes
from matplotlib.axis import Tick
from matplotlib.legend import Legend
from matplotlib.projections import register_projection
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

#: Free space at the edge of a figure, in points.
PAD_POINTS = 3.0

#: Where a text stands along one direction: its anchor as a share of the axes, and how far it reaches before and behind
#: the anchor in pixels.
Reach = tuple[float, float, float]


class _Steady:
    """An axis whose ticks, once measured, stay as they are until :meth:`forget`: what was measured is what is drawn.

    Its ticks are made like its first one, which a chart may have styled: to make one anew takes ten times as long as to copy it.
    """

    _ticks: Any = None
    _boxes: Any = None

    def _get_tick(self, major: bool) -> Tick:
        made = self.__dict__.get("majorTicks" if major else "minorTicks")
        return _like(made[0]) if made else super()._get_tick(major)  # type: ignore[misc]

    def _copy_tick_props(self, src: Tick, dest: Tick) -> None:
        """A copied tick has the properties of the first one."""

    def forget(self) -> None:
        """Work ticks out anew at the next call."""
        self._ticks = self._boxes = None

    def placed(self) -> None:
        """The axes moved: measure where labels are anew, keep the ticks."""
        self._boxes = None

    def _update_ticks(self) -> Any:
        if self._ticks is None:
            return super()._update_ticks()  # type: ignore[misc]
        return self._ticks

    def _get_ticklabel_bboxes(self, ticks: Any, renderer: Any) -> Any:
        if self._ticks is None:
            return super()._get_ticklabel_bboxes(ticks, renderer)  # type: ignore[misc]
        if self._boxes is None:
            self._boxes = super()._get_ticklabel_bboxes(ticks, renderer)  # type: ignore[misc]
        return self._boxes

    def measure(self, renderer: Any) -> list[tuple[Text, Bbox]]:
        """Fix the ticks; their labels with their boxes."""
        self.forget()
        self._ticks = self._update_ticks()
        before, _ = self._get_ticklabel_bboxes(self._ticks, renderer)
        labels = [t.label1 for t in self._ticks if t.label1.get_visible() and t.label1.get_in_layout()]
        return list(zip(labels, before, strict=True))


def _like(tick: Tick) -> Tick:
    """A tick with the properties of another one, on its own."""
    made = copy(tick)
    for name in ("tick1line", "tick2line", "gridline", "label1", "label2"):
        setattr(made, name, copy(getattr(tick, name)))
    for label in (made.label1, made.label2):
        label._fontproperties = copy(label._fontproperties)  # type: ignore[attr-defined]
    return made


class XAxis(_Steady, maxis.XAxis):
    """The horizontal axis of :class:`HouseAxes`."""


class YAxis(_Steady, maxis.YAxis):
    """The vertical axis of :class:`HouseAxes`."""


class HouseAxes(Axes):
    """Matplotlib's axes, with axes whose ticks are worked out once per drawing."""

    name = "workbook"
    xaxis: XAxis
    yaxis: YAxis

    def _init_axis(self) -> None:
        self.xaxis, self.yaxis = XAxis(self, clear=False), YAxis(self, clear=False)
        self.spines["bottom"].register_axis(self.xaxis)
        self.spines["top"].register_axis(self.xaxis)
        self.spines["left"].register_axis(self.yaxis)
        self.spines["right"].register_axis(self.yaxis)


register_projection(HouseAxes)


@contextmanager
def laid_out(ax: HouseAxes, renderer: Any) -> Iterator[None]:
    """Inside, ``ax`` is placed so that all of its words are in the figure, in which it is alone, and its ticks are fixed.

    A title may be as long as the figure is wide; it claims height only, as axis labels claim no length along their axis.
    """
    try:
        _place(ax, renderer)
        yield
    finally:
        ax.xaxis.forget()
        ax.yaxis.forget()


def _place(ax: HouseAxes, renderer: Any) -> None:
    page = ax.get_figure(root=True).bbox  # type: ignore[union-attr]
    pad = renderer.points_to_pixels(PAD_POINTS)
    across: list[Reach] = []
    upright: list[Reach] = []
    for box, (x, y), sides in _words(ax, renderer):
        if "x" in sides:
            across.append(((x - ax.bbox.x0) / ax.bbox.width, box.x0 - x, box.x1 - x))
        if "y" in sides:
            upright.append(((y - ax.bbox.y0) / ax.bbox.height, box.y0 - y, box.y1 - y))
    left, right = margins(across, page.width, pad)
    bottom, top = margins(upright, page.height, pad)
    wide, high = page.width, page.height
    ax.set_position((left / wide, bottom / high, 1 - (left + right) / wide, 1 - (bottom + top) / high))
    ax.xaxis.placed()
    ax.yaxis.placed()
    _fit_title(ax, renderer, pad)


def _fit_title(ax: HouseAxes, renderer: Any, pad: float) -> None:
    """A title on the left that would meet the legend or the edge begins further left, and is set smaller as a last resort."""
    title = ax._left_title  # type: ignore[attr-defined]
    if not title.get_text():
        return
    title.set_x(0.0)
    box = title.get_window_extent(renderer)
    end = ax.get_figure(root=True).bbox.width - pad  # type: ignore[union-attr]
    if (legend := ax.get_legend()) is not None:
        beside = legend.get_window_extent(renderer)
        if beside.y0 < box.y1 and beside.y1 > box.y0:
            end = beside.x0 - 2 * pad
    if box.x1 <= end:
        return
    begin = max(pad, end - box.width)
    title.set_x((begin - ax.bbox.x0) / ax.bbox.width)
    if begin + box.width > end:
        title.set_fontsize(title.get_fontsize() * max((end - begin) / box.width, 0.6))


def margins(reaches: list[Reach], length: float, pad: float) -> tuple[float, float]:
    """The least margins before and behind, in pixels, with which every reach ends inside ``length`` less ``pad``.

    A text at the share s of axes of length w = length - before - behind reaches from before + s w + d0 to
    before + s w + d1. At least a fifth of ``length`` is left for the axes.

    >>> margins([(0.0, -30.0, -5.0), (1.0, -10.0, 10.0)], 200.0, 4.0)
    (34.0, 14.0)
    """
    before = behind = pad
    for _ in range(8):
        room = max(length - before - behind, 0.2 * length)
        wanted = max((pad - s * room - d0 for s, d0, _ in reaches), default=pad)
        least = max((pad - (1 - s) * room + d1 for s, _, d1 in reaches), default=pad)
        if abs(max(wanted, pad) - before) < 0.01 and abs(max(least, pad) - behind) < 0.01:
            break
        before, behind = max(wanted, pad), max(least, pad)
    spare = length - before - behind - 0.2 * length
    return (before, behind) if spare >= 0 else (before + spare / 2, behind + spare / 2)


def _words(ax: HouseAxes, renderer: Any) -> Iterator[tuple[Bbox, tuple[float, float], str]]:
    """Every text and legend: its box, its anchor (pixels), and the directions in which it claims room."""
    if ax.axison:
        yield from _axis_words(ax, renderer)
    for title in (ax.title, ax._left_title, ax._right_title):  # type: ignore[attr-defined]
        if title.get_text():
            box = title.get_window_extent(renderer)
            yield box, (box.x0, ax.bbox.y1), "y"
    for text in ax.texts:
        if text.get_visible() and text.get_text():
            box = text.get_window_extent(renderer)
            if box.width and not (text.get_clip_on() and text.get_clip_box() is not None):
                yield box, _anchor(ax, text), "xy"
    if (legend := ax.get_legend()) is not None:
        yield _legend(ax, legend, renderer)


def _axis_words(ax: HouseAxes, renderer: Any) -> Iterator[tuple[Bbox, tuple[float, float], str]]:
    for axis, side in ((ax.xaxis, "x"), (ax.yaxis, "y")):
        edge = ax.bbox.y0 if side == "x" else ax.bbox.x0
        for label, box in axis.measure(renderer):
            if label.get_text():
                edge = min(edge, box.y0 if side == "x" else box.x0)
                x, y = label.get_transform().transform(label.get_position())
                yield box, (x, ax.bbox.y0) if side == "x" else (ax.bbox.x0, y), "xy"
        if axis.label.get_text() and axis.label.get_visible():
            box = axis.label.get_window_extent(renderer)
            far = edge - renderer.points_to_pixels(axis.labelpad)
            if side == "x":
                yield Bbox([[box.x0, far - box.height], [box.x1, far]]), (box.x0, ax.bbox.y0), "y"
            else:
                yield Bbox([[far - box.width, box.y0], [far, box.y1]]), (ax.bbox.x0, box.y0), "x"


def _anchor(ax: HouseAxes, text: Text) -> tuple[float, float]:
    if isinstance(text, Annotation) and text.xycoords == "data":
        x, y = ax.transData.transform(text.xy)
    else:
        x, y = text.get_transform().transform(text.get_unitless_position())
    return x, y


def _legend(ax: HouseAxes, legend: Legend, renderer: Any) -> tuple[Bbox, tuple[float, float], str]:
    """The legend stands with its corner (or side, or middle) at the same of the box that it is anchored to."""
    box, where = legend.get_window_extent(renderer), legend.get_bbox_to_anchor()
    name = next((n for n, code in Legend.codes.items() if code == legend._loc), "")  # type: ignore[attr-defined]
    across = 0.0 if "left" in name else 0.5 if name in ("center", "upper center", "lower center") else 1.0
    upright = 0.0 if "lower" in name else 1.0 if "upper" in name else 0.5
    return box, (where.x0 + across * where.width, where.y0 + upright * where.height), "xy"
