"""The tree of targets as a table that unfolds by level."""

from __future__ import annotations

from html import escape

import pandas as pd

from workbook.money import format_amount

AMOUNTS = ("target_amount", "hedge_amount", "street_amount", "last_year_amount")
STYLE = (
    ".unfold{font-size:12px;font-variant-numeric:tabular-nums;line-height:1.55}"
    ".unfold b{display:inline-block;font-weight:inherit}.unfold small{color:#777}"
    ".unfold i{display:inline-block;width:8em;text-align:right;font-style:normal}"
)


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

        nodes, names = self.rows["node"].astype(str).tolist(), self.rows["name"].astype(str).tolist()
        columns = [self.rows[c].astype("Int64").astype(object).tolist() for c in AMOUNTS]
        shown = [
            "".join(f"<i>{escape(format_amount(amount, self.currency, short=True))}</i>" for amount in amounts)
            for amounts in zip(*columns, strict=True)
        ]

        def line(i: int, depth: int) -> str:
            name = f"{escape(names[i])} <small>{escape(nodes[i])}</small>"
            text = f"<b style='width:{24 - 1.2 * depth:g}em'>{name}</b>{shown[i]}"
            below = children.get(nodes[i], [])
            if not below:
                return f"<div style='margin-left:{1.2 * depth + 1.0:g}em'>{text}</div>"
            inner = "".join(line(c, depth + 1) for c in below)
            state = " open" if depth < 2 else ""
            return f"<details{state}><summary style='margin-left:{1.2 * depth:g}em'>{text}</summary>{inner}</details>"

        titles = "".join(f"<i>{t}</i>" for t in ("target", "hedge", "street quota", "last year"))
        first = f"<div style='margin-left:1em;font-weight:bold'><b style='width:24em'>node</b>{titles}</div>"
        return f"<div class='unfold'><style>{STYLE}</style>{first}{''.join(line(i, 0) for i in tops)}</div>"

    def __repr__(self) -> str:
        return f"{len(self.rows)} nodes with targets"
