"""Tables, checks and figures as people read them: light HTML (escaped) with a plain-text fallback.

Formats follow the names of columns: ``_amount`` money, ``_share`` percent, ``_on`` dates, ``_days`` and ``_hours`` whole
numbers with their unit. Missing is ``–``, never a zero. Text is always text: nothing in a cell becomes markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from html import escape
from typing import Any

import pandas as pd

from workbook.checks import Check, checks_table
from workbook.money import format_amount

MISSING = "–"
_JUDGED = ("verdict", "severity", "signal_level")
_UNITS = {"_days": "days", "_hours": "h", "_minutes": "min"}
_SHORT, _NAME, _SENTENCE = 20, 36, 60
"""Up to so many characters, a cell never wraps; beyond so many it is no name that stands on one line; and a sentence."""
_HIDDEN_ENDS = ("_amount", "_share", "_on", "_days", "_hours", "_minutes")


@dataclass(frozen=True)
class Table:
    """A frame to be shown. ``amounts``, ``shares`` name further columns of that kind; ``labels`` rename headings."""

    frame: pd.DataFrame
    currency: str = "USD"
    caption: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    limit: int = 40
    short: bool = True
    signed: Sequence[str] = ()

    @cached_property
    def _cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        shown = self.frame.head(self.limit)
        heads = [self.labels.get(c, label(c)) for c in map(str, shown.columns)]
        columns = [self._column(str(c), shown.iloc[:, i]) for i, c in enumerate(shown.columns)]
        right = [_is_number(str(c), shown.iloc[:, i]) for i, c in enumerate(shown.columns)]
        return heads, [list(row) for row in zip(*columns, strict=True)], right

    def _column(self, name: str, values: pd.Series) -> list[str]:
        form = value_format(name, self.currency, short=self.short, signed=name in self.signed)
        return [form(value) for value in values.astype(object).tolist()]

    def _more(self) -> str:
        left = len(self.frame) - self.limit
        return f"{left:,} more rows of {len(self.frame):,} not shown" if left > 0 else ""

    def _repr_html_(self) -> str:
        if self.frame.empty:
            return f'<p class="wb-none">{escape(self.caption or "Table")}: none.</p>'
        heads, rows, right = self._cells
        style = [_cell_class(is_number, cells) for is_number, cells in zip(right, zip(*rows, strict=True), strict=True)]
        out = [f'{_LIVE}<table class="wb-table">']
        if self.caption:
            out.append(f"<caption>{words(self.caption)}</caption>")
        out.append(
            "<thead><tr>"
            + "".join(f"<th{s}>{escape(h)}</th>" for h, s in zip(heads, style, strict=True))
            + "</tr></thead><tbody>"
        )
        verdict = [str(c) in _JUDGED for c in self.frame.columns]
        for row in rows:
            cells = (
                f'<td class="wb-v wb-{escape(v.replace(" ", "-"))}">{escape(v)}</td>'
                if is_v
                else f"<td{s}>{words(v)}</td>"
                for v, s, is_v in zip(row, style, verdict, strict=True)
            )
            out.append("<tr>" + "".join(cells) + "</tr>")
        out.append("</tbody></table>")
        if more := self._more():
            out.append(f'<p class="wb-more">{escape(more)}</p>')
        return "".join(out)

    def __repr__(self) -> str:
        if self.frame.empty:
            return f"{self.caption or 'Table'}: none."
        heads, rows, right = self._cells
        wide = [max(len(h), *(len(r[i]) for r in rows)) for i, h in enumerate(heads)]
        lines = [self.caption] if self.caption else []
        for row in [heads, *rows]:
            lines.append(
                "  ".join(v.rjust(w) if r else v.ljust(w) for v, w, r in zip(row, wide, right, strict=True)).rstrip()
            )
        return "\n".join([*lines, *([self._more()] if self._more() else [])])


#: JupyterLab sets all cells to the right and wraps them anywhere; words belong to the left there too, ids and numbers on one line.
_LIVE = (
    "<style>.jp-RenderedHTMLCommon .wb-table :is(td,th){text-align:left}"
    ".jp-RenderedHTMLCommon .wb-table .wb-n{text-align:right}.wb-id{white-space:nowrap}"
    ".jp-RenderedHTMLCommon .wb-table :is(.wb-n,.wb-short,.wb-v,td:first-child:not(.wb-prose)){white-space:nowrap}"
    ".jp-RenderedHTMLCommon .wb-table td.wb-prose{min-width:18rem}</style>"
)


def _cell_class(is_number: bool, cells: Sequence[str]) -> str:
    """The class of a column's cells: numbers to the right; sentences keep a width in which they can be read; long words wrap, short ones
    do not."""
    if is_number:
        return ' class="wb-n"'
    longest = max(map(len, cells))
    if longest <= _SHORT:
        return ' class="wb-short"'
    return ' class="wb-prose"' if longest > _SENTENCE else ' class="wb-words"' if longest > _NAME else ""


@dataclass(frozen=True)
class Figures:
    """A row of headline figures: label, value (already text), and a note under it."""

    items: Sequence[tuple[str, str, str]]

    def _repr_html_(self) -> str:
        return '<div class="wb-figures">' + "".join(
            f'<div class="wb-figure"><span class="wb-label">{escape(a)}</span><span class="wb-value">{escape(b)}</span>'
            f'<span class="wb-note">{escape(c)}</span></div>'
            for a, b, c in self.items
        ) + "</div>"  # fmt: skip

    def __repr__(self) -> str:
        return "\n".join(f"{a}: {b}{f' ({c})' if c else ''}" for a, b, c in self.items)


@dataclass(frozen=True)
class Note:
    """One paragraph in words; ``kind`` is note, warn, fail or ok; what stands in backticks is a command."""

    text: str
    kind: str = "note"

    def _repr_html_(self) -> str:
        text = re.sub(r"`([^`]+)`", r"<code>\1</code>", words(self.text))
        return f'<p class="wb-note wb-{escape(self.kind)}">{text}</p>'

    def __repr__(self) -> str:
        return self.text


def checks(judgements: Iterable[Check], *, limit: int = 60) -> Table:
    """Checks as a table, worst first."""
    return Table(checks_table(judgements), limit=limit, labels={"name": "check", "sentence": "why"})


_ID = re.compile(r"\([^\s()]+-[^\s()]+\)")


def words(text: str) -> str:
    """Text as HTML, in which an id in brackets stays on one line: browsers break lines at hyphens.

    >>> words("Ann & Co (A-07)")
    'Ann &amp; Co <span class="wb-id">(A-07)</span>'
    """
    return _ID.sub(r'<span class="wb-id">\g<0></span>', escape(text))


def label(name: str) -> str:
    """A column's heading: words for underscores, units instead of the endings.

    >>> label("sales_12m_amount"), label("overdue_days"), label("account_id")
    ('sales 12m', 'overdue (days)', 'account')
    """
    for end, unit in _UNITS.items():
        if name.endswith(end):
            return f"{name[: -len(end)].replace('_', ' ')} ({unit})"
    for end in (*_HIDDEN_ENDS, "_id"):
        if name.endswith(end) and len(name) > len(end):
            name = name[: -len(end)]
            break
    return name.replace("_", " ")


def value_format(name: str, currency: str, *, short: bool = True, signed: bool = False) -> Any:
    """The function that writes a value of a column for people."""

    def write(value: Any) -> str:
        if value is None or value is pd.NA or value is pd.NaT or value != value:
            return MISSING
        if name.endswith("_amount") or name == "amount":
            text = format_amount(round(value), currency, short=short)
            return f"+{text}" if signed and value > 0 else text
        if name.endswith("_share") or name in ("share", "probability"):
            return f"{float(value):.0%}"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, date):
            return value.strftime("%Y-%m-%d")
        if isinstance(value, float):
            return f"{value:,.0f}" if value == round(value) or name.endswith(tuple(_UNITS)) else f"{value:,.2f}"
        if isinstance(value, int):
            return str(value) if name.endswith("year") else f"{value:,}"
        return str(value)

    return write


def _is_number(name: str, values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
