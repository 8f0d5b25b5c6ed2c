"""Where two versions of a plan differ, in words."""

from __future__ import annotations

from html import escape

from workbook.money import format_amount
from workbook.plans.document import SECTIONS, AccountPlan, View


def difference(theirs: AccountPlan, mine: AccountPlan, currency: str) -> list[tuple[str, str, str]]:
    """What differs between two versions of a plan: (what, theirs, mine) in words."""
    out = []
    for name in AccountPlan.model_fields:
        a, b = getattr(theirs, name), getattr(mine, name)
        if a == b or name == "made_with":
            continue
        if name == "amounts":
            for period in sorted({p.period for p in (*a, *b)}):
                left, right = (sum(p.amount for p in rows if p.period == period) for rows in (a, b))
                if left != right:
                    out.append((period, format_amount(left, currency), format_amount(right, currency)))
        elif name == "sections":
            for key in SECTIONS:
                left_view, right_view = a.get(key, View()), b.get(key, View())
                for side in ("ours", "theirs"):
                    if getattr(left_view, side) != getattr(right_view, side):
                        out.append((f"{SECTIONS[key][0]}, {side}", getattr(left_view, side), getattr(right_view, side)))
        elif isinstance(a, tuple):
            out.append((name, f"{len(a)} rows", f"{len(b)} rows"))
        else:
            out.append((name, str(a), str(b)))
    return out


def difference_table(theirs: AccountPlan, mine: AccountPlan, currency: str) -> str:
    """Both versions side by side, as HTML."""
    lines = difference(theirs, mine, currency)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in line)}</tr>" for line in lines)
    return f'<table class="wb-form-totals"><tr><th></th><th>theirs</th><th>yours</th></tr>{rows}</table>'
