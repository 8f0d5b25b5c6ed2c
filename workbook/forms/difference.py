"""Where two versions of a plan differ, in words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from workbook.forms.fields import PARTS, shown
from workbook.money import format_amount
from workbook.plans.document import SECTIONS, SOURCES, AccountPlan, Part, View

_TITLES = {"objective": "the end result wanted", "strategy": "the strategy it serves", "note": "note"}


def difference(theirs: AccountPlan, mine: AccountPlan, currency: str) -> list[tuple[str, str, str]]:
    """What differs between two versions of a plan: (what, theirs, mine) in words; of lists, the rows that only one holds."""
    out = []
    for name in AccountPlan.model_fields:
        a, b = getattr(theirs, name), getattr(mine, name)
        if a == b or name == "made_with":
            continue
        if name == "amounts":
            out += _amounts(theirs, mine, currency)
        elif name == "sections":
            for key in SECTIONS:
                left, right = a.get(key, View()), b.get(key, View())
                for side, whose in (("ours", "our view"), ("theirs", "the customer's view")):
                    if getattr(left, side) != getattr(right, side):
                        out.append((f"{SECTIONS[key][0]}: {whose}", getattr(left, side), getattr(right, side)))
        elif name in PARTS:
            out.append((PARTS[name].title, _rows(name, a, b), _rows(name, b, a)))
        else:
            out.append((_TITLES.get(name, name), str(a), str(b)))
    return out


def _amounts(theirs: AccountPlan, mine: AccountPlan, currency: str) -> list[tuple[str, str, str]]:
    """Planned amounts that differ, by period, what they rest on, reference and family."""
    sums: list[dict[tuple[str, ...], int]] = [{}, {}]
    for found, plan in zip(sums, (theirs, mine), strict=True):
        for row in plan.amounts:
            key: tuple[str, ...] = (row.period, row.source, row.reference, row.product_family)
            found[key] = found.get(key, 0) + row.amount
    out = []
    for each in sorted({*sums[0], *sums[1]}):
        left, right = (found.get(each, 0) for found in sums)
        if left != right:
            period, source, *rest = each
            label = ", ".join([period, SOURCES[source], *dict.fromkeys(filter(None, rest))])
            out.append((label, format_amount(left, currency), format_amount(right, currency)))
    return out


def _rows(name: str, here: Sequence[Part], there: Sequence[Part]) -> str:
    """The rows of a list that are here and not there, one line each."""
    only = [row for row in here if row not in there]
    return "\n".join(", ".join(filter(None, cells)) for cells in shown(PARTS[name], only))


def difference_table(theirs: AccountPlan, mine: AccountPlan, currency: str) -> str:
    """Both versions side by side, as HTML."""
    lines = difference(theirs, mine, currency)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in line)}</tr>" for line in lines)
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("", "theirs", "yours"))
    return f'<div class="wb-form-scroll"><table class="wb-form-totals wb-form-differs"><tr>{heads}</tr>{rows}</table></div>'
