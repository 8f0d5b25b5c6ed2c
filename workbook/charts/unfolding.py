"""The tree of targets as a table that unfolds by level."""

from __future__ import annotations

from html import escape

import pandas as pd

from workbook.money import format_amount


class Unfolding:
    """A table of the tree that unfolds by level, in plain HTML (``details``): it needs no script."""

    def __init__(self, rows: pd.DataFrame, currency: str, limit: int = 2000) -> None:
        self.rows = rows[rows["node_kind"] != "account"].head(limit).reset_index(drop=True)
        self.currency = currency

    def _repr_html_(self) -> str:
        children: dict[str, list[int]] = {}
        known = set(self.rows["node"])
        tops = []
        for i, parent in enumerate(self.rows["parent"]):
            if isinstance(parent, str) and parent in known:
                children.setdefault(parent, []).append(i)
            else:
                tops.append(i)

        def cells(i: int) -> str:
            row = self.rows.iloc[i]
            names = ("target_amount", "hedge_amount", "street_amount", "last_year_amount")
            shown = [format_amount(row[n], self.currency, short=True) for n in names]
            return "".join(
                f"<span style='display:inline-block;width:8em;text-align:right'>{escape(v)}</span>" for v in shown
            )

        def line(i: int, depth: int) -> str:
            row = self.rows.iloc[i]
            name = f"{escape(str(row['name']))} <small style='color:#777'>{escape(str(row['node']))}</small>"
            text = f"<span style='display:inline-block;width:{24 - 1.2 * depth}em'>{name}</span>{cells(i)}"
            below = children.get(str(row["node"]), [])
            if not below:
                return f"<div style='margin-left:{1.2 * depth + 1.0}em'>{text}</div>"
            inner = "".join(line(c, depth + 1) for c in below)
            state = " open" if depth < 2 else ""
            return f"<details{state}><summary style='margin-left:{1.2 * depth}em'>{text}</summary>{inner}</details>"

        titles = "".join(
            f"<span style='display:inline-block;width:8em;text-align:right'>{t}</span>"
            for t in ("target", "hedge", "street quota", "last year")
        )
        first = f"<div style='margin-left:1em;font-weight:bold'><span style='display:inline-block;width:24em'>node</span>{titles}</div>"
        body = "".join(line(i, 0) for i in tops)
        return f"<div style='font-size:12px;font-variant-numeric:tabular-nums;line-height:1.55'>{first}{body}</div>"

    def __repr__(self) -> str:
        return f"{len(self.rows)} nodes with targets"
