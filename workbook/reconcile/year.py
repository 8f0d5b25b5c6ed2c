"""From the stages' frames to the simulated world, and back to rows people read: the odds of the planned year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.facts import Facts
from workbook.money import round_amounts
from workbook.periods import children
from workbook.reconcile.cube import Cube
from workbook.reconcile.odds import Deals, Marks, Outcome, Places, World, deal_spread, simulate, spread_of_history
from workbook.rules.reconcile import OddsRules

Floats = npt.NDArray[np.float64]

#: Whole quarters of history that the spread is learned from, at most.
QUARTERS = 16
#: Points of the slip distribution that each deal's closing is spread over.
_SLIPS = 41


@dataclass(frozen=True, eq=False)
class Ahead:
    """Frames of the portfolio stage that look ahead: outlook_months, deal_odds, new_business."""

    outlook_months: pd.DataFrame
    deal_odds: pd.DataFrame
    new_business: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Odds:
    """The odds as a frame, the company's simulated years, and what they rest on in words."""

    frame: pd.DataFrame
    company: Floats
    basis: str


def odds(facts: Facts, cube: Cube, ahead: Ahead, rules: OddsRules) -> Odds:
    """Odds of every node of the tree and every rep, for each quarter and the year.

    Out: node, node_kind, period, p10_amount, p50_amount, p90_amount, mean_amount, target_probability, plan_probability
    (missing where there is no target, or no plan; the target's also where every simulated year is nothing: no sale, no deal to simulate
    from). What no account is named for yet counts with its expected amount at its territory.
    """
    head = cube.head
    quarters = children(facts.year, "quarter")
    unit_of_account = cube.nodes.parent[head:]
    units, unit = np.unique(
        np.concatenate([unit_of_account, _territories(cube, ahead.new_business)]), return_inverse=True
    )
    of_account = unit[: len(unit_of_account)]
    place = pd.Index(cube.nodes.ids[head:])
    booked = np.zeros((len(units), 4))
    actual = cube.cells["actual"][head:].sum(axis=2).reshape(len(of_account), 4, 3).sum(axis=2)
    np.add.at(booked, of_account, actual.astype(np.float64))
    run_rate = _run_rate(facts, ahead, (place, of_account), (units, cube))
    history = _history(facts, place, of_account, len(units))
    shared_sd, own_sd, changes = spread_of_history(history, rules)
    deals = _deals(facts, ahead.deal_odds, (place, of_account), quarters)
    closed = facts.tables.opportunities
    closed = closed[(closed["status"] != "open").to_numpy()]
    when = facts.calendar.periods_of(closed["closed_on"].fillna(closed["close_on"]), "quarter")
    world = World(
        tuple(str(i) for i in cube.nodes.ids[units]),
        booked,
        run_rate,
        deals,
        shared_sd,
        own_sd,
        deal_spread(pd.DataFrame({"period": when, "won": closed["status"] == "won"}).dropna()),
    )
    places = Places(tuple(_above(cube, int(u)) for u in units), head)
    outcome = simulate(world, places, _marks(cube, head), rules, rules.seed)
    basis = (
        f"{rules.simulations:,} simulated years, drawn from what the whole company knows: {changes} year-on-year changes of quarters, "
        + (
            f"{len(deals.amount):,} open deals and {len(closed):,} closed ones"
            if facts.tables.has("opportunities")
            else "no deals (no opportunities table)"
        )
    )
    if changes < 8:
        basis += "; fewer than 8 changes: the spread is uncertain"
    return Odds(_frame(cube, head, outcome, [*quarters, facts.year]), outcome.company, basis)


def _territories(cube: Cube, new_business: pd.DataFrame) -> npt.NDArray[np.intp]:
    at = pd.Index(cube.nodes.ids).get_indexer(new_business["territory_id"])
    return at[at >= 0].astype(np.intp)


def _above(cube: Cube, node: int) -> npt.NDArray[np.intp]:
    path = [node]
    while cube.nodes.parent[path[-1]] >= 0:
        path.append(int(cube.nodes.parent[path[-1]]))
    return np.array(path, dtype=np.intp)


