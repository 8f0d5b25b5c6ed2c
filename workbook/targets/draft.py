"""A draft of the year's targets: everything prepared once, then cascaded by a method as often as one likes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.facts import Facts
from workbook.money import round_amounts
from workbook.rules.targets import TargetsRules
from workbook.targets.bases import Bases, Sources, bases
from workbook.targets.cascade import Shares, cascaded, mixed, reshaped, seasonal
from workbook.targets.company import Company, company, cut, holders, kept_to, quota_reps
from workbook.targets.given import Given, given
from workbook.targets.grid import Cells, Nodes
from workbook.targets.method import Method
from workbook.targets.midyear import changes
from workbook.targets.ramp import ramp
from workbook.targets.rounding import Fixed, rounded
from workbook.targets.season import Season, own_seasons, season
from workbook.targets.skeleton import Held

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Prepared:
    """What every draft of a year stands on, whatever its weights."""

    facts: Facts
    given: Given
    company: Company
    reps: pd.DataFrame
    sources: Sources
    changes: pd.DataFrame

    @property
    def cells(self) -> Cells:
        return self.given.cells

    @cached_property
    def _made(self) -> dict[object, Any]:
        return {}

    def depth(self, method: Method) -> str:
        """How far down a method's cascade goes: as its rules say, but not to more accounts than they allow."""
        wanted = method.rules.depth
        many = wanted == "account" and len(self.company.seats) > method.rules.accounts_at_most
        return "rep" if many else wanted

    def bases(self, wanted: set[str]) -> Bases:
        """The wanted bases at every node of the company; each is made once."""
        kept: dict[object, Any] = self._made
        new = {name for name in wanted if ("basis", name) not in kept}
        if new:
            found = bases(self.facts, self.company, self.cells, self.sources, new)
            kept.update({("basis", n): (found.values[n], found.silent.get(n)) for n in new})
        pairs = {name: kept["basis", name] for name in sorted(wanted)}
        return Bases({n: v for n, (v, _) in pairs.items()}, {n: why for n, (_, why) in pairs.items() if why})

    def season(self, rules: TargetsRules) -> Season:
        """The season that rules ask for; each is learned once."""
        key = (rules.season, rules.season_years, rules.season_given)
        if key not in self._made:
            self._made[key] = season(self.facts, self.cells, self.sources.sales, rules)
        found: Season = self._made[key]
        return found

    def own_seasons(self, rules: TargetsRules, nodes: Nodes) -> Floats:
        """The seasons of regions, teams and territories (n, slots, 12); NaN for others, and where nothing is known."""
        key = ("own seasons", rules.season_years)
        if key not in self._made:
            self._made[key] = own_seasons(self.facts, self.cells, self.sources.sales, rules.season_years)
        by_tree: Floats = self._made[key]
        found = np.full((len(nodes), *by_tree.shape[1:]), np.nan)
        here = np.flatnonzero(nodes.kinds == "territory")
        place = pd.Series(np.arange(len(by_tree)), index=pd.Index(self.facts.tree.ids))
        found[here] = by_tree[place.reindex(nodes.ids[here]).to_numpy(dtype=np.intp)]
        return found


def prepared(facts: Facts, sources: Sources, method: Method, accepted: pd.DataFrame | None = None) -> Prepared | None:
    """The company of the planned year with finance's numbers; None where finance gave none.

    ``accepted``: moves of accounts (account_id, from_rep, to_rep, on) that the ownership table does not show yet.
    """
    numbers = given(facts)
    if numbers is None:
        return None
    span = facts.calendar.bounds(facts.year)
    reps = quota_reps(facts, span, method.rules.no_quota_roles)
    reps = reps[~reps["rep_id"].isin(_unfilled(facts, reps, method))].reset_index(drop=True)
    changed = changes(facts, accepted)
    return Prepared(facts, numbers, company(facts, reps, holders(facts, span[0]), changed), reps, sources, changed)


def _unfilled(facts: Facts, reps: pd.DataFrame, method: Method) -> set[str]:
    """Open positions that a scenario does without: the named ones, and so many of those still to come, the latest first."""
    coming = reps[reps["hired_on"] > pd.Timestamp(facts.as_of)].sort_values(["hired_on", "rep_id"], kind="stable")
    less = coming["rep_id"].iloc[len(coming) - min(method.hires_less, len(coming)) :]
    return {*method.without_reps, *less}


