"""Plan, target, street quota, projection and actuals of one year in one cube: node × month × product family.

Nodes are those of the tree, the reps under their territory, and the accounts under their owner. Every cell is whole minor
units (int64), and every parent is the sum of its children, because parents are made by adding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.facts import Facts
from workbook.periods import children
from workbook.portfolio.history import NO_FAMILY, families_of

Int64s = npt.NDArray[np.int64]
Ints = npt.NDArray[np.intp]

#: What a cell holds, in order.
MEASURES = ("plan", "target", "street", "projection", "actual")
#: Family of targets that finance gives for all families together.
ALL_FAMILIES = "all"


@dataclass(frozen=True, eq=False)
class Nodes:
    """All nodes, parents before children. Arrays of shape (n,): ids, kinds, parent (position, -1 at the root)."""

    ids: npt.NDArray[np.object_]
    kinds: npt.NDArray[np.object_]
    parent: Ints

    @classmethod
    def of(cls, facts: Facts, owners: pd.Series) -> Nodes:
        """The tree's nodes; each rep who owns accounts of a territory under that territory; each account under its owner there.

        ``owners``: rep_id per account_id. A rep with accounts in several territories stands under each: as a node of the rep's
        home territory, and there all of the rep's accounts in it hang; accounts that lie elsewhere hang under their own
        territory directly, so that territories add up.
        """
        tree, accounts = facts.tree, facts.tables.accounts
        reps = facts.tables.reps
        home = pd.Series(reps["territory_id"].to_numpy(), index=reps["rep_id"]).map(
            pd.Series(np.arange(len(tree)), index=tree.ids)
        )
        home = home[home.notna()].astype("int64")
        rep_at = pd.Series(np.arange(len(home)) + len(tree), index=home.index)
        lies = (
            accounts["territory_id"]
            .map(pd.Series(np.arange(len(tree)), index=tree.ids))
            .fillna(0)
            .astype("int64")
            .to_numpy()
        )
        owner = accounts["account_id"].map(owners)
        under = owner.map(rep_at)
        at_home = owner.map(home).to_numpy(dtype=np.float64, na_value=np.nan) == lies
        parent = np.where(at_home & under.notna().to_numpy(), under.fillna(0).to_numpy(dtype=np.int64), lies)
        ids = np.concatenate(
            [tree.ids, home.index.to_numpy(dtype=object), accounts["account_id"].to_numpy(dtype=object)]
        )
        kinds = np.repeat(
            np.array(["territory", "rep", "account"], dtype=object), [len(tree), len(home), len(accounts)]
        )
        return cls(ids, kinds, np.concatenate([tree.parent, home.to_numpy(dtype=np.intp), parent.astype(np.intp)]))

    def __len__(self) -> int:
        return len(self.ids)

    def rolled(self, ids: pd.Series | pd.Index, amounts: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Amounts of nodes, shape (n of ids,), added up at each node and all above it, shape (n,); unknown ids are left out."""
        at = pd.Index(self.ids).get_indexer(ids)
        own = np.zeros(len(self), dtype=amounts.dtype)
        np.add.at(own, at[at >= 0], amounts[at >= 0])
        return self.roll_up(own)

    def roll_up(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Own values of shape (n, …) added to every node above, level by level."""
        out = values.copy()
        depth = np.zeros(len(self), dtype=np.intp)
        todo = self.parent >= 0
        up = self.parent.copy()
        while todo.any():
            depth[todo] += 1
            up = np.where(todo, self.parent[np.maximum(up, 0)], -1)
            todo = up >= 0
        for level in range(int(depth.max(initial=0)), 0, -1):
            at = np.flatnonzero(depth == level)
            np.add.at(out, self.parent[at], out[at])
        return out


@dataclass(frozen=True, eq=False)
class Cube:
    """``cells[measure]`` has shape (nodes, months, families). Shape (n,): ``target_known``, nodes that have a target; ``reps``, at or below a
    node, who owe a plan (they hold accounts or wrote one), and ``planned``, those of them who have one."""

    nodes: Nodes
    months: tuple[str, ...]
    families: tuple[str, ...]
    cells: dict[str, Int64s]
    target_known: npt.NDArray[np.bool_]
    plan_is: str
    reps: Int64s
    planned: Int64s

    @property
    def head(self) -> int:
        """How many nodes are of the tree or reps; the accounts follow them."""
        return int((self.nodes.kinds != "account").sum())

    @property
    def plan_known(self) -> npt.NDArray[np.bool_]:
        """Nodes whose plan is known, shape (n,): a rep who wrote none has no plan, which is not a plan of nothing."""
        return (self.reps == 0) | (self.planned > 0) | self.cells["plan"].any(axis=(1, 2))

    def by(self, measure: str) -> Int64s:
        """Amounts per node, shape (n,)."""
        return self.cells[measure].sum(axis=(1, 2))

    def expected(self) -> Int64s:
        """The plan per node with the projection of reps who have none yet, shape (n,)."""
        waiting = (self.nodes.kinds == "rep") & ~self.plan_known
        added: Int64s = self.nodes.roll_up(np.where(waiting, self.by("projection") - self.by("plan"), 0))
        return self.by("plan") + added


@dataclass(frozen=True, eq=False)
class Inputs:
    """The frames of earlier stages that the cube is made of (see ARCHITECTURE.md for their columns)."""

    owners: pd.Series
    lines: pd.DataFrame
    allocation: pd.DataFrame
    outlook_months: pd.DataFrame


def cube(facts: Facts, inputs: Inputs, plan_names: tuple[str, str]) -> Cube:
    """The cube of the planned year. ``plan_names``: what the plan is with account plans, and without any.

    Without plan lines in the year the plan is actuals to date plus the projection of the rest of the year. Plan lines that
    name no account (what a territory plan has not yet identified) count at their rep, else at their territory.
    """
    months = tuple(children(facts.year, "month"))
    nodes = Nodes.of(facts, inputs.owners)
    sales = _booked(facts)
    rest = inputs.outlook_months[inputs.outlook_months["period"].isin(months).to_numpy()]
    lines = inputs.lines[inputs.lines["period"].isin(months).to_numpy()]
    targets = inputs.allocation[inputs.allocation["period"].isin(months).to_numpy()]
    families = _families(sales, rest, lines, targets)
    cells = Cells(nodes, months, families)
    account_rows = {
        "actual": cells.fill(sales["account_id"], sales),
        "projection": cells.fill(rest["account_id"], rest.rename(columns={"projected_amount": "amount"})),
    }
    actual = nodes.roll_up(account_rows["actual"])
    projection = actual + nodes.roll_up(account_rows["projection"])
    plan = nodes.roll_up(cells.fill(line_nodes(lines, nodes), lines)) if len(lines) else projection.copy()
    out = {"plan": plan, "projection": projection, "actual": actual}
    known = np.zeros(len(nodes), dtype=bool)
    for layer in ("target", "street"):
        rows = targets[(targets["layer"] == layer).to_numpy()]
        out[layer] = cells.fill(rows["node"], rows)
        known[cells.at(rows["node"])] = True
    which = plan_names[0] if len(lines) else plan_names[1]
    return Cube(nodes, months, families, {m: out[m] for m in MEASURES}, known, which, *_planning(nodes, lines))


def _planning(nodes: Nodes, lines: pd.DataFrame) -> tuple[Int64s, Int64s]:
    """Reps who owe a plan, and those who have one, at or below every node; without any plan nobody owes one."""
    wrote = np.isin(nodes.ids, lines["rep_id"].dropna().unique()) & (nodes.kinds == "rep")
    holds = np.zeros(len(nodes), dtype=bool)
    holds[nodes.parent[nodes.kinds == "account"]] = True
    owes = wrote | (holds & (nodes.kinds == "rep") & bool(len(lines)))
    return nodes.roll_up(owes.astype(np.int64)), nodes.roll_up(wrote.astype(np.int64))


class Cells:
    """Places rows (period, product_family, amount) of named nodes into an array of shape (nodes, months, families)."""

    def __init__(self, nodes: Nodes, months: tuple[str, ...], families: tuple[str, ...]) -> None:
        self.shape = (len(nodes), len(months), len(families))
        self.index = pd.Index(nodes.ids)
        self.months = pd.Index(months)
        self.families = pd.Index(families)

    def at(self, ids: pd.Series) -> Ints:
        """Positions of nodes that exist."""
        found = self.index.get_indexer(ids)
        return found[found >= 0]

    def fill(self, ids: pd.Series, rows: pd.DataFrame) -> Int64s:
        """Own amounts per cell; rows of nodes that do not exist are refused by :class:`LookupError`."""
        out = np.zeros(self.shape, dtype=np.int64)
        node = self.index.get_indexer(ids)
        if (node < 0).any():
            raise LookupError(f"unknown nodes in plan or target rows: {sorted(set(ids[node < 0]))[:5]}")
        place = np.ravel_multi_index(
            (node, self.months.get_indexer(rows["period"]), self.families.get_indexer(_family(rows))), self.shape
        )
        np.add.at(out.reshape(-1), place, rows["amount"].to_numpy(dtype=np.int64))
        return out


def _family(rows: pd.DataFrame) -> pd.Series:
    return rows["product_family"].fillna(NO_FAMILY).replace("", NO_FAMILY)


def _families(*frames: pd.DataFrame) -> tuple[str, ...]:
    return tuple(sorted({str(f) for frame in frames for f in _family(frame).unique()}))


def _booked(facts: Facts) -> pd.DataFrame:
    first, last = facts.calendar.bounds(facts.year)
    sales = facts.tables.sales
    sales = sales[
        (
            (sales["booked_on"] >= pd.Timestamp(first)) & (sales["booked_on"] <= pd.Timestamp(min(last, facts.as_of)))
        ).to_numpy()
    ]
    return pd.DataFrame(
        {
            "account_id": sales["account_id"],
            "period": facts.calendar.periods_of(sales["booked_on"], "month"),
            "product_family": families_of(sales["product_id"], facts.tables.products),
            "amount": sales["amount"],
        }
    ).reset_index(drop=True)


def line_nodes(lines: pd.DataFrame, nodes: Nodes) -> pd.Series:
    """Where each line (account_id, rep_id, territory_id) counts: at its account, else at its rep, else at its territory. What is of
    none of them any more, as when an account and its rep have left the tables, counts at the company.
    """
    known = set(nodes.ids)
    ids = [lines[name].where(lines[name].isin(known)) for name in ("account_id", "rep_id", "territory_id")]
    return ids[0].fillna(ids[1]).fillna(ids[2]).fillna(str(nodes.ids[0]))
