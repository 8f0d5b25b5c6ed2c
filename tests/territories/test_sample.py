"""The sample company's stories are found, and no scoped book shows another territory's rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbook.book import Book
from workbook.checks import Check
from workbook.errors import UsageError
from workbook.sections.borders import borders, merged, split_up
from workbook.stage import noun
from workbook.territories import Territories
from workbook.territories.moves import wins_sentence

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def book():
    return Book.open(SAMPLE)


def judged(book, name, subject):
    return next(c for c in book.territories.health if c.name == name and c.subject == subject)


def test_the_rep_who_sits_on_accounts_has_a_book_too_large_d4(book):
    size = judged(book, "book size", "P-29")
    assert size.verdict == "fail"
    assert size.numbers["accounts"] == 300
    assert "too large" in size.sentence
    assert size.evidence["name"].notna().all()
    others = [c for c in book.territories.health if c.name == "book size" and c.subject != "P-29"]
    assert not [c for c in others if c.verdict == "fail"]
    assert judged(book, "balance", "P-29").verdict == "fail"


def test_lumpy_all_core_and_divest_territories_are_told_apart_c7(book):
    told = {node: judged(book, "class mix", node) for node in ("T-10", "T-08", "T-12")}
    assert {c.verdict for c in told.values()} == {"fail"}
    assert "results will be lumpy" in told["T-10"].sentence
    assert "growth is limited" in told["T-08"].sentence
    assert "it weighs the rest down" in told["T-12"].sentence
    assert told["T-12"].numbers["divest_share"] > 0.5
    assert judged(book, "class mix", "T-07").verdict == "ok"


def test_invest_accounts_beyond_the_hours_are_found_where_they_were_planted_c8(book):
    loads = {c.subject: c for c in book.territories.health if c.name == "invest load"}
    assert {rep for rep, c in loads.items() if c.verdict != "ok"} <= {"P-29", "P-32", "P-33"}
    check = loads["P-32"]
    assert check.numbers["cycle_days"] > 0
    assert 0 < check.numbers["win_rate"] < 1
    assert f"enough for {check.numbers['fits']}" in check.sentence
    assert len(check.evidence) == check.numbers["invest"]


def test_hunting_and_farming_follow_the_stories_a13(book):
    share = {c.subject: c.numbers["hunting_share"] for c in book.territories.health if c.name == "hunting and farming"}
    # the newcomer of T-11 has a book of prospects; T-08 and T-12 hold mature customers only
    assert share["P-36"] > 0.9
    assert "little farming" in judged(book, "hunting and farming", "P-36").sentence
    assert max(share["T-08"], share["T-12"]) < 0.15
    assert "little hunting" in judged(book, "hunting and farming", "T-08").sentence


def test_the_newcomers_cold_book_is_unfair_d9(book):
    new = [c for c in book.territories.health if c.name == "book of a new rep" and c.verdict == "fail"]
    assert [c.subject for c in new] == ["P-36"]
    assert new[0].numbers["warm_share"] < 0.1
    assert len(new[0].evidence) == 26


def test_untouched_accounts_of_high_value_are_found_d5(book):
    stories = json.loads((SAMPLE / "stories.json").read_text(encoding="utf-8"))["stories"]
    planted = set(next(s for s in stories if s["id"] == "untouched")["account_ids"])
    check = judged(book, "engagement of high value", "T-03")
    assert check.verdict == "fail"
    found = set(check.evidence["account_id"])
    # the story has the most valuable of the territory, the check those that are among the company's most valuable
    valuable = book.territories._books.accounts.loc[book.territories._books.high_value(), "account_id"]
    assert planted & set(valuable) <= found
    assert len(found - planted) <= 2
    assert len(found) > 10
    assert check.evidence["name"].notna().all()


def test_moved_accounts_are_compared_with_those_that_stayed_d5(book):
    wins = book.territories.moved_wins.set_index("group")
    assert wins.loc["moved", "accounts"] > 100
    assert "accounts that changed hands" in wins_sentence(book.territories.moved_wins)


def test_every_verdict_out_of_bounds_has_rows_with_names_behind_it(book):
    for check in book.territories.health:
        if check.verdict in ("warn", "fail") and check.evidence is not None and "account_id" in check.evidence:
            assert check.evidence["name"].notna().all(), (check.name, check.subject)


def test_a_split_territory_has_even_parts_and_a_merger_adds_up(book):
    rows, told = split_up(book, "T-09=2")
    table = told[1].frame
    assert len(rows) == table["accounts"].sum()
    assert table["needed_hours"].max() / table["needed_hours"].sum() < 0.56
    assert table["sales_amount"].max() / table["sales_amount"].sum() < 0.56
    whole = merged(book, "T-01, T-02")[1][1].frame
    assert whole["accounts"].iloc[2] == whole["accounts"].iloc[:2].sum()
    assert borders(book)[0].text.startswith("Texas Gulf (T-09) in 2 parts")
    with pytest.raises(UsageError, match="T-99 is no territory"):
        split_up(book, "T-99=2")
    for wrong in ("T-09", "T-09=", "T-09=two", "T-09=-2"):
        with pytest.raises(UsageError, match="Write it like T-09=2"):
            borders(book, cut=wrong)
    with pytest.raises(UsageError, match="Write them like T-01,T-02"):
        borders(book, join="T-01,T-01")


def test_hours_needed_add_up_from_accounts_to_reps(book):
    load, capacity = book.territories.workload, book.territories.capacity
    held = load[load["rep_id"].isin(capacity["rep_id"])]
    assert capacity["needed_hours"].sum() == pytest.approx(held["hours_per_year"].sum())


def test_rotation_and_capacity_tell_the_same_hours(book):
    room = book.engagement.room.set_index("rep_id")
    capacity = book.territories.capacity.set_index("rep_id")
    here = book.territories.people.set_index("rep_id")["present"]
    assert set(room.index) == set(here.index[here])
    for column in ("needed_hours", "available_hours", "free_hours"):
        assert (room[column] == capacity.loc[room.index, column]).all(), column
    load = book.territories.workload.set_index("account_id")["hours_per_year"]
    moves = book.engagement.rotation
    assert moves["hours"].to_numpy() == pytest.approx(load.loc[moves["account_id"]].to_numpy())


def test_every_noun_is_made_and_a_scoped_one_holds_only_its_own(book):
    view = book.scoped("T-03")
    for name, value in vars(Territories).items():
        if not isinstance(value, noun):
            continue
        whole, mine = getattr(book.territories, name), getattr(view.territories, name)
        if isinstance(mine, list):
            assert all(isinstance(c, Check) and (c.subject in view.scope.nodes) for c in mine)
            continue
        for column, allowed in (
            ("account_id", view.scope.accounts),
            ("node", view.scope.nodes),
            ("rep_id", view.scope.reps),
        ):
            if column in mine:
                assert set(mine[column]) <= set(allowed)
                break
        assert len(mine) <= len(whole)
        assert list(mine.columns) == list(whole.columns)


def test_a_scoped_design_moves_only_within_its_scope(book):
    from workbook.territories.solver import Effort

    view = book.scoped("T-03")
    made = view.territories.propose(effort=Effort(seconds=0.3, limit=120.0, workers=1))
    assert set(made.moves["account_id"]) <= view.scope.accounts
    assert set(made.moves["to_rep"]) <= view.scope.reps
