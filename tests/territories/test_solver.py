"""The solver: its bound is a bound, its value is the value, nothing single improves it, and it repeats itself."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.design_instances import company
from workbook.territories.solver import Bands, Effort, Problem, solve
from workbook.territories.solver.ascent import ascend
from workbook.territories.solver.branching import branch
from workbook.territories.solver.certificate import certify, regions
from workbook.territories.solver.cuts import Strengthened, strengthened
from workbook.territories.solver.highs import Program, Relaxed, SolverError, run
from workbook.territories.solver.kernels import cheapest, descend
from workbook.territories.solver.nodes import split_of
from workbook.territories.solver.program import assignment_program, warm_values
from workbook.territories.solver.proving import Proof
from workbook.territories.solver.relaxation import dual_bound, relax
from workbook.territories.solver.search import components
from workbook.territories.solver.state import Search, Solution

QUICK = Effort(seconds=1.0, limit=120.0, workers=1)


def small(n: int, m: int, seed: int, k: int = 2) -> Problem:
    """A random problem small enough to try every plan."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(1, 10, (n, k)).astype(float)
    fair = np.tile(weight.sum(axis=0) / m, (m, 1))
    price = np.ones((m, k))
    bands = Bands(0.8 * fair, 0.95 * fair, 1.05 * fair, 1.2 * fair, price, 3 * price, price, 3 * price)
    home = rng.integers(0, m, n)
    unit, rep = np.repeat(np.arange(n), m), np.tile(np.arange(m), n)
    cost = np.where(rep == home[unit], 0.0, rng.random(n * m))
    return Problem.of(unit, rep, cost, weight, bands, home)


def best_of_all(problem: Problem) -> float:
    arcs = [range(problem.start[u], problem.start[u + 1]) for u in range(problem.n)]
    return min(problem.objective(np.array(plan)) for plan in itertools.product(*arcs))


@pytest.mark.parametrize("seed", range(6))
def test_small_problems_are_solved_to_the_proven_optimum(seed):
    problem = small(7, 3, seed)
    found, best = solve(problem, QUICK), best_of_all(problem)
    assert found.objective == pytest.approx(best, rel=2e-3)
    assert found.bound <= best + 1e-7


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 6), st.integers(1, 3), st.integers(0, 10_000))
def test_no_plan_beats_the_relaxation_at_any_load_prices(n, m, seed):
    problem = small(n, m, seed)
    slope = np.random.default_rng(seed).normal(0, 2, (problem.m, problem.k))
    assert dual_bound(problem, slope) <= best_of_all(problem) + 1e-7
    assert relax(problem).bound <= best_of_all(problem) + 1e-6


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_regions_raise_the_bound_and_stay_below_the_best_plan(seed, size):
    problem = small(8, 3, seed)
    relaxed, best = relax(problem), best_of_all(problem)
    price = cheapest(problem.start, problem.rep, problem.cost, problem.weight, False, relaxed.slope)
    teams = regions(problem, relaxed.reduced, 0.1, size)
    assert sorted(np.concatenate(teams).tolist()) == [0, 1, 2]
    made = certify(problem, price, teams, (1000, np.inf))
    assert not made.late
    assert relaxed.bound - 1e-6 <= made.bound <= best + 1e-6


def test_the_price_of_a_load_is_free_inside_sloped_outside_steep_beyond():
    one = np.ones((1, 1))
    bands = Bands(80 * one, 95 * one, 105 * one, 120 * one, one, 3 * one, one, 3 * one)
    priced = [float(bands.price(np.array([[x]]))[0, 0]) for x in (100, 95, 90, 75, 110, 125)]
    # 90: 5 under · 75: 20 under, of which 5 beyond the second edge × 3 more · 125: 20 over, 5 beyond
    assert priced == [0, 0, 5, 20 + 15, 5, 20 + 15]


def test_the_program_prices_a_plan_as_the_model_does():
    problem = small(10, 3, 3)
    plan = problem.arcs_of(problem.home)
    program = assignment_program(problem, whole=True)
    values = warm_values(problem, plan, problem.loads(plan))
    assert float(program.cost @ values) == pytest.approx(problem.objective(plan))


