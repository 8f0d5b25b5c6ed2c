from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from workbook.facts import Facts
from workbook.portfolio import Portfolio
from workbook.portfolio.bookings import Booked
from workbook.portfolio.whitespace import Bought, peer_groups
from workbook.rules import Rules
from workbook.rules.portfolio import WhitespaceRules


@pytest.fixture
def rows(portfolio: Portfolio) -> pd.DataFrame:
    return portfolio.whitespace.set_index(["account_id", "product_family"])


def test_a_gap_is_sized_by_the_middle_of_what_peers_that_buy_it_buy(rows: pd.DataFrame) -> None:
    # Within 12 months Pumps are bought by A1 (1,200) and B1 (4 · 300), Valves by C1 (1,200) and B2 (100).
    gap = rows.loc[("C1", "Pumps")]
    assert gap["sized_amount"] == 1200_00
    assert gap["gap_amount"] == 1200_00
    assert (gap["peers"], gap["peers_buying"]) == (3, 2)  # the other customers: A1, B1, B2
    assert gap["penetration"] == pytest.approx(2 / 3)
    assert rows.loc[("A1", "Valves"), "sized_amount"] == 650_00


def test_buying_little_is_upsell_and_buying_enough_is_no_gap(rows: pd.DataFrame) -> None:
    assert rows.loc[("B2", "Valves"), "kind"] == "upsell"
    assert rows.loc[("B2", "Valves"), "gap_amount"] == 550_00
    assert ("A1", "Pumps") not in rows.index


def test_the_family_that_buys_it_elsewhere_is_counted_and_not_named(rows: pd.DataFrame) -> None:
    gap = rows.loc[("A2", "Pumps")]
    assert gap["family_members_buying"] == 2
    assert gap["sentence"].endswith("; 2 other members of its family buy it.")
    names = ["Alpha", "Anton", "Beta", "Blind", "Cedar", "Cobalt", "Coral"]
    assert not rows["sentence"].str.contains("|".join(names)).any()


def test_disqualified_accounts_and_products_without_a_family_have_no_gaps(portfolio: Portfolio) -> None:
    assert "B3" not in portfolio.whitespace["account_id"].tolist()
    assert set(portfolio.whitespace["product_family"]) == {"Pumps", "Valves"}


def test_ranks_run_over_the_company_by_penetration_times_gap(portfolio: Portfolio) -> None:
    frame = portfolio.whitespace
    worth = frame["penetration"] * frame["gap_amount"]
    assert frame["rank"].tolist() == list(range(1, len(frame) + 1))
    assert worth.is_monotonic_decreasing


def test_no_more_gaps_per_account_than_the_rules_say(facts: Facts, ruled: Callable[..., Rules]) -> None:
    one = Portfolio(replace(facts, rules=ruled("whitespace", per_account=1))).whitespace
    assert one["account_id"].is_unique
    assert one.set_index("account_id").loc["A2", "product_family"] == "Pumps"


def test_peers_are_the_narrowest_group_with_enough_customers() -> None:
    accounts = pd.DataFrame(
        {
            "industry": ["Food"] * 4 + ["Steel", None],
            "employees": pd.array([1, 2, 100, 200, 1, pd.NA], dtype="Int64"),
            "annual_revenue": pd.array([pd.NA] * 6, dtype="Int64"),
        }
    )
    customer = np.ones(6, dtype=bool)
    groups = peer_groups(accounts, customer, WhitespaceRules(peers_needed=2, size_bands=2))
    named = [groups.names[g] for g in groups.group]
    assert named == [
        "Food, up to 2 employees", "Food, up to 2 employees", "Food, more than 2 employees", "Food, more than 2 employees",
        "up to 2 employees", "all customers",
    ]  # fmt: skip
    wide = peer_groups(accounts, customer, WhitespaceRules(peers_needed=4, size_bands=2))
    assert [wide.names[g] for g in wide.group][:4] == ["Food"] * 4


def test_the_peers_behind_a_gap_can_be_listed_within_the_view(portfolio: Portfolio) -> None:
    behind = portfolio.peers("C1", "Pumps")
    assert behind["account_id"].tolist() == ["A1", "B1"]
    assert behind["bought_amount"].tolist() == [1200_00, 1200_00]


def test_a_family_sold_elsewhere_and_missing_here_is_told_by_territory(portfolio: Portfolio) -> None:
    gaps = portfolio.territory_gaps.set_index(["territory_id", "product_family"])
    assert gaps.loc[("T1", "Valves"), "missing"]
    assert gaps.loc[("T1", "Valves"), "company_share"] == pytest.approx(2 / 4)
    assert not gaps.loc[("T2", "Valves"), "missing"]
    assert gaps.loc[("T3", "Pumps"), "sentence"] == (
        "0 of 1 customers here buy Pumps (0%); in the whole company 50% do."
    )


def test_credits_make_no_negative_purchase_and_old_sales_do_not_count(
    frames: dict[str, pd.DataFrame], facts: Facts
) -> None:
    credit = pd.DataFrame(
        {"account_id": ["C3"], "booked_on": [pd.Timestamp("2026-06-01")], "amount": [-900_00], "product_id": ["p1"]}
    )
    tables = replace(facts.tables, sales=pd.concat([facts.tables.sales, credit], ignore_index=True))
    bought = Bought.of(Booked.of(tables), date(2026, 6, 30), 12)
    assert (bought.amounts >= 0).all()
    assert bought.amounts.sum() == (1200 + 1200 + 1200 + 100) * 100


def test_without_sales_there_is_no_gap_and_no_error(without: Callable[..., Facts]) -> None:
    stage = Portfolio(without(sales=pd.DataFrame(columns=["account_id", "booked_on", "amount"])))
    assert stage.whitespace.empty
    assert stage.territory_gaps.empty
    assert "sentence" in stage.whitespace
