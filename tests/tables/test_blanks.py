"""Blanks around a cell are cut off, whichever they are; keys are known to be different without being compared in pairs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workbook.periods import Calendar
from workbook.tables.intake import take_in
from workbook.tables.load import assess

Write = Callable[..., Path]


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\ufeff", "\r\n"])
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_blank_at_either_end_is_cut_off(blank: str, side: str, folder: Write) -> None:
    name = f"{blank}Norwood Mills" if side == "before" else f"Norwood Mills{blank}"
    cell = f'"{name}"' if "\n" in blank else name
    with take_in(folder(accounts=("a1,Norwood Mills,", f"a1,{cell},")), "USD", Calendar()).db as db:
        assert db.execute("select name from accounts where account_id = 'a1'").fetchall() == [("Norwood Mills",)]


def test_choices_are_read_in_any_spelling(folder: Write) -> None:
    with take_in(folder(accounts=("A,customer,,Paper", "A, Customer ,,Paper")), "USD", Calendar()).db as db:
        assert db.execute("select status from accounts where account_id = 'a1'").fetchall() == [("customer",)]


@pytest.mark.parametrize(
    ("ids", "ascends"),
    [(["v1", "v2"], True), (["v2", "v1"], False), (["v1", "v1"], False), (["v1", "v2", "v1"], False), (["v2"], False)],
)
def test_keys_that_ascend_are_told(ids: list[str], ascends: bool, folder: Write) -> None:
    rows = "".join(f"{i},a1,P1,call,2026-05-01,,c1,10\n" for i in ids)
    made = folder(activities="activity_id,account_id,rep_id,kind,done_on,due_on,contact_id,minutes\n" + rows)
    intake = take_in(made, "USD", Calendar())
    try:
        assert intake.ascends("activities", "activity_id") is ascends
    finally:
        intake.db.close()
    doubled = len(set(ids)) < len(ids)
    assert bool(assess(made, "USD").faults["fault"].str.contains("the key stands").any()) is doubled