def test_no_single_move_or_reversal_improves_a_solution():
    problem = company(160, 5, seed=4)
    found = solve(problem, QUICK)
    again, made = descend(
        problem.start, problem.rep, problem.cost, problem.weight, False, problem.bands.table, found.plan, 10
    )
    assert made == 0
    home = problem.arcs_of(problem.home)
    for unit in np.flatnonzero(found.plan != home):
        back = found.plan.copy()
        back[unit] = home[unit]
        assert problem.objective(back) >= found.objective - 1e-9
    assert (again == found.plan).all()


def test_the_same_input_and_seed_give_the_same_plan_whatever_the_threads():
    problem = company(150, 6, seed=2)
    one = solve(problem, Effort(seconds=1.0, seed=7, limit=300.0, workers=1))
    two = solve(problem, Effort(seconds=1.0, seed=7, limit=300.0, workers=2))
    assert (one.plan == two.plan).all()
    assert one.objective == two.objective
    assert one.bound == two.bound
    assert not one.cut


def test_a_time_limit_that_cuts_still_gives_a_valid_plan_and_says_so():
    problem = company(600, 12, seed=1)
    found = solve(problem, Effort(seconds=5.0, limit=0.01))
    assert found.cut
    assert (problem.unit[found.plan] == np.arange(problem.n)).all()
    assert found.bound <= found.objective


def test_cuts_that_nobody_waits_for_are_ended_and_do_not_count_as_cut_by_the_clock(monkeypatch):
    problem = company(300, 8, seed=1)
    search = Search(
        problem, Effort(seconds=30.0, workers=2), np.inf, problem.start[:-1], -np.inf, seconds=60.0, workers=2
    )
    asked = Event()

    def slow(problem, seconds, inside, stopped):
        asked.set()
        while not stopped():
            time.sleep(0.001)
        return Strengthened(assignment_program(problem, whole=False), 0, None, np.zeros(0), 0.0)

    monkeypatch.setattr("workbook.territories.solver.proving.strengthened", slow)
    with Proof(search, relax(problem)):
        assert asked.wait(60)
    assert not search.cut


def test_the_clock_is_shared_among_parts_so_that_a_busy_machine_leaves_none_out(monkeypatch):
    ends: list[float] = []

    def solved(problem, effort, until, work):
        ends.append(until - time.perf_counter())
        return Solution(problem.start[:-1], 0.0, 0.0, (), False)

    monkeypatch.setattr("workbook.territories.solver.search._solve_part", solved)
    part = small(6, 2, 1)
    count = 4
    bands = Bands(*[np.vstack([getattr(part.bands, f)] * count) for f in Bands.__dataclass_fields__])
    unit, rep = (
        np.concatenate([values + step * i for i in range(count)]) for values, step in ((part.unit, 6), (part.rep, 2))
    )
    home = np.concatenate([part.home + 2 * i for i in range(count)])
    many = Problem.of(unit, rep, np.tile(part.cost, count), np.vstack([part.weight] * count), bands, home)
    solve(many, Effort(seconds=100.0, workers=1))
    # a quarter of 100 seconds, a third of what is left of them (nothing was used), a half, all; and some slack
    assert ends == pytest.approx([1.3 * 25, 1.3 * 100 / 3, 1.3 * 50, 100], rel=0.05)


def test_parts_that_share_no_rep_are_solved_apart_and_add_up():
    left, right = small(6, 2, 1), small(6, 2, 2)
    bands = Bands(*[np.vstack([getattr(p.bands, f) for p in (left, right)]) for f in Bands.__dataclass_fields__])
    both = Problem.of(
        np.concatenate([left.unit, right.unit + 6]),
        np.concatenate([left.rep, right.rep + 2]),
        np.concatenate([left.cost, right.cost]),
        np.vstack([left.weight, right.weight]),
        bands,
        np.concatenate([left.home, right.home + 2]),
    )
    assert len(components(both)) == 2
    found = solve(both, QUICK)
    assert found.objective == pytest.approx(best_of_all(left) + best_of_all(right), rel=3e-3)
    assert found.bound <= found.objective


def test_weights_may_differ_by_rep():
    # unit 0 weighs 1 with rep 0 and 9 with rep 1; unit 1 the other way round; each rep has room for 2
    zero, room, steep = np.zeros((2, 1)), np.full((2, 1), 2.0), np.full((2, 1), 100.0)
    problem = Problem.of(
        [0, 0, 1, 1],
        [0, 1, 0, 1],
        [5, 1, 1, 5],
        np.array([[1.0], [9], [9], [1]]),
        Bands(zero, zero, room, room, zero, zero, steep, zero),
        [-1, -1],
    )
    found = solve(problem, QUICK)
    assert problem.rep[found.plan].tolist() == [0, 1]
    assert found.objective == pytest.approx(10)


