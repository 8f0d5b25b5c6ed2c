"""Who stands in the cascade: territories, their reps, and the accounts that each holds, as the tables say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from workbook.facts import Facts
from workbook.targets.grid import Branches, Nodes
from workbook.tree import Tree


def holders(facts: Facts, on: date) -> pd.DataFrame:
    """Who holds each account on a day: account_id, rep_id, credit_share (of one account they add up to 1), sorted.

    Owners and co-owners only: overlay and sponsor credit is kept apart. A co-owner without a share gets none where others
    have one; an account that nobody holds on the day goes to who holds it first afterwards, else it is not listed.
    """
    rows = facts.tables.ownership
    rows = rows[rows["role"].isin(["owner", "co_owner"])]
    day = pd.Timestamp(on)
    begun, over = rows["from_on"] <= day, rows["to_on"] < day
    current = rows[begun & ~over]
    later = rows[~begun & (rows["role"] == "owner") & ~rows["account_id"].isin(current["account_id"])]
    later = later.sort_values(["account_id", "from_on", "rep_id"], kind="stable").drop_duplicates("account_id")
    held = pd.concat([current, later]).sort_values(["account_id", "role", "from_on", "rep_id"], kind="stable")
    is_owner = held["role"] == "owner"
    held = pd.concat([held[is_owner].drop_duplicates("account_id", keep="last"), held[~is_owner]])
    held = held.assign(stated=held["share"].clip(0, 1).where(held["role"] != "owner"))
    owned = held["role"] == "owner"
    others = held["stated"].fillna(0.0).groupby(held["account_id"]).transform("sum")
    own_share = held["share"].where(owned)
    rest = (1.0 - others).clip(lower=0.0)
    held["credit_share"] = np.where(owned, own_share.fillna(rest), held["stated"].fillna(0.0))
    held = held.groupby(["account_id", "rep_id"], as_index=False, sort=True)["credit_share"].sum()
    total = held.groupby("account_id")["credit_share"].transform("sum")
    count = held.groupby("account_id")["credit_share"].transform("size")
    held["credit_share"] = np.where(total > 0, held["credit_share"] / total.where(total > 0, 1.0), 1.0 / count)
    return held[held["credit_share"] > 0].reset_index(drop=True)


def levels(tree: Tree) -> np.ndarray:
    """What people call each node of the tree: company, region, team or territory, as ``tree.level`` does, for all at once."""
    inner_child = np.zeros(len(tree), dtype=bool)
    up = tree.parent[1:]
    inner_child[up[~tree.is_leaf[1:]]] = True
    team = ~tree.is_leaf & ~inner_child & (tree.depth > 1)
    found = np.where(tree.is_leaf, "territory", np.where(team, "team", "region")).astype(object)
    found[0] = "company"
    return found


@dataclass(frozen=True, eq=False)
class Company:
    """The nodes of the cascade, and per account leaf the account's share that its holder has.

    ``seats``: one row per account node in order: position, account_id, rep_id (missing in a pool), territory_id,
    credit_share. ``elsewhere``: account_id, rep_id, territory_id of accounts whose holder is no rep of their territory.
    """

    nodes: Nodes
    seats: pd.DataFrame
    elsewhere: pd.DataFrame


def quota_reps(facts: Facts, on: tuple[date, date], no_quota_roles: tuple[str, ...]) -> pd.DataFrame:
    """Reps who carry a quota in a year from ``on[0]`` to ``on[1]``: rep_id, name, territory_id, hired_on, left_on.

    They sit in a territory (a leaf), have not left before the year, are hired by its end, and no such role.
    """
    tree, reps = facts.tree, facts.tables.reps
    leaves = tree.ids[tree.is_leaf]
    first, last = pd.Timestamp(on[0]), pd.Timestamp(on[1])
    role = reps["role"].fillna("").str.lower()
    barred = pd.Series(False, index=reps.index)
    for word in no_quota_roles:
        barred |= role.str.contains(word.lower(), regex=False)
    here = reps["territory_id"].isin(leaves) & ~(reps["left_on"] <= first) & ~(reps["hired_on"] > last) & ~barred
    kept = reps.loc[here, ["rep_id", "name", "territory_id", "hired_on", "left_on"]]
    return kept.sort_values("rep_id", kind="stable").reset_index(drop=True)


def company(facts: Facts, reps: pd.DataFrame, held: pd.DataFrame, later: pd.DataFrame | None = None) -> Company:
    """The tree of the cascade down to accounts. ``reps`` carry quotas; ``held`` says who holds which account.

    ``later``: account_id, to_rep of accounts that change hands during the year; their seats with the later holder have no
    credit yet.
    """
    tree, accounts = facts.tree, facts.tables.accounts.sort_values("account_id", kind="stable")
    place = pd.Series(np.arange(len(tree)), index=pd.Index(tree.ids))
    rep_home = reps.set_index("rep_id")["territory_id"]
    alive = accounts[accounts["disqualified_on"].isna()]
    seats = alive[["account_id", "name", "territory_id"]].merge(held, on="account_id", how="left")
    if later is not None and len(later):
        coming = later[["account_id", "to_rep"]].rename(columns={"to_rep": "rep_id"}).drop_duplicates()
        coming = alive[["account_id", "name", "territory_id"]].merge(coming, on="account_id", how="inner")
        seats = pd.concat([seats, coming.assign(credit_share=0.0)], ignore_index=True)
    at_home = (seats["rep_id"].map(rep_home) == seats["territory_id"]).to_numpy(dtype=bool, na_value=False)
    abroad = seats.loc[
        ~at_home & seats["rep_id"].notna() & (seats["credit_share"] != 0), ["account_id", "rep_id", "territory_id"]
    ]
    seats = seats.assign(rep_id=seats["rep_id"].where(at_home), credit_share=seats["credit_share"].fillna(1.0))
    keys = ["account_id", "name", "territory_id", "rep_id"]
    seats = seats.groupby(keys, dropna=False, sort=False, as_index=False)["credit_share"].sum()
    pooled = seats["rep_id"].isna().to_numpy()
    pools = pd.Index(sorted(set(seats.loc[pooled, "territory_id"])), dtype=object)
    rep_at = pd.Series(len(tree) + np.arange(len(reps)), index=pd.Index(reps["rep_id"]))
    pool_at = pd.Series(len(tree) + len(reps) + np.arange(len(pools)), index=pools)
    under = np.where(pooled, seats["territory_id"].map(pool_at), seats["rep_id"].map(rep_at))
    pool_place = place.reindex(pools).to_numpy(dtype=np.intp)
    up = [tree.parent, reps["territory_id"].map(place).to_numpy(dtype=np.intp), pool_place, under.astype(np.intp)]
    branches, order = Branches.of(np.concatenate(up))
    rep_ids, account_ids = reps["rep_id"].to_numpy(object), seats["account_id"].to_numpy(object)
    sizes = [len(part) for part in up]
    kinds = np.repeat(np.array(["territory", "rep", "pool", "account"], dtype=object), sizes)
    called = np.concatenate([levels(tree), kinds[len(tree) :]])
    ids = np.concatenate([tree.ids, rep_ids, pools.to_numpy(object), account_ids])
    names = np.concatenate(
        [tree.names, reps["name"].to_numpy(object), tree.names[pool_place], seats["name"].to_numpy(object)]
    )
    nodes = Nodes(ids[order], names[order], kinds[order], called[order], branches)
    where = np.empty(len(order), dtype=np.intp)
    where[order] = np.arange(len(order))
    seats = seats.assign(position=where[sum(sizes[:3]) :]).sort_values("position", kind="stable")
    kept = ["position", "account_id", "rep_id", "territory_id", "credit_share"]
    return Company(nodes, seats[kept].reset_index(drop=True), abroad.reset_index(drop=True))


def kept_to(nodes: Nodes, depth: str) -> np.ndarray:
    """Positions of the nodes of a cascade that ends at territories, reps or accounts."""
    kinds = {"territory": ["territory"], "rep": ["territory", "rep"]}.get(depth)
    return np.arange(len(nodes)) if kinds is None else np.flatnonzero(np.isin(nodes.kinds, kinds))


def cut(nodes: Nodes, keep: np.ndarray) -> Nodes:
    """The nodes at some positions (with each its parent), in the same order."""
    new = np.full(len(nodes), -1, dtype=np.intp)
    new[keep] = np.arange(len(keep))
    parent = nodes.branches.parent[keep]
    branches, _ = Branches.of(np.where(parent < 0, -1, new[np.maximum(parent, 0)]))
    return Nodes(nodes.ids[keep], nodes.names[keep], nodes.kinds[keep], nodes.levels[keep], branches)
