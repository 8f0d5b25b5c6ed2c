"""A proposal in words: what moves, what it does to balance and travel, how good it is, and why nobody received anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from workbook.checks import counted
from workbook.decisions import Decisions
from workbook.territories.design import Company
from workbook.territories.explain import Names
from workbook.territories.proposal import Proposal
from workbook.territories.solver import Solution
from workbook.territories.solver.problem import Problem
from workbook.territories.wishes import Wishes, refusals

Money = Callable[[int], str]
#: Points of the gap up to which it is told in hours and money: a point is 1 % of the book, and far out of balance costs more of them.
_TELLING = 20.0


def headline(summary: dict[str, Any], money: Money) -> list[str]:
    """The proposal in a few sentences: moves, balance, travel, proof; ``money`` formats an amount."""
    moved, given = summary["moved"] - summary["given"], summary["given"]
    if summary["moved"] == 0:
        first = f"None of {summary['accounts']:,} accounts moves."
    else:
        worth = f"with {summary['moved_sales_share']:.1%} of sales ({money(summary['moved_sales_amount'])})"
        if summary["moved_potential_amount"]:
            worth += f" and {summary['moved_potential_share']:.1%} of potential"
        changes = f"{moved:,} of {summary['accounts']:,} accounts {'changes' if moved == 1 else 'change'} hands"
        free = f"{given:,} that nobody holds {'gets' if given == 1 else 'get'} a holder"
        told = " and ".join(
            [changes] * (moved > 0) + [free if moved else f"{free}, of {summary['accounts']:,} accounts"] * (given > 0)
        )
        first = f"{told}, {worth}."
    out = [
        first,
        f"Out of balance: {summary['balance_before']:.1f} points before, {summary['balance_after']:.1f} after.",
    ]
    change = summary["travel_change_share"]
    if summary["moved"] and not np.isnan(change):
        word = "longer" if change > 0 else "shorter"
        out.append(
            "Ways to accounts stay as long as they are."
            if abs(change) < 0.005
            else f"Ways to accounts get {abs(change):.0%} {word}."
        )
    knee, count = summary["knee_moves"], summary["moved"]
    if 0 < knee < 0.75 * count and count > 5:
        out.append(f"The first {knee:,} moves bring four fifths of the gain: the rest can wait.")
    return [*out, plain(summary, money)]


def limited(problem: Problem, found: Solution, whole: float) -> str:
    """What the most helpful moves bring of all that the plan without a limit would bring; ``whole``: its objective."""
    home = problem.arcs_of(problem.home)
    before = problem.objective(np.where(home >= 0, home, found.plan))
    share = (before - found.objective) / (before - whole) if before - whole > 1e-9 else 1.0
    return f"only the most helpful moves are proposed: they bring {share:.0%} of the gain of all moves"


def without_choice(made: Proposal, limit: int) -> list[str]:
    """That more accounts than the limit must go, as who holds them leaves: no limit holds these back."""
    must = int((~made.moves["stays"] & made.moves["from_rep"].notna()).sum())
    if must <= limit:
        return []
    return [
        f"{counted(must, 'move')} without a choice: who holds these accounts leaves or has left, and no limit holds that back"
    ]


def again(made: Proposal, wishes: Wishes, decisions: Decisions, most: int = 5) -> str:
    """Which moves of the accounts of this proposal were refused before and are not proposed again, and why; blank for none."""
    here = set(made.design.units["account_id"])
    told = [
        f"{account} → {rep} ({why})"
        for (account, rep), why in sorted(refusals(decisions).items())
        if account in here and (account, rep) in wishes.forbids
    ]
    more = f" and {len(told) - most} more" if len(told) > most else ""
    what = "refused before and not proposed again (--pin ACCOUNT=REP brings a move back)"
    return f"{what}: {', '.join(told[:most])}{more}" if told else ""


def plain(summary: dict[str, Any], money: Money) -> str:
    """The proof in plain words; ``money`` formats an amount."""
    left = summary["left_out_points"] if summary["left_out_points"] > 0.005 else 0.0
    gap, objective = max(0.0, summary["gap_points"] - left), summary["objective"] - left
    first, what = "", "this one"
    if left:
        first, what = f"The moves left out would bring {left:.2f} of {summary['objective']:.1f} points. ", "all of them"
    if gap <= 1e-6 * max(1.0, abs(objective)):
        return f"{first}No plan under these rules can beat {what}."
    share = f"{gap / objective:.1%} of {objective:.1f}" if gap <= objective else f"of {objective:.1f}"
    part = gap / summary["gap_points"]
    hours, sales = summary["gap_hours"] * part, round(summary["gap_sales_amount"] * part)
    worth = [f"{hours:,.0f} hours of workload"] * (hours >= 0.5) + [f"{money(sales)} of sales"] * (sales > 0)
    text = f"{first}No plan under these rules can beat {what} by more than {gap:.2f} points ({share})"
    text += f": as much as {' or '.join(worth)} out of balance." if worth and gap <= _TELLING else "."
    return text + (" A longer search proves it better." if gap > 0.1 * objective else "")


def without_takings(made: Proposal, company: Company, takers: frozenset[str] | None, names: Names) -> list[str]:
    """Why a rep whose book was to be filled receives nothing; one sentence per such rep."""
    out = []
    people = company.people.set_index("rep_id")
    need = company.accounts.groupby("rep_id")["hours_per_year"].sum()
    for rep in sorted((takers or frozenset()) - set(made.moves["to_rep"])):
        name = names.reps.get(rep, rep)
        there, needed = float(people.loc[rep, "available_hours"]), float(need.get(rep, 0.0))
        place = int(np.flatnonzero(made.design.reps == rep)[0])
        mine = made.cards[made.cards["rep_id"].eq(rep).to_numpy()]
        if needed > there:
            reason = f"the book needs {needed:,.0f} hours and there are {there:,.0f}: {needed - there:,.0f} hours short"
        elif not (
            (made.design.problem.rep == place) & (made.design.problem.home[made.design.problem.unit] != place)
        ).any():
            reason = "no account that may move lies within reach (rule territories.design.across)"
        else:
            reason = f"no move would help more than it costs ({_indexes(mine)}, where 100 is a fair share)"
        out.append(f"{name} receives nothing: {reason}")
    return out


def _indexes(cards: pd.DataFrame) -> str:
    return ", ".join(
        f"{measure} {value:.0f}"
        for measure, value in zip(cards["measure"], cards["index_before"], strict=True)
        if not np.isnan(value)
    )
