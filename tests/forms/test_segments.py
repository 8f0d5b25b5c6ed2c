from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbook.book import Book
from workbook.facts import Facts
from workbook.forms.segments import SegmentCuts, segment_cuts
from workbook.portfolio.segments import segment_grid, segments
from workbook.rules import Rules
from workbook.rules.portfolio import SegmentRules
from workbook.rules.reader import read
from workbook.tables.frames import Tables


@pytest.fixture
def book() -> Book:
    count = 30
    ids = [f"X{i:02d}" for i in range(count)]
    tables = Tables.of(
        {
            "territories": pd.DataFrame({"territory_id": ["CO"], "name": ["c"], "parent_id": [None]}),
            "reps": pd.DataFrame({"rep_id": ["r"], "name": ["r"], "territory_id": ["CO"]}),
            "accounts": pd.DataFrame(
                {
                    "account_id": ids, "name": ids, "territory_id": "CO", "status": "customer",
                    "industry": ["Food", "Steel", None] * 10, "potential_amount": [(i + 1) * 100_00 for i in range(count)],
                }
            ),
            "ownership": pd.DataFrame(columns=["account_id", "rep_id", "role", "from_on"]),
            "products": pd.DataFrame(columns=["product_id", "name"]),
            "sales": pd.DataFrame(
                {
                    "account_id": ids * 2,
                    "booked_on": [pd.Timestamp("2025-03-01")] * count + [pd.Timestamp("2026-03-01")] * count,
                    "amount": [(i + 1) * 10_00 for i in range(count)] * 2,
                }
            ),
        }
    )  # fmt: skip
    return Book(Path("."), Facts(tables, Rules(), pd.Timestamp("2026-06-30").date()))


@pytest.fixture
def form(book: Book) -> SegmentCuts:
    return segment_cuts(book)


def test_the_form_opens_with_the_books_own_cuts(form: SegmentCuts, book: Book) -> None:
    assert [d.name for d in form.dimensions()] == ["size", "growth"]
    assert form.grid()["accounts"].sum() == 30
    assert "<svg" in form.picture.value


def test_moving_a_cut_changes_the_grid_at_once(form: SegmentCuts) -> None:
    before = form.picture.value
    form.rows[0][1].value = (0.1, 0.2)
    assert form.picture.value != before
    assert form.grid().set_index("size")["accounts"].groupby(level=0).sum()["large"] > 20


def test_a_text_column_is_taken_as_it_is_and_its_slider_rests(form: SegmentCuts) -> None:
    form.rows[1][0].value = "industry"
    assert form.rows[1][1].disabled
    assert set(form.grid()["industry"]) == {"Food", "Steel", "not known"}


def test_the_same_column_twice_is_still_two_dimensions(form: SegmentCuts) -> None:
    form.rows[0][0].value = "potential"
    form.rows[1][0].value = "potential"
    names = [d.name for d in form.dimensions()]
    assert len(set(names)) == 2
    assert form.grid()["accounts"].sum() == 30


def test_the_rules_shown_give_the_same_grid_when_put_into_book_toml(form: SegmentCuts, book: Book) -> None:
    form.rows[0][1].value = (0.5, 0.9)
    form.rows[1][0].value = "industry"
    given = tomllib.loads(form.text.value)["portfolio"]["segments"]
    rules = read(SegmentRules, given, where="segments")
    view = book.portfolio.view
    again = segment_grid(segments(view, rules, "USD"), view, tuple(d.name for d in rules.dimensions))
    pd.testing.assert_frame_equal(again, form.grid())


def test_it_changes_nothing_in_the_book(form: SegmentCuts, book: Book) -> None:
    before = book.portfolio.segments.copy()
    form.rows[0][1].value = (0.5, 0.9)
    pd.testing.assert_frame_equal(book.portfolio.segments, before)
    assert book.rules == replace(book.rules)


def test_where_widgets_do_not_live_a_picture_stands(form: SegmentCuts) -> None:
    bundle = form._repr_mimebundle_()
    assert "<svg" in bundle["image/svg+xml"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_cuts_are_said_in_their_unit_and_strange_treatments_are_named(book: Book) -> None:
    form = SegmentCuts(book)
    down = form.rows[0][0]
    down.value = "potential"
    form.rows[0][1].value = (0.0, 1.0)
    assert "potential: cut at 100 USD and 3,000 USD" in form.words.value
    assert "The treatments in the rules name large" in form.words.value
    down.value = "growth"
    form.rows[0][1].value = (0.0, 1.0)
    assert "cut at 0% and 0%" in form.words.value
