"""Proposals on a tiny book: families together, wishes kept or refused by name, moves explained exactly, decisions recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from tests.territories.tiny import AS_OF, stage, tables
from workbook.decisions import Decision, Decisions
from workbook.errors import ConflictError, UsageError
from workbook.rules.territories import DesignRules
from workbook.sheets.moves import write_hand_overs, write_owners
from workbook.territories import borders, daily
from workbook.territories import frontier as curves
from workbook.territories.decide import Answer, decisions
from workbook.territories.handover import first_success, hand_over, new_rep_book
from workbook.territories.solver import Effort, solve
from workbook.territories.wishes import Wishes
from workbook.territories.words import plain

QUICK = Effort(seconds=0.3, limit=120.0, workers=1)


@pytest.fixture(scope="module")
def book():
    return stage()


@pytest.fixture(scope="module")
def proposed(book):
    return book.propose(effort=QUICK)


def holder(made, account):
    rows = made.moves.set_index("account_id")["to_rep"]
    return rows.get(account)


def test_the_empty_book_is_filled_and_the_full_one_relieved(proposed):
    assert (proposed.moves["to_rep"] == "R2").any()
    summary = proposed.summary
    assert summary["balance_after"] < summary["balance_before"]
    assert summary["bound"] <= summary["objective"] + 1e-9


def test_accounts_of_a_family_move_as_one(proposed):
    assert holder(proposed, "A4") == holder(proposed, "A5")


def test_undoing_a_move_costs_exactly_what_is_said(proposed):
    problem, plan = proposed.design.problem, proposed.solution.plan
    home = problem.arcs_of(problem.home)
    for row in proposed.moves.itertuples():
        back = plan.copy()
        back[row.unit] = home[row.unit]
        assert problem.objective(back) - problem.objective(plan) == pytest.approx(row.undo_points, abs=1e-9)
        assert row.undo_points >= -1e-9
        assert row.from_rep != row.to_rep


def test_sentences_name_nobody_of_another_territory(proposed):
    for row in proposed.moves.itertuples():
        others = {"T1": ("Kim",), "T2": ("Ann", "Raj")}[row.territory_id]
        assert not any(name in row.sentence for name in others)
        assert "points" in row.sentence


def test_locks_pins_and_forbids_are_kept(book):
    wishes = Wishes(locks=frozenset({"A1"}), pins={"A9": "R2"}, forbids=frozenset({("A2", "R2"), ("A2", "R3")}))
    made = book.propose(wishes, QUICK)
    assert holder(made, "A1") is None
    assert holder(made, "A2") is None
    assert holder(made, "A9") == "R2"


def test_recorded_locks_count():
    rows = [
        Decision("lock", f"A{i}", {"rep_id": "R1", "locked": True}, "kim", datetime(2026, 6, 1), "", i)
        for i in range(1, 7)
    ]
    made = stage(decisions=Decisions.of(rows)).propose(effort=QUICK)
    assert not made.moves["from_rep"].eq("R1").any()


@pytest.mark.parametrize(
    ("wishes", "named"),
    [
        (Wishes(pins={"A4": "R1", "A5": "R2"}), ["A4 with R1", "A5 with R2"]),
        (Wishes(pins={"A1": "R2"}, locks=frozenset({"A1"}), leaving=frozenset({"R1"})), ["A1 is locked with R1"]),
        (Wishes(pins={"A1": "R2"}, forbids=frozenset({("A1", "R2")})), ["A1 is pinned to R2 and forbidden"]),
        (Wishes(pins={"A1": "R9"}), ["A1 is to go to R9"]),
        (Wishes(leaving=frozenset({"R1", "R2", "R3"})), ["nobody may hold A1"]),
        (Wishes(pins={"A1": "R2"}, locks=frozenset({"A1"})), ["A1 is locked with R1 and pinned to R2"]),
        (Wishes(leaving=frozenset({"R1"}), takers=frozenset({"R1"})), ["R1 is to leave and to receive accounts"]),
    ],
)
def test_wishes_that_clash_are_refused_by_name(book, wishes, named):
    with pytest.raises(ConflictError) as fault:
        book.propose(wishes, QUICK)
    assert all(part in str(fault.value) for part in named)


def test_within_a_territory_nothing_crosses_its_border(book):
    rules = replace(book.rules.design, across="territory")
    made = book.propose(effort=QUICK, rules=rules)
    assert set(made.moves["to_rep"]) <= {"R2"}


def test_a_skill_keeps_others_away():
    accounts = tables().accounts.assign(industry=["Mining"] * 9)
    made = stage(tables(accounts=accounts))
    rules = replace(made.rules.design, skills={"Mining": ("R1", "R3")})
    assert not made.propose(effort=QUICK, rules=rules).moves["to_rep"].eq("R2").any()


def test_a_hard_limit_on_hours_says_who_is_short_of_how_much():
    reps = tables().reps.assign(selling_hours_per_week=0.5)
    made = stage(tables(reps=reps))
    rules = replace(made.rules.design, hard_capacity=True)
    with pytest.raises(ConflictError, match=r"North is short \d+ hours"):
        made.propose(effort=QUICK, rules=rules)


def test_an_account_beyond_a_fair_share_is_capped_and_said_so():
    sales = pd.DataFrame(
        {"account_id": ["A1", "A7"], "booked_on": pd.Timestamp("2026-03-31"), "amount": [10_000_000, 100]}
    )
    made = stage(tables(sales=sales)).propose(effort=QUICK)
    assert any("A1" in note and "larger than a fair share of sales" in note for note in made.notes)


def test_what_is_not_known_is_not_balanced_and_said_so():
    accounts = tables().accounts.drop(columns="potential_amount")
    made = stage(tables(accounts=accounts)).propose(effort=QUICK)
    assert "potential" not in made.design.measures
    assert any("potential is zero or not known" in note for note in made.notes)


def test_a_leavers_book_is_emptied_and_nothing_else_moves(book):
    made = book.propose(daily.empty(book.company.accounts, "R3", Wishes()), QUICK)
    assert sorted(made.moves["account_id"]) == ["A7", "A8", "A9"]
    assert set(made.moves["from_rep"]) == {"R3"}


def test_filling_a_book_moves_only_to_that_rep(book):
    made = book.propose(daily.fill("R2", Wishes()), QUICK)
    assert set(made.moves["to_rep"]) == {"R2"}


def test_rotation_moves_only_what_failed_the_keep_rule(book):
    accounts = book.company.accounts.assign(keep=[False, *[True] * 8])
    assert daily.rotate(accounts, Wishes()).free == frozenset({"A1"})


def test_accounts_without_owner_stay_without_where_only_others_may_move():
    ownership = tables().ownership.iloc[1:]
    made = stage(tables(ownership=ownership))
    moved = made.propose(daily.empty(made.company.accounts, "R3", Wishes()), QUICK).moves
    assert "A1" not in set(moved["account_id"])
    everything = made.propose(effort=QUICK).moves.set_index("account_id")
    assert everything.loc["A1", "from_rep"] is None or pd.isna(everything.loc["A1", "from_rep"])


def test_the_curve_trades_moves_for_balance(proposed):
    curve = curves.frontier(proposed.design, Effort(seconds=0.6, limit=120.0, workers=1), (0.01, 1.0, 10.0))
    assert curve["factor"].tolist() == [0, 0.01, 1, 10]
    assert curve["moved"].tolist() == sorted(curve["moved"])
    assert curve["balance_points"].iloc[-1] <= curve["balance_points"].iloc[0]


def test_decisions_accept_some_and_refuse_families_as_one(proposed):
    answer = Answer("kim", datetime(2026, 6, 30, 12), date(2026, 7, 1), {"A4": "knows the family"})
    rows = decisions(proposed, answer) if holder(proposed, "A4") else []
    if rows:
        moved = {row.subject for row in rows if row.kind == "move"}
        assert not moved & {"A4", "A5"}
    kept = decisions(proposed, replace(answer, refused={}))
    assert kept[-1].kind == "proposal"
    assert kept[-1].payload["accepted"] == len(proposed.moves)
    assert {row.payload["on"] for row in kept[:-1]} == {"2026-07-01"}


def test_refusing_what_does_not_move_or_without_reason_is_wrong(proposed):
    answer = Answer("kim", datetime(2026, 6, 30), date(2026, 7, 1), {"A99": "no"})
    with pytest.raises(UsageError, match="A99"):
        decisions(proposed, answer)
    first = str(proposed.moves["account_id"].iloc[0])
    with pytest.raises(UsageError, match="no reason"):
        decisions(proposed, replace(answer, refused={first: " "}))


def test_the_proof_is_told_in_plain_words(proposed):
    summary = {
        **proposed.summary,
        "objective": 10.0,
        "gap_points": 0.5,
        "gap": 0.05,
        "gap_hours": 12.0,
        "gap_sales_amount": 100,
    }
    text = plain(summary, lambda amount: f"{amount} cents")
    assert "by more than 0.50 points" in text
    assert "12 hours" in text
    assert plain({**summary, "gap_points": 0.0}, str) == "No plan under these rules can beat this one."


def test_a_longer_search_is_advised_only_for_what_it_could_prove(proposed):
    summary = {
        **proposed.summary,
        "objective": 10.0,
        "gap_points": 2.0,
        "gap": 0.2,
        "gap_hours": 1.0,
        "gap_sales_amount": 1,
    }
    longer = " A longer search proves it better."
    assert plain(summary, str).endswith(f"out of balance.{longer}")
    left_out = "The moves left out would bring {} of 10.0 points. No plan under these rules can beat all of them by more than {}"
    most = plain({**summary, "left_out_points": 1.5}, str)
    assert most.startswith(left_out.format("1.50", "0.50 points (5.9% of 8.5)"))
    assert longer not in most
    some = plain({**summary, "left_out_points": 0.5}, str)
    assert some.startswith(left_out.format("0.50", "1.50 points (15.8% of 9.5): as much as 1 hours of workload"))
    assert some.endswith(longer)
    assert plain({**summary, "left_out_points": 2.0}, str).endswith("No plan under these rules can beat all of them.")


def test_what_a_far_bound_is_worth_is_not_told_and_what_is_zero_neither(proposed):
    summary = {**proposed.summary, "objective": 200.0, "gap_points": 10.0, "gap_hours": 5.0, "gap_sales_amount": 0}
    assert "as much as 5 hours of workload out of balance" in plain(summary, str)
    assert "out of balance" not in plain({**summary, "gap_points": 90.0}, str)


def test_hand_over_holds_people_deals_and_promises_and_writes_text_as_text(tmp_path, book):
    contacts = pd.DataFrame({"contact_id": ["C1"], "account_id": ["A1"], "name": ["=cmd()"]})
    deals = pd.DataFrame(
        {"opportunity_id": ["O1"], "account_id": ["A1"], "stage": "offer", "status": "open", "amount": [500], "created_on": pd.Timestamp("2026-05-01"),
         "close_on": pd.Timestamp("2026-09-01"), "next_step": ["Send offer"], "next_step_on": pd.Timestamp("2026-07-03")}
    )  # fmt: skip
    made = stage(tables(contacts=contacts, opportunities=deals))
    moves = pd.DataFrame({"account_id": ["A1"], "from_rep": ["R1"], "to_rep": ["R2"], "sentence": ["because"]})
    handed = hand_over(moves, made.facts, made.before.before.register, date(2026, 7, 1))
    assert handed.accounts.loc[0, "buddy"] == "Ann"
    assert handed.promises["what"].tolist() == ["Send offer"]
    assert "no activities table: promises not known" in handed.missing
    paths = list(write_hand_overs(handed, tmp_path, AS_OF, "USD"))
    import openpyxl

    sheet = openpyxl.load_workbook(paths[0])["People"]
    cell = next(c for row in sheet.iter_rows() for c in row if c.value == "=cmd()")
    assert cell.data_type == "s"
    again = list(write_hand_overs(handed, tmp_path / "b", AS_OF, "USD"))
    assert paths[0].read_bytes() == again[0].read_bytes()


def test_the_crms_list_escapes_formulas(tmp_path):
    moves = pd.DataFrame({"account_id": ["=A1", "A0"], "from_rep": [None, "R1"], "to_rep": ["R2", "R2"]})
    text = write_owners(moves, tmp_path / "owners.csv", date(2026, 7, 1)).read_text().splitlines()
    assert text[0] == "account_id,new_owner_id,old_owner_id,from_on"
    assert text[1:] == ["'=A1,R2,,2026-07-01", "A0,R2,R1,2026-07-01"]


def test_a_new_reps_book_holds_what_comes_and_marks_the_warm(book, proposed):
    rows = new_rep_book(book.company.accounts, proposed.moves, "R2")
    assert rows["coming"].all()
    assert set(rows.loc[rows["warm"], "account_id"]) <= {"A1", "A2", "A3", "A7", "A8", "A9"}


def test_time_to_first_success_counts_from_the_hire():
    people = pd.DataFrame(
        {"rep_id": ["a", "b", "old"], "hired_on": pd.to_datetime(["2026-01-01", "2026-05-31", "2010-01-01"])}
    )
    deals = pd.DataFrame(
        {"status": ["won", "lost"], "rep_id": ["a", "b"], "closed_on": pd.to_datetime(["2026-02-10", "2026-06-10"]),
         "close_on": pd.NaT, "created_on": pd.to_datetime(["2025-01-01", "2026-06-01"])}
    )  # fmt: skip
    rows = first_success(people, deals, AS_OF).set_index("rep_id")
    assert rows["days"].to_dict() == {"a": 40, "b": 30}
    assert rows["won"].tolist() == [True, False]


def test_a_territory_splits_into_even_parts_in_one_piece():
    frame = pd.DataFrame({"account_id": [f"s{i}" for i in range(8)], "sales_12m_amount": 100, "hours_per_year": 10.0})
    at = np.array([[50.0, 1.0 + 0.01 * i] for i in range(4)] + [[50.0, 9.0 + 0.01 * i] for i in range(4)])
    parts = borders.split(frame, at, 2, QUICK).set_index("account_id")["part"]
    assert parts.iloc[:4].nunique() == parts.iloc[4:].nunique() == 1
    assert parts.nunique() == 2
    with pytest.raises(UsageError):
        borders.split(frame, at, 9, QUICK)


def test_merged_territories_add_up(book):
    rows = borders.merge(book.accounts, ["T1", "T2"], book.capacity).set_index("node")
    assert rows.loc["T1 + T2", "accounts"] == 9
    assert rows.loc["T1 + T2", "sales_amount"] == 200_000


def test_the_clock_waits_so_many_times_the_seconds_of_work():
    assert DesignRules().clock(3.0) == 3.0
    assert DesignRules(patience=10.0).clock(3.0) == 30.0
    with pytest.raises(ValueError, match="patience is less than 1"):
        DesignRules(patience=0.5)


def test_each_plan_of_the_curve_gets_its_part_of_work_and_clock(proposed, monkeypatch):
    seen = []

    def search(problem, effort):
        seen.append((effort.seconds, effort.limit))
        return solve(problem, Effort(seconds=0.05, limit=60.0))

    monkeypatch.setattr(curves, "solve", search)
    for limit in (60.0, None):
        curves.frontier(proposed.design, Effort(seconds=6.0, limit=limit))
    assert seen == [(1.0, 10.0)] * 6 + [(1.0, None)] * 6
