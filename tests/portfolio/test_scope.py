from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from workbook.facts import Facts
from workbook.portfolio import Portfolio


def test_potential_owned_and_engaged_add_up_the_tree(portfolio: Portfolio) -> None:
    scope = portfolio.market_scope.set_index("node")
    # T1: 3,000 + 1,000 + 9,000; A1 and A3 have open deals, A2 has nothing. B3 is disqualified and no market.
    assert scope.loc["T1", "potential_amount"] == 13000_00
    assert scope.loc["T1", "engaged_amount"] == 12000_00
    assert scope.loc["T2", "potential_amount"] == 2000_00
    assert scope.loc["R1", "potential_amount"] == 15000_00
    assert scope.loc["CO", "potential_amount"] == scope.loc[["R1", "R2"], "potential_amount"].sum()
    assert scope.loc["T1", "engaged_share"] == pytest.approx(12 / 13)


def test_market_scope_is_told_in_one_sentence(portfolio: Portfolio) -> None:
    scope = portfolio.market_scope.set_index("node")
    row = scope.loc["T1"]
    assert row["sold_share"] == pytest.approx(row["sales_12m_amount"] / 13000_00)
    assert row["sentence"] == (
        f"The market is 13.0 k USD a year in 3 accounts: {row['owned_share']:.0%} of it is owned by somebody, 92% actively engaged "
        f"(a touch in 90 days, or an open deal), and the last 12 months sold {row['sold_share']:.0%} of it."
    )


def test_potentials_of_nothing_are_told_without_shares(
    frames: dict[str, pd.DataFrame], without: Callable[..., Facts]
) -> None:
    accounts = frames["accounts"].assign(potential_amount=frames["accounts"]["potential_amount"] * 0)
    row = Portfolio(without(accounts=accounts)).market_scope.set_index("node").loc["T3"]
    assert row["sentence"] == "No market: the potentials known here (2 of 3 accounts) are all 0."
    assert pd.isna(row["owned_share"])


def test_a_touch_by_a_system_engages_nobody(portfolio: Portfolio) -> None:
    scope = portfolio.market_scope.set_index("node")
    # C1 (1,300) was touched by a system only, C3 (400) by a person.
    assert scope.loc["T3", "engaged_amount"] == 400_00


def test_without_activities_and_deals_engagement_is_not_known(without: Callable[..., Facts]) -> None:
    stage = Portfolio(without("activities", "opportunities"))
    assert stage.market_scope["engaged_amount"].isna().all()
    assert stage.market_scope["engaged_share"].isna().all()
    assert stage.market_scope["sentence"].str.contains("how much is engaged is not known").all()
    assert stage.hunting_farming["engaged_accounts"].isna().all()
    assert stage.market_scope["potential_amount"].notna().all()


def test_a_node_without_any_known_potential_says_not_known(
    frames: dict[str, pd.DataFrame], without: Callable[..., Facts]
) -> None:
    accounts = frames["accounts"].assign(potential_amount=None)
    scope = Portfolio(without(accounts=accounts)).market_scope
    assert scope[["potential_amount", "owned_amount", "engaged_amount"]].isna().all(axis=None)
    assert scope["sentence"].str.contains("not known").all()


def test_hunting_holds_prospects_and_new_customers_and_both_kinds_add_up(portfolio: Portfolio) -> None:
    mix = portfolio.hunting_farming
    rows = mix.set_index(["node", "kind"])
    assert rows.loc[("T2", "hunting"), "accounts"] == 1  # B2, since April
    assert rows.loc[("T2", "farming"), "accounts"] == 1
    assert rows.loc[("T1", "hunting"), "accounts"] == 1  # the prospect A3
    assert mix.groupby("node")["accounts_share"].sum().to_numpy() == pytest.approx([1.0] * 6)
    whole = mix[mix["node"] == "CO"]
    assert whole["sales_12m_amount"].sum() == portfolio.register["sales_12m_amount"].sum()


def test_the_class_mix_counts_every_account_once_per_level_but_those_disqualified(portfolio: Portfolio) -> None:
    mix = portfolio.class_mix  # of nine accounts, B3 is disqualified
    assert mix[mix["node"] == "CO"]["accounts"].sum() == 8
    assert mix[mix["node"].isin(["T1", "T2", "T3"])]["accounts"].sum() == 8
    rows = mix.set_index(["node", "class"])
    assert rows.loc[("T1", "invest"), "share"] == pytest.approx(1 / 3)
    assert rows.loc[("CO", "core"), "target_share"] == 0.4


def test_the_register_joins_what_is_known_of_an_account(portfolio: Portfolio) -> None:
    rows = portfolio.register.set_index("account_id")
    a1 = rows.loc["A1"]
    assert (a1["owner_rep_id"], a1["sales_12m_amount"], a1["sales_prior_12m_amount"]) == ("ann", 1200_00, 1200_00)
    assert (a1["open_amount"], a1["open_deals"], a1["contacts"]) == (1000_00, 1, 3)
    assert str(a1["last_sale_on"].date()) == "2026-06-15"
    c2 = rows.loc["C2"]
    assert pd.isna(c2["owner_rep_id"])
    assert pd.isna(c2["last_sale_on"])
    assert pd.isna(c2["potential_amount"])
    assert c2["contacts"] == 0  # there is a contacts table, and nobody in it


def test_without_a_contacts_table_contacts_are_missing(without: Callable[..., Facts]) -> None:
    assert Portfolio(without("contacts")).register["contacts"].isna().all()
