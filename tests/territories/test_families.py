"""Families that several reps hold: offered together with their exact price, brought together when asked; who cannot be placed and why.

The tiny company with two more links: A2 belongs to A1's family (both with R1), A8 to A3's (R3 and R1).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.territories.tiny import stage, tables
from workbook.errors import UsageError
from workbook.territories import daily
from workbook.territories.families import reunions, together
from workbook.territories.solver import Effort
from workbook.territories.wishes import Wishes
from workbook.territories.words import headline

QUICK = Effort(seconds=0.3, limit=120.0, workers=1)
#: No move pays, so that books stay as they are.
DEAR = {"move_account": 50.0, "move_sales": 50.0, "move_tenure": 50.0, "new_rep_warm": 0.0}


@pytest.fixture(scope="module")
def book():
    parents = [None, "A1", None, None, "A4", None, None, "A3", None]
    return stage(tables(accounts=tables().accounts.assign(parent_account_id=parents)))


def offers(book, **rules):
    made = book.propose(effort=QUICK, rules=replace(book.rules.design, **rules))
    return made, reunions(book.company, made, book.names).set_index("family_id")


def test_a_split_family_is_offered_with_the_exact_change_of_the_objective(book):
    made, found = offers(book, **DEAR)
    assert made.moves.empty
    assert found.index.tolist() == ["A3"]
    row = found.loc["A3"]
    problem, plan = made.design.problem, made.solution.plan.copy()
    units = made.design.units.set_index("account_id")["unit"]
    rep = int(np.flatnonzero(made.design.reps == row["to_rep"])[0])
    before = problem.objective(plan)
    for account in ("A3", "A8"):
        unit = units[account]
        arcs = np.arange(problem.start[unit], problem.start[unit + 1])
        plan[unit] = arcs[problem.rep[arcs] == rep][0]
    assert row["points"] == pytest.approx(problem.objective(plan) - before, abs=1e-9)
    assert row["points"] == pytest.approx(row["moving_points"] + row["balance_points"])
    assert row["moved"] == 1
    assert row["within_rules"]
    assert "2 accounts with 2 reps (Ann 1, Kim 1)" in row["sentence"]
    assert "costs" in row["sentence"]


def test_beyond_the_rules_it_is_priced_and_said_so(book):
    _, found = offers(book, across="territory", **DEAR)
    assert not found.loc["A3", "within_rules"]
    assert "goes beyond the rules" in found.loc["A3", "sentence"]


def test_asked_for_it_comes_together_with_the_named_rep_or_who_sells_most_to_it(book):
    accounts = book.company.accounts
    named = book.propose(together(accounts, "A3", "R2", Wishes()), QUICK).moves.set_index("account_id")["to_rep"]
    assert named[["A3", "A8"]].tolist() == ["R2", "R2"]
    # A8 sold 300 with R3, A3 100 with R1
    assert together(accounts, "A3", None, Wishes()).pins == {"A3": "R3", "A8": "R3"}
    after = reunions(book.company, book.propose(together(accounts, "A3", None, Wishes()), QUICK), book.names)
    assert "A3" not in set(after["family_id"])
    with pytest.raises(UsageError, match="A9 is no family"):
        together(accounts, "A9", None, Wishes())


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"across": "territory"}, "nobody else sells in South (wider: --across team)"),
        ({"skills": {"Mining": ("R3",)}}, "nobody in the team of South has the skill that Mining asks for"),
    ],
)
def test_a_leavers_accounts_that_nobody_can_take_are_named_with_the_constraint(rules, told):
    book = stage(tables(accounts=tables().accounts.assign(industry="Mining")))
    wishes = daily.empty(book.company.accounts, "R3", Wishes())
    made = book.propose(wishes, QUICK, replace(book.rules.design, **rules))
    assert made.moves.empty
    assert any(f"nobody can take 3 accounts (A7, A8, A9), which stay where they are: {told}" in n for n in made.notes)


def test_a_leavers_accounts_that_are_forbidden_to_all_say_so():
    book = stage()
    forbids = frozenset({("A9", "R1"), ("A9", "R2")})
    made = book.propose(daily.empty(book.company.accounts, "R3", Wishes(forbids=forbids)), QUICK)
    assert set(made.moves["account_id"]) == {"A7", "A8"}
    assert any("1 account (A9)" in note and "it is forbidden to all who could take it" in note for note in made.notes)


def test_where_the_hours_are_missing_the_note_names_who_is_short_of_how_many():
    book = stage(tables(reps=tables().reps.assign(selling_hours_per_week=[0.05, 0.05, 26.0])))
    made = book.propose(daily.empty(book.company.accounts, "R3", Wishes()), QUICK)
    assert len(made.moves) == 3
    assert any("Raj is short of" in note and "Ann is short of" in note for note in made.notes)


def test_a_full_book_that_is_to_be_filled_says_how_many_hours_are_missing():
    book = stage(tables(reps=tables().reps.assign(selling_hours_per_week=[0.05, 26.0, 26.0])))
    made = book.propose(daily.fill("R1", Wishes()), QUICK)
    assert made.moves.empty
    assert made.notes[0].startswith("Ann receives nothing: the book needs")
    assert "hours short" in made.notes[0]


def test_filling_a_book_beyond_reach_says_so():
    book = stage()
    ownership = tables().ownership
    alone = stage(tables(ownership=ownership[ownership["rep_id"] == "R3"]))
    rules = replace(book.rules.design, across="territory")
    made = alone.propose(daily.fill("R3", Wishes()), QUICK, rules)
    assert made.moves.empty
    assert "no account that may move lies within reach" in made.notes[0]


def test_who_is_filled_takes_of_the_free_accounts_only_a_fair_share():
    nobody = stage(tables(ownership=tables().ownership.iloc[:0]))
    made = nobody.propose(daily.fill("R2", Wishes()), QUICK)
    assert set(made.moves["to_rep"]) == {"R2"}
    assert 0 < len(made.moves) < 9
    assert made.summary["given"] == len(made.moves)
    problem, plan = made.design.problem, made.solution.plan
    for row in made.moves.itertuples():
        back = plan.copy()
        back[row.unit] = problem.arcs_of(problem.home)[row.unit]
        assert problem.objective(back) - problem.objective(plan) == pytest.approx(row.undo_points, abs=1e-9)
    assert made.cards["rep_id"].notna().all()


def test_a_free_account_that_nobody_may_hold_stays_free_when_books_rotate():
    people = tables().reps.assign(left_on=[pd.NaT, pd.NaT, pd.Timestamp("2026-01-31")])
    book = stage(tables(reps=people, ownership=tables().ownership.iloc[:6]))
    rules = replace(book.rules.design, across="territory")
    made = book.propose(daily.rotate(book.company.accounts, Wishes()), QUICK, rules)
    assert not made.moves["account_id"].isin(["A7", "A8", "A9"]).any()
    assert any("3 accounts (A7, A8, A9), which stay without a holder" in note for note in made.notes)
    whole = book.propose(effort=QUICK, rules=rules)
    assert not whole.moves["account_id"].isin(["A7", "A8", "A9"]).any()
    assert any("3 accounts (A7, A8, A9), which stay without a holder" in note for note in whole.notes)


def test_who_plans_reads_every_name_and_what_is_recorded_names_nobody_elsewhere(book):
    made = book.propose(Wishes(pins={"A9": "R2"}), QUICK)
    row = made.moves.set_index("account_id").loc["A9"]
    assert row["told"].startswith("From Kim to Raj")
    assert row["sentence"].startswith("From Kim to a colleague in another territory")


def test_travel_counts_without_any_activity():
    """A1 … A6 lie at 50° north but A1 at 51°, A7 … A9 at 52°: R1's way to A1 is 111 km, and nobody else has one."""
    at = {"latitude": [51.0] + [50.0] * 5 + [52.0] * 3, "longitude": [8.0] * 9}
    book = stage(tables(accounts=tables().accounts.assign(**at)))
    # of call, email, meeting and visit one in four is a visit
    rows = book.workload.set_index("account_id")
    assert rows.loc["A1", "visits_per_year"] == pytest.approx(rows.loc["A1", "touches_per_year"] / 4)
    assert rows.loc["A1", "travel_hours"] == pytest.approx(
        rows.loc["A1", "visits_per_year"] * 2 * 111.19 * 1.3 / 60 / 3, rel=1e-3
    )
    made = book.propose(Wishes(pins={"A9": "R1"}, locks=frozenset(f"A{i}" for i in range(1, 9))), QUICK)
    # A9 comes to lie 222 km away, with as many visits as A1 has at 111 km
    times = rows.loc["A9", "visits_per_year"] / rows.loc["A1", "visits_per_year"]
    assert made.summary["travel_change_share"] == pytest.approx(2 * times, rel=1e-2)
    assert "Ways to accounts get" in " ".join(headline(made.summary, str))
