"""Who may hold what: region, skills, locks, pins and what is forbidden, as pairs of unit and rep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from workbook.rules.territories import DesignRules
from workbook.territories.why import Why
from workbook.territories.wishes import Wishes, refuse
from workbook.tree import Tree

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]


def group_of(tree: Tree, nodes: pd.Series, across: str) -> npt.NDArray[np.object_]:
    """The node within which accounts of each node may move: the territory, its team (parent), region (below the root) or all."""
    found: dict[str, str] = {}
    for node in nodes.dropna().unique():
        path = tree.path(str(node)) if node in tree else [tree.root]
        if across == "company":
            found[node] = path[0]
        elif across == "region":
            found[node] = path[min(1, len(path) - 1)]
        elif across == "team":
            found[node] = path[-2] if len(path) > 1 and tree.is_leaf[tree.at(path[-1])] else path[-1]
        else:
            found[node] = path[-1]
    return nodes.map(found).to_numpy(dtype=object)


@dataclass(frozen=True, eq=False)
class Reach:
    """Allowed pairs of unit and rep, and the pools that share fairly: ``unit_pool`` (n,) and ``rep_pool`` (m,), by what would
    be allowed without anybody's wishes; ``leaving`` (m,) marks reps whose fair share is nothing,
    ``can`` (m,) those who hold books and stay; ``notes`` say which accounts that
    should move nobody else may take, and why.
    """

    unit: Ints
    rep: Ints
    unit_pool: Ints
    rep_pool: Ints
    leaving: Bools
    can: Bools
    notes: tuple[str, ...] = ()


def _pools(pairs: Bools) -> tuple[Ints, Ints]:
    """Connected parts of units and reps."""
    n, m = pairs.shape
    unit, rep = np.nonzero(pairs)
    graph = coo_matrix((np.ones(len(unit)), (unit, n + rep)), shape=(n + m, n + m))
    label = connected_components(graph, directed=False)[1].astype(np.intp)
    return label[:n], label[n:]


def eligible(
    live: pd.DataFrame, units: pd.DataFrame, people: pd.DataFrame, more: tuple[Tree, DesignRules, Wishes]
) -> Reach:
    """Pairs of unit and rep that are allowed.

    A unit may stay where it is (unless its rep has left or is to leave), and go to present or coming reps of its group with
    the skills for all its accounts. Whom nobody can take stays as it is, with a note. Raises :class:`ConflictError` naming the units for
    which wishes leave nobody.
    """
    tree, rules, wishes = more
    at = units["unit"].to_numpy()
    count = int(at.max()) + 1 if len(at) else 0
    first = pd.Series(np.arange(len(at))).groupby(at).first().to_numpy() if count else np.zeros(0, dtype=np.intp)
    groups = group_of(tree, live["territory_id"], rules.across)
    mixed = np.zeros(count, dtype=bool)
    mixed[at[groups != groups[first][at]]] = True
    gone = people["left_on"].notna() & ~people["present"] & ~people["coming"]
    leaving = people["rep_id"].isin(wishes.leaving).to_numpy() | gone.to_numpy()
    roles = people["role"].fillna("rep").str.lower()
    can = ~leaving & ~roles.isin(["manager", "overlay", "sponsor", "director", "specialist"]).to_numpy()
    if wishes.free is not None:
        can &= ~people["coming"].to_numpy(dtype=bool)
    home = pd.Index(people["rep_id"]).get_indexer(units["home"].to_numpy()[first])
    near, skilled = _pairs(tree, groups[first], people), _skilled(live, at, count, people, rules)
    free = near & can[None, :] & ~mixed[:, None] & skilled
    pairs = free.copy()
    free[np.flatnonzero(home >= 0), home[home >= 0]] = True
    if wishes.takers is not None:
        pairs &= people["rep_id"].isin(wishes.takers).to_numpy()[None, :]
    fixed = _fixed(units, wishes, count)
    pairs[fixed] = False
    stays = home >= 0
    stays[stays] &= ~leaving[home[stays]]
    pairs[np.flatnonzero(stays), home[stays]] = True
    had = pairs.any(axis=1)
    had[home >= 0] |= people["rep_id"].isin(wishes.leaving).to_numpy()[home[home >= 0]]
    _wished(pairs, units, people, wishes)
    none = np.flatnonzero(~pairs.any(axis=1))
    why = Why(live.iloc[first].reset_index(drop=True), people, (tree, rules, wishes), (near, can, mixed, skilled, home))
    if wishes.free is None and wishes.takers is None:
        refuse([f"nobody may hold {why.account(u)}: {why.reason(u)}" for u in none[had[none]].tolist()])
    owed = none[~fixed[none]]
    notes = why.notes(owed, np.bincount(at, minlength=count)) if wishes.takers is None else []
    held = none[home[none] >= 0]
    pairs[held, home[held]] = True
    unit, rep = np.nonzero(pairs)
    return Reach(unit, rep, *_pools(free), leaving, can, (*notes, *_unmatched(live, people, rules)))


def _pairs(tree: Tree, groups: npt.NDArray[np.object_], people: pd.DataFrame) -> Bools:
    """Reps who work at or under the group's node."""
    out = np.zeros((len(groups), len(people)), dtype=bool)
    nodes = people["territory_id"].to_numpy(dtype=object)
    for group in pd.unique(pd.Series(groups).dropna()):
        inside = set(tree.below(str(group)))
        out[groups == group] = np.array([node in inside for node in nodes])
    return out


