from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from workbook.book import Book
from workbook.facts import Facts
from workbook.rules import Rules
from workbook.sections import market, portfolio
from workbook.show import Note
from workbook.tables.frames import Tables

SECTIONS = (
    portfolio.view_of_accounts, portfolio.projection, portfolio.trial, portfolio.win_rates, portfolio.grades,
    portfolio.segment_grid, portfolio.class_mix, portfolio.class_changes, portfolio.families, portfolio.whitespace,
    market.market,
)  # fmt: skip


def _book(**changes: pd.DataFrame) -> Book:
    """Two territories with a customer each, and nothing optional."""
    sales = pd.DataFrame(
        {
            "account_id": ["X"] * 24 + ["Y"] * 24,
            "booked_on": list(pd.date_range("2024-07-10", periods=24, freq="30D")) * 2,
            "amount": [100_00] * 24 + [70_00] * 24,
        }
    )
    frames = {
        "territories": pd.DataFrame({"territory_id": ["CO", "T1", "T2"], "name": ["Co", "One", "Two"], "parent_id": [None, "CO", "CO"]}),
        "reps": pd.DataFrame({"rep_id": ["r"], "name": ["r"], "territory_id": ["T1"]}),
        "accounts": pd.DataFrame({"account_id": ["X", "Y"], "name": ["Ex <b>", "Secret Why"], "territory_id": ["T1", "T2"], "status": "customer"}),
        "ownership": pd.DataFrame(columns=["account_id", "rep_id", "role", "from_on"]),
        "products": pd.DataFrame(columns=["product_id", "name"]),
        "sales": sales,
        **changes,
    }  # fmt: skip
    return Book(Path("."), Facts(Tables.of(frames), Rules(), date(2026, 6, 30)))


def _text(parts: list[object]) -> str:
    return "".join(p.svg() if hasattr(p, "svg") else p._repr_html_() for p in parts)  # type: ignore[attr-defined]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda s: s.__name__)
def test_a_book_without_optional_tables_shows_what_it_can_and_says_what_it_cannot(section: object) -> None:
    assert _text(section(_book()))  # type: ignore[operator]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda s: s.__name__)
def test_a_book_without_any_sales_gives_no_traceback(section: object) -> None:
    none = pd.DataFrame(columns=["account_id", "booked_on", "amount"])
    assert _text(section(_book(sales=none)))  # type: ignore[operator]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda s: s.__name__)
def test_a_territory_without_accounts_gives_no_traceback_and_no_warning(section: object) -> None:
    book = _book()
    here = book.tables.accounts["territory_id"] == "T1"
    frames = {
        "accounts": book.tables.accounts[here],
        "sales": book.tables.sales[book.tables.sales["account_id"] == "X"],
    }
    assert _text(section(_book(**frames).scoped("T2")))  # type: ignore[operator]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda s: s.__name__)
def test_a_territorys_sections_hold_nothing_of_another(section: object) -> None:
    text = _text(section(_book().scoped("T1")))  # type: ignore[operator]
    assert "Secret Why" not in text
    assert ">Y<" not in text
    assert "Two" not in text


def test_what_lacks_its_input_says_so() -> None:
    book = _book()
    assert "no opportunities table" in portfolio.win_rates(book)[0].text
    assert isinstance(market.market(book)[0], Note)
    assert "potential_amount" in market.market(book)[0].text
    assert "families" in portfolio.whitespace(book)[0].text
    assert "without a node" in portfolio.trial(book.scoped("T1"))[0].text


def test_a_name_with_markup_stays_text() -> None:
    assert "Ex <b>" not in _text(portfolio.view_of_accounts(_book()))


def test_the_closing_checks_are_ok_but_for_owners_that_miss() -> None:
    frame = portfolio.portfolio_checks(_book()).frame.set_index("name")
    assert frame["verdict"].to_dict() == {
        "every account has an owner": "warn", "projection adds up": "ok", "every account in one segment": "ok",
    }  # fmt: skip


def test_rules_decide_the_method_of_the_trial() -> None:
    book = _book()
    rules = book.rules
    plain = replace(rules.portfolio, projection=replace(rules.portfolio.projection, method="seasonal_naive"))
    other = Book(book.root, replace(book.facts, rules=replace(rules, portfolio=plain)))
    assert other.portfolio.projection["method"].unique().tolist() == ["seasonal_naive"]
