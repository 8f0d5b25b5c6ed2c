"""People who are absent, leave, or whose hours are not known: nothing of it counts as if they were here, or as zero."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.territories.tiny import stage, tables
from workbook.engagement.capacity import sellers
from workbook.errors import DataError
from workbook.rules.territories import CapacityRules, DesignRules, TerritoriesRules
from workbook.territories import daily
from workbook.territories.borders import merge
from workbook.territories.handover import first_success, hand_over
from workbook.territories.solver import Effort
from workbook.territories.spread import hours_by_node
from workbook.territories.wishes import Wishes

QUICK = Effort(seconds=0.3, limit=60.0)


def test_who_is_absent_all_year_has_no_hours():
    """The columns are the book's own and are read as text."""
    reps = tables().reps.assign(absent_from_on=["2026-07-01", None, ""], absent_to_on=["2027-12-31", None, ""])
    away, here = stage(tables(reps=reps)).capacity, stage().capacity
    hours = away.set_index("rep_id")["available_hours"]
    assert hours["R1"] == 0
    assert hours[["R2", "R3"]].tolist() == here.set_index("rep_id").loc[["R2", "R3"], "available_hours"].tolist()


def test_an_absence_that_is_no_date_is_refused_by_name():
    reps = tables().reps.assign(absent_from_on=["2026-07-01", "soon", None])
    with pytest.raises(DataError, match="absent_from_on of R2 is 'soon'"):
        sellers(reps, pd.Series(dtype="str"), CapacityRules(), date(2026, 6, 30))


def test_hours_of_a_node_are_missing_where_one_is_not_known_and_zero_where_nobody_works():
    capacity = pd.DataFrame({"node": ["A", "A", "B", "C"], "available_hours": [100.0, np.nan, 50.0, 70.0]})
    hours = hours_by_node(capacity, ["A", "B", "D"])
    assert np.isnan(hours["A"])
    assert hours[["B", "D"]].tolist() == [50.0, 0.0]


def test_a_merger_with_unknown_hours_has_an_unknown_load():
    accounts = pd.DataFrame(
        {
            "account_id": ["a", "b"],
            "territory_id": ["A", "B"],
            "sales_12m_amount": [1, 2],
            "hours_per_year": [10.0, 5.0],
        }
    )
    capacity = pd.DataFrame({"node": ["A", "B"], "available_hours": [100.0, np.nan]})
    whole = merge(accounts, ["A", "B"], capacity).iloc[-1]
    assert whole["hours"] == 15.0
    assert np.isnan(whole["available_hours"])


def test_unknown_hours_are_no_shortage():
    reps = tables().reps.assign(selling_hours_per_week=[26.0, 26.0, np.nan])
    rows = stage(tables(reps=reps)).scenarios.set_index(["scenario", "node"])
    for name in rows.index.unique("scenario"):
        assert pd.isna(rows.loc[(name, "T2"), "short_hours"])
        assert pd.isna(rows.loc[(name, "T2"), "hires"])
        assert rows.loc[(name, "T1"), "short_hours"] >= 0


def test_a_leaver_is_nobodys_buddy_and_cannot_be_held_back_by_a_limit():
    book = stage()
    made = book.propose(daily.empty(book.company.accounts, "R1", Wishes(limit=1)), QUICK)
    assert len(made.moves) == 6
    assert any(note.startswith("6 moves without a choice") for note in made.notes)
    handed = hand_over(made.moves, book.facts, book.before.before.register, date(2026, 7, 1))
    assert handed.accounts["buddy"].isna().all()


def test_who_leaves_soon_after_is_no_buddy_either():
    reps = tables().reps.assign(left_on=[pd.Timestamp("2026-07-15"), pd.NaT, pd.NaT])
    book = stage(tables(reps=reps))
    moves = pd.DataFrame(
        {"account_id": ["A1", "A7"], "from_rep": ["R1", "R3"], "to_rep": ["R2", "R2"], "sentence": ["x", "y"]}
    )
    handed = hand_over(moves, book.facts, book.before.before.register, date(2026, 7, 1))
    assert handed.accounts["buddy"].fillna("").tolist() == ["", "Kim"]


def test_what_a_predecessor_won_does_not_hide_a_new_reps_first_win():
    people = pd.DataFrame({"rep_id": ["R"], "hired_on": pd.to_datetime(["2025-06-01"])})
    days = pd.to_datetime(["2024-03-01", "2025-08-01"])
    deals = pd.DataFrame(
        {
            "rep_id": ["R", "R"],
            "status": "won",
            "closed_on": days,
            "close_on": days,
            "created_on": pd.Timestamp("2024-01-01"),
        }
    )
    row = first_success(people, deals, date(2026, 6, 30)).iloc[0]
    assert bool(row["won"])
    assert row["first_win_on"] == pd.Timestamp("2025-08-01")
    assert row["days"] == 61


def test_a_skill_may_name_a_segment_and_what_it_names_wrongly_is_said():
    """A1 … A3 are of the segment Enterprise, which R3 may hold and R2 may not."""
    segments = ["Enterprise"] * 3 + ["Small"] * 6
    given = tables(accounts=tables().accounts.assign(segment=segments))
    rules = TerritoriesRules(design=DesignRules(skills={"Enterprise": ("R1", "R3", "R9"), "Enterprize": ("R1",)}))
    book = stage(given, territories=rules)
    made = book.propose(daily.empty(book.company.accounts, "R1", Wishes()), QUICK)
    taken = made.moves.set_index("account_id")["to_rep"]
    assert set(taken[["A1", "A2", "A3"]]) == {"R3"}
    assert "the skill 'Enterprize' is no industry or segment of these accounts" in made.notes
    assert "R9, named in territories.design.skills, holds no book here" in made.notes


def test_new_people_carry_in_full_where_the_rule_says_so():
    reps = tables().reps.assign(hired_on=pd.to_datetime(["2020-01-01", "2020-01-01", "2026-06-01"]))
    rules = [TerritoriesRules(design=DesignRules(ramp_new=ramp)) for ramp in (True, False)]
    less, full = (stage(tables(reps=reps), territories=one) for one in rules)
    hours = [book.company.people.set_index("rep_id").loc["R3", "available_hours"] for book in (less, full)]
    assert hours[0] < hours[1] == full.company.people.set_index("rep_id").loc["R1", "available_hours"]


def test_a_company_without_sales_until_the_as_of_day_is_told_which_day():
    made = stage(tables(sales=tables().sales.iloc[:0])).propose(Wishes(), QUICK)
    assert (
        "sales is zero or not known for every account in the 12 months to the as-of day (--as-of names another): it is not balanced"
        in made.notes
    )
