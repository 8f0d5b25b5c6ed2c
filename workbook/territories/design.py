"""The design as a problem: accounts of a family as units, reps with bands around their fair shares, moves with a price."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.errors import ConflictError
from workbook.rules.territories import DesignRules
from workbook.territories.fairness import bands, fair_loads
from workbook.territories.measures import capped, measures
from workbook.territories.moving import Ways, moving
from workbook.territories.reach import Reach, eligible
from workbook.territories.solver.problem import Bands, Problem
from workbook.territories.wishes import Wishes, clashes, refuse
from workbook.tree import Tree

Floats = npt.NDArray[np.float64]


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

    ``units``: account_id, unit, home per account · ``reps``: rep_id in the order of the problem, None last where accounts may
    stay with nobody · ``measures``: attribute names · ``terms``: the moving cost of each arc by term (A,) · ``totals``: what
    100 points of a measure are · ``fair``: (m, K) · ``prices``: what moving each unit away from its holder costs (n,), and
    what a kilometre of travel a year costs · ``can``: reps who hold books and stay · ``leaving``: those who have left or are to · ``rows``: positions of the company's accounts that take part · ``ways``:
    travel · ``notes``: what was left out, capped, or cannot move and why.
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
    ways: Ways
    prices: tuple[Floats, float]
    can: npt.NDArray[np.bool_]
    leaving: npt.NDArray[np.bool_]
    notes: tuple[str, ...] = field(default=())

    @property
    def nobody(self) -> int:
        """The place of "nobody" among the reps; -1 where every account gets a holder."""
        return len(self.reps) - 1 if len(self.reps) and self.reps[-1] is None else -1


def design(company: Company, rules: DesignRules, wishes: Wishes) -> Design:
    """The problem of a company under the published weights and these wishes.

    Raises :class:`ConflictError` naming the wishes that cannot all be met.
    """
    people = company.people.reset_index(drop=True)
    if people.empty:
        raise ConflictError(
            "there is nobody to give accounts to: the reps table names no seller here, and no account has an owner",
            remedy="Fill the tables reps and ownership.",
        )
    rows = _taking_part(company.accounts, wishes)
    live = company.accounts.iloc[rows].reset_index(drop=True)
    reps = people["rep_id"].to_numpy(dtype=object)
    units = units_of(live)
    refuse(clashes(wishes, units, reps))
    count = int(units["unit"].max()) + 1 if len(units) else 0
    at = units["unit"].to_numpy()
    home = pd.Index(reps).get_indexer(units.drop_duplicates("unit").sort_values("unit")["home"])
    reach = eligible(live, units, people, (company.tree, rules, wishes))
    names, values, totals, notes = measures(live, at, count, rules)
    ways = Ways.of((company.places[rows], company.visits[rows]), (at, count), home, len(reps))
    price = moving(live, at, count, (rules, company.as_of))
    terms = _terms(price, reach, home)
    terms["travel"] = ways.points(reach.unit, reach.rep, rules.travel)
    arcs = _arcs(reach, home, terms, rules)
    unit, rep, terms = _with_nobody(arcs, home, len(reps), wishes)
    cost = sum(terms.values(), np.zeros(len(unit)))
    alone = (rep == len(reps)).any()
    place_of = np.where(home < 0, len(reps), home).astype(np.int32) if alone else home.astype(np.int32)
    blank = np.zeros((len(reps) + int(alone), values.shape[1]))
    shell = Problem.of(unit, rep, cost, values, Bands(*[blank] * 8), place_of)
    fair = _padded(fair_loads(reach, people, values), alone)
    limited, more = capped(shell, values, fair, (names, rules), (live, at))
    fair = fair_loads(reach, people, limited)
    priced = bands(fair, people, (names, totals, rules), company.as_of)
    priced = Bands(**{edge: _padded(getattr(priced, edge), alone, edge) for edge in Bands.__dataclass_fields__})
    problem = Problem(shell.start, shell.rep, shell.cost, np.ascontiguousarray(limited), priced, place_of)
    everybody = np.array([*reps, *[None] * int(alone)], dtype=object)
    told = (*notes, *more, *reach.notes)
    away = np.where(home >= 0, sum(price.values(), np.zeros(count)), 0.0)
    return Design(
        problem,
        units,
        everybody,
        names,
        terms,
        totals,
        _padded(fair, alone),
        values,
        rows,
        ways,
        (away, ways.per_km(rules.travel)),
        reach.can,
        reach.leaving,
        told,
    )


def _taking_part(accounts: pd.DataFrame, wishes: Wishes) -> npt.NDArray[np.intp]:
    """Positions of the accounts that take part: not the disqualified; of those that nobody holds, where only some accounts
    may move, only these.
    """
    inside = ~accounts["disqualified"].to_numpy(dtype=bool)
    if wishes.free is not None:
        inside &= (accounts["rep_id"].notna() | accounts["account_id"].isin(wishes.free)).to_numpy(dtype=bool)
    return np.flatnonzero(inside)


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


def _terms(price: dict[str, Floats], reach: Reach, home: npt.NDArray[np.intp]) -> dict[str, Floats]:
    """The price of moving on each arc by term, in points: nothing where a unit stays, or where nobody holds it."""
    moves = (reach.rep != home[reach.unit]) & (home[reach.unit] >= 0)
    return {name: np.where(moves, value[reach.unit], 0.0) for name, value in price.items()}


_Arcs = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], dict[str, Floats]]


def _arcs(reach: Reach, home: npt.NDArray[np.intp], terms: dict[str, Floats], rules: DesignRules) -> _Arcs:
    """The arcs to each unit's cheapest reps, and to the one who holds it."""
    cost = sum(terms.values(), np.zeros(len(reach.unit)))
    near = within_reach(reach.unit, cost, reach.rep == home[reach.unit], rules.reach)
    return reach.unit[near], reach.rep[near], {name: value[near] for name, value in terms.items()}


def _with_nobody(arcs: _Arcs, home: npt.NDArray[np.intp], nobody: int, wishes: Wishes) -> _Arcs:
    """Accounts that nobody holds may stay so where only some reps may receive, only some moves are wanted, or no rep may have
    them.
    """
    unit, rep, terms = arcs
    lost = np.ones(len(home), dtype=bool)
    lost[unit] = False
    stay = np.flatnonzero((home < 0) & (lost | (wishes.takers is not None) | (wishes.limit is not None)))
    if len(stay) == 0:
        return arcs
    unit, rep = np.concatenate([unit, stay]), np.concatenate([rep, np.full(len(stay), nobody)])
    order = np.lexsort((rep, unit))
    blank = np.zeros(len(stay))
    return unit[order], rep[order], {name: np.concatenate([value, blank])[order] for name, value in terms.items()}


def _padded(values: Floats, alone: bool, edge: str = "") -> Floats:
    """One more row for nobody, whose load is free of any price."""
    if not alone:
        return values
    row = np.full((1, values.shape[1]), 1e9 if edge in ("high", "highest") else 0.0)
    return np.concatenate([values, row])


def within_reach(
    unit: npt.NDArray[np.intp], cost: Floats, held: npt.NDArray[np.bool_], reach: int
) -> npt.NDArray[np.bool_]:
    """The ``reach`` cheapest reps of each unit (ties: the earlier), and the one who holds it. Arcs stand in order of unit."""
    order = np.lexsort((cost, unit))
    counts = np.bincount(unit)
    rank = np.empty(len(unit), dtype=np.intp)
    rank[order] = np.arange(len(unit)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray((rank < reach) | held)
