"""Live cuts of the segments: choose two dimensions and where they are cut, see the grid change at once."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any

import ipywidgets as widgets
import numpy as np
import pandas as pd

from workbook.book import Book
from workbook.charts import portfolio as charts
from workbook.forms.fallback import with_fallback
from workbook.money import exponent
from workbook.portfolio.segments import edges_of, segment_grid, segments
from workbook.rules.portfolio import Dimension, SegmentRules
from workbook.rules.reader import as_toml

#: Columns that can be a dimension, with names for people.
COLUMNS = {
    "projected revenue": "projected_amount",
    "sales of 12 months": "sales_12m_amount",
    "potential": "potential_amount",
    "growth": "growth_share",
    "share of wallet": "wallet_share",
    "employees": "employees",
    "industry": "industry",
    "region": "region",
    "grade": "grade",
    "class": "class",
}
_LABELS = ("low", "middle", "high")


class SegmentCuts:
    """A form over a book's accounts. It changes nothing: the rules for ``book.toml`` are shown to be copied.

    In a notebook, the object itself is the form; where widgets do not live (papermill, a page), its grid stands as a picture.
    """

    def __init__(self, book: Book) -> None:
        self.book, self.view = book, book.portfolio.view
        self.currency = book.facts.currency
        self.rules: SegmentRules = book.rules.portfolio.segments
        chosen = {c: name for name, c in COLUMNS.items() if c in self.view and self.view[c].notna().any()}
        for dimension in self.rules.dimensions[:2]:
            chosen.setdefault(dimension.column, dimension.name)
        self.columns = {name: column for column, name in chosen.items()}
        self.rows = [self._row(d, s) for d, s in zip(self.rules.dimensions, ("down", "across"), strict=False)]
        self.picture, self.words = widgets.HTML(), widgets.HTML()
        self.text = widgets.Textarea(
            layout=widgets.Layout(width="auto", height="150px")
        )  # to be copied, by keyboard too
        copy = widgets.Accordion(children=[self.text], titles=("Rules for book.toml",), selected_index=None)
        self.form = widgets.VBox([*(box for _, _, box in self.rows), self.words, self.picture, copy])
        self.redraw()

    def _row(self, dimension: Dimension, side: str) -> tuple[widgets.Dropdown, widgets.FloatRangeSlider, widgets.HBox]:
        name = next(n for n, c in self.columns.items() if c == dimension.column)
        pick = widgets.Dropdown(options=list(self.columns), value=name, description=side)
        cut = widgets.FloatRangeSlider(
            description="cuts at", min=0.0, max=1.0, step=0.01, continuous_update=False, readout=False,
            layout=widgets.Layout(width="420px"),
        )  # fmt: skip
        self._reset(pick, cut, dimension)
        box = widgets.HBox([pick, cut], layout=widgets.Layout(flex_flow="row wrap"))
        pick.observe(lambda change: self._picked(pick, cut), names="value")
        cut.observe(lambda change: self.redraw(), names="value")
        return pick, cut, box

    def _reset(self, pick: widgets.Dropdown, cut: widgets.FloatRangeSlider, dimension: Dimension) -> None:
        """The slider moves over the shares of accounts: its ends are quantiles, so that any spread can be cut."""
        numbers = self._numbers(self.columns[pick.value])
        cut.disabled = numbers is None
        if numbers is None or not len(numbers):
            return
        edges = edges_of(numbers, dimension, self.currency)[:2]
        shares = np.searchsorted(np.sort(numbers), edges) / len(numbers)
        cut.value = (float(np.round(shares[0], 2)), float(np.round(shares[-1], 2)))

    def _numbers(self, column: str) -> Any:
        values = self.view[column]
        if not pd.api.types.is_numeric_dtype(values):
            return None
        numbers = values.astype("Float64").to_numpy(np.float64, na_value=np.nan)
        return numbers[np.isfinite(numbers)]

    def _picked(self, pick: widgets.Dropdown, cut: widgets.FloatRangeSlider) -> None:
        self._reset(pick, cut, Dimension(pick.value, self.columns[pick.value], (), _LABELS))
        self.redraw()

    def dimensions(self) -> tuple[Dimension, ...]:
        """The two dimensions as they stand now, as rules (amounts in major units)."""
        out = []
        for given, (pick, cut, _) in zip(self.rules.dimensions, self.rows, strict=False):
            column = self.columns[pick.value]
            numbers = self._numbers(column)
            if numbers is None or not len(numbers):
                out.append(Dimension(pick.value, column, (), ()))
                continue
            scale = 10 ** exponent(self.currency) if column.endswith("_amount") else 1
            cuts = tuple(float(f"{np.quantile(numbers, share) / scale:.3g}") for share in cut.value)
            labels = given.labels if given.column == column and len(given.labels) == 3 else _LABELS
            out.append(Dimension(given.name if given.column == column else pick.value, column, cuts, labels))
        if len(out) == 2 and out[0].name == out[1].name:
            out[1] = replace(out[1], name=f"{out[1].name} (2)")
        return tuple(out)

    def grid(self) -> pd.DataFrame:
        """The grid of segments as it stands now."""
        rules = replace(self.rules, dimensions=self.dimensions())
        found = segments(self.view, rules, self.currency)
        return segment_grid(found, self.view, tuple(d.name for d in rules.dimensions))

    def redraw(self) -> None:
        """Make the picture, the cuts in words and the rules anew."""
        chosen = self.dimensions()
        self.picture.value = self.svg().replace("<svg ", '<svg style="max-width:100%;min-width:30rem;height:auto" ', 1)
        lines = [self._said(d, pick.value) for d, (pick, _, _) in zip(chosen, self.rows, strict=False)]
        if strange := self._strange(chosen):
            lines.append(
                f"The treatments in the rules name {', '.join(strange)}, which these dimensions do not have. "
                "Name them anew before you copy the rules."
            )
        self.words.value = "".join(f'<div style="line-height:1.4">{escape(line)}</div>' for line in lines)
        rules = replace(self.rules, dimensions=chosen)
        self.text.value = as_toml("portfolio.segments", rules, currency=self.currency)

    def _said(self, dimension: Dimension, picked: str) -> str:
        """Where a dimension is cut, in words, in its unit."""
        name = dimension.name if dimension.name == picked else f"{dimension.name} ({picked})"
        if not dimension.cuts:
            return f"{name}: as it is"
        if dimension.column.endswith("_amount"):
            told = [f"{cut:,.10g} {self.currency}" for cut in dimension.cuts]
        elif dimension.column.endswith("_share"):
            told = [f"{cut:.3g}%" for cut in (100 * c for c in dimension.cuts)]
        else:
            told = [f"{cut:,.10g}" for cut in dimension.cuts]
        return f"{name}: cut at {' and '.join(told)}"

    def _strange(self, chosen: tuple[Dimension, ...]) -> list[str]:
        """Bands that the treatments name and no dimension has, where all dimensions have named bands."""
        if not all(d.labels for d in chosen):
            return []
        known = {"*", *(label for d in chosen for label in d.labels)}
        named = [part.strip() for t in self.rules.treatments for part in t.segment.split("×")]
        return [band for band in dict.fromkeys(named) if band not in known]

    def svg(self) -> str:
        """The grid as a vector drawing."""
        labels = {d.name: d.labels for d in self.dimensions()}
        figure: Any = charts.segment_grid(self.grid(), labels, self.currency).figure
        drawn: str = figure.svg()
        return drawn

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return with_fallback(
            self.form,
            options,
            {
                "image/svg+xml": self.svg(),
                "text/plain": "Live cuts of the segments (needs a running kernel).",
            },
        )


def segment_cuts(book: Book) -> SegmentCuts:
    """The form of live cuts for a book, or a scope of one."""
    return SegmentCuts(book)
