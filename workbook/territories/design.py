"""The design as a problem: accounts of a family as units, reps with bands around their fair shares, moves with a price."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.rules.territories import DesignRules
from workbook.territories.geography import distance_km, middles
from workbook.territories.reach import Reach, eligible, group_of
from workbook.territories.solver.problem import Bands, Problem
from workbook.territories.wishes import Wishes, clashes, refuse
from workbook.tree import Tree

Floats = npt.NDArray[np.float64]
#: Account-years of relationship beyond which more years count no more.
_TENURE_YEARS = 5.0
#: Longer ways than this (km) count as this far.
_FAR_KM = 400.0
_CLASSES = ("core", "invest", "opportunistic", "divest")


@dataclass(frozen=True, eq=False)
class Company:
    """What a design starts from.

    ``accounts``: :func:`workbook.territories.standing.accounts_frame`, rep_id the present holder · ``people``: sellers with
    available_hours · ``places``: latitude and longitude (n, 2) · ``visits``: visits a year (n,).
    """

    accounts: pd.DataFrame
    people: pd.DataFrame
    places: Floats
    visits: Floats
    tree: Tree
    as_of: pd.Timestamp

    def cut(self, accounts: frozenset[str], reps: frozenset[str]) -> Company:
        """Only these accounts and reps; accounts of a family that is held outside keep apart from it."""
        inside = (
            self.accounts["account_id"].isin(accounts)
            & ~(self.accounts["rep_id"].notna() & ~self.accounts["rep_id"].isin(reps))
        ).to_numpy()
        people = self.people[self.people["rep_id"].isin(reps).to_numpy()].reset_index(drop=True)
        return replace(
            self,
            accounts=self.accounts[inside].reset_index(drop=True),
            people=people,
            places=self.places[inside],
            visits=self.visits[inside],
        )


@dataclass(frozen=True, eq=False)
class Design:
    """A design problem with what is needed to read its answer.

    ``units``: account_id, unit, home per account · ``reps``: rep_id in the order of the problem · ``measures``: attribute
    names · ``terms``: the moving cost of each arc by term (A,) · ``totals``: what 100 points of a measure are · ``fair``:
    (m, K) · ``rows``: positions of the company's accounts that take part · ``notes``: what was left out or capped.
    """

    problem: Problem
    units: pd.DataFrame
    reps: npt.NDArray[np.object_]
    measures: tuple[str, ...]
    terms: dict[str, Floats]
    totals: dict[str, float]
    fair: Floats
    weight: Floats
    rows: npt.NDArray[np.intp]
    notes: tuple[str, ...] = field(default=())


def design(company: Company, rules: DesignRules, wishes: Wishes) -> Design:
    """The problem of a company under the published weights and these wishes.

    Raises :class:`ConflictError` naming the wishes that cannot all be met.
    """
    everyone = company.accounts.reset_index(drop=True)
    held = everyone["rep_id"].notna().to_numpy()
    wanted = held if wishes.free is None else held | everyone["account_id"].isin(wishes.free).to_numpy()
    inside = ~everyone["disqualified"].to_numpy(dtype=bool) & (wanted if wishes.free is not None else True)
    rows = np.flatnonzero(inside & ~(~held & _passed_over(everyone, company, rules, wishes)))
    live = everyone.iloc[rows].reset_index(drop=True)
    people = company.people.reset_index(drop=True)
    reps = people["rep_id"].to_numpy(dtype=object)
    units = units_of(live)
    refuse(clashes(wishes, units, reps))
    count = int(units["unit"].max()) + 1 if len(units) else 0
    at = units["unit"].to_numpy()
    home = pd.Index(reps).get_indexer(units.drop_duplicates("unit").sort_values("unit")["home"])
    reach = eligible(live, units, people, (company.tree, rules, wishes))
    unit, rep = reach.unit, reach.rep
    places = company.places[rows]
    measures, values, totals, notes = _measures(live, at, count, rules)
    moving = _moving(live, at, count, (rules, company.as_of))
    apart = rep != home[unit]
    fresh = home[unit] < 0
    terms = {name: np.where(apart & ~fresh, value[unit], 0.0) for name, value in moving.items()}
    terms["travel"] = _travel(live, (places, company.visits[rows]), (at, count), (unit, rep, home, len(reps)), rules)
    cost = sum(terms.values(), np.zeros(len(unit)))
    near = within_reach(unit, cost, ~apart, rules.reach)
    unit, rep, cost = unit[near], rep[near], cost[near]
    terms = {name: value[near] for name, value in terms.items()}
    place_of = home.astype(np.int32)
    blank = np.zeros((len(reps), values.shape[1]))
    shell = Problem.of(unit, rep, cost, values, Bands(*[blank] * 8), place_of)
    fair = _fair(reach, people, values)
    capped, more = _capped(shell, values, fair, (measures, rules), live, at)
    fair = _fair(reach, people, capped)
    bands = _bands(fair, people, (measures, totals, rules), company.as_of)
    problem = Problem(shell.start, shell.rep, shell.cost, np.ascontiguousarray(capped), bands, place_of)
    return Design(problem, units, reps, measures, terms, totals, fair, values, rows, tuple(notes + more))


def units_of(live: pd.DataFrame) -> pd.DataFrame:
    """Accounts of one family that one rep holds are one unit: they move together or not at all.

    Columns account_id, unit (0 … n-1), home (the rep, missing where nobody holds it). Accounts that nobody holds are units of
    their own.
    """
    home = live["rep_id"].astype("object").where(live["rep_id"].notna(), None)
    key = (
        live["family_id"].fillna(live["account_id"]).astype("object")
        + "\x00"
        + home.fillna("\x00" + live["account_id"].astype("object"))
    )
    return pd.DataFrame({"account_id": live["account_id"], "unit": pd.factorize(key)[0], "home": home})


def _passed_over(accounts: pd.DataFrame, company: Company, rules: DesignRules, wishes: Wishes) -> npt.NDArray[np.bool_]:
    """Accounts out of reach of the only reps who may receive; where nobody holds them, nobody will."""
    if wishes.takers is None:
        return np.zeros(len(accounts), dtype=bool)
    groups = group_of(company.tree, accounts["territory_id"], rules.across)
    takers = company.people.loc[company.people["rep_id"].isin(wishes.takers).to_numpy(), "territory_id"]
    reached = {g for g in pd.unique(pd.Series(groups)) if takers.isin(company.tree.below(str(g))).any()}
    return ~np.isin(groups.astype(str), [str(g) for g in reached])


def within_reach(
    unit: npt.NDArray[np.intp], cost: Floats, held: npt.NDArray[np.bool_], reach: int
) -> npt.NDArray[np.bool_]:
    """The ``reach`` cheapest reps of each unit (ties: the earlier), and the one who holds it. Arcs stand in order of unit."""
    order = np.lexsort((cost, unit))
    counts = np.bincount(unit)
    rank = np.empty(len(unit), dtype=np.intp)
    rank[order] = np.arange(len(unit)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray((rank < reach) | held)


def _sum(values: npt.ArrayLike, at: npt.NDArray[np.intp], count: int) -> Floats:
    weights = np.nan_to_num(np.asarray(values, dtype=np.float64))
    return np.asarray(np.bincount(at, weights=weights, minlength=count), dtype=np.float64)


def _measures(
    live: pd.DataFrame, at: npt.NDArray[np.intp], count: int, rules: DesignRules
) -> tuple[tuple[str, ...], Floats, dict[str, float], list[str]]:
    """The attributes of each unit in percent of the book, and what was not known."""
    source = {
        "sales": live["sales_12m_amount"].to_numpy(np.float64),
        "potential": live["potential_amount"].astype("Float64").fillna(0).to_numpy(np.float64),
        "workload": live["hours_per_year"].to_numpy(np.float64),
        "accounts": np.ones(len(live)),
        **{name: live["class"].eq(name).fillna(False).to_numpy(np.float64) for name in _CLASSES},
    }
    notes, names, columns, totals = [], [], [], {}
    wanted = [name for name in source if rules.balance.get(name, 0) > 0]
    for name in [*wanted, "capacity", "warm"]:
        raw = (
            live["status"].eq("customer").to_numpy(np.float64)
            if name == "warm"
            else source.get(name, source["workload"])
        )
        total = float(raw.sum())
        if total <= 0:
            if name in wanted:
                notes.append(f"{name} is zero or not known for every account: it is not balanced")
            continue
        names.append(name)
        totals[name] = total
        columns.append(100 * _sum(raw, at, count) / total)
    if live["potential_amount"].isna().any() and "potential" in names:
        notes.append(
            f"potential is not known for {int(live['potential_amount'].isna().sum())} accounts: they count as zero"
        )
    return tuple(names), np.stack(columns, axis=1) if columns else np.zeros((count, 0)), totals, notes


def _moving(
    live: pd.DataFrame, at: npt.NDArray[np.intp], count: int, more: tuple[DesignRules, pd.Timestamp]
) -> dict[str, Floats]:
    """Points for moving each unit, by term."""
    rules, as_of = more
    years = ((as_of - live["owner_since"]).dt.days / 365.25).clip(0, _TENURE_YEARS).fillna(0).to_numpy(np.float64)
    raw = {
        "accounts": (np.ones(len(live)), rules.move_account),
        "sales": (live["sales_12m_amount"].to_numpy(np.float64), rules.move_sales),
        "tenure": (years, rules.move_tenure),
        "deals": (live["open_amount"].to_numpy(np.float64), rules.move_deals),
    }
    failed = live["keep"].map({True: 0.0, False: 1.0}).fillna(0.0).to_numpy(np.float64)
    neglected = _sum(failed, at, count) >= _sum(np.ones(len(live)), at, count)
    cheaper = np.where(neglected, 1 - rules.neglected_discount, 1.0)
    out = {}
    for name, (values, price) in raw.items():
        total = float(np.maximum(values, 0).sum())
        out[name] = (
            price * 100 * np.maximum(_sum(values, at, count), 0) / total * cheaper if total > 0 else np.zeros(count)
        )
    return out


def _travel(
    live: pd.DataFrame,
    where: tuple[Floats, Floats],
    grouping: tuple[npt.NDArray[np.intp], int],
    arcs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp], int],
    rules: DesignRules,
) -> Floats:
    """Points for the travel of each arc beyond the least possible for its unit; 0 where places are not known."""
    (places, visits), (at, count), (unit, rep, home, size) = where, grouping, arcs
    middle = middles(places, home[at], size)
    known = ~np.isnan(places[:, 0])
    number = np.maximum(_sum(known, at, count), 1)
    centre = np.stack([_sum(np.where(known, places[:, i], 0), at, count) / number for i in (0, 1)], axis=1)
    centre[_sum(known, at, count) == 0] = np.nan
    trips = _sum(visits, at, count)
    km = distance_km(centre[unit], middle[rep])
    usual = np.nanmedian(km) if (~np.isnan(km)).any() else 0.0
    way = np.where(np.isnan(km), usual, np.minimum(km, _FAR_KM)) * trips[unit]
    way = np.where(np.isnan(centre[unit, 0]), 0.0, way)
    now = way[(rep == home[unit])].sum()
    if now <= 0 or rules.travel <= 0:
        return np.zeros(len(unit))
    least = np.full(count, np.inf)
    np.minimum.at(least, unit, way)
    return np.asarray(rules.travel * 100 * (way - least[unit]) / now)


def _fair(reach: Reach, people: pd.DataFrame, values: Floats) -> Floats:
    """Each rep's fair load (m, K): a share by ramped capacity of what the pool of reps and units holds."""
    hours = people["available_hours"].to_numpy(np.float64)
    weight = np.ones(len(hours)) if np.isnan(hours).any() else np.maximum(hours, 0.0)
    weight[reach.leaving] = 0.0
    count = int(max(reach.unit_pool.max(initial=0), reach.rep_pool.max(initial=0))) + 1
    pool = np.bincount(reach.rep_pool, weights=weight, minlength=count)
    people_in = np.bincount(reach.rep_pool, minlength=count)
    own = pool[reach.rep_pool]
    share = np.where(own > 0, weight / np.where(own > 0, own, 1.0), 1.0 / people_in[reach.rep_pool])
    held = np.stack(
        [np.bincount(reach.unit_pool, weights=values[:, k], minlength=count) for k in range(values.shape[1])], axis=1
    )
    return np.asarray(share[:, None] * held[reach.rep_pool])


