"""Bases of a split: what each node did, has, or could do, as values per node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.errors import UsageError
from workbook.facts import Facts
from workbook.targets.company import Company
from workbook.targets.grid import Cells
from workbook.targets.ramp import ramp

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Bases:
    """Values per node and slot (nodes, slots) by basis, NaN where not known; ``silent``: why a basis is not known at all."""

    values: Mapping[str, Floats]
    silent: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Sources:
    """What the bases are read from besides the tables: frames of the stages before, or None where they are not there.

    ``projection``: account_id, product_family, projected_amount · ``deals``: account_id, product_family, weighted_amount ·
    ``capacity``: rep_id, selling_hours, ramped_share.
    """

    sales: pd.DataFrame
    projection: pd.DataFrame | None = None
    deals: pd.DataFrame | None = None
    capacity: pd.DataFrame | None = None


def known_sales(facts: Facts) -> pd.DataFrame:
    """Sales lines with their product family: account_id, booked_on, amount, product_family (``""`` where not known)."""
    sales = facts.tables.sales
    family = facts.tables.products.set_index("product_id")["family"]
    named = sales["product_id"].map(family).fillna("").astype("str")
    return sales[["account_id", "booked_on", "amount"]].assign(product_family=named)


def bases(facts: Facts, company: Company, cells: Cells, sources: Sources, wanted: set[str]) -> Bases:
    """The wanted bases at every node of the company.

    Amounts by account go to their holders by credit share and up the tree; people's values go to their reps; columns of
    territories stand where they are given.
    """
    made: dict[str, Floats] = {}
    coming = company.seats.loc[company.seats["credit_share"] == 0, "position"].to_numpy()
    silent: dict[str, str] = {}
    makers: dict[str, Callable[[], Floats | str]] = {
        "even": lambda: _even(company, cells),
        "headcount": lambda: _headcount(company, cells),
        "last_year": lambda: _sales(company, cells, sources, _fiscal_year_before(facts)),
        "trailing_12m": lambda: _sales(company, cells, sources, _trailing(facts)),
        "potential": lambda: _column(facts, company, cells, "accounts.potential_amount"),
        "projection": lambda: _frame(company, cells, sources.projection, "projected_amount", "no projection"),
        "pipeline": lambda: _frame(
            company, cells, sources.deals, "weighted_amount", "no opportunities table: pipeline"
        ),
        "capacity": lambda: _capacity(facts, company, cells, sources.capacity),
    }
    for name in sorted(wanted):
        found = makers[name]() if name in makers else _column(facts, company, cells, name)
        if isinstance(found, str):
            silent[name] = found
            found = np.full((len(company.nodes), len(cells.slots)), np.nan)
        found[coming] = 0.0  # seats of holders to come carry nothing yet
        made[name] = found
    return Bases(made, silent)


def by_account(company: Company, cells: Cells, rows: pd.DataFrame, column: str, whole: bool = False) -> Floats:
    """Amounts by account and product_family at every node (nodes, slots). A slot of all products takes all of them;
    ``whole``: every slot does.
    """
    nodes = company.nodes
    sums = np.zeros((len(nodes), len(cells.slots)))
    for slot, (_, family) in enumerate(cells.slots):
        part = rows if whole or not family else rows[rows["product_family"] == family]
        value = part.groupby("account_id")[column].sum().astype("float64")
        sums[:, slot] = _spread(company, value)
    return sums


def _spread(company: Company, value: pd.Series) -> Floats:
    """A value per account at every node, by its holders' credit."""
    nodes, leaf = company.nodes, np.zeros(len(company.nodes))
    if len(company.seats):
        given = company.seats["account_id"].map(value).fillna(0.0) * company.seats["credit_share"]
        leaf[company.seats["position"].to_numpy()] = given.to_numpy()
    return nodes.branches.roll_up(leaf[nodes.branches.leaves]).astype(np.float64)


def _even(company: Company, cells: Cells) -> Floats:
    nodes = company.nodes
    value = np.ones(len(nodes))
    up = np.maximum(nodes.branches.parent, 0)
    reps = np.zeros(len(nodes))
    np.add.at(reps, up, (nodes.kinds == "rep").astype(float))
    value[(nodes.kinds == "pool") & (reps[up] > 0)] = 0.0
    return _each(value, cells)


def _headcount(company: Company, cells: Cells) -> Floats:
    nodes = company.nodes
    leaf = (nodes.kinds == "rep").astype(np.float64)
    total = _up(company, leaf)
    return _each(np.where(nodes.kinds == "account", np.nan, total), cells)


def _up(company: Company, own: Floats) -> Floats:
    """Own values summed up the tree."""
    total = own.copy()
    for level in reversed(company.nodes.branches.levels[1:]):
        np.add.at(total, company.nodes.branches.parent[level], total[level])
    return total


def _each(value: Floats, cells: Cells) -> Floats:
    return np.repeat(value[:, None], len(cells.slots), axis=1)


