"""The order in which moves help, a limit on them, and moves to people who are still to come."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from tests.benchmarks.design_instances import company
from tests.territories.tiny import stage, tables
from workbook.sheets.moves import write_owners
from workbook.territories import daily
from workbook.territories.decide import Answer, decisions
from workbook.territories.few import first, knee, order
from workbook.territories.solver import Effort, solve
from workbook.territories.wishes import Wishes
from workbook.territories.words import plain

QUICK = Effort(seconds=0.3, limit=120.0, workers=1)


@pytest.fixture(scope="module")
def made():
    return stage().propose(effort=QUICK)


def test_each_step_is_the_best_single_move_that_is_left_and_the_last_is_the_plan(made):
    problem, plan = made.design.problem, made.solution.plan
    steps, values = order(problem, plan)
    now = problem.arcs_of(problem.home)
    assert values[0] == pytest.approx(problem.objective(now))
    for unit, value in zip(steps, values[1:], strict=True):
        others = []
        for other in np.flatnonzero(now != plan):
            trial = now.copy()
            trial[other] = plan[other]
            others.append(problem.objective(trial))
        now[unit] = plan[unit]
        assert problem.objective(now) == pytest.approx(min(others))
        assert value == pytest.approx(problem.objective(now))
    assert (now == plan).all()
    assert made.moves["step"].is_monotonic_increasing


def test_a_limit_keeps_the_first_steps(made):
    problem = made.design.problem
    steps, values = order(problem, made.solution.plan)
    few = first(problem, made.solution, 1)
    assert np.flatnonzero(few.plan != problem.arcs_of(problem.home)).tolist() == [steps[0]]
    assert few.objective == pytest.approx(values[1])
    asked = stage().propose(Wishes(limit=1), QUICK)
    assert len(set(asked.moves["unit"])) == 1
    assert asked.notes[0].startswith("only the most helpful moves are proposed: they bring")
    everything = stage().propose(Wishes(), QUICK)
    assert everything.summary["left_out_points"] == 0.0
    left_out = asked.summary["objective"] - everything.summary["objective"]
    assert asked.summary["left_out_points"] == pytest.approx(left_out)
    assert left_out > 0.005
    assert (
        f"The moves left out would bring {left_out:.2f} of {asked.summary['objective']:.1f} points. No plan"
        in plain(asked.summary, str)
    )


def test_the_knee_is_where_most_of_the_gain_is_reached():
    assert knee(np.array([10.0, 5.0, 2.0, 0.0])) == 2
    assert knee(np.array([3.0])) == 0


def hired_later():
    reps = tables().reps.assign(hired_on=pd.to_datetime(["2020-01-01", "2026-09-01", "2020-01-01"]))
    return stage(tables(reps=reps))


def test_moves_to_who_is_still_to_come_hold_from_the_day_of_the_hire(tmp_path):
    made = hired_later().propose(Wishes(pins={"A1": "R2", "A9": "R1"}), QUICK)
    rows = decisions(made, Answer("kim", datetime(2026, 6, 30), date(2026, 7, 1), {}))
    on = {row.subject: row.payload["on"] for row in rows if row.kind == "move"}
    assert on["A1"] == "2026-09-01"
    assert on["A9"] == "2026-07-01"
    assert any("to Raj (R2), who comes on 2026-09-01: not before that day" in note for note in made.notes)
    text = write_owners(made.moves, tmp_path / "owners.csv", date(2026, 7, 1)).read_text()
    assert "A1,R2,R1,2026-09-01" in text


def test_rotation_and_leavers_books_go_only_to_people_who_are_here():
    book = hired_later()
    made = book.propose(daily.empty(book.company.accounts, "R3", Wishes()), QUICK)
    assert set(made.moves["to_rep"]) == {"R1"}


def test_the_order_is_that_of_asking_every_move_anew_at_each_step():
    problem = company(60, 5, seed=2)
    plan = solve(problem, QUICK).plan
    steps, values = order(problem, plan)
    now = problem.arcs_of(problem.home)
    assert len(steps) > 5
    for unit, value in zip(steps, values[1:], strict=True):
        left = np.flatnonzero(now != plan)
        trials = [np.where(np.arange(problem.n) == other, plan, now) for other in left]
        assert problem.objective(np.where(np.arange(problem.n) == unit, plan, now)) == pytest.approx(
            min(problem.objective(trial) for trial in trials)
        )
        now[unit] = plan[unit]
        assert value == pytest.approx(problem.objective(now))