def _capped(
    shell: Problem,
    values: Floats,
    fair: Floats,
    more: tuple[tuple[str, ...], DesignRules],
    live: pd.DataFrame,
    at: npt.NDArray[np.intp],
) -> tuple[Floats, list[str]]:
    """Units larger than the largest fair share that they can meet count only up to its band, and are named."""
    measures, rules = more
    out, notes = values.copy(), []
    for k, name in enumerate(measures):
        if name in ("capacity", "warm"):
            continue
        most = np.zeros(shell.n)
        np.maximum.at(most, shell.unit, fair[shell.rep, k])
        limit = most * (1 + rules.free_band)
        over = np.flatnonzero((values[:, k] > limit) & (limit > 0))
        out[over, k] = limit[over]
        for unit in over[:5]:
            account = str(live["account_id"].to_numpy()[at == unit][0])
            notes.append(
                f"{account} (with its family) is larger than a fair share of {name}: it counts up to the edge of the band"
            )
    return out, notes


def _bands(
    fair: Floats, people: pd.DataFrame, more: tuple[tuple[str, ...], dict[str, float], DesignRules], as_of: pd.Timestamp
) -> Bands:
    """Free inside the band around the fair share, sloped beyond, steep beyond the second edge; hours over capacity cost more."""
    measures, totals, rules = more
    shape = fair.shape
    lowest, low, high, highest = (np.zeros(shape) for _ in range(4))
    under, under_more, over, over_more = (np.zeros(shape) for _ in range(4))
    hours = people["available_hours"].to_numpy(np.float64)
    days = (as_of - people["hired_on"]).dt.days
    new = (days.notna() & (days <= 365)).to_numpy()
    for k, name in enumerate(measures):
        target = fair[:, k]
        if name == "capacity":
            edge = np.where(np.isnan(hours), np.inf, 100 * np.nan_to_num(hours) / totals[name])
            high[:, k] = highest[:, k] = edge
            over[:, k] = np.where(np.isnan(hours), 0.0, 1000.0 if rules.hard_capacity else rules.over_capacity)
            continue
        if name == "warm":
            low[:, k] = lowest[:, k] = 0.0
            high[:, k] = highest[:, k] = 1e6
            low[:, k] = np.where(new, target * (1 - rules.steep_band), 0.0)
            under[:, k] = np.where(new, rules.new_rep_warm, 0.0)
            continue
        price = rules.balance[name]
        one = 100.0 / totals[name] if name in _CLASSES or name == "accounts" else 0.0
        free, steep = np.maximum(rules.free_band * target, one), np.maximum(rules.steep_band * target, one)
        low[:, k], high[:, k] = np.maximum(target - free, 0.0), target + free
        lowest[:, k], highest[:, k] = np.maximum(target - steep, 0.0), target + steep
        under[:, k] = over[:, k] = price
        under_more[:, k] = over_more[:, k] = price * (rules.steep_factor - 1)
    highest = np.where(np.isinf(highest), 1e9, highest)
    high = np.where(np.isinf(high), 1e9, high)
    return Bands(lowest, low, high, highest, under, under_more, over, over_more)
