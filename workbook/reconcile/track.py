"""Track records: how far targets and projections of past years were off, per node, shrunk where little is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.checks import counted
from workbook.facts import Facts
from workbook.periods import Grain, children, parse
from workbook.reconcile.cube import Cube

Floats = npt.NDArray[np.float64]


#: Grains of given targets, the finest first: a coarser one, where given, stands.
GRAINS_OF_TARGETS: tuple[Grain, ...] = ("month", "quarter", "year")


@dataclass(frozen=True, eq=False)
class Track:
    """Per node (tree and reps), shape (n,): ``bias`` (outcome over the number, less one), ``error`` (standard deviation, a share), ``count`` (past
    years behind it), ``seen`` (mean of the node's own, NaN without any). ``what`` names a past case."""

    bias: Floats
    error: Floats
    count: Floats
    seen: Floats
    what: str

    def words(self, at: int) -> str:
        """What is known of a node's record.

        >>> Track(np.zeros(1), np.full(1, 0.1), np.zeros(1), np.full(1, np.nan), "past target").words(0)
        'no record, error taken as 10%'
        >>> Track(np.zeros(1), np.full(1, 0.1), np.ones(1), np.full(1, -0.2), "past target").words(0)
        'outcome 20% below it in 1 past target'
        """
        if self.count[at] == 0:
            return f"no record, error taken as {self.error[at]:.0%}"
        number = int(self.count[at])
        side = "above" if self.seen[at] >= 0 else "below"
        return f"outcome {abs(self.seen[at]):.0%} {side} it in {counted(number, self.what)}"


def track(errors: Floats, depth: npt.NDArray[np.intp], default: float, counts: float, what: str) -> Track:
    """A record from relative errors (outcome ÷ number − 1), shape (n, cases), NaN where not known.

    Twice shrunk: a level's to the default, which counts as much as ``counts`` cases, and a node's to its level's (empirical Bayes with a
    published prior). Errors beyond ±100 % count as that.
    """
    held = np.isfinite(errors)
    values = np.clip(np.where(held, np.nan_to_num(errors, posinf=1.0, neginf=-1.0), 0.0), -1.0, 1.0)
    number, total = held.sum(axis=1).astype(np.float64), values.sum(axis=1)
    bias, error = np.zeros(len(errors)), np.zeros(len(errors))
    for level in np.unique(depth):
        at = depth == level
        many = number[at].sum()
        level_bias = total[at].sum() / (many + counts)
        bias[at] = (total[at] + counts * level_bias) / (number[at] + counts)
        off = np.where(held[at], values[at] - bias[at][:, None], 0.0) ** 2
        level_square = (off.sum() + counts * default**2) / (many + counts)
        error[at] = np.sqrt((off.sum(axis=1) + counts * level_square) / (number[at] + counts))
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = np.where(number > 0, total / number, np.nan)
    return Track(bias, np.maximum(error, 0.005), number, seen, what)


def of_the_rest(record: Track, share: Floats) -> Track:
    """The record of a projection of which only ``share`` is still to come, shape (n,): what is booked is certain.

    Misses of the months to come are taken as independent, so that the error shrinks with the square root of their share.
    """
    left = np.clip(share, 0.0, 1.0)
    return replace(record, bias=record.bias * left, error=np.maximum(record.error * np.sqrt(left), 0.005))


def target_errors(facts: Facts, cube: Cube) -> Floats:
    """Outcome ÷ target − 1 of every past whole fiscal year that has a target at a node; shape (nodes of tree and reps, years)."""
    head, ids = _head(cube)
    targets, calendar = facts.tables.targets, facts.calendar
    rows = targets[targets["territory_id"].isin(ids).to_numpy()]
    rows = rows[(rows["measure"].isna() | rows["measure"].isin(["", "bookings"])).to_numpy()]
    if rows.empty:
        return np.full((head, 0), np.nan)
    years = sorted({parse(p)[0] for p in rows["period"].unique()})
    past = [y for y in years if f"FY{y}" < facts.year and calendar.bounds(f"FY{y}")[1] <= facts.as_of]
    out = np.full((head, len(past)), np.nan)
    for column, year in enumerate(past):
        said = year_targets(rows, f"FY{year}")
        actual = _booked_between(facts, cube, calendar.bounds(f"FY{year}"))
        at = ids.get_indexer(said.index)
        with np.errstate(divide="ignore", invalid="ignore"):
            out[at, column] = np.where(said > 0, actual[at] / said.to_numpy(dtype=np.float64) - 1, np.nan)
    return out[:, (np.nan_to_num(out, nan=-1.0) > -1).any(axis=0)] if len(past) else out


def year_targets(rows: pd.DataFrame, year: str) -> pd.Series:
    """Targets of a year per node: as given for the year, else the sum of its quarters or months where all of them are given."""
    found: dict[str, int] = {}
    for grain in GRAINS_OF_TARGETS:
        wanted = children(year, grain)
        mine = rows[rows["period"].isin(wanted).to_numpy()]
        blank = mine["product_family"].isna() | (mine["product_family"] == "")
        for part in (mine[~blank], mine[blank]):
            by = part.groupby("territory_id").agg(amount=("amount", "sum"), periods=("period", "nunique"))
            found |= by.loc[by["periods"] == len(wanted), "amount"].astype("int64").to_dict()
    return pd.Series(found, dtype="float64")


def projection_errors(facts: Facts, cube: Cube, replays: int) -> Floats:
    """Outcome ÷ projection − 1 of the 12 months after the same day one, two … years ago; shape (nodes of tree and reps, replays).

    Accounts are counted where they are today. A replay needs 12 months of sales before its day.
    """
    from workbook.portfolio.stage import Portfolio

    head, _ = _head(cube)
    sales = facts.tables.sales
    columns = []
    for back in range(1, replays + 1):
        then = (pd.Timestamp(facts.as_of) - pd.DateOffset(years=back)).date()
        if sales.empty or sales["booked_on"].min().date() > then - timedelta(days=365):
            break
        old = Facts(facts.tables.known_at(then), facts.rules, then, facts.decisions.known_at(then))
        said = Portfolio(old).projection.set_index("account_id")["projected_amount"]
        projected = _at_nodes(cube, said)[:head]
        actual = _booked_between(facts, cube, (then + timedelta(days=1), _year_later(then)))
        with np.errstate(divide="ignore", invalid="ignore"):
            columns.append(np.where(projected > 0, actual / projected - 1, np.nan))
    return np.stack(columns, axis=1) if columns else np.full((head, 0), np.nan)


def plan_errors(facts: Facts, cube: Cube, lines: pd.DataFrame) -> Floats:
    """Outcome ÷ plan − 1 of the closed months of the planned year that were planned before they were booked; shape (nodes, 0 or 1)."""
    head, _ = _head(cube)
    closed = [m for m in cube.months if facts.calendar.bounds(m)[1] <= facts.as_of]
    rows = lines[lines["period"].isin(closed).to_numpy()]
    if "reference" in rows:
        months = rows.loc[(rows["reference"] == "booked").to_numpy(), "period"].unique()
        closed = [m for m in closed if m not in set(months)]
    if len(closed) < 3:
        return np.full((head, 0), np.nan)
    place = [cube.months.index(m) for m in closed]
    plan = cube.cells["plan"][:head][:, place].sum(axis=(1, 2)).astype(np.float64)
    actual = cube.cells["actual"][:head][:, place].sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(plan > 0, actual / plan - 1, np.nan)[:, None]


#: A past plan judges a node where its accounts with a plan booked at least this share of the node's year.
PLANNED_SHARE = 0.8


def past_plan_errors(facts: Facts, cube: Cube) -> Floats:
    """Outcome ÷ plan − 1 of every past fiscal year for which plans are stored; shape (nodes of tree and reps, years).

    A plan counts as it stood when the year began, or as first written by the end of its first quarter; accounts are counted
    where they are today, and territory plans with their rep. NaN where accounts with a plan booked less than 80 % of the year.
    """
    head, _ = _head(cube)
    columns = []
    for year in sorted({y for plan in facts.plans for step in plan.get("steps", ()) for y in step["planned"]}):
        first, last = facts.calendar.bounds(year)
        if year >= facts.year or last > facts.as_of:
            continue
        said = pd.Series(_planned_for(facts, year, first), dtype="int64")
        if said.empty:
            continue
        plan, actual = _at_nodes(cube, said)[:head], _booked_between(facts, cube, (first, last))
        covered = _booked_between(facts, cube, (first, last), set(said.index))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(plan > 0, actual / plan - 1, np.nan)
        columns.append(np.where(covered >= PLANNED_SHARE * actual, ratio, np.nan))
    return np.stack(columns, axis=1) if columns else np.full((head, 0), np.nan)


def _planned_for(facts: Facts, year: str, first: date) -> dict[str, int]:
    """What each plan (by account, or by rep for a territory plan) said of a year at its start, or at first in its first quarter."""
    quarter_end = facts.calendar.bounds(children(year, "quarter")[0])[1]
    found: dict[str, int] = {}
    for plan in facts.plans:
        steps = [step for step in plan.get("steps", ()) if year in step["planned"]]
        before = [step for step in steps if step["saved_at"].date() < first]
        early = [step for step in steps if step["saved_at"].date() <= quarter_end]
        if chosen := (before[-1:] or early[:1]):
            found[plan["account_id"] or plan["rep_id"]] = chosen[0]["planned"][year]
    return found


def depths(cube: Cube) -> npt.NDArray[np.intp]:
    """How deep each node of the tree and each rep stands; reps one below the deepest node, so that they are a level of their own."""
    head, _ = _head(cube)
    depth = np.zeros(head, dtype=np.intp)
    for at in range(1, head):
        depth[at] = depth[cube.nodes.parent[at]] + 1
    return np.where(cube.nodes.kinds[:head] == "rep", depth.max() + 1, depth)


def _head(cube: Cube) -> tuple[int, pd.Index]:
    head = cube.head
    return head, pd.Index(cube.nodes.ids[:head])


def _year_later(day: date) -> date:
    return (pd.Timestamp(day) + pd.DateOffset(years=1)).date()


def _at_nodes(cube: Cube, by_account: pd.Series) -> Floats:
    return cube.nodes.rolled(by_account.index, by_account.to_numpy(dtype=np.int64)).astype(np.float64)


def _booked_between(facts: Facts, cube: Cube, span: tuple[date, date], only: set[str] | None = None) -> Floats:
    """What was booked at each node from the first to the last day of ``span``, by all accounts or ``only`` some."""
    sales = facts.tables.sales
    inside = (
        (sales["booked_on"] >= pd.Timestamp(span[0]))
        & (sales["booked_on"] < pd.Timestamp(span[1]) + pd.Timedelta(days=1))
    ).to_numpy()
    head, _ = _head(cube)
    sums = sales[inside].groupby("account_id")["amount"].sum()
    return _at_nodes(cube, sums if only is None else sums[sums.index.isin(only)])[:head]