def _run_rate(
    facts: Facts,
    ahead: Ahead,
    accounts: tuple[pd.Index, npt.NDArray[np.intp]],
    where: tuple[npt.NDArray[np.intp], Cube],
) -> Floats:
    units, cube = where
    index, of_account = accounts
    quarter = {m: i // 3 for i, m in enumerate(children(facts.year, "month"))}
    out = np.zeros((len(units), 4))
    rows = ahead.outlook_months[ahead.outlook_months["period"].isin(list(quarter)).to_numpy()]
    amount = (rows["run_rate_amount"] + rows["loss_amount"]).to_numpy(dtype=np.float64)
    np.add.at(
        out,
        (of_account[index.get_indexer(rows["account_id"])], rows["period"].map(quarter).to_numpy(dtype=np.intp)),
        amount,
    )
    fresh = ahead.new_business[ahead.new_business["period"].isin(list(quarter)).to_numpy()]
    at = pd.Index(cube.nodes.ids).get_indexer(fresh["territory_id"])
    known = at >= 0
    np.add.at(
        out,
        (np.searchsorted(units, at[known]), fresh["period"].map(quarter).to_numpy(dtype=np.intp)[known]),
        fresh["new_business_amount"].to_numpy(dtype=np.float64)[known],
    )
    return np.maximum(out, 0.0)


def _history(facts: Facts, index: pd.Index, of_account: npt.NDArray[np.intp], units: int) -> Floats:
    """Booked amounts by unit and whole fiscal quarter, oldest first, shape (units, n)."""
    sales, calendar = facts.tables.sales, facts.calendar
    last = calendar.shift(calendar.period_of(facts.as_of, "quarter"), 0)
    if calendar.bounds(last)[1] > facts.as_of:
        last = calendar.shift(last, -1)
    names = [calendar.shift(last, -back) for back in range(QUARTERS - 1, -1, -1)]
    if len(sales):
        first = sales["booked_on"].min().date()
        names = [n for n in names if calendar.bounds(n)[0] >= first or calendar.bounds(n)[0].replace(day=28) >= first]
    period = pd.Index(names).get_indexer(calendar.periods_of(sales["booked_on"], "quarter"))
    at = index.get_indexer(sales["account_id"])
    known = (period >= 0) & (at >= 0)
    out = np.zeros((units, len(names)))
    np.add.at(out, (of_account[at[known]], period[known]), sales["amount"].to_numpy(dtype=np.float64)[known])
    return out


def _deals(
    facts: Facts, rows: pd.DataFrame, accounts: tuple[pd.Index, npt.NDArray[np.intp]], quarters: list[str]
) -> Deals:
    index, of_account = accounts
    at = index.get_indexer(rows["account_id"])
    rows = rows[at >= 0]
    unit = of_account[at[at >= 0]]
    weighted = rows["weighted_amount"].to_numpy(dtype=np.float64)
    on_top = rows["on_top_amount"].to_numpy(dtype=np.float64) if "on_top_amount" in rows else weighted
    share = np.divide(on_top, weighted, out=np.ones(len(rows)), where=weighted != 0)
    close = closings(facts, rows)
    edges = np.array(
        [facts.calendar.bounds(q)[0] for q in quarters] + [facts.calendar.bounds(quarters[-1])[1]],
        dtype="datetime64[D]",
    )
    edges[-1] += 1
    period = np.searchsorted(edges, close, side="right") - 1
    shares = np.stack([(period == p).mean(axis=1) for p in range(4)], axis=1) if len(rows) else np.zeros((0, 4))
    chance = rows["win_probability"].to_numpy(dtype=np.float64)
    return Deals(unit.astype(np.intp), rows["amount"].to_numpy(dtype=np.float64) * share, chance, shares)


def closings(facts: Facts, rows: pd.DataFrame) -> npt.NDArray[np.datetime64]:
    """Days on which each deal may close if it is won, equally likely, shape (deals, _SLIPS); none before tomorrow.

    A deal with a stated close ahead: that day, moved as won deals slipped before. One without, or overdue: after the times that won deals which
    became older than it took from its age on; the day expected where none did.
    """
    past = facts.tables.opportunities
    won = past[(past["status"] == "won").to_numpy()]
    points = np.linspace(0.01, 0.99, _SLIPS)
    slip = (won["closed_on"] - won["close_on"]).dt.days.dropna().to_numpy(dtype=np.float64)
    slip = np.quantile(slip, points) if len(slip) >= 20 else np.zeros(_SLIPS)
    slip = np.rint(slip - np.median(slip)).astype("timedelta64[D]")
    tomorrow = np.datetime64(facts.as_of, "D") + 1
    days = np.sort((won["closed_on"].fillna(won["close_on"]) - won["created_on"]).dt.days.dropna().to_numpy(np.float64))
    expected = rows["expected_close_on"].to_numpy().astype("datetime64[D]")
    close = expected[:, None] + slip
    deals = past.set_index("opportunity_id")[["close_on", "created_on"]].reindex(rows["opportunity_id"])
    stated = (deals["close_on"] > pd.Timestamp(facts.as_of)).to_numpy()
    age = (pd.Timestamp(facts.as_of) - deals["created_on"]).dt.days.to_numpy(np.float64)
    younger = np.searchsorted(days, age, side="right")
    left = len(days) - younger
    free = ~stated & (left > 0) & np.isfinite(age)
    if free.any():
        place = younger[free, None] + np.floor(points * left[free, None]).astype(np.intp)
        further = np.rint(days[place] - age[free, None]).astype("timedelta64[D]")
        close[free] = np.datetime64(facts.as_of, "D") + further
    return np.where(np.isnat(close), tomorrow, np.maximum(close, tomorrow))


def _marks(cube: Cube, head: int) -> Marks:
    def by_period(measure: str, known: npt.NDArray[np.bool_]) -> Floats:
        cells = cube.cells[measure][:head].sum(axis=2).reshape(head, 4, 3).sum(axis=2).astype(np.float64)
        with_year = np.concatenate([cells, cells.sum(axis=1, keepdims=True)], axis=1)
        return np.where(known[:head, None], with_year, np.nan)

    return Marks(by_period("target", cube.target_known), by_period("plan", cube.plan_known))


def _frame(cube: Cube, head: int, outcome: Outcome, periods: list[str]) -> pd.DataFrame:
    held = np.isfinite(outcome.mean).all(axis=1)
    at = np.flatnonzero(held)
    count = len(periods)
    out = pd.DataFrame(
        {
            "node": pd.Series(np.repeat(cube.nodes.ids[at], count), dtype="str"),
            "node_kind": pd.Series(np.repeat(cube.nodes.kinds[at], count), dtype="str"),
            "period": pd.Series(np.tile(np.array(periods, dtype=object), len(at)), dtype="str"),
        }
    )
    for name in ("p10", "p50", "p90", "mean"):
        out[f"{name}_amount"] = round_amounts(getattr(outcome, name)[at].reshape(-1))
    nothing = (outcome.p10[at, -1] == 0) & (outcome.p90[at, -1] == 0) & (outcome.mean[at, -1] == 0)
    out["target_probability"] = np.where(nothing[:, None], np.nan, outcome.target_chance[at]).reshape(-1)
    out["plan_probability"] = outcome.plan_chance[at].reshape(-1)
    return out
