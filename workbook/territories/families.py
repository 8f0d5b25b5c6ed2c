"""Families whose accounts several reps hold: what it would cost to bring each together, and with whom it is cheapest.

A proposal keeps the accounts of a family together that one rep holds. It does not force a family together that several reps
hold: that would end relationships for the sake of the chart. It is offered with its price instead, to choose from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.errors import ConflictError, UsageError
from workbook.money import format_amount
from workbook.territories.design import Company, Design
from workbook.territories.explain import Names
from workbook.territories.proposal import Proposal
from workbook.territories.wishes import Wishes

COLUMNS = ["family_id", "name", "accounts", "holders", "to_rep", "moved", "moved_sales_amount", "moving_points"]
COLUMNS += ["balance_points", "points", "within_rules", "sentence"]


@dataclass(frozen=True)
class _Price:
    """What bringing a family to one rep costs beyond the proposal, in points, and the units that move for it.

    ``within``: whether the rules of reach and skills allow it without a pin.
    """

    rep: int
    moving: float
    balance: float
    units: npt.NDArray[np.intp]
    within: bool

    @property
    def points(self) -> float:
        return self.moving + self.balance


def reunions(company: Company, made: Proposal, names: Names) -> pd.DataFrame:
    """Every family that several reps hold after a proposal, with the cheapest of these reps to hold all of it.

    The price is the exact change of the proposal's objective if only this were done besides: ``moving_points`` (with travel)
    and ``balance_points`` add up to ``points`` (negative: the plan gets better). ``moved`` counts accounts that would go
    elsewhere than proposed. ``within_rules``: allowed by the rules as they are; else a pin does it. Cheapest first.
    """
    design, problem, plan = made.design, made.design.problem, made.solution.plan
    live = company.accounts.iloc[design.rows].reset_index(drop=True)
    frame = live[["account_id", "family_id", "name", "sales_12m_amount"]].copy()
    frame["unit"] = design.units["unit"].to_numpy()
    frame["rep"] = problem.rep[plan][frame["unit"].to_numpy()]
    held = frame[(frame["rep"] != design.nobody).to_numpy() & frame["family_id"].notna().to_numpy()]
    holders = held.groupby("family_id")["rep"].nunique()
    load = problem.loads(plan)
    rows = []
    for family, part in held[held["family_id"].isin(holders.index[holders > 1])].groupby("family_id", sort=True):
        units = np.unique(part["unit"].to_numpy())
        prices = [_price(design, (plan, load), units, int(rep)) for rep in np.unique(part["rep"]) if design.can[rep]]
        if prices:
            best = min(prices, key=lambda price: (round(price.points, 12), price.rep))
            rows.append(_row(str(family), part, best, (design.reps, names)))
    out = pd.DataFrame(rows, columns=COLUMNS)
    return out.sort_values(["points", "family_id"], kind="stable").reset_index(drop=True)


def _price(
    design: Design, state: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]], units: npt.NDArray[np.intp], rep: int
) -> _Price:
    """What it costs beyond the plan and its loads to give all ``units`` to ``rep``."""
    (plan, load), problem, (away, per_km) = state, design.problem, design.prices
    now = problem.rep[plan[units]].astype(np.intp)
    goes = units[now != rep]
    there, target = now[now != rep], np.full(int((now != rep).sum()), rep)
    home = problem.home[goes]
    moving = np.where(home == rep, 0.0, away[goes]) - np.where(home == there, 0.0, away[goes])
    travel = per_km * (design.ways.km(goes, target) - design.ways.km(goes, there))
    touched = np.unique(np.append(now, rep))
    after = load[touched].copy()
    for unit, old in zip(goes, there, strict=True):
        after[np.searchsorted(touched, old)] -= problem.weight[unit]
        after[np.searchsorted(touched, rep)] += problem.weight[unit]
    bands = problem.bands.of(touched)
    balance = float(bands.price(after).sum() - bands.price(load[touched]).sum())
    within = all(rep in problem.rep[problem.start[u] : problem.start[u + 1]] for u in goes)
    return _Price(rep, float(moving.sum() + travel.sum()), balance, goes, within)


def _row(
    family: str, part: pd.DataFrame, best: _Price, more: tuple[npt.NDArray[np.object_], Names]
) -> tuple[object, ...]:
    reps, names = more
    head = part[part["account_id"] == family]
    name = str((head if len(head) else part)["name"].iloc[0])
    count = part["rep"].value_counts(sort=False).sort_index()
    by = sorted(zip(count, count.index, strict=True), key=lambda pair: (-pair[0], pair[1]))
    told = ", ".join(f"{names.reps.get(str(reps[r]), str(reps[r]))} {n}" for n, r in by[:4]) + (
        ", …" if len(by) > 4 else ""
    )
    moves = part[part["unit"].isin(best.units)]
    sales = int(moves["sales_12m_amount"].sum())
    taker = str(reps[best.rep])
    border = "" if best.within else " This goes beyond the rules for reach or skills."
    text = (
        f"{name}: {len(part)} accounts with {len(by)} reps ({told}). All with {names.reps.get(taker, taker)}: {len(moves)} "
        f"{'moves' if len(moves) == 1 else 'move'}, with {format_amount(sales, names.currency, short=True)} of sales; "
        f"{'costs' if best.points >= 0 else 'gains'} {abs(best.points):.2f} points ({best.moving:+.2f} for moving and travel, "
        f"{best.balance:+.2f} for balance).{border}"
    )
    return (
        family, name, len(part), len(by), taker, len(moves), sales, best.moving, best.balance, best.points, best.within, text
    )  # fmt: skip


def together(accounts: pd.DataFrame, family: str, rep: str | None, wishes: Wishes) -> Wishes:
    """Wishes with all accounts of a family pinned to one rep: the given one, or who holds most of its sales now.

    Raises :class:`UsageError` for a family that is not there, or that nobody holds, :class:`ConflictError` where some of it is pinned to
    another rep.
    """
    mine = accounts[accounts["family_id"].eq(family).to_numpy(dtype=bool)]
    mine = mine[~mine["disqualified"].to_numpy(dtype=bool)]
    if len(mine) < 2:
        raise UsageError(
            f"{family} is no family of several accounts", remedy="Name the account at its head: see `--families`."
        )
    if rep is None:
        sums = mine[mine["rep_id"].notna()].groupby("rep_id")["sales_12m_amount"].agg(["sum", "size"])
        if sums.empty:
            raise UsageError(f"nobody holds {family}", remedy=f"Name the rep: {family}=REP.")
        rep = str(sums.sort_values(["sum", "size"], ascending=False, kind="stable").index[0])
    apart = sorted(account for account in mine["account_id"] if wishes.pins.get(account, rep) != rep)
    if apart:
        raise ConflictError(
            f"{', '.join(apart)} of {family}, which is to be with {rep}, is pinned to {wishes.pins[apart[0]]}",
            remedy="Drop or change one of each.",
        )
    return replace(wishes, pins={**wishes.pins, **dict.fromkeys(mine["account_id"], rep)})
