"""A proposal: the moves, what they change, how good they are, and one sentence for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.checks import counted
from workbook.territories.design import Company, Design
from workbook.territories.explain import Names, sentences, undo
from workbook.territories.few import knee, order
from workbook.territories.solver import Solution

Floats = npt.NDArray[np.float64]


#: The columns of a proposal's moves; hours_per_year is called hours there.
_MOVES = (
    "account_id", "territory_id", "name", "unit", "from_rep", "to_rep", "sales_12m_amount", "potential_amount",
    "projected_amount", "open_amount", "hours_per_year", "class", "grade", "undo_points", "step", "not_before", "stays", "sentence", "told",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Proposal:
    """A territory design to decide on.

    ``moves``: account_id, territory_id, unit, from_rep (missing: nobody), to_rep, amounts, hours, undo_points (what the
    objective loses if only this unit went back), sentence (to be recorded; names nobody of another territory), told (the same
    for who plans, with every name), step (1: the move that helps most, then what helps most after it; moves without a choice
    stand last), not_before (the day of the hire where the rep is still to come), stays (whether who gives stays here) · ``cards``: per rep and measure the load before, after and its fair share ·
    ``summary``: objective, bound, gap … · ``notes``: what was capped, left out, or cut.
    """

    moves: pd.DataFrame
    cards: pd.DataFrame
    summary: dict[str, Any]
    notes: tuple[str, ...]
    design: Design = field(repr=False)
    solution: Solution = field(repr=False)

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits of the moves: the same proposal has the same id."""
        rows = self.moves[["account_id", "from_rep", "to_rep"]].fillna("").astype("str")
        return sha256("\n".join(rows.agg("\t".join, axis=1)).encode()).hexdigest()[:12]

    def without(self, refused: set[str]) -> pd.DataFrame:
        """The moves but those of refused accounts; a family that moves as one is refused as one."""
        units = set(self.moves.loc[self.moves["account_id"].isin(refused), "unit"])
        return self.moves[~self.moves["unit"].isin(units)].reset_index(drop=True)


def proposal(company: Company, design: Design, solution: Solution, names: Names) -> Proposal:
    """Read a solution as moves, cards and a summary."""
    problem = design.problem
    live = company.accounts.iloc[design.rows].reset_index(drop=True)
    chosen = problem.rep[solution.plan]
    changed = chosen != problem.home
    frame = live.assign(unit=design.units["unit"].to_numpy())
    frame["from_rep"] = design.units["home"].to_numpy()
    frame["to_rep"] = design.reps[chosen[frame["unit"].to_numpy()]]
    moved = frame[changed[frame["unit"].to_numpy()]].copy()
    points, terms = undo(design, solution.plan)
    moved["undo_points"] = points[moved["unit"].to_numpy()]
    cards = _cards(design, solution.plan)
    moved["sentence"], moved["told"] = sentences(moved, frame, (cards, terms), (company, names))
    steps, values = order(problem, solution.plan)
    rank = np.full(problem.n, len(steps) + 1)
    rank[steps] = np.arange(1, len(steps) + 1)
    moved["step"] = rank[moved["unit"].to_numpy()]
    moved["stays"] = ~moved["from_rep"].isin(design.reps[: len(design.leaving)][design.leaving])
    people = company.people.set_index("rep_id")
    hired = pd.to_datetime(people["hired_on"].where(people["coming"]))
    moved["not_before"] = hired.reindex(moved["to_rep"]).to_numpy()
    moves = moved[list(_MOVES)].rename(columns={"hours_per_year": "hours"})
    moves = moves.sort_values(["step", "account_id"], kind="stable")
    notes = [*design.notes, *_shortages(design, solution, names)]
    if solution.cut:
        notes.append("the time limit cut the search: on another machine the proposal may differ")
    summary = _summary(design, solution, frame, moves)
    summary["knee_moves"] = int((moves["step"] <= knee(values)).sum())
    late = moves[moves["not_before"].notna()]
    for rep, on in late.drop_duplicates("to_rep")[["to_rep", "not_before"]].itertuples(index=False):
        count = int((late["to_rep"] == rep).sum())
        notes.append(
            f"{count} {'moves go' if count > 1 else 'move goes'} to {names.reps.get(rep, rep)} ({rep}), who comes on {on.date()}: not before that day"
        )
    return Proposal(moves.reset_index(drop=True), cards, summary, tuple(notes), design, solution)


