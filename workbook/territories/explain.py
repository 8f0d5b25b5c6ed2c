"""Why an account moves: the exact change of the objective if only this move were undone, and one sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.money import format_amount

if TYPE_CHECKING:
    from workbook.territories.design import Company, Design

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Names:
    """Names for sentences: reps by id, the territory in which each works, the currency.

    ``everybody``: whether the reader may see everybody's name, as who plans sees all that the plan may use.
    """

    reps: dict[str, str]
    node: dict[str, str]
    currency: str
    everybody: bool = False

    def of(self, rep: object, territory: str, other: str = "a colleague in another territory") -> str:
        """A rep's name in the rep's own territory; in another one nobody is named, but ``other`` said."""
        if not isinstance(rep, str):
            return "nobody"
        return self.reps.get(rep, rep) if self.everybody or self.node.get(rep) == territory else other


def undo(design: Design, plan: npt.NDArray[np.int64]) -> tuple[Floats, pd.DataFrame]:
    """What the objective would lose if only one unit went back to its rep, for every moved unit.

    Returns points by unit (NaN where it did not move or cannot go back), and the same by term as a frame with column unit: the
    moving terms (negative: what undoing would save), and one per measure (positive: what balance would lose).
    """
    problem = design.problem
    home = problem.arcs_of(problem.home)
    moved = np.flatnonzero((home >= 0) & (home != plan))
    load = problem.loads(plan)
    now, back = plan[moved], home[moved]
    r, s = problem.rep[now], problem.rep[back]
    weight_now, weight_back = problem.weight[problem.row[now]], problem.weight[problem.row[back]]
    bands = problem.bands
    giver = bands.of(r).price(load[r] - weight_now) - bands.of(r).price(load[r])
    taker = bands.of(s).price(load[s] + weight_back) - bands.of(s).price(load[s])
    balance = giver + taker
    frame = pd.DataFrame({"unit": moved})
    for name, values in design.terms.items():
        frame[f"move_{name}"] = values[back] - values[now]
    for k, name in enumerate(design.measures):
        frame[f"balance_{name}"] = balance[:, k]
    points = np.full(problem.n, np.nan)
    points[moved] = frame.drop(columns="unit").sum(axis=1).to_numpy()
    return points, frame


#: What a term of balance is called in a sentence.
_TOLD = {
    "sales": "sales", "potential": "potential", "workload": "workload", "capacity": "hours", "accounts": "accounts",
    "core": "core accounts", "invest": "invest accounts", "opportunistic": "opportunistic accounts",
    "divest": "divest accounts", "warm": "warm accounts of a new rep",
}  # fmt: skip


def sentences(
    moved: pd.DataFrame,
    frame: pd.DataFrame,
    result: tuple[pd.DataFrame, pd.DataFrame],
    more: tuple[Company, Names],
) -> tuple[list[str], list[str]]:
    """One sentence per moved account with its numbers: as its territory may read it, and with every name for who plans.

    ``frame``: all accounts with to_rep; ``result``: the cards and the terms of :func:`undo`.
    """
    (cards, terms), (company, names) = result, more
    keys = zip(cards["rep_id"], cards["measure"], strict=True)
    index = dict(zip(keys, zip(cards["index_before"], cards["index_after"], strict=True), strict=True))
    best = _main_terms(terms)
    hours = company.people.set_index("rep_id")["available_hours"]
    need = frame.groupby("to_rep")["hours_per_year"].sum()
    free = (hours - need.reindex(hours.index).fillna(0)).to_dict()
    kin = frame.groupby(["to_rep", "family_id"]).size().to_dict()
    out: tuple[list[str], list[str]] = ([], [])
    for row in moved.itertuples():
        why = [_state(row, company.as_of, names.currency)]
        for measure in best.get(row.unit, [])[:2]:
            here = index.get((row.to_rep, measure))
            there = index.get((row.from_rep, measure)) if isinstance(row.from_rep, str) else None
            if here is not None:
                given = f"{_index(there[0])} → {_index(there[1])} there, " if there is not None else ""
                why.append(f"{_TOLD[measure]} {given}{_index(here[0])} → {_index(here[1])} here")
        has = []
        if free.get(row.to_rep, np.nan) > 0:
            has.append(f"{free[row.to_rep]:,.0f} free hours after all moves")
        family = kin.get((row.to_rep, row.family_id), 1) - 1
        if family > 0:
            has.append(f"{family} more account{'s' if family > 1 else ''} of the family")
        cost = "" if np.isnan(row.undo_points) else f" Undoing only this move costs {_points(row.undo_points)} points."
        for told, reader in zip(out, (names, replace(names, everybody=True)), strict=True):
            giver = reader.of(row.from_rep, row.territory_id, "its rep in another territory")
            taker = reader.of(row.to_rep, row.territory_id)
            holds = f"; {taker} has {' and '.join(has)}" if has else ""
            told.append(f"From {giver} to {taker}: {'; '.join(part for part in why if part)}{holds}.{cost}")
    return out


def _main_terms(terms: pd.DataFrame) -> dict[int, list[str]]:
    """The measures that gain most from each unit's move, the largest first."""
    names = [c.removeprefix("balance_") for c in terms.columns if c.startswith("balance_")]
    values = terms[[f"balance_{n}" for n in names]].to_numpy()
    order = np.argsort(-values, axis=1, kind="stable")
    return {
        int(unit): [names[k] for k in order[i] if values[i, k] > 1e-9 and names[k] not in ("capacity", "warm")]
        for i, unit in enumerate(terms["unit"])
    }


def _points(value: float) -> str:
    return f"{value:.2f}" if value >= 0.005 else "less than 0.01"


def _index(value: float) -> str:
    return "not known" if np.isnan(value) else f"{value:.0f}"


def _state(row: object, as_of: pd.Timestamp, currency: str) -> str:
    """How the account stands, in a few words."""
    told = []
    last = getattr(row, "last_touch_on", pd.NaT)
    if getattr(row, "keep", None) is False:
        told.append("keep rule failed")
    if pd.notna(last):
        told.append(f"last real touch {(as_of - last).days} days ago")
    potential = getattr(row, "potential_amount", pd.NA)
    if pd.notna(potential):
        told.append(f"potential {format_amount(potential, currency, short=True)}")
    sales = int(getattr(row, "sales_12m_amount", 0))
    told.append(f"sales {format_amount(sales, currency, short=True)}")
    return ", ".join(told)
