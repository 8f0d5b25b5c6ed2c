"""Better plans among many units: work that is left is used, and plans are put together without their faults."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.design_instances import company
from workbook.territories.solver import Effort, solve
from workbook.territories.solver.improving import _merged
from workbook.territories.solver.state import Search


@pytest.fixture
def as_many(monkeypatch):
    """Every problem is searched as one of very many units is."""
    monkeypatch.setattr("workbook.territories.solver.search.is_small", lambda problem, seconds: False)


def test_work_that_is_left_goes_into_other_plans_and_repeats_itself(as_many):
    problem = company(240, 6, seed=2)
    one = solve(problem, Effort(seconds=2.0, gap=0.0, limit=300.0, workers=1))
    two = solve(problem, Effort(seconds=2.0, gap=0.0, limit=300.0, workers=2))
    values = {name: value for name, value, _ in one.steps}
    assert values["annealing"] >= values["merging"] >= values["neighbourhoods"] >= values["other plans"]
    assert (one.plan == two.plan).all()
    assert not one.cut


def test_plans_that_went_astray_in_different_places_are_put_together_without_either_fault():
    problem = company(200, 8, seed=3)
    good = solve(problem, Effort(seconds=2.0, limit=300.0, workers=1)).plan
    first, last = good.copy(), good.copy()
    split = np.flatnonzero(np.diff(problem.start) > 1)
    for plan, units in ((first, split[:6]), (last, split[-6:])):
        plan[units] = np.where(plan[units] > problem.start[units], problem.start[units], plan[units] + 1)
    search = Search(problem, Effort(workers=1), np.inf, first, -np.inf)
    _merged(search, [first, last], (1.0, np.inf), np.random.default_rng(1))
    assert search.value <= problem.objective(good) + 1e-9 < min(problem.objective(first), problem.objective(last))
    assert (problem.unit[search.plan] == np.arange(problem.n)).all()