def _skilled(live: pd.DataFrame, at: Ints, count: int, people: pd.DataFrame, rules: DesignRules) -> Bools:
    """Where a skill names reps for an industry or segment, only they may hold such accounts."""
    out = np.ones((count, len(people)), dtype=bool)
    for skill, named in rules.skills.items():
        needs = live["industry"].eq(skill).fillna(False).to_numpy(dtype=bool)
        if "segment" in live:
            needs = needs | live["segment"].eq(skill).fillna(False).to_numpy(dtype=bool)
        units = np.unique(at[needs])
        out[units] &= people["rep_id"].isin(named).to_numpy()[None, :]
    return out


def _unmatched(live: pd.DataFrame, people: pd.DataFrame, rules: DesignRules) -> list[str]:
    """Skills that ask for nothing here, and reps named in them who are not here: likely misspelt."""
    here = set(live["industry"].dropna()) | (set(live["segment"].dropna()) if "segment" in live else set())
    notes = [
        f"the skill {skill!r} is no industry or segment of these accounts"
        for skill in rules.skills
        if skill not in here
    ]
    reps = {rep for skill, named in rules.skills.items() if skill in here for rep in named} - set(people["rep_id"])
    return notes + [f"{rep}, named in territories.design.skills, holds no book here" for rep in sorted(reps)]


def _fixed(units: pd.DataFrame, wishes: Wishes, count: int) -> Bools:
    """Units that may not move: locked, or not among those that are free."""
    fixed = np.zeros(count, dtype=bool)
    locked = units["account_id"].isin(wishes.locks).to_numpy()
    fixed[units["unit"].to_numpy()[locked]] = True
    if wishes.free is not None:
        free = units["account_id"].isin(wishes.free).to_numpy()
        moving = np.zeros(count, dtype=bool)
        moving[units["unit"].to_numpy()[free]] = True
        fixed |= ~moving
    return fixed


def _wished(pairs: Bools, units: pd.DataFrame, people: pd.DataFrame, wishes: Wishes) -> None:
    """Pins leave one rep, what is forbidden takes one away (in place)."""
    unit = dict(zip(units["account_id"], units["unit"], strict=True))
    rep = {name: at for at, name in enumerate(people["rep_id"])}
    for account, name in wishes.forbids:
        if account in unit and name in rep:
            pairs[unit[account], rep[name]] = False
    for account, name in wishes.pins.items():
        pairs[unit[account]] = False
        pairs[unit[account], rep[name]] = True