@dataclass(frozen=True, eq=False)
class Draft:
    """A cascade before edits.

    ``shares``: each node's share of its parent per slot, without ramp · ``seasonal`` the same by cell, with seasons of territories'
    own · ``ramped`` with ramp too ·
    ``values`` unrounded leaf values (leaves, cells) · ``amounts`` the same in whole minor units · ``top`` the company's
    cells before rounding.
    """

    prepared: Prepared
    method: Method
    nodes: Nodes
    bases: Bases
    season: Season
    splits: tuple[Shares, ...]
    seasonal: Floats
    ramped: Floats
    nobody: npt.NDArray[np.bool_]
    top: Floats
    fixed: Fixed

    @property
    def depth(self) -> str:
        """How far down it goes: territory, rep or account."""
        return self.prepared.depth(self.method)

    @property
    def cuts(self) -> tuple[Held, ...]:
        """The company's numbers that cross the classes; under a growth scenario they are not given."""
        return () if self.method.growth_share else self.prepared.given.cuts

    @property
    def season_told(self) -> str:
        """Where the months come from, in one short phrase."""
        own = "; each region, team and territory by its own" if own_season_each(self.method.rules, self.top) else ""
        return self.season.told + own

    @cached_property
    def shares(self) -> Floats:
        """Each node's share of its parent per slot (n, slots), without ramp."""
        return np.stack([s.values for s in self.splits], axis=1)

    @cached_property
    def values(self) -> Floats:
        branches = self.nodes.branches
        return cascaded(branches, self.top, self.ramped)[branches.leaves]

    @cached_property
    def amounts(self) -> Int64s:
        return rounded(self.nodes.branches, self.values, self.fixed)


def own_season_each(rules: TargetsRules, top: Floats) -> bool:
    """Whether territories have seasons of their own: by the rules, and as long as no month of the company (cells,) is negative."""
    return rules.season == "history" and rules.season_by == "territory" and bool((top >= 0).all())


def drafted(prepared: Prepared, method: Method) -> Draft:
    """Cascade the company's target by a method."""
    facts, cells, depth = prepared.facts, prepared.cells, prepared.depth(method)
    whole = prepared.company.nodes
    keep = kept_to(whole, depth)
    nodes = whole if len(keep) == len(whole) else cut(whole, keep)
    mix = method.mix(nodes)
    wanted = {name for name, weight in mix.items() if weight.any()}
    known = prepared.bases(wanted)
    known = Bases({name: value[keep] for name, value in known.values.items()}, known.silent)
    splits = tuple(
        mixed(nodes.branches, {name: value[:, slot] for name, value in known.values.items()}, mix)
        for slot in range(len(cells.slots))
    )
    factors = np.ones((len(nodes), 12))
    is_rep = np.flatnonzero(nodes.kinds == "rep")
    at = pd.Series(np.arange(len(prepared.reps)), index=pd.Index(prepared.reps["rep_id"]))
    factors[is_rep] = ramp(facts, prepared.reps, method.rules.ramp)[
        at.reindex(nodes.ids[is_rep]).to_numpy(dtype=np.intp)
    ]
    known_season = prepared.season(method.rules)
    top, fixed = _top(prepared, method, known_season)
    by_month = [np.repeat(s.values[:, None], 12, axis=1) for s in splits]
    if own_season_each(method.rules, top):
        own = prepared.own_seasons(method.rules, nodes)
        by_month = [
            seasonal(nodes.branches, s.values, own[:, slot], top[12 * slot : 12 * slot + 12])
            for slot, s in enumerate(splits)
        ]
    shaped = [reshaped(nodes.branches, months, factors) for months in by_month]
    ramped = np.concatenate([values for values, _ in shaped], axis=1)
    nobody = np.concatenate([gone for _, gone in shaped], axis=1)
    seasons = np.concatenate(by_month, axis=1)
    return Draft(prepared, method, nodes, known, known_season, splits, seasons, ramped, nobody, top, fixed)


def _top(prepared: Prepared, method: Method, season: Season) -> tuple[Floats, Fixed]:
    """The company's cells, unrounded, and what must stay exact: each given number (grown by the scenario)."""
    numbers = prepared.given
    totals = numbers.totals
    if method.growth_share:
        totals = round_amounts(totals * (1.0 + method.growth_share))
    weights = season.weights.reshape(-1)
    top = np.zeros(len(weights))
    classes = numbers.column_class.copy()
    for number, amount in enumerate(totals):
        columns = classes == number
        weight = weights[columns]
        weight = weight if weight.sum() > 0 else np.ones(len(weight))
        top[columns] = float(amount) * weight / weight.sum()
    if (classes < 0).any():
        classes = np.where(classes < 0, len(totals), classes)
        totals = np.append(totals, 0)
    return top, Fixed(np.zeros(1, dtype=np.intp), classes, totals[None, :].astype(np.int64))
