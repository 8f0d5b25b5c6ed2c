"""The relaxation and its cuts: as low as the simplex method says, never above a plan, and no plan is cut off."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.design_instances import company
from tests.territories.test_solver import best_of_all, small
from workbook.territories.solver import Bands, Problem
from workbook.territories.solver.blocks import Blocks
from workbook.territories.solver.certificate import regions
from workbook.territories.solver.cuts import strengthened
from workbook.territories.solver.highs import NO_CUTS, Relaxed, run
from workbook.territories.solver.interior import fits, interior
from workbook.territories.solver.neighbourhoods import How, improve_round, kinship
from workbook.territories.solver.problem import Ints
from workbook.territories.solver.program import assignment_program, warm_values
from workbook.territories.solver.relaxation import dual_bound, relax
from workbook.territories.solver.rounding import Rounding


def plans(problem: Problem) -> list[Ints]:
    """Every plan of a small problem."""
    arcs = [range(problem.start[u], problem.start[u + 1]) for u in range(problem.n)]
    return [np.array(plan) for plan in itertools.product(*arcs)]


def by_arc(n: int, m: int, seed: int) -> Problem:
    """A random problem in which a unit weighs differently with each rep, some units nothing at all."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(0, 6, (n * m, 2)).astype(float)
    fair = np.full((m, 2), weight.sum() / m / m / 2)
    price = rng.uniform(0.5, 2, (m, 2))
    bands = Bands(0.7 * fair, 0.9 * fair, 1.1 * fair, 1.3 * fair, price, 2 * price, price, 2 * price)
    unit, rep = np.repeat(np.arange(n), m), np.tile(np.arange(m), n)
    return Problem.of(unit, rep, rng.random(n * m), weight, bands, np.zeros(n, dtype=int))


@pytest.mark.parametrize(("n", "m"), [(60, 3), (200, 6), (400, 9)])
def test_the_interior_point_method_agrees_with_the_simplex_method(n, m):
    problem = company(n, m, seed=n)
    exact = run(assignment_program(problem, whole=False), {"solver": "simplex"}).objective
    assert fits(problem)
    made = interior(problem, np.zeros((m, problem.k)), 1.0, 1e-7, np.inf)
    assert made.solved
    assert made.value == pytest.approx(exact, rel=1e-6)
    assert dual_bound(problem, made.slope) == pytest.approx(exact, rel=1e-5)
    assert np.add.reduceat(made.share, problem.start[:-1]) == pytest.approx(np.ones(n), abs=1e-6)
    assert (made.share >= 0).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 7), st.integers(2, 3), st.integers(0, 10_000), st.booleans())
def test_the_interior_point_method_takes_any_weights_and_stays_below_every_plan(n, m, seed, arcs):
    problem = by_arc(n, m, seed) if arcs else small(n, m, seed)
    made = interior(problem, np.zeros((m, problem.k)), 1.0, 1e-7, np.inf)
    exact = run(assignment_program(problem, whole=False), {"solver": "simplex"}).objective
    assert np.isfinite(made.slope).all()
    assert dual_bound(problem, made.slope) <= best_of_all(problem) + 1e-6
    if made.solved:
        assert made.value == pytest.approx(exact, abs=1e-5)


def test_the_interior_point_method_ends_by_the_clock_with_prices_that_prove_something():
    problem = company(400, 9, seed=1)
    made = interior(problem, np.zeros((9, problem.k)), 1.0, 1e-7, time.perf_counter() - 1)
    assert not made.solved
    assert made.work == 0.0
    assert dual_bound(problem, made.slope) <= relax(problem).bound + 1e-6


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.integers(2, 3), st.integers(0, 10_000), st.booleans())
def test_no_cut_cuts_off_a_plan_and_each_is_violated_where_it_was_found(n, m, seed, arcs):
    problem = by_arc(n, m, seed) if arcs else small(n, m, seed)
    program, rounding = assignment_program(problem, whole=False), Rounding(problem)
    model, pool = Relaxed(program), NO_CUTS
    for _ in range(4):
        solved = model.solve(np.zeros(0, dtype=np.int64))
        assert solved is not None
        more = rounding.cuts(solved[1])
        if more is None:
            break
        row = more.matrix(len(program.cost)) @ solved[1]
        assert ((row < more.low - 1e-9) | (row > more.high + 1e-9)).all()
        model.add(more)
        pool = pool.and_more(more)
    matrix = pool.matrix(len(program.cost))
    for plan in plans(problem):
        held = matrix @ warm_values(problem, plan, problem.loads(plan))
        assert (held >= pool.low - 1e-7).all()
        assert (held <= pool.high + 1e-7).all()


