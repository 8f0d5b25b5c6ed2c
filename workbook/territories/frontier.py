"""The trade-off between balance and disruption: the same company under stronger and weaker wishes for balance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from workbook.territories.design import Design
from workbook.territories.solver import Effort, solve
from workbook.territories.solver.problem import Bands, Problem

#: How much more or less balance weighs than published.
FACTORS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


def frontier(design: Design, effort: Effort, factors: tuple[float, ...] = FACTORS) -> pd.DataFrame:
    """One plan per factor on the prices of balance: factor, moved (accounts), moved_share, moved_sales_share, balance_points
    (by the published prices), disruption_points, gap. The first row is the book as it is (factor 0).
    """
    problem = design.problem
    count = max(1, len(factors))
    each = replace(effort, seconds=effort.seconds / count, limit=None if effort.limit is None else effort.limit / count)
    size = np.bincount(design.units["unit"], minlength=problem.n)
    sales = problem.weight[:, design.measures.index("sales")] if "sales" in design.measures else np.zeros(problem.n)
    held = problem.home >= 0
    now = np.zeros((problem.m, problem.k))
    np.add.at(now, problem.home[held], problem.weight[held])
    rows = [(0.0, 0, 0.0, 0.0, float(problem.bands.price(now).sum()), 0.0, 0.0)]
    for factor in factors:
        made = solve(scaled(problem, factor), each)
        moved = (problem.rep[made.plan] != problem.home) & (problem.home >= 0)
        rows.append(
            (
                factor,
                int(size[moved].sum()),
                float(size[moved].sum() / size.sum()),
                float(sales[moved].sum() / 100),
                float(problem.bands.price(problem.loads(made.plan)).sum()),
                float(problem.cost[made.plan].sum()),
                made.gap,
            )
        )
    columns = ["factor", "moved", "moved_share", "moved_sales_share", "balance_points", "disruption_points", "gap"]
    return pd.DataFrame(rows, columns=columns)


def scaled(problem: Problem, factor: float) -> Problem:
    """The problem with the prices of all bands multiplied."""
    bands = problem.bands
    slopes = {name: getattr(bands, name) * factor for name in ("under", "under_more", "over", "over_more")}
    return replace(problem, bands=Bands(bands.lowest, bands.low, bands.high, bands.highest, **slopes))