def test_a_unit_without_rep_and_a_missing_cost_are_refused():
    bands = small(2, 1, 0).bands
    with pytest.raises(ValueError, match="no rep"):
        Problem.of([0], [0], [0.0], np.ones((2, 2)), bands, [0, 0])
    with pytest.raises(ValueError, match="missing"):
        Problem.of([0, 1], [0, 0], [0.0, np.nan], np.ones((2, 2)), bands, [0, 0])


def test_a_status_that_cannot_be_used_is_an_error():
    program = Program(
        cost=np.ones(1), lower=np.zeros(1), upper=np.ones(1), low=np.array([2.0]), high=np.array([2.0]),
        start=np.array([0, 1], dtype=np.int32), index=np.array([0], dtype=np.int32), value=np.ones(1),
    )  # fmt: skip
    with pytest.raises(SolverError, match="Infeasible"):
        run(program, {})


@pytest.mark.parametrize("seed", range(4))
def test_branching_on_units_raises_the_bound_up_to_the_best_plan_and_not_beyond(seed):
    problem = small(7, 3, seed)
    best, floor = best_of_all(problem), relax(problem).bound
    program = assignment_program(problem, whole=False)
    made = branch(problem, program, best, (10.0, np.inf, 0.0))
    assert not made.late
    assert made.floor == pytest.approx(floor, abs=1e-6)
    assert floor - 1e-6 <= made.bound <= best + 1e-9
    early = branch(problem, program, best, (0.0, np.inf, 0.0))
    assert not early.late
    assert early.bound <= made.bound + 1e-9
    late = branch(problem, program, best, (10.0, time.perf_counter() - 1, 0.0))
    assert late.late
    assert late.bound <= made.bound + 1e-9


@pytest.mark.parametrize("seed", range(12))
def test_branching_to_the_end_proves_the_best_plan_though_cuts_are_separated_anew(seed, monkeypatch):
    monkeypatch.setattr("workbook.territories.solver.branching._LEVELS", 1)
    problem = small(7, 3, seed)
    best = best_of_all(problem)
    made = branch(problem, assignment_program(problem, whole=False), best, (5.0, np.inf, 1e-6))
    assert made.bound == pytest.approx(best, rel=1e-5)


def test_branching_asks_for_plans_at_its_nodes_and_proves_the_better_one():
    problem = small(8, 3, 2)
    best = best_of_all(problem)
    arcs = [range(problem.start[u], problem.start[u + 1]) for u in range(problem.n)]
    ideal = min((np.array(plan) for plan in itertools.product(*arcs)), key=problem.objective)
    asked: list[float] = []

    def better(share, reduced, number):
        asked.append(float(share.sum()))
        return ideal if len(asked) > 1 else problem.start[:-1], 0.0

    made = branch(problem, assignment_program(problem, whole=False), best + 2.0, (10.0, np.inf, 0.0), (better, 1))
    assert asked == pytest.approx([8.0] * len(asked))
    assert len(asked) > 1
    assert made.plan is not None
    assert problem.objective(made.plan) == best
    assert made.bound == pytest.approx(best, abs=1e-5)


@pytest.mark.parametrize(("seed", "gap"), [(0, 0.1), (5, 0.3), (22, 0.3), (34, 0.5), (1, 0.1), (2, 0.0)])
def test_a_bound_stays_below_the_best_plan_when_better_plans_lower_what_is_good_enough(seed, gap):
    problem = small(7, 3, seed)
    best, first = best_of_all(problem), problem.start[:-1]

    def better(share, reduced, number):
        rng = np.random.default_rng(number)
        rng.integers(0, 3, problem.n)
        return min((first + rng.integers(0, 3, problem.n) for _ in range(20)), key=problem.objective), 0.0

    value = 3 * best + 5
    made = branch(problem, assignment_program(problem, whole=False), value, (10.0, np.inf, gap), (better, 1))
    assert made.bound <= best + 1e-7
    assert made.bound >= (1 - gap) * best - 1e-5