@pytest.mark.parametrize("seed", range(4))
def test_cuts_raise_the_relaxation_and_stay_below_the_best_plan(seed):
    problem = small(7, 3, seed)
    made = strengthened(problem, 60.0)
    assert made.solved is not None
    assert made.work > 0
    assert len(made.program.low) == len(assignment_program(problem, whole=False).low) + made.cuts
    assert run(made.program, {}).bound == pytest.approx(made.solved[0], abs=1e-6)
    assert relax(problem).bound - 1e-6 <= made.solved[0] <= best_of_all(problem) + 1e-6


def test_cuts_on_few_arcs_hold_for_all_of_them():
    problem = company(200, 5, seed=1)
    bound, floor = strengthened(problem, 60.0).solved[0], relax(problem).bound
    assert bound > floor * 1.001
    few = np.zeros(len(problem.rep), dtype=bool)
    few[problem.start[:-1]] = True  # one arc of each unit, whichever comes first
    made = strengthened(problem, 60.0, few)
    assert run(made.program, {}).bound == pytest.approx(made.solved[0], abs=1e-6)
    assert floor < made.solved[0] == pytest.approx(bound, rel=0.02)


def test_cutting_ends_when_it_is_stopped_or_late():
    problem = company(200, 5, seed=1)
    assert strengthened(problem, 60.0, stopped=lambda: True).cuts == 0
    assert strengthened(company(900, 20, seed=1), 0.01).solved is None


@pytest.mark.parametrize("seed", range(4))
def test_blocks_of_reps_raise_the_bound_and_never_above_a_plan(seed):
    problem = small(8, 4, seed)
    relaxed = relax(problem)
    blocks = Blocks(problem, relaxed)
    assert blocks.bound == pytest.approx(relaxed.bound)
    best, before = best_of_all(problem), blocks.bound
    for _ in range(3):
        assert not blocks.sweep([np.array([0, 2]), np.array([1, 3])], np.inf, lambda: False)
        assert before - 1e-9 <= blocks.bound <= best + 1e-6
        before = blocks.bound


def test_blocks_come_near_what_cuts_of_the_whole_prove():
    problem = company(300, 12, seed=2)
    relaxed, whole = relax(problem), strengthened(problem, 60.0).solved[0]
    blocks = Blocks(problem, relaxed)
    teams = regions(problem, relaxed.reduced, float(np.quantile(relaxed.reduced, 0.2)), 4)
    blocks.sweep(teams, np.inf, lambda: False)
    assert relaxed.bound + 0.3 * (whole - relaxed.bound) < blocks.bound <= whole * 1.01
    assert blocks.sweep(teams, time.perf_counter() - 1, lambda: False)
    assert blocks.sweep(teams, np.inf, lambda: True)


def test_blocks_take_weights_by_arc():
    problem = by_arc(7, 3, 5)
    blocks = Blocks(problem, relax(problem))
    blocks.sweep([np.array([0, 1]), np.array([2])], np.inf, lambda: False)
    assert relax(problem).bound - 1e-6 <= blocks.bound <= best_of_all(problem) + 1e-6


def test_halves_of_the_reps_improve_a_plan_the_same_way_whatever_the_threads():
    problem = company(160, 16, seed=3)
    relaxed = relax(problem)
    plan = problem.arcs_of(problem.home)
    plan = np.where(plan >= 0, plan, problem.start[:-1])
    how = How(2, kinship(problem, relaxed.reduced, np.inf), 20, 1e-3, 0.3, np.inf)
    one, two = (improve_round(problem, plan, np.ones(16), how, 5, workers) for workers in (1, 2))
    assert (one.plan == two.plan).all()
    assert (one.wish == two.wish).all()
    assert one.gained == two.gained > 0
    assert problem.objective(one.plan) < problem.objective(plan)
    assert (problem.unit[one.plan] == np.arange(problem.n)).all()


def test_columns_and_rows_come_in_later_and_idle_rows_go():
    problem = company(80, 4, seed=1)
    program, rounding = assignment_program(problem, whole=False), Rounding(problem)
    arcs = np.arange(len(program.cost))
    kept = np.concatenate([problem.start[:-1], arcs[len(problem.rep) :]])
    model = Relaxed(program.only(kept))
    nothing = np.zeros(0, dtype=np.int64)
    assert model.solve(nothing)[0] >= relax(problem).bound
    model.widen(program.only(np.setdiff1d(arcs, kept)))
    assert model.solve(nothing)[0] == pytest.approx(relax(problem).bound)
    whole = Relaxed(program)
    whole.add(rounding.cuts(whole.solve(nothing)[1]))
    before, count = whole.solve(nothing)[0], len(whole.cuts)
    stay = whole.tidy()
    assert len(whole.cuts) == stay.sum() < count
    assert whole.solve(nothing)[0] == pytest.approx(before)
