"""Season: how a year or quarter is spread over its months, from history or as given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.facts import Facts
from workbook.periods import children, parse
from workbook.rules.targets import TargetsRules
from workbook.targets.grid import Cells

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Season:
    """Weights of the twelve months per slot (slots, 12), each row adding up to 1, and in words where they come from."""

    weights: Floats
    source: tuple[str, ...]

    @property
    def told(self) -> str:
        """Where the season comes from, in one short phrase."""
        distinct = list(dict.fromkeys(self.source))
        spans = {s.rpartition(", ")[2] for s in distinct}
        if len(distinct) > 1 and len(spans) == 1 and all(s.startswith("sales of ") for s in distinct):
            return f"sales of each product family, {spans.pop()}"
        return "; ".join(distinct)


def season(facts: Facts, cells: Cells, sales: pd.DataFrame, rules: TargetsRules) -> Season:
    """The season that the rules ask for. ``sales``: booked_on, amount, product_family, as known.

    From history: the share of each fiscal month in complete fiscal years before the planned one, up to ``season_years``,
    per product family; a family without sales (or with a month of credits) takes the company's; without any, even months.
    """
    if rules.season == "given":
        weights = np.array(rules.season_given) / sum(rules.season_given)
        return Season(np.tile(weights, (len(cells.slots), 1)), ("given in the rules",) * len(cells.slots))
    even = np.full(12, 1 / 12)
    if rules.season == "even":
        return Season(np.tile(even, (len(cells.slots), 1)), ("even months by the rules",) * len(cells.slots))
    table, years = _history(facts, sales, rules.season_years)
    rows, source = [], []
    whole = table.groupby(level="month").sum().reindex(range(12)).fillna(0.0).to_numpy() if years else np.zeros(12)
    for _, family in cells.slots:
        own = np.zeros(12)
        if years and family and family in table.index.get_level_values("product_family"):
            own = table.xs(family, level="product_family").reindex(range(12)).fillna(0.0).to_numpy()
        if family and own.sum() > 0 and (own >= 0).all():
            rows.append(own / own.sum())
            source.append(f"sales of {family}, {years}")
        elif whole.sum() > 0 and (whole >= 0).all():
            rows.append(whole / whole.sum())
            source.append(f"{'all sales' if not family else f'no usable sales of {family}: all sales'}, {years}")
        else:
            rows.append(even)
            source.append("no complete year of sales: even months")
    return Season(np.array(rows), tuple(source))


def _history(facts: Facts, sales: pd.DataFrame, season_years: int) -> tuple[pd.Series, str]:
    """Sales by product_family and fiscal month (0 to 11) of complete years, and their names; none: an empty name."""
    calendar, year = facts.calendar, parse(facts.year)[0]
    empty = pd.Series(dtype="float64", index=pd.MultiIndex.from_arrays([[], []], names=["product_family", "month"]))
    if sales.empty:
        return empty, ""
    first = sales["booked_on"].min().date()
    names = [f"FY{y:04d}" for y in range(year - season_years, year)]
    whole = [n for n in names if calendar.bounds(n)[1] <= facts.as_of and calendar.bounds(n)[0] >= first.replace(day=1)]
    if not whole:
        return empty, ""
    month = calendar.periods_of(sales["booked_on"], "month")
    number = {name: i for y in whole for i, name in enumerate(children(y, "month"))}
    at = month.map(number)
    known = at.notna()
    table = sales.loc[known, "amount"].groupby(
        [sales.loc[known, "product_family"].rename("product_family"), at[known].astype(int).rename("month")]
    )
    span = whole[0] if len(whole) == 1 else f"{whole[0]} to {whole[-1]}"
    return table.sum().astype("float64"), span