def _fiscal_year_before(facts: Facts) -> tuple[date, date]:
    return facts.calendar.bounds(facts.calendar.shift(facts.year, -1))


def _trailing(facts: Facts) -> tuple[date, date]:
    end = pd.Timestamp(facts.as_of)
    return (end - pd.DateOffset(years=1) + timedelta(days=1)).date(), facts.as_of


def between(sales: pd.DataFrame, span: tuple[date, date]) -> pd.DataFrame:
    """Sales booked from the first day to the last, both included."""
    booked = sales["booked_on"]
    return sales[(booked >= pd.Timestamp(span[0])) & (booked < pd.Timestamp(span[1]) + pd.Timedelta(days=1))]


def _sales(company: Company, cells: Cells, sources: Sources, span: tuple[date, date]) -> Floats | str:
    rows = between(sources.sales, span)
    if rows.empty:
        return f"no sales from {span[0]} to {span[1]}"
    return by_account(company, cells, rows, "amount")


def _frame(company: Company, cells: Cells, rows: pd.DataFrame | None, column: str, what: str) -> Floats | str:
    if rows is None or rows.empty:
        return f"{what} not known"
    return by_account(company, cells, rows.assign(**{column: rows[column].fillna(0)}), column)


def _capacity(facts: Facts, company: Company, cells: Cells, given: pd.DataFrame | None) -> Floats | str:
    nodes = company.nodes
    if given is not None and not given.empty:
        share = given["ramped_share"].fillna(1.0) if "ramped_share" in given else 1.0
        hours = pd.Series((given["selling_hours"] * share).to_numpy(dtype=float), index=pd.Index(given["rep_id"]))
    elif facts.tables.has("reps", "selling_hours_per_week"):
        reps = facts.tables.reps
        hours = pd.Series(reps["selling_hours_per_week"].to_numpy(dtype=float), index=pd.Index(reps["rep_id"]))
    else:
        return facts.tables.lacks("reps", "capacity")
    hours = hours[~hours.index.duplicated()]
    is_rep = nodes.kinds == "rep"
    own = np.where(is_rep, pd.Series(nodes.ids).map(hours).to_numpy(dtype=float), 0.0)
    total = _up(company, np.nan_to_num(own))
    value = np.where(is_rep, own, total)
    value[nodes.kinds == "account"] = np.nan
    return _each(value, cells)


def rep_hours(facts: Facts, reps: pd.DataFrame, ramp_shares: tuple[float, ...]) -> pd.Series:
    """Selling hours of each rep in the planned year with ramp and absence before hire or after leaving; NaN where not known.

    Stated hours per week × weeks of the year × the mean of the months' ramp.
    """
    weekly = facts.tables.reps.set_index("rep_id")["selling_hours_per_week"]
    first, last = facts.calendar.bounds(facts.year)
    weeks = ((last - first).days + 1) / 7
    share = ramp(facts, reps, ramp_shares).mean(axis=1)
    hours = weekly.reindex(reps["rep_id"]).to_numpy(dtype=np.float64) * weeks * share
    return pd.Series(hours, index=pd.Index(reps["rep_id"]))


def _column(facts: Facts, company: Company, cells: Cells, name: str) -> Floats | str:
    """A number column of accounts (summed up), reps (summed up) or territories (as it stands)."""
    table, _, column = name.partition(".")
    frame = facts.tables[table]
    if column not in frame or not pd.api.types.is_numeric_dtype(frame[column]):
        if column in frame and frame[column].notna().any():
            numbers = pd.to_numeric(frame[column], errors="coerce")
            if numbers.isna().all():
                raise UsageError(f"{name} holds no numbers", where="targets.basis", remedy="Name a column of numbers.")
            frame = frame.assign(**{column: numbers})
        else:
            return f"no column {name}: it is not known"
    if not frame[column].notna().any():
        return f"the {table} table has no {column}: not known"
    key = {"accounts": "account_id", "reps": "rep_id", "territories": "territory_id"}[table]
    value = pd.Series(frame[column].to_numpy(dtype="float64", na_value=np.nan), index=pd.Index(frame[key]))
    nodes = company.nodes
    if table == "accounts":
        found = _spread(company, value)
        leaf = nodes.kinds == "account"
        known = pd.Series(nodes.ids).map(value.notna()).to_numpy() == True  # noqa: E712 (object array)
        found[leaf & ~known] = np.nan
        return _each(found, cells)
    own = pd.Series(nodes.ids).map(value).to_numpy(dtype=float)
    if table == "reps":
        total = _up(company, np.where(nodes.kinds == "rep", np.nan_to_num(own), 0.0))
        return _each(np.where(nodes.kinds == "rep", own, np.where(nodes.kinds == "account", np.nan, total)), cells)
    return _each(np.where(nodes.kinds == "territory", own, np.nan), cells)
