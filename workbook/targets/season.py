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


def own_seasons(facts: Facts, cells: Cells, sales: pd.DataFrame, season_years: int) -> Floats:
    """Each tree node's own season per slot (nodes, slots, 12), from the sales of its accounts; NaN where it has none to learn from.

    ``sales``: account_id, booked_on, amount, product_family. The years are those of :func:`season`.
    """
    tree = facts.tree
    found = np.full((len(tree), len(cells.slots), 12), np.nan)
    number = _months(facts, sales, season_years)[0]
    month = facts.calendar.periods_of(sales["booked_on"], "month").map(number) if number else None
    if month is None or not month.notna().any():
        return found
    home = facts.tables.accounts.set_index("account_id")["territory_id"].map(
        pd.Series(np.arange(len(tree)), index=pd.Index(tree.ids))
    )
    at = sales["account_id"].map(home)
    for slot, (_, family) in enumerate(cells.slots):
        known = month.notna() & at.notna() & ((sales["product_family"] == family) if family else True)
        sums = np.zeros((len(tree), 12))
        place = (at[known].to_numpy(dtype=np.intp), month[known].to_numpy(dtype=np.intp))
        np.add.at(sums, place, sales.loc[known, "amount"].to_numpy(dtype=np.float64))
        sums = tree.roll_up(sums)
        usable = (sums >= 0).all(axis=1) & (sums.sum(axis=1) > 0)
        found[usable, slot] = sums[usable] / sums[usable].sum(axis=1, keepdims=True)
    return found


def _months(facts: Facts, sales: pd.DataFrame, season_years: int) -> tuple[dict[str, int], str]:
    """The months of complete fiscal years before the planned one, each with its number from 0, and the years' names."""
    if sales.empty:
        return {}, ""
    calendar, year = facts.calendar, parse(facts.year)[0]
    first = sales["booked_on"].min().date()
    names = [f"FY{y:04d}" for y in range(year - season_years, year)]
    whole = [n for n in names if calendar.bounds(n)[1] <= facts.as_of and calendar.bounds(n)[0] >= first.replace(day=1)]
    number = {name: i for y in whole for i, name in enumerate(children(y, "month"))}
    return number, "" if not whole else whole[0] if len(whole) == 1 else f"{whole[0]} to {whole[-1]}"


def _history(facts: Facts, sales: pd.DataFrame, season_years: int) -> tuple[pd.Series, str]:
    """Sales by product_family and fiscal month (0 to 11) of complete years, and their names; none: an empty name."""
    empty = pd.Series(dtype="float64", index=pd.MultiIndex.from_arrays([[], []], names=["product_family", "month"]))
    number, span = _months(facts, sales, season_years)
    if not number:
        return empty, ""
    at = facts.calendar.periods_of(sales["booked_on"], "month").map(number)
    known = at.notna()
    table = sales.loc[known, "amount"].groupby(
        [sales.loc[known, "product_family"].rename("product_family"), at[known].astype(int).rename("month")]
    )
    return table.sum().astype("float64"), span
