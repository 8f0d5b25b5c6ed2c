"""Workload, capacity, health and moves on a tiny book, worked out by hand."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.territories.tiny import stage, tables
from workbook.decisions import Decision, Decisions
from workbook.engagement.capacity import capacity, months_ahead, presence, ramp_shares
from workbook.engagement.geography import distance_km, places
from workbook.engagement.workload import trip_hours
from workbook.errors import ConflictError
from workbook.rules.territories import HealthRules, WorkloadRules
from workbook.territories.concentration import concentration, thread_words
from workbook.territories.moves import wins_sentence
from workbook.territories.spread import gini, spread
from workbook.territories.staffing import hiring, in_words, scenarios, uncovered
from workbook.tree import Tree


def check(found, name, subject):
    return next(c for c in found if c.name == name and c.subject == subject)


def test_hours_of_an_account_are_touches_by_cadence_times_minutes_with_preparation():
    made = stage()
    row = made.workload.set_index("account_id").loc["A1"]
    cadence = made.before.cadence.set_index("account_id").loc["A1", "cadence_days"]
    # no activities: the mean of call 20, email 10, meeting 60 and visit 120 minutes is 52.5; half again for preparation
    assert row["hours_per_year"] == pytest.approx(365 / cadence * 52.5 * 1.5 / 60)
    assert row["travel_hours"] == 0
    assert row["rep_id"] == "R1"


def test_capacity_is_weeks_times_hours_and_what_the_book_needs():
    rows = stage().capacity.set_index("rep_id")
    assert rows.loc["R1", "selling_hours"] == pytest.approx(26 * 44)
    assert rows.loc["R2", "needed_hours"] == 0
    assert rows.loc["R2", "free_hours"] == pytest.approx(26 * 44)
    assert rows.loc["R1", "node"] == "T1"


def test_hours_that_nobody_told_are_not_known_and_never_zero():
    reps = tables().reps.drop(columns="selling_hours_per_week")
    made = stage(tables(reps=reps))
    assert made.capacity["available_hours"].isna().all()
    size = check(made.health, "book size", "R1")
    assert size.verdict == "not known"
    assert made.scenarios["short_hours"].isna().all()


def test_health_names_the_full_and_the_empty_book():
    found = stage().health
    assert check(found, "balance", "R2").verdict == "fail"
    # R1 and R2 and R3 have a third of the hours each: R1 holds half of the sales, index 150
    assert check(found, "balance", "R1").numbers["sales_amount_index"] == pytest.approx(150)
    assert check(found, "concentration", "R1").numbers["largest_share"] == pytest.approx(0.6)
    assert check(found, "concentration", "R1").verdict == "warn"
    assert check(found, "concentration", "T2").numbers["largest_share"] == pytest.approx(0.5)
    assert check(found, "concentration", "CO").numbers["largest_share"] == pytest.approx(0.3)
    assert check(found, "concentration", "CO").numbers["five_share"] == pytest.approx(0.95)
    assert (
        check(found, "concentration", "CO").verdict == "warn"
    )  # above five_share, and there are more than five accounts
    assert check(found, "engagement of high value", "R1").verdict == "not known"
    assert check(found, "movement", "R1").verdict == "warn"


def test_a_single_threaded_account_is_a_warning_from_a_lower_share_on():
    rows = pd.DataFrame(
        {"account_id": ["A", "B", "C", "D"], "name": ["a", "b", "c", "d"], "rep_id": ["R", "R", "R", "R"],
         "territory_id": ["T1", "T1", "T1", "T1"], "sales_12m_amount": [3000, 2500, 2500, 2000], "elsewhere": [False] * 4}
    )  # fmt: skip
    tree = Tree.of(pd.DataFrame({"territory_id": ["CO", "T1"], "name": ["Co", "One"], "parent_id": [None, "CO"]}))
    single = pd.DataFrame({"account_id": ["A"], "contacts": pd.array([1], dtype="Int64"), "people": [1]})
    for threads, verdict in ((thread_words(single), "warn"), (thread_words(single.iloc[:0]), "ok")):
        out = concentration(rows, threads, tree, HealthRules(), "USD").set_index("node")
        assert out["largest_share"].to_dict() == {"R": 0.3, "CO": 0.3, "T1": 0.3}
        assert out.loc["T1", "verdict"] == verdict
    assert thread_words(single).to_dict() == {"A": "one contact and one of us"}
    assert out.loc["T1", "sentence"].startswith("a brings 30% of 100 USD of sales, the three largest 80%")
    away = concentration(rows.assign(elsewhere=True), thread_words(single), tree, HealthRules(), "USD").set_index(
        "node"
    )
    assert away.loc["R", "largest_id"] == ""
    assert away.loc["R", "sentence"].startswith("An account in another territory brings 30%")
    assert away.loc["T1", "largest_id"] == "A"


def test_moves_are_read_from_decisions_and_wait_for_the_crm():
    rows = [
        Decision(
            "move",
            "A1",
            {"from_rep": "R1", "to_rep": "R2", "on": "2026-07-01", "proposal": "x"},
            "kim",
            datetime(2026, 6, 1),
            "why",
            1,
        ),
        Decision(
            "move", "A7", {"from_rep": "R1", "to_rep": "R3", "on": "2026-05-01"}, "kim", datetime(2026, 5, 1), "why", 2
        ),
    ]
    made = stage(decisions=Decisions.of(rows))
    assert made.moves["account_id"].tolist() == ["A1", "A7"]
    assert made.moves["on"].tolist() == [pd.Timestamp("2026-07-01"), pd.Timestamp("2026-05-01")]
    assert made.pending_moves["account_id"].tolist() == ["A1"]
    assert made.company.accounts.set_index("account_id").loc["A1", "rep_id"] == "R2"


def test_without_decisions_moves_have_their_columns_and_no_rows():
    assert stage().moves.empty
    assert {"account_id", "from_rep", "to_rep", "on", "reason"} <= set(stage().moves.columns)


def test_presence_counts_days_and_ramp_counts_months():
    edges = months_ahead(pd.Timestamp("2026-06-30").date(), 3)
    assert edges.astype(str).tolist() == ["2026-07-01", "2026-08-01", "2026-09-01", "2026-10-01"]
    people = pd.DataFrame(
        {"hired_on": pd.to_datetime(["2026-08-16", None]), "left_on": pd.to_datetime([None, "2026-07-31"])}
    )
    there = presence(people, edges)
    assert there[0] == pytest.approx([0, 16 / 31, 1])
    assert there[1] == pytest.approx([1, 0, 0])
    assert ramp_shares(people, edges, (0.0, 0.5))[0] == pytest.approx([0, 0, 0.5])


def test_absence_takes_its_days_away():
    edges = months_ahead(pd.Timestamp("2026-06-30").date(), 2)
    people = pd.DataFrame(
        {
            "hired_on": [pd.NaT],
            "left_on": [pd.NaT],
            "absent_from_on": pd.to_datetime(["2026-07-01"]),
            "absent_to_on": pd.to_datetime(["2026-07-31"]),
        }
    )
    assert presence(people, edges)[0] == pytest.approx([0, 1])


def test_places_at_zero_zero_and_impossible_ones_are_not_known():
    frame = pd.DataFrame({"latitude": [0.0, 48.0, 95.0, None], "longitude": [0.0, 11.0, 3.0, 2.0]})
    assert np.isnan(places(frame)[:, 0]).tolist() == [True, False, True, True]


def test_a_degree_of_the_equator_is_111_km():
    assert float(distance_km(np.array([0.0, 0.0]), np.array([0.0, 1.0]))) == pytest.approx(111.19, abs=0.01)


def test_far_ways_are_counted_as_the_longest_trip():
    rules = WorkloadRules()
    assert trip_hours(np.array([5000.0]), rules)[0] == trip_hours(np.array([rules.trip_km]), rules)[0]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_gini_lies_between_zero_and_one_and_does_not_depend_on_scale(values):
    g = gini(values)
    assert np.isnan(g) or -1e-9 <= g < 1
    if not np.isnan(g) and min(values) > 1e-3:
        assert gini([2 * v for v in values]) == pytest.approx(g, abs=1e-9)


def test_spread_leaves_out_the_unknown_and_divides_by_no_zero():
    made = spread([1.0, 3.0, float("nan")])
    assert (made["n"], made["mean"], made["cv"]) == (2, 2.0, 0.5)
    assert np.isnan(spread([0.0, 5.0])["max_min"])
    assert spread([])["n"] == 0


def test_the_least_valuable_accounts_per_hour_go_without():
    live = pd.DataFrame(
        {
            "account_id": ["a", "b", "c"],
            "territory_id": "T",
            "projected_amount": [100, 10, 50],
            "hours_per_year": [10.0, 10.0, 10.0],
        }
    )
    row = uncovered(live, pd.Series({"T": 15.0})).iloc[0]
    assert (row["uncovered_accounts"], row["uncovered_amount"]) == (2, 60)


def test_hires_start_early_enough_for_their_ramp():
    rows = pd.DataFrame({"scenario": ["s"], "node": ["T1"], "hires": pd.array([2], dtype="Int64")})
    edges = months_ahead(pd.Timestamp("2026-06-30").date(), 12)
    found = hiring(rows, (0.0, 0.5), edges)
    assert found["hires"].sum() == 2
    assert found["month"].tolist() == [pd.Timestamp("2026-07-01"), pd.Timestamp("2026-08-01")]


def won(*deals):
    """Won deals as (account, day, amount)."""
    frame = pd.DataFrame(deals, columns=["account_id", "closed_on", "amount"])
    frame["closed_on"] = pd.to_datetime(frame["closed_on"])
    return frame.assign(
        opportunity_id=[f"o{i}" for i in range(len(frame))], stage="x", status="won", close_on=frame["closed_on"],
        created_on=pd.Timestamp("2025-01-01"),
    )  # fmt: skip


def moved(account, on):
    payload = {"from_rep": "R1", "to_rep": "R3", "on": on}
    return Decision("move", account, payload, "kim", datetime.fromisoformat(on), "why", int(account[1:]))


def test_wins_of_moved_accounts_stand_beside_those_that_stayed():
    # A7 moved on 1 October 2025: 182 days later is 1 April 2026, which is over; A8 moved on 1 May 2026, which is too early
    deals = won(("A7", "2025-09-20", 50), ("A7", "2025-10-01", 9), ("A7", "2025-11-20", 100), ("A1", "2025-09-20", 200))
    decided = Decisions.of([moved("A7", "2025-10-01"), moved("A8", "2026-05-01")])
    wins = stage(tables(opportunities=deals), decided).moved_wins
    rows = wins.set_index("group")
    assert rows.loc["moved", ["accounts", "won_before", "won_after", "too_early"]].tolist() == [1, 1, 1, 1]
    assert rows.loc["moved", "won_after_amount"] == 100
    assert rows.loc["stayed", ["accounts", "won_before", "won_after"]].tolist() == [7, 1, 0]
    told = wins_sentence(wins)
    assert "1 accounts that changed hands: 100 deals won per 100 accounts in the 182 days before, 100 after" in told
    assert "14 deals more per 100 accounts" in told
    assert "proves nothing" in told
    assert "1 more changed hands too lately" in told


def test_without_moves_that_are_old_enough_nothing_is_compared():
    told = wins_sentence(stage(tables(opportunities=won(("A7", "2026-05-20", 100)))).moved_wins)
    assert told.startswith("No account changed hands 182 days ago")


def test_who_is_new_is_not_known_where_sales_do_not_reach_back():
    told = check(stage().health, "hunting and farming", "R1")
    assert told.verdict == "not known"
    # all sales are of 2026-03-31, 91 days before the as-of day; one and a half years are wanted
    assert (
        told.sentence
        == "Not enough history: sales on record reach back 91 days, not 548, so who is a new customer is not known."
    )
    old = pd.DataFrame(
        {"account_id": ["A2"], "booked_on": pd.Timestamp("2023-01-15"), "amount": [100], "product_id": "P"}
    )
    known = check(stage(tables(sales=pd.concat([tables().sales, old]))).health, "hunting and farming", "R1")
    assert known.verdict in ("ok", "warn")
    assert "A2" not in set(known.evidence["account_id"])
    assert set(known.evidence["name"]) == {"Account 1", "Account 3", "Account 4", "Account 5", "Account 6"}


def test_a_change_of_hands_in_the_future_is_no_movement_yet():
    found = check(stage(decisions=Decisions.of([moved("A1", "2026-07-15")])).health, "movement", "R1")
    assert found.sentence.startswith("No change of owner is on record since the hire")


def staffed(**hours):
    """The tiny company with these selling hours a week per rep; each account takes 50 hours a year (R1 300, R3 150)."""
    made = stage(tables(reps=tables().reps.assign(selling_hours_per_week=[hours[r] for r in ("R1", "R2", "R3")])))
    need = made.accounts.assign(hours_per_year=50.0)
    load = made.workload.assign(hours_per_year=50.0)
    room = capacity(made.people, load, made.presence, made.ramp, (44, None))
    within = pd.Series({"T1": "TM", "T2": "TM"})
    return scenarios(room, made.people, need, (within, made.rules.capacity)), room


def test_colleagues_within_reach_help_before_anybody_is_hired():
    # T2 needs 150 hours and has 2 x 44 = 88: 62 short; T1 has 176 more than it needs, so nobody is hired
    rows, _ = staffed(R1=8, R2=2.8181818181818183, R3=2)
    now = rows[rows["scenario"] == "as it is"].set_index("node")
    assert now.loc["T2", "colleague_hours"] == pytest.approx(62)
    assert now["short_hours"].sum() == pytest.approx(0)
    assert now["hires"].sum() == 0
    told = in_words(rows, str, str)[0]
    assert "colleagues within reach can cover what is short (T2 62 hours)" in told
    assert "nobody to hire" in told


def test_where_all_are_short_people_are_hired_and_what_goes_without_is_priced():
    # 450 hours needed and 3 x 88 = 264 there; a full rep has 88; at 90 % load 500 hours are wanted: 236 missing, 2.7 people, so 3
    rows, _ = staffed(R1=2, R2=2, R3=2)
    now = rows[rows["scenario"] == "as it is"].set_index("node")
    assert now["hires"].sum() == 3
    assert now["short_hours"].sum() == pytest.approx(450 - 264)
    assert now["uncovered_accounts"].sum() > 0
    told = in_words(rows, str, str)[0]
    assert "to hire: 2 in T1, 1 in T2" in told or "to hire: 3 in T1" in told
    assert "186 hours are missing" in told
    edges = months_ahead(pd.Timestamp("2026-06-30").date(), 12)
    plan = hiring(rows, (0.0, 0.5), edges)
    assert plan.loc[plan["scenario"] == "as it is", "hires"].sum() == 3


def test_a_company_without_people_is_judged_and_says_what_is_missing():
    made = stage(tables(reps=tables().reps.iloc[:0], ownership=tables().ownership.iloc[:0]))
    assert {c.subject for c in made.health} <= {"T1", "T2", "TM", "CO"}
    assert made.moved_wins["accounts"].tolist() == [0, 9]
    assert made.first_success.empty
    assert "how many there is is not known" not in " ".join(in_words(made.scenarios, str, str))
    with pytest.raises(ConflictError, match="nobody to give accounts to"):
        made.propose()


def test_books_that_nobody_holds_are_judged_without_a_crash():
    nobody = tables().ownership.iloc[:0]
    found = stage(tables(ownership=nobody)).health
    assert {c.verdict for c in found if c.name == "balance"} <= {"not known", "ok", "warn", "fail"}
    assert not [c for c in found if c.name == "book of a new rep"]


def test_a_book_that_never_changed_says_so_and_names_the_hire_as_what_it_is():
    told = check(stage().health, "movement", "R1").sentence
    assert told.startswith("No change of owner is on record since the hire on 2020-01-01")


def test_loans_tell_who_held_an_account_before_and_why_it_moved():
    # A1: R2 until 2024, then R1, with R3 as overlay; R1 gives it to R2 by a move that the table does not show yet
    own = pd.DataFrame(
        {"account_id": ["A1", "A1", "A1", "A7"], "rep_id": ["R2", "R1", "R3", "R3"], "role": ["owner", "owner", "overlay", "owner"],
         "from_on": pd.to_datetime(["2021-01-01", "2024-01-01", "2024-01-01", "2026-05-01"]),
         "to_on": pd.to_datetime(["2023-12-31", None, None, None]), "share": [None, 0.7, None, None]}
    )  # fmt: skip
    rows = [
        Decision(
            "move", "A1", {"from_rep": "R1", "to_rep": "R2", "on": "2026-08-01"}, "kim", datetime(2026, 6, 1), "near", 1
        ),
        Decision(
            "move",
            "A7",
            {"from_rep": "R1", "to_rep": "R3", "on": "2026-05-01"},
            "kim",
            datetime(2026, 4, 1),
            "family",
            2,
        ),
    ]
    out = stage(tables(ownership=own), Decisions.of(rows)).loans
    assert out[["account_id", "role", "rep_id", "state", "reason"]].values.tolist() == [
        ["A1", "owner", "R2", "past", ""],
        ["A1", "owner", "R1", "now", ""],
        ["A1", "owner", "R2", "coming", "near"],
        ["A1", "overlay", "R3", "now", ""],
        ["A7", "owner", "R3", "now", "family"],
    ]
    assert out["previous_rep_id"].fillna("").tolist() == ["", "R2", "R1", "", ""]
    assert out["territory_id"].tolist() == ["T1"] * 4 + ["T2"]
    assert out["share"].dropna().tolist() == [0.7]