def _cards(design: Design, plan: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Per rep and measure: rep_id, measure, before, after, fair (in units of the measure), index_before, index_after."""
    problem = design.problem
    home = problem.home
    held = home >= 0
    parts = []
    for k, name in enumerate(design.measures):
        if name in ("capacity", "warm"):
            continue
        unit = design.totals[name] / 100
        before = np.bincount(home[held], weights=design.weight[held, k], minlength=problem.m) * unit
        after = np.bincount(problem.rep[plan], weights=design.weight[:, k], minlength=problem.m) * unit
        fair = design.fair[:, k] * unit
        safe = np.where(fair > 0, fair, np.nan)
        parts.append(
            pd.DataFrame(
                {
                    "rep_id": design.reps,
                    "measure": name,
                    "before": before,
                    "after": after,
                    "fair": fair,
                    "index_before": before / safe * 100,
                    "index_after": after / safe * 100,
                }
            )
        )
    if not parts:
        return pd.DataFrame(columns=["rep_id", "measure"])
    cards = pd.concat(parts, ignore_index=True)
    return cards[cards["rep_id"].notna().to_numpy()].reset_index(drop=True)


def _summary(design: Design, solution: Solution, frame: pd.DataFrame, moves: pd.DataFrame) -> dict[str, Any]:
    problem = design.problem
    held = problem.home >= 0
    before = np.zeros((problem.m, problem.k))
    for k in range(problem.k):
        before[:, k] = np.bincount(problem.home[held], weights=problem.weight[held, k], minlength=problem.m)
    priced = {"before": problem.bands.price(before), "after": problem.bands.price(problem.loads(solution.plan))}
    sales, potential = frame["sales_12m_amount"], frame["potential_amount"].fillna(0)
    gap = max(0.0, solution.objective - solution.bound)
    return {
        "objective": solution.objective,
        "bound": solution.bound,
        "gap_points": gap,
        "gap": solution.gap,
        "left_out_points": 0.0,
        "balance_before": float(priced["before"].sum()),
        "balance_after": float(priced["after"].sum()),
        "by_measure": {
            name: (float(priced["before"][:, k].sum()), float(priced["after"][:, k].sum()))
            for k, name in enumerate(design.measures)
        },
        "short_hours": float(_over(design, solution).sum()),
        "accounts": len(frame),
        "moved": len(moves),
        "given": int(moves["from_rep"].isna().sum()),
        "travel_change_share": design.ways.change_share(problem.rep[solution.plan].astype(np.intp)),
        "moved_sales_amount": int(moves["sales_12m_amount"].sum()),
        "moved_sales_share": float(moves["sales_12m_amount"].sum() / sales.sum()) if sales.sum() else 0.0,
        "moved_potential_amount": int(moves["potential_amount"].fillna(0).sum()),
        "moved_potential_share": float(moves["potential_amount"].fillna(0).sum() / potential.sum())
        if potential.sum()
        else 0.0,
        "gap_hours": gap / 100 * design.totals.get("workload", design.totals.get("capacity", 0.0)),
        "gap_sales_amount": round(gap / 100 * design.totals.get("sales", 0.0)),
        "seconds": solution.seconds,
        "cut": solution.cut,
    }


def _over(design: Design, solution: Solution) -> Floats:
    """Hours that each rep is short of after the moves (m,)."""
    if "capacity" not in design.measures:
        return np.zeros(design.problem.m)
    k = design.measures.index("capacity")
    over = design.problem.loads(solution.plan)[:, k] - design.problem.bands.high[:, k]
    return np.asarray(np.maximum(over, 0.0) * design.totals["capacity"] / 100)


def _shortages(design: Design, solution: Solution, names: Names, most: int = 5) -> list[str]:
    """Who stays short of hours after the moves, the worst first, in one note."""
    hours = pd.Series(_over(design, solution), index=pd.Index(design.reps, dtype="object")).round(6)
    hours = hours[hours > 0.5].sort_values(ascending=False, kind="stable")
    if hours.empty:
        return []
    told = [
        f"{names.reps.get(str(rep), str(rep))} is short of {counted(round(value), 'hour')}"
        for rep, value in hours.head(most).items()
    ]
    more = f" and {len(hours) - most} more" if len(hours) > most else ""
    return [f"after these moves {', '.join(told)}{more}: the books need more than there is"]


def short(company: Company, design: Design, solution: Solution) -> list[str]:
    """Who is short of hours and by how much, territory by territory: why a hard limit on hours cannot be kept."""
    people = company.people["territory_id"].to_numpy(dtype=object)
    hours = pd.Series(_over(design, solution)[: len(people)], index=people)
    by_node = hours.groupby(level=0, sort=True).sum()
    return [
        f"{company.tree.name(str(node))} is short {value:,.0f} hours" for node, value in by_node.items() if value > 0.5
    ]
