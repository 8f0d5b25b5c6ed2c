"""The price of a load as pieces: that of every plan, no lower anywhere, and higher where whole units cannot lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.design_instances import company
from workbook.territories.solver import Bands, Problem
from workbook.territories.solver.highs import run
from workbook.territories.solver.pieces import pieces_of, step_of
from workbook.territories.solver.program import assignment_program, warm_values


def bands(rng: np.random.Generator, most: float) -> Bands:
    """One rep, one load: edges and slopes drawn; a slope may be none."""
    edges = np.sort(rng.uniform(-0.1 * most, 1.3 * most, 4)).reshape(4, 1, 1)
    slopes = (rng.uniform(0, 3, 4) * (rng.random(4) < 0.8)).reshape(4, 1, 1)
    return Bands(*edges, *slopes)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.booleans())
def test_the_pieces_price_every_plan_as_the_bands_do_and_nothing_lower(seed, whole):
    rng = np.random.default_rng(seed)
    weight = (rng.integers(-1, 5, (8, 1)) * 0.37) if whole else rng.uniform(-0.5, 3, (8, 1))
    least, most = np.minimum(weight, 0).sum(axis=0)[None], np.maximum(weight, 0).sum(axis=0)[None]
    band = bands(rng, float(most[0, 0]) + 1)
    made = pieces_of(band, least, most, weight)
    for chosen in rng.integers(0, 2, (30, 8)):
        load = (chosen @ weight)[None]
        assert made.price(load) == pytest.approx(band.price(load), abs=1e-9)
    grid = np.linspace(least[0, 0], most[0, 0], 301)
    prices = np.array([made.price(np.array([[y]]))[0, 0] for y in grid])
    assert (prices >= [band.price(np.array([[y]]))[0, 0] - 1e-9 for y in grid]).all()
    slope = rng.normal(0, 2, (1, 1))
    assert made.least(slope)[0, 0] <= (prices - slope[0, 0] * grid).min() + 1e-9
    assert made.least(slope)[0, 0] == pytest.approx(
        np.min(made.price(made.edge[0].T) - slope * made.edge[0].T), abs=1e-6
    )
    some = made.slope[0, 0][made.width[0, 0] > 1e-9]
    assert (np.diff(some) >= -1e-6).all()


def test_between_two_accounts_the_price_is_the_line_between_them():
    one = np.ones((1, 1))
    band = Bands(0 * one, 1.5 * one, 1.5 * one, 9 * one, one, 0 * one, one, 0 * one)
    made = pieces_of(band, 0 * one, 4 * one, np.ones((4, 1)))
    assert [made.price(y * one)[0, 0] for y in (1.0, 1.5, 2.0, 3.0)] == pytest.approx([0.5, 0.5, 0.5, 1.5])
    assert band.price(1.5 * one)[0, 0] == 0.0
    assert pieces_of(band, 0 * one, 4 * one, np.array([[1.0], [1.3]])).price(1.5 * one)[0, 0] == pytest.approx(0.0)


def test_steps_are_found_for_both_signs_and_parts():
    assert step_of(np.array([0.2, 0.6, -0.4])) == pytest.approx(0.2)
    assert step_of(np.array([2.0, 3.0])) == 1.0
    assert step_of(np.array([1.0, 1.37, 2.0])) == 0.0
    assert step_of(np.zeros(3)) == 0.0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_a_plan_is_a_point_of_the_program_and_costs_there_what_it_costs(seed):
    rng = np.random.default_rng(seed)
    problem = company(40, 4, seed)
    problem = replace(problem, weight=problem.weight * np.where(rng.random((40, 1)) < 0.1, -1.0, 1.0))
    plan = problem.start[:-1] + rng.integers(0, np.diff(problem.start))
    program = assignment_program(problem, whole=True)
    x = warm_values(problem, plan, problem.loads(plan))
    rows = np.bincount(
        program.index, weights=program.value * np.repeat(x, np.diff(program.start)), minlength=len(program.low)
    )
    assert (rows >= program.low - 1e-9).all()
    assert (rows <= program.high + 1e-9).all()
    assert (x >= program.lower).all()
    assert (x <= program.upper + 1e-9).all()
    assert program.cost @ x + program.offset == pytest.approx(problem.objective(plan))


def test_counts_of_accounts_raise_the_relaxation():
    problem = company(200, 6, 1)
    blurred = problem.weight.copy()
    blurred[:, 3] *= 1 + 1e-6 * np.arange(200)  # no step any more
    without = Problem(problem.start, problem.rep, problem.cost, blurred, problem.bands, problem.home)
    higher = run(assignment_program(problem, whole=False), {}).objective
    assert higher > run(assignment_program(without, whole=False), {}).objective + 0.01