def test_a_node_that_highs_cannot_solve_keeps_its_bound(monkeypatch):
    problem = small(8, 3, 2)
    best, floor = best_of_all(problem), relax(problem).bound
    solve_one, calls = Relaxed.solve, []

    def fail(self, closed):
        calls.append(len(closed))
        if len(calls) == 3:
            raise SolverError("HiGHS stopped with 'Unknown'")
        return solve_one(self, closed)

    monkeypatch.setattr(Relaxed, "solve", fail)
    made = branch(problem, assignment_program(problem, whole=False), best, (10.0, np.inf, 0.0))
    assert len(calls) == 3
    assert not made.late
    assert made.bound == pytest.approx(floor, abs=1e-6)


def test_a_unit_of_which_only_crumbs_lie_elsewhere_is_not_split():
    problem = small(2, 3, 0)
    crumbs = np.array([1 - 1.6e-6, 0.8e-6, 0.8e-6, 0.5, 0.5, 0.0])
    assert split_of(problem, crumbs).tolist() == [0.0, 0.5]


def test_a_program_that_circles_is_ended_and_said(monkeypatch):
    monkeypatch.setattr("workbook.territories.solver.highs._enough", lambda program: 3)
    program = assignment_program(company(60, 4, seed=1), whole=False)
    with pytest.raises(SolverError, match="Iteration limit"):
        Relaxed(program).solve(np.zeros(0, dtype=np.int64))
    assert run(program, {"solver": "simplex", "presolve": "off"}).cut
    found = solve(company(60, 4, seed=1), Effort(seconds=0.2, limit=60.0))
    assert found.bound <= found.objective


def test_uneven_accounts_are_proven_to_within_two_percent_in_a_second_of_work():
    problem = company(120, 6, seed=3)
    found = solve(problem, Effort(seconds=0.5, limit=120.0, workers=1))
    assert found.gap < 0.02


def test_prices_by_ascent_come_near_the_relaxation_and_prove_a_bound():
    problem = company(800, 10, seed=3)
    exact = relax(problem).bound
    quick = dual_bound(problem, ascend(problem, 400, np.inf))
    assert 0.7 * exact <= quick <= exact + 1e-6


def test_large_problems_are_relaxed_by_sifting_to_the_same_bound(monkeypatch):
    problem = company(300, 8, seed=5)
    whole = relax(problem).bound
    monkeypatch.setattr("workbook.territories.solver.relaxation._ALL", 100)
    monkeypatch.setattr("workbook.territories.solver.relaxation._FEW", 4)
    sifted = relax(problem)
    assert sifted.work > 0
    assert sifted.bound == pytest.approx(whole, rel=1e-5)
    assert dual_bound(problem, sifted.slope) == pytest.approx(sifted.bound)
    by_ascent = relax(problem, seconds=0.0)
    assert not by_ascent.share.any()
    assert by_ascent.bound <= whole + 1e-6


def test_cuts_that_leave_no_plan_are_dropped_and_prove_nothing(monkeypatch):
    problem = small(8, 3, 2)
    best = best_of_all(problem)

    def wrong(problem, seconds):
        made = strengthened(problem, seconds)
        return replace(made, solved=(np.inf, np.zeros(0), np.zeros(0)))

    monkeypatch.setattr("workbook.territories.solver.exact.strengthened", wrong)
    made = solve(problem, Effort(seconds=1.0, gap=1e-6, limit=np.inf, workers=1))
    assert "branching" in [step[0] for step in made.steps]
    assert made.objective == pytest.approx(best)
    assert made.bound == pytest.approx(best, rel=1e-4)


def test_branching_goes_on_where_new_cuts_say_less_than_was_known():
    """Costs in the hundreds: a relaxation that fell by more than one left no unit to ask about."""
    rng = np.random.default_rng(7)
    n, m = 24, 5
    use, cost = rng.integers(5, 26, (m, n)).astype(float), rng.integers(15, 51, (m, n)).astype(float)
    room, zero = 0.8 * use.sum(axis=1, keepdims=True) / m, np.zeros((m, 1))
    bands = Bands(zero, zero, room, room, zero, zero, zero + 50.0, zero)
    unit, rep = np.tile(np.arange(n), m), np.repeat(np.arange(m), n)
    problem = Problem.of(unit, rep, cost.ravel(), use.reshape(-1, 1), bands, np.full(n, -1))
    found = solve(problem, Effort(seconds=5.0, gap=1e-6, limit=120.0, workers=1))
    assert "branching" in [step[0] for step in found.steps]
    assert found.gap <= 1.001e-6
