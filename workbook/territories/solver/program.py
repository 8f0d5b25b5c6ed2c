"""The model as a linear or mixed-integer program for HiGHS.

Columns are the arcs, then the parts of each priced load: what is missing (one part per piece of falling price) and what is too much
(one per piece of rising price). Rows are the units (exactly one arc each), then the priced loads:

    low ≤ load + missing parts - parts too much ≤ high

with ``low`` and ``high`` the ends of the piece at which the price is least.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbook.territories.solver.highs import Program
from workbook.territories.solver.pieces import Pieces
from workbook.territories.solver.problem import Floats, Ints, Problem

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Parts:
    """Which pieces are columns, (m, K, P) each; ``at[r, k]`` is the row of a load among those priced, -1 where nothing is."""

    under: Mask
    over: Mask
    at: Ints

    @property
    def priced(self) -> Mask:
        return np.asarray(self.at >= 0)


def _parts(pieces: Pieces) -> _Parts:
    some = pieces.width > 0
    under, over = some & (pieces.slope < 0), some & (pieces.slope > 0)
    priced = (under | over).any(axis=2)
    return _Parts(under, over, np.where(priced, np.cumsum(priced).reshape(priced.shape) - 1, -1))


def _free(pieces: Pieces, parts: _Parts) -> tuple[Floats, Floats]:
    """Where the price of each load is least, (m, K) from and to."""
    low = np.where(parts.under, pieces.edge[:, :, 1:], -np.inf).max(axis=2)
    high = np.where(parts.over, pieces.edge[:, :, :-1], np.inf).min(axis=2)
    return low, high


def assignment_program(problem: Problem, whole: bool) -> Program:
    """The program of all arcs of ``problem``; with ``whole`` each arc is chosen or not."""
    pieces = problem.pieces
    parts = _parts(pieces)
    first, arcs = problem.n, len(problem.rep)
    row_of = parts.at[problem.rep]  # (A, K)
    weights = problem.weight[problem.row]
    holds = (row_of >= 0) & (weights != 0)
    start = np.concatenate([[0], np.cumsum(holds.sum(axis=1) + 1)])
    index = np.empty(start[-1], dtype=np.int32)
    value = np.empty(start[-1])
    index[start[:-1]] = problem.unit
    value[start[:-1]] = 1.0
    inner = np.ones(start[-1], dtype=bool)
    inner[start[:-1]] = False
    index[inner] = first + row_of[holds]
    value[inner] = weights[holds]

    rows = np.broadcast_to(first + parts.at[:, :, None], pieces.slope.shape)
    last = np.zeros(pieces.slope.shape, dtype=bool)
    last[:, :, -1] = True
    extra = int(parts.under.sum() + parts.over.sum())
    low, high = _free(pieces, parts)
    one = np.ones(first)
    return Program(
        cost=np.concatenate([problem.cost, -pieces.slope[parts.under], pieces.slope[parts.over]]),
        lower=np.zeros(arcs + extra),
        upper=np.concatenate(
            [np.ones(arcs), pieces.width[parts.under], np.where(last, np.inf, pieces.width)[parts.over]]
        ),
        low=np.concatenate([one, low[parts.priced]]),
        high=np.concatenate([one, high[parts.priced]]),
        start=np.concatenate([start[:-1], start[-1] + np.arange(extra + 1)]).astype(np.int32),
        index=np.concatenate([index, rows[parts.under], rows[parts.over]]).astype(np.int32),
        value=np.concatenate([value, np.ones(int(parts.under.sum())), -np.ones(int(parts.over.sum()))]),
        whole=np.concatenate([np.ones(arcs, dtype=bool), np.zeros(extra, dtype=bool)]) if whole else None,
        offset=float(pieces.least(np.zeros_like(pieces.first)).sum()),
    )


def load_duals(problem: Problem, duals: Floats) -> Floats:
    """Shape (m, K): the price of one more unit of each load, from the rows' duals (a row's dual is minus its price)."""
    at = _parts(problem.pieces).at
    out = np.zeros(at.shape)
    out[at >= 0] = -duals[problem.n + at[at >= 0]]
    return out


def part_columns(problem: Problem) -> tuple[Ints, Ints]:
    """The columns of the missing parts and of the parts too much, (m, K, P) each, -1 where a piece is none."""
    parts = _parts(problem.pieces)
    first = len(problem.rep)
    under, over = np.full(parts.under.shape, -1), np.full(parts.over.shape, -1)
    under[parts.under] = first + np.arange(int(parts.under.sum()))
    over[parts.over] = first + int(parts.under.sum()) + np.arange(int(parts.over.sum()))
    return under, over


def warm_values(problem: Problem, arcs: npt.NDArray[np.int64], chosen_loads: Floats) -> Floats:
    """A plan as values of the columns of :func:`assignment_program`: the chosen arcs are 1, the loads cut into their parts."""
    pieces = problem.pieces
    parts, load = _parts(pieces), chosen_loads[:, :, None]
    x = np.zeros(len(problem.rep))
    x[arcs] = 1.0
    missing = np.clip(pieces.edge[:, :, 1:] - load, 0.0, pieces.width)
    too_much = np.clip(load - pieces.edge[:, :, :-1], 0.0, pieces.width)
    return np.concatenate([x, missing[parts.under], too_much[parts.over]])
