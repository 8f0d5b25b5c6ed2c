"""The grid of planned amounts: what it shows, and what is typed there as planned amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from workbook.forms.fields import Faults, Rows
from workbook.forms.grid import GridColumn
from workbook.money import format_amount, in_one_way, to_decimal
from workbook.plans.document import (
    BOOKED,
    LONGEST,
    SOURCES,
    AccountPlan,
    Planned,
)  # fmt: skip
from workbook.plans.known import Horizon
from workbook.sheets import values


@dataclass(frozen=True)
class AmountForm:
    """The grid of planned amounts: one row per source, reference and family, one column per period."""

    horizon: Horizon
    currency: str
    families: tuple[str, ...] = ()

    @property
    def periods(self) -> tuple[str, ...]:
        return (*self.horizon.periods, *self.horizon.later)

    def columns(self) -> tuple[GridColumn, ...]:
        """What it rests on, then a column per period; periods that are over cannot be edited."""
        heads = (
            GridColumn("source", "rests on", "9rem", choices=tuple(SOURCES.values())),
            GridColumn("reference", "deal, contract or family", "10rem"),
            GridColumn("product_family", "product family", "8rem", choices=self.families),
        )
        return heads + tuple(
            GridColumn(p, p.removeprefix("FY"), "6.25rem", p not in self.horizon.over, numeric=True)
            for p in self.periods
        )

    def shown(self, plan: AccountPlan) -> list[list[str]]:
        """Rows of text; amounts in major units, as they can be read in one way only."""
        table: dict[tuple[str, str, str], dict[str, int]] = {}
        for row in plan.amounts:
            cells = table.setdefault((row.source, row.reference, row.product_family), {})
            cells[row.period] = cells.get(row.period, 0) + row.amount
        return [
            [
                SOURCES[s],
                r,
                f,
                *(in_one_way(to_decimal(cells[p], self.currency)) if p in cells else "" for p in self.periods),
            ]
            for (s, r, f), cells in table.items()
        ]

    def read(self, rows: Rows, before: AccountPlan) -> tuple[tuple[Planned, ...], Faults]:
        """Planned amounts, and faults by cell. Amounts of periods that are over stay as they were."""
        sources: dict[str, Any] = {name: key for key, name in SOURCES.items()} | {key: key for key in SOURCES}
        notes: dict[tuple[str, str, str, str], str] = {
            (a.source, a.reference, a.product_family, a.period): a.note for a in before.amounts
        }
        over: dict[tuple[str, str, str, str], int] = {
            (a.source, a.reference, a.product_family, a.period): a.amount
            for a in before.amounts
            if a.period in self.horizon.over
        }
        booked: dict[tuple[str, str, str, str], int] = {
            (a.source, a.reference, a.product_family, a.period): a.amount
            for a in before.amounts
            if a.reference == BOOKED
        }
        outside = [a for a in before.amounts if a.period not in self.periods]
        made, faults, seen = list(outside), {}, set[tuple[str, str, str]]()
        for at, row in rows:
            source = sources.get(row["source"].strip())
            key: tuple[str, str, str] = (str(source or ""), row["reference"].strip(), row["product_family"].strip())
            long = [c for c in (1, 2) if len(key[c]) > LONGEST]
            for column in long:
                faults[f"{at},{column}"] = f"the text has {len(key[column])} letters. Shorten it to {LONGEST}."
            if long:
                continue
            if source is None:
                faults[f"{at},0"] = (
                    f"rests on {row['source'] or 'nothing'!r}: not in the list. Choose {', '.join(SOURCES.values())}."
                )
                continue
            if key in seen:
                faults[f"{at},1"] = "the same source, reference and family stand in two rows. Put them into one."
                continue
            seen.add(key)
            for column, period in enumerate(self.periods, start=3):
                if period in self.horizon.over:
                    amount = over.get((*key, period), 0)
                else:
                    try:
                        amount = values.amount(row[period], self.currency) if row[period].strip() else 0
                    except values.CellError as fault:
                        faults[f"{at},{column}"] = f"{period} {fault.fault}. {fault.remedy}"
                        continue
                    if key[1] == BOOKED and amount != booked.get((*key, period), 0):
                        faults[f"{at},{column}"] = (
                            f"{period} stands in a row of what is booked already. Plan what is still to come in a row of its own."
                        )
                        continue
                if amount or (*key, period) in over:
                    note = notes.get((*key, period), "")
                    made.append(
                        Planned(
                            period=period,
                            source=source,
                            amount=amount,
                            reference=key[1],
                            product_family=key[2],
                            note=note,
                        )
                    )
        kept = {(a.source, a.reference, a.product_family) for a in made}
        made += [
            a
            for a in before.amounts
            if (a.period in self.horizon.over or a.reference == BOOKED)
            and (a.source, a.reference, a.product_family) not in kept
        ]
        return tuple(made), faults


def totals_table(
    plan: AccountPlan, elsewhere: Mapping[str, int], targets: Mapping[str, int], how: tuple[Horizon, str]
) -> str:
    """Running totals by period as HTML: this plan, with the rep's other plans (``elsewhere``, by month), the rep's target.

    ``how``: the horizon, and the currency in which amounts are shown.
    """
    horizon, currency = how
    rows = []
    for period in (*horizon.periods, horizon.year):
        mine = plan.planned_amount(period)
        rest = sum(a for p, a in elsewhere.items() if p.startswith(period))
        target = targets.get(period)
        gap = format_amount(mine + rest - target, currency, short=True) if target is not None else "no target"
        cells = [
            period.removeprefix("FY"),
            *(format_amount(a, currency, short=True) for a in (mine, mine + rest)),
            format_amount(target, currency, short=True),
            gap,
        ]
        rows.append("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in cells) + "</tr>")
    heads = "".join(
        f'<th scope="col">{h}</th>'
        for h in ("", "this plan", "all saved plans with this one", "your target", "over or short")
    )
    said = f"<p>{escape(horizon.carried_over)}</p>" if horizon.carried_over else ""
    return (
        f'<div class="wb-form-scroll"><table class="wb-form-totals"><tr>{heads}</tr>{"".join(rows)}</table></div>{said}'
    )
