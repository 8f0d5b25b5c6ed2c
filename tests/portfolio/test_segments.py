from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbook.errors import RulesError
from workbook.facts import Facts
from workbook.portfolio import Portfolio
from workbook.portfolio.segments import labels_of, segments
from workbook.rules import Rules
from workbook.rules.portfolio import Dimension, SegmentRules, Treatment

SIZE = Dimension("size", "sales_12m_amount", (200.0, 1000.0), ("small", "medium", "large"))
INDUSTRY = Dimension("industry", "industry", (), ())


def _view(portfolio: Portfolio) -> pd.DataFrame:
    return portfolio.view


def test_cuts_of_amounts_are_in_major_units_and_a_value_on_a_cut_is_above_it(portfolio: Portfolio) -> None:
    view = portfolio.view.assign(sales_12m_amount=[199_99, 200_00, 999_99, 1000_00, 0, 0, 0, 0, 0])
    assert labels_of(view, SIZE, "USD").tolist()[:5] == ["small", "medium", "medium", "large", "small"]


def test_a_yen_book_has_no_minor_units(portfolio: Portfolio) -> None:
    view = portfolio.view.assign(sales_12m_amount=[199, 200, 1000, 0, 0, 0, 0, 0, 0])
    assert labels_of(view, SIZE, "JPY").tolist()[:3] == ["small", "medium", "large"]


def test_what_is_missing_is_labelled_not_known(portfolio: Portfolio) -> None:
    growth = Dimension("growth", "growth_share", (0.0,), ("down", "up"))
    assert labels_of(portfolio.view, growth, "USD").tolist()[1] == "not known"
    assert labels_of(portfolio.view, INDUSTRY, "USD").tolist()[7] == "not known"


def test_a_figure_without_cuts_is_cut_at_thirds_of_its_positive_values(portfolio: Portfolio) -> None:
    view = portfolio.view.assign(sales_12m_amount=[0, 1, 2, 3, 4, 5, 6, 7, 8])
    thirds = Dimension("size", "sales_12m_amount", (), ("s", "m", "l"))
    assert labels_of(view, thirds, "USD").tolist() == ["s", "s", "s", "s", "m", "m", "l", "l", "l"]


def test_the_first_treatment_that_fits_part_by_part_is_taken(portfolio: Portfolio) -> None:
    rules = SegmentRules(
        (SIZE, INDUSTRY),
        (
            Treatment("large × Steel", 1, ("visit",), 7),
            Treatment("* × Steel", 2, ("call", "email"), 30),
            Treatment("*", 5),
        ),
    )
    out = segments(portfolio.view, rules, "USD").set_index("account_id")
    assert out.loc["C1", ["segment", "priority", "channels", "cadence_days"]].tolist() == [
        "large × Steel", 1, "visit", 7,
    ]  # fmt: skip
    assert out.loc["B2", "priority"] == 2
    assert out.loc["B2", "channels"] == "call, email"
    assert out.loc["A1", "priority"] == 5


def test_the_grid_counts_every_account_once_and_sums_what_is_known(portfolio: Portfolio) -> None:
    grid = portfolio.segment_grid
    assert grid["accounts"].sum() == 9
    assert grid["sales_12m_amount"].sum() == portfolio.register["sales_12m_amount"].sum()
    assert grid["potential_amount"].sum() == portfolio.register["potential_amount"].sum()
    assert grid["priority"].is_monotonic_increasing


def test_a_cell_without_any_known_potential_has_none_and_not_zero(facts: Facts, ruled: Callable[..., Rules]) -> None:
    accounts = facts.tables.accounts.assign(potential_amount=pd.Series([pd.NA] * 9, dtype="Int64"))
    stage = Portfolio(replace(facts, tables=replace(facts.tables, accounts=accounts)))
    assert stage.segment_grid["potential_amount"].isna().all()


def test_a_dimension_that_names_no_column_is_refused_by_name(portfolio: Portfolio) -> None:
    with pytest.raises(RulesError, match="sunshine"):
        labels_of(portfolio.view, Dimension("x", "sunshine"), "USD")


def test_a_columns_of_the_books_own_can_be_a_dimension(
    frames: dict[str, pd.DataFrame], without: Callable[..., Facts]
) -> None:
    own = frames["accounts"].assign(tier=["gold", "tin"] * 4 + ["gold"])
    stage = Portfolio(without(accounts=own))
    assert labels_of(stage.view, Dimension("tier", "tier"), "USD").tolist()[:2] == ["gold", "tin"]


def test_rules_with_one_dimension_or_wrong_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="fewer than two"):
        SegmentRules((SIZE,))
    with pytest.raises(ValueError, match="labels"):
        Dimension("x", "employees", (1.0,), ("one",))
    with pytest.raises(ValueError, match="rise"):
        Dimension("x", "employees", (2.0, 1.0))


def test_growth_and_wallet_are_not_known_over_nothing(portfolio: Portfolio) -> None:
    view = portfolio.view.set_index("account_id")
    assert view.loc["A1", "growth_share"] == 0.0
    assert np.isnan(view.loc["B2", "growth_share"])
    assert np.isnan(view.loc["B2", "wallet_share"])
    assert view.loc["A1", "wallet_share"] == pytest.approx(0.4)
