"""The tiny book's family Alpha: A1 (T1, Pumps 1,200 in 12 months), A2 (T1, nothing), B1 (T2, Pumps 1,200).

Peers are all four customers of the window (A1, B1 buy Pumps; B2, C1 buy Valves: 100 and 1,200, in the middle 650). Of the others,
half (A1, B1) or more buy each, so that A2 lacks both and A1 and B1 lack Valves.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbook.facts import Facts
from workbook.portfolio import Portfolio
from workbook.stage import Scope


def test_a_familys_gaps_are_the_sum_of_its_members(portfolio: Portfolio) -> None:
    plays = portfolio.family_plays.set_index("product_family")
    assert plays["family_id"].unique().tolist() == ["A1"]
    pumps, valves = plays.loc["Pumps"], plays.loc["Valves"]
    assert (pumps["kind"], pumps["members"], pumps["members_buying"], pumps["members_lacking"]) == ("spread", 3, 2, 1)
    assert (pumps["bought_amount"], pumps["gap_amount"]) == (2400_00, 1200_00)
    assert (valves["kind"], valves["members_buying"], valves["members_lacking"]) == ("cross-sell", 0, 3)
    assert valves["gap_amount"] == 3 * 650_00
    assert plays["rank"].tolist() == [1, 2]
    # A1 and B1 have three other customers, two of whom buy Valves; A2, none itself, has four, two of whom do.
    assert valves["penetration"] == pytest.approx((2 / 3 + 2 / 3 + 2 / 4) / 3)
    assert valves["sentence"].startswith(
        "0 of 3 members buy Valves; 3 could buy more: 61% of their comparable accounts"
    )


def test_a_territory_sees_the_plays_of_its_own_part_and_its_own_peers(portfolio: Portfolio) -> None:
    view = portfolio.scoped(Scope.of(portfolio.facts, "T1"), portfolio.facts, None)
    assert set(view.family_whitespace["territory_id"]) == {"T1"}
    assert view.family_plays.set_index("product_family").loc["Valves", "members"] == 2
    assert view.family_peers("A1", "Valves").empty  # both buyers of Valves lie elsewhere
    assert portfolio.family_peers("A1", "Valves")["account_id"].tolist() == ["C1", "B2"]
    assert portfolio.family_peers("A1", "Pumps").empty  # only members of the family itself buy Pumps


def test_one_member_alone_or_disqualified_members_make_no_play(facts: Facts) -> None:
    accounts = facts.tables.accounts.assign(parent_account_id=None)
    lonely = replace(facts, tables=replace(facts.tables, accounts=accounts.astype({"parent_account_id": "str"})))
    assert Portfolio(lonely).family_plays.empty
    gone = facts.tables.accounts.assign(disqualified_on=facts.tables.accounts["disqualified_on"].max())
    assert Portfolio(replace(facts, tables=replace(facts.tables, accounts=gone))).family_plays.empty


def test_a_family_member_by_member_tells_bought_and_every_gap(portfolio: Portfolio) -> None:
    cells = portfolio.family_matrix("A1")
    told = cells.set_index(["account_id", "product_family"])[["bought_amount", "gap_amount"]]
    assert told.loc[("A1", "Pumps")].tolist() == [1200_00, 0]
    assert told.loc[("A2", "Pumps")].tolist() == [0, 1200_00]
    assert told.loc[("B1", "Valves")].tolist() == [0, 650_00]
    sums = cells.groupby("product_family")[["bought_amount", "gap_amount"]].sum()
    plays = portfolio.family_plays.set_index("product_family")[["bought_amount", "gap_amount"]]
    assert sums.to_dict() == plays.to_dict()  # the matrix adds up to the plays


def test_a_territory_sees_its_own_members_of_the_matrix_judged_by_all_peers(portfolio: Portfolio) -> None:
    view = portfolio.scoped(Scope.of(portfolio.facts, "T1"), portfolio.facts, None)
    whole, mine = portfolio.family_matrix("A1"), view.family_matrix("A1")
    assert set(mine["account_id"]) == {"A1", "A2"}
    kept = whole[whole["account_id"].isin(["A1", "A2"])]
    assert mine["gap_amount"].tolist() == kept["gap_amount"].tolist()
