from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.facts import Facts
from workbook.portfolio import Portfolio
from workbook.portfolio.families import families, family_heads, kin_here, owners
from workbook.stage import Scope


def _accounts(parents: list[int | None]) -> pd.DataFrame:
    ids = [f"X{i}" for i in range(len(parents))]
    return pd.DataFrame(
        {
            "account_id": ids,
            "name": ids,
            "territory_id": "T",
            "parent_account_id": pd.Series([None if p is None else f"X{p}" for p in parents], dtype="str"),
        }
    )


def test_a_family_reaches_over_any_depth_and_the_head_is_depth_0(portfolio: Portfolio) -> None:
    rows = portfolio.families.set_index("account_id")
    assert rows.loc[["A1", "A2", "B1"], "family_id"].tolist() == ["A1", "A1", "A1"]
    assert rows.loc[["A1", "A2", "B1"], "depth"].tolist() == [0, 1, 2]
    assert rows.loc["A1", "members"] == 3
    assert rows.loc["C1", "family_id"] == "C1"


def test_a_row_never_names_an_account_of_another_territory(portfolio: Portfolio) -> None:
    rows = portfolio.families.set_index("account_id")
    assert rows.loc["A2", "family_name"] == "Alpha"  # the head lies in the same territory
    assert rows.loc["B1", "family_name"] == "Alpha Far"  # the head lies elsewhere: its own first member there
    assert rows.loc["B1", "members_here"] == 1


def test_a_scoped_view_holds_only_its_own_part_of_a_family(portfolio: Portfolio) -> None:
    scope = Scope.of(portfolio.facts, "T2")
    view = portfolio.scoped(scope, portfolio.facts, None)
    assert view.families["account_id"].tolist() == ["B1", "B2", "B3"]
    assert "Alpha South" not in view.family_members("A1")["name"].tolist()
    assert view.family_table.empty  # one member here is no family in this view


def test_a_parent_that_is_unknown_or_itself_makes_a_head() -> None:
    accounts = _accounts([0, None, 1])
    accounts.loc[1, "parent_account_id"] = "gone"
    head, depth = family_heads(accounts)
    assert head.tolist() == [0, 1, 1]
    assert depth.tolist() == [0, 0, 1]


def test_a_circle_of_parents_ends_with_every_member_a_head() -> None:
    head, depth = family_heads(_accounts([1, 2, 0, 0]))
    assert head.tolist() == [0, 1, 2, 0]
    assert depth.tolist() == [0, 0, 0, 1]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=40))
def test_any_forest_finds_the_heads_that_walking_up_finds(picks: list[int]) -> None:
    parents = [None if p % (i + 1) == i else p % (i + 1) for i, p in enumerate(picks)]
    head, depth = family_heads(_accounts(parents))
    for i in range(len(parents)):
        at, steps = i, 0
        while parents[at] is not None:
            at, steps = parents[at], steps + 1
        assert (head[i], depth[i]) == (at, steps)


def test_the_owner_is_who_held_the_account_on_that_day(frames: dict[str, pd.DataFrame]) -> None:
    rows = pd.DataFrame(
        {
            "account_id": ["A1", "A1", "A1"],
            "rep_id": ["old", "new", "helper"],
            "role": ["owner", "owner", "co_owner"],
            "from_on": pd.to_datetime(["2024-01-01", "2026-01-01", "2024-01-01"]),
            "to_on": pd.to_datetime(["2025-12-31", None, None]),
        }
    )
    assert owners(rows, pd.Timestamp("2025-12-31").date())["rep_id"].tolist() == ["old"]
    assert owners(rows, pd.Timestamp("2026-01-01").date())["rep_id"].tolist() == ["new"]
    assert owners(rows, pd.Timestamp("2023-12-31").date()).empty


def test_no_accounts_give_an_empty_frame(frames: dict[str, pd.DataFrame]) -> None:
    none = frames["accounts"].iloc[:0].assign(parent_account_id=pd.Series(dtype="str"))
    out = families(none, owners(frames["ownership"], pd.Timestamp("2026-06-30").date()))
    assert len(out) == 0
    assert np.array_equal(out.columns[:3], ["account_id", "family_id", "family_name"])


def _seen_from(facts: Facts, node: str, level: str) -> tuple[Portfolio, Portfolio]:
    rules = replace(facts.rules, portfolio=replace(facts.rules.portfolio, family_elsewhere=level))
    whole = Portfolio(replace(facts, rules=rules))
    return whole, whole.scoped(Scope.of(whole.facts, node), whole.facts, None)


@pytest.mark.parametrize(
    ("level", "rows"),
    [
        ("none", []),
        ("counts", []),
        ("names", [("T1", 2, "Alpha, Alpha South", None, None)]),
        ("totals", [("T1", 2, "Alpha, Alpha South", None, 1200_00)]),
        ("full", [("T1", 1, "Alpha", "ann", 1200_00), ("T1", 1, "Alpha South", "ann", 0)]),
    ],
)
def test_a_territory_sees_of_a_family_elsewhere_what_the_rules_tell(
    facts: Facts, level: str, rows: list[object]
) -> None:
    _, view = _seen_from(facts, "T2", level)
    seen = view.family_elsewhere
    told = seen[["lies_in", "members", "names", "held_by", "sales_12m_amount"]].astype(object)
    assert [tuple(None if pd.isna(v) else v for v in row) for row in told.to_numpy()] == rows
    members = view.families.set_index("account_id").loc["B1", "members"]
    assert members == (1 if level == "none" else 3)


def test_whoever_sees_the_whole_family_is_told_nothing_twice(facts: Facts) -> None:
    whole, region = _seen_from(facts, "R1", "full")
    assert whole.family_elsewhere.empty
    assert region.family_elsewhere.empty
    assert whole.family_table["members_all"].tolist() == [3]
    hidden, _ = _seen_from(facts, "T2", "none")
    assert hidden.family_table["members_all"].tolist() == [3]  # the company's own view is whole at any level


def test_members_without_a_territory_stand_together_and_with_no_other_family() -> None:
    family = np.array([0, 0, 1, 1, 1])
    territory = pd.Series([None, "T1", "T1", None, None], dtype="str")
    assert kin_here(family, territory).tolist() == [0, 1, 3, 2, 2]


@pytest.mark.parametrize(("level", "told"), [("counts", 2), ("none", 1)])
def test_whitespace_counts_members_elsewhere_only_where_the_rules_tell_of_them(
    facts: Facts, level: str, told: int
) -> None:
    # Of A2's family A1 (T1) and B1 (T2) buy Pumps.
    _, view = _seen_from(facts, "T1", level)
    gap = view.whitespace.set_index(["account_id", "product_family"]).loc[("A2", "Pumps")]
    assert gap["family_members_buying"] == told
    assert gap["sentence"].endswith(
        "; 2 other members of its family buy it." if told == 2 else "; 1 other member of its family buys it."
    )
