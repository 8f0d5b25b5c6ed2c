"""The second year after is a copy of the first until the rep plans it, and says so wherever a rep meets it."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from tests.plans.tiny import horizon, outbox
from tests.sheets.files import account as accounts
from tests.sheets.files import edit, sent, taken
from workbook.forms.amounts import totals_table

SAID = "FY2028 starts as FY2027, carried over"


def test_start_marks_it_for_as_long_as_the_numbers_are_the_same(tmp_path: Path) -> None:
    path = sent(tmp_path)
    formulas, shown = (load_workbook(path, data_only=d)["Start"] for d in (False, True))
    cells = {c.coordinate: c.value for row in shown.iter_rows() for c in row}
    (place,) = [k for k, v in cells.items() if v == "FY2028 (carried over)"]
    row = int(place[1:])
    assert formulas[place].value == f'=IF(E{row}=E{row - 1},"FY2028 (carried over)","FY2028")'
    assert cells[f"C{row - 1}"] == "FY2027"
    assert cells[f"E{row}"] == cells[f"E{row - 1}"]
    assert cells[f"E{row}"] > 0


def test_the_sheet_of_accounts_and_the_help_of_its_cells_say_so(tmp_path: Path) -> None:
    sheet = load_workbook(sent(tmp_path))["Accounts"]
    assert any(SAID in str(c.value) for row in sheet.iter_rows(max_row=4) for c in row)
    helped = {v.promptTitle for v in sheet.data_validations.dataValidation if SAID in str(v.prompt)}
    assert helped == {"FY2028"}


def test_the_headings_stay_so_that_files_sent_before_come_back(tmp_path: Path) -> None:
    path = edit(sent(tmp_path), lambda book: accounts(book).put("A-1", objective="Win"))
    assert [str(f) for f in taken(path).faults] == []
    sheet = accounts(load_workbook(path))
    assert "FY2028" in [c.value for c in sheet.sheet[sheet.head]]


def test_the_form_says_so_below_its_totals() -> None:
    plan = outbox().prefill.account("A-1")
    assert SAID in totals_table(plan, {}, {}, (horizon(), "USD"))
