"""What people type beside the cells that are meant for it is read, or named; it never vanishes without a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.sheets.files import Sheet, edit, sent, taken
from workbook.plans.document import plan_of


def row_below(book: Any, sheet: str, block: str) -> tuple[Sheet, int]:
    """The empty row that ends a table: to a reader it is one more row of it."""
    table = Sheet(book[sheet], block)
    rows = range(table.head, book[sheet].max_row + 1)
    return table, next(r for r in rows if book[sheet].cell(r, 1).value == "end:")


def test_an_action_in_the_row_below_the_last_one_is_read(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        table, below = row_below(book, "K1", "action")
        table.put(below, action="Call them once more", owner="Bo")

    found = taken(edit(sent(tmp_path), change))
    assert [str(f) for f in found.faults] == []
    made = next(plan_of(s.plan.as_dict()) for s in found.saves if s.plan.plan_id == "A-1")
    assert "Call them once more" in [a.action for a in made.actions]


@pytest.mark.parametrize(
    ("sheet", "block", "values", "said"),
    [
        ("Territory", "territory", {"text": "words below"}, "is in a row of your own"),
        ("K1", "section", {"theirs": "their words"}, "is in a row of your own"),
    ],
)
def test_a_row_of_ones_own_among_given_rows_is_named(
    tmp_path: Path, sheet: str, block: str, values: dict[str, str], said: str
) -> None:
    def change(book: Any) -> None:
        table, below = row_below(book, sheet, block)
        table.put(below, **values)

    path = edit(sent(tmp_path), change)
    table, below = row_below(load_workbook(path), sheet, block)
    found = [(f.sheet, f.cell, f.value, f.fault, f.severity) for f in taken(path).faults]
    (key, value), *_ = values.items()
    assert found == [(sheet, table.ref(below, key), value, said, "warning")]


def note_of_a_deal(book: Any) -> None:
    deals = Sheet(book["Deals"], "deal")
    deals.put("O-1#1", planned=None, note="They wait for a grant")


def renewal_without_amount(book: Any) -> None:
    new = Sheet(book["New business"], "new")
    new.put(new.free[0], account="Acme", kind="renewal", idea="Service contract")


def unnamed_without_amount(book: Any) -> None:
    table = Sheet(book["Territory"], "unnamed")
    table.put(table.free[0], family="Pumps", note="Two new plants by the river")


@pytest.mark.parametrize("change", [note_of_a_deal, renewal_without_amount, unnamed_without_amount])
def test_words_that_are_kept_only_with_an_amount_are_named_without_one(
    tmp_path: Path, change: Callable[[Any], None]
) -> None:
    found = taken(edit(sent(tmp_path), change))
    assert [f.severity for f in found.faults] == ["warning"]
    assert "amount" in found.faults[0].fault
    assert found.faults[0].cell
    assert found.faults[0].remedy.startswith("It is not read; ")
    assert {s.plan.plan_id for s in found.saves} == {"A-1", "A-2", "P-1"}


def without_keys(name: str) -> Callable[[Any], None]:
    return lambda book: book[name].delete_cols(1)


def without_heading(name: str, block: str) -> Callable[[Any], None]:
    return lambda book: book[name].delete_rows(Sheet(book[name], block).head)


@pytest.mark.parametrize(
    ("change", "saved"),
    [
        (without_keys("Territory"), {"A-1", "A-2"}),
        (without_keys("K1"), {"A-2", "P-1"}),
        (without_heading("Territory", "unnamed"), {"A-1", "A-2"}),
        (without_heading("K1", "action"), {"A-2", "P-1"}),
        (without_heading("New business", "new"), set()),
        (without_heading("Deals", "deal"), set()),
    ],
)
def test_a_table_that_is_not_found_keeps_its_plans_as_they_are(
    tmp_path: Path, change: Callable[[Any], None], saved: set[str]
) -> None:
    found = taken(edit(sent(tmp_path), change))
    assert {s.plan.plan_id for s in found.saves} == saved
    wrong = [f for f in found.faults if "is not found" in f.fault]
    assert wrong
    assert all(f.severity == "error" and f.sheet and f.remedy for f in wrong)
