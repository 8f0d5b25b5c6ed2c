"""What people really send back: every fault is named with its place and remedy, and good rows are not lost."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.plans.tiny import NOON
from tests.sheets.files import Sheet, account, edit, sent, taken
from workbook.plans.document import plan_of
from workbook.sheets.collect import Collected
from workbook.sheets.marking import write_marked
from workbook.store.plan import PlanRevision


def saved(found: Collected) -> dict[str, Any]:
    return {s.plan.plan_id: plan_of(s.plan.as_dict()) for s in found.saves}


def errors(found: Collected) -> list[tuple[str, str, str]]:
    return [(f.sheet, f.cell, f.fault) for f in found.faults if f.severity == "error"]


def warned(found: Collected) -> list[str]:
    return [f.fault for f in found.faults if f.severity == "warning"]


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("about 5000", "is not a number"),
        ("1,234", "can be read as"),
        ("#REF!", "is an error (#REF!)"),
        ("=A1*2", "is a formula that was never computed"),
        (datetime(2026, 1, 2), "is a date, not a number"),
        (True, "is a yes or no, not a number"),
        (-4, "is below zero"),
    ],
)
def test_a_bad_amount_is_named_and_only_its_own_plan_waits(tmp_path: Path, value: object, fault: str) -> None:
    def change(book: Any) -> None:
        account(book).put("A-2", q3=value)

    path = edit(sent(tmp_path), change)
    found = taken(path)
    cell = account(load_workbook(path)).ref("A-2", "q3")
    assert [(s, c) for s, c, _ in errors(found)] == [("Accounts", cell)]
    assert fault in errors(found)[0][2]
    assert found.faults[0].remedy
    assert set(saved(found)) == {"A-1", "P-1"}


def test_texts_in_number_cells_decimal_commas_and_dates_as_text_are_read(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        account(book).put("A-2", q3="1.234,50", q4="€ 12", due_on="30.9.2026")

    made = saved(taken(edit(sent(tmp_path), change)))["A-2"]
    assert [(a.period, a.amount) for a in made.amounts][:2] == [("FY2026-Q3", 123450), ("FY2026-Q4", 1200)]
    assert made.actions[0].due_on == date(2026, 9, 30)


def test_a_computed_formula_counts_with_its_value(tmp_path: Path) -> None:
    path = edit(sent(tmp_path), lambda book: account(book).put("A-2", q3="=1000/3"))
    cell = account(load_workbook(path)).ref("A-2", "q3")
    rewrite(
        path,
        "xl/worksheets/sheet2.xml",
        lambda xml: xml.replace(b"<v />", b"<v></v>").replace(
            b"<f>1000/3</f><v></v>", b"<f>1000/3</f><v>333.333333333333</v>"
        ),
    )
    found = taken(path)
    assert errors(found) == []
    assert saved(found)["A-2"].amounts[0].amount == 33333
    assert cell


def test_sorted_rows_and_added_columns_change_nothing(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = account(book)
        one, two = sheet.rows["A-1"], sheet.rows["A-2"]
        for column in range(1, sheet.sheet.max_column + 1):
            a, b = sheet.sheet.cell(one, column), sheet.sheet.cell(two, column)
            a.value, b.value = b.value, a.value
        sheet.sheet.insert_cols(4)
        sheet.sheet.cell(sheet.head, 4).value = "My own"
        sheet.sheet.insert_rows(2)

    found = taken(edit(sent(tmp_path), change))
    assert errors(found) == []
    assert [f for f in warned(found) if "column of your own" in f]
    assert not found.files[0].changed


def test_a_partly_sorted_table_is_caught(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = account(book)
        one, two, column = sheet.rows["A-1"], sheet.rows["A-2"], sheet.columns["account"]
        a, b = sheet.sheet.cell(one, column), sheet.sheet.cell(two, column)
        a.value, b.value = b.value, a.value

    found = taken(edit(sent(tmp_path), change))
    assert set(saved(found)) == {"P-1"}
    assert "only some of its columns were sorted" in errors(found)[0][2]


def test_the_hidden_keys_may_be_deleted(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        for name in ("Accounts", "Deals", "New business"):
            book[name].delete_cols(1)

    def typed(book: Any) -> None:
        account(book).put("A-2", q3=77)

    found = taken(edit(edit(sent(tmp_path), typed), change))
    assert errors(found) == []
    assert saved(found)["A-2"].amounts[0].amount == 7700


def test_deleted_rows_keep_their_plan_and_a_deleted_deal_is_said(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = account(book)
        sheet.sheet.delete_rows(sheet.rows["A-2"])
        deals = Sheet(book["Deals"], "deal")
        deals.sheet.delete_rows(deals.rows["O-1#1"])

    found = taken(edit(sent(tmp_path), change))
    assert set(saved(found)) == {"A-1", "P-1"}
    assert sorted(warned(found)) == ["the row of the deal was deleted", "the row was deleted"]
    assert not [a for a in saved(found)["A-1"].amounts if a.source == "opportunity"]


def test_copied_rows_and_rows_of_other_accounts_are_faults(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = account(book)
        for at, (key, label) in enumerate(
            (("account:A-1", "Acme"), ("account:A-9", "Foreign"), ("", "Nowhere")), start=30
        ):
            sheet.sheet.cell(at, 1).value, sheet.sheet.cell(at, 2).value = key, label
        new = Sheet(book["New business"], "new")
        new.put(new.free[0], account="Crux", kind="whitespace", family="Pumps", q3=5)
        new.put(new.free[1], q3=5)
        new.put(new.free[2], account="Bolt", q3=5)
        deals = Sheet(book["Deals"], "deal")
        deals.put(deals.free[0], deal="O-99", planned=4)

    path = sent(tmp_path)
    book = load_workbook(path)
    total = account(book).rows
    assert set(total) == {"A-1", "A-2"}
    found = taken(edit(path, change))
    faults = [f for _, _, f in errors(found)]
    assert "the account stands in two rows" in faults
    assert faults.count("is not an account of this file") == 3
    assert "names no account" in faults
    assert "says not on what it rests" in faults
    assert "is not a deal of this file" in faults
    assert set(saved(found)) == {"P-1"}


def test_missing_sheets_and_columns_block_what_hangs_on_them(tmp_path: Path) -> None:
    found = taken(edit(sent(tmp_path), lambda book: book.remove(book["Deals"])))
    assert saved(found) == {}
    assert "the sheet is missing" in errors(found)[0][2]
    found = taken(edit(sent(tmp_path), lambda book: book.remove(book["K1"])))
    assert set(saved(found)) == {"A-2", "P-1"}

    def drop(book: Any) -> None:
        sheet = account(book)
        sheet.sheet.delete_cols(sheet.columns["p:FY2026-Q3"])

    found = taken(edit(sent(tmp_path), drop))
    assert saved(found) == {}
    assert "column 'Q3' is missing" in errors(found)[0][2]


def revision(account_id: str, number: int, **fields: Any) -> PlanRevision:
    document = {"account_id": account_id, "rep_id": "P-1", "year": "FY2026", "objective": "theirs"}
    return PlanRevision("P-1", account_id, document, fields.get("state", "submitted"), "raj", NOON, revision=number)


def test_an_old_revision_is_refused_where_the_rep_changed_something(tmp_path: Path) -> None:
    path = edit(sent(tmp_path), lambda book: account(book).put("A-2", q3=5))
    stored = {"A-2": revision("A-2", 2), "A-1": revision("A-1", 1)}
    found = taken(path, stored=stored)
    assert [f for _, _, f in errors(found)] == [
        "the file was made from revision 0; raj saved revision 2 (submitted) on 2026-06-30"
    ]
    assert found.faults[0].account_id == "A-2"
    assert found.unchanged == 1
    assert set(saved(found)) == {"P-1"}


def test_a_locked_plan_takes_no_changes(tmp_path: Path) -> None:
    stored = {"A-2": revision("A-2", 4, state="locked")}
    path = edit(sent(tmp_path, stored=stored), lambda book: account(book).put("A-2", q3=5))
    assert "the plan is locked" in [f for _, _, f in errors(taken(path, stored=stored))]


def test_another_reps_file_and_accounts_that_moved_are_refused(tmp_path: Path) -> None:
    found = taken(sent(tmp_path), rep_id="P-2")
    assert found.saves == []
    assert errors(found)[0][2] == "is the file of P-1, not of P-2"
    box = taken(sent(tmp_path))
    assert box.ok


def test_two_files_of_one_rep_are_one_unless_they_contradict(tmp_path: Path) -> None:
    one = edit(sent(tmp_path, name="one"), lambda book: account(book).put("A-2", q3=5))
    two = edit(sent(tmp_path, name="two"), lambda book: account(book).put("A-1", q3=6))
    found = taken(one, two)
    assert errors(found) == []
    made = saved(found)
    assert made["A-2"].amounts[0].amount == 500
    assert sum(a.amount for a in made["A-1"].amounts if a.period == "FY2026-Q3" and a.source == "run_rate") == 600
    three = edit(sent(tmp_path, name="three"), lambda book: account(book).put("A-2", q3=7))
    found = taken(one, two, three)
    assert set(saved(found)) == {"A-1", "P-1"}
    assert [f.fault for f in found.faults] == [
        "the plan says something else in three.xlsx",
        "the plan says something else in one.xlsx",
    ]


def test_another_book_another_year_and_a_changed_stamp_are_refused(tmp_path: Path) -> None:
    def stamp(row: int, value: str) -> Callable[[Any], None]:
        def change(book: Any) -> None:
            book["_stamp"].cell(row, 2).value = value

        return change

    found = taken(edit(sent(tmp_path), stamp(4, "P-2")))
    assert "_stamp was changed" in errors(found)[0][2]
    assert found.saves == []
    found = taken(edit(sent(tmp_path), lambda book: book.remove(book["_stamp"])))
    assert "no stamp" in errors(found)[0][2]


def rewrite(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Change one part of the archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info, change(data) if info.filename == part else data)
    path.write_bytes(out.getvalue())
    return path


def add(path: Path, part: str, data: bytes) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, data)
    return path


def lying(path: Path) -> Path:
    """A part that unpacks to far more than its header says, with a checksum to match the little."""
    bomb = b"\x00" * (60 << 20)
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = machine.compress(bomb) + machine.flush()
    add(path, "xl/extra.bin", b"x")
    content = bytearray(path.read_bytes())
    name = b"xl/extra.bin"
    at = content.rfind(b"PK\x01\x02")
    local = len(content[:at])
    offset = content.find(b"PK\x01\x02")
    header = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, zlib.crc32(b"\x00"), len(packed), 1, len(name), 0)
    start = struct.unpack("<L", content[at + 42 : at + 46])[0]
    whole = bytes(content[:start]) + header + name + packed
    directory = bytearray(content[offset:])
    entry = directory.rfind(b"PK\x01\x02")
    directory[entry + 10 : entry + 12] = struct.pack("<H", 8)
    directory[entry + 16 : entry + 28] = struct.pack("<3L", zlib.crc32(b"\x00"), len(packed), 1)
    end = directory.rfind(b"PK\x05\x06")
    directory[end + 16 : end + 20] = struct.pack("<L", len(whole))
    path.write_bytes(whole + bytes(directory))
    assert local
    return path


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (lambda p: p.write_bytes(b"") or p, "is not an .xlsx or .ods file"),
        (lambda p: p.write_bytes(b"a,b\n1,2\n") or p, "is not an .xlsx or .ods file"),
        (lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0" + b"\x00" * 600) or p, "has a password, or is an old .xls"),
        (lambda p: p.write_bytes(p.read_bytes()[:-400]) or p, "is damaged"),
        (lambda p: add(p, "xl/vbaProject.bin", b"x"), "holds macros"),
        (lambda p: add(p, "xl/media/bomb.bin", b"\x00" * (50 << 20)), "unpacks to far more"),
        (lying, "unpacks to far more"),
        (lambda p: rewrite(p, "xl/workbook.xml", lambda x: x.replace(b"<workbook", b'<!DOCTYPE a [<!ENTITY b "c">]><workbook', 1)), "holds XML"),
        (lambda p: rewrite(p, "xl/worksheets/sheet2.xml", lambda x: x.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')), "reaches to row 1048576"),
        (lambda p: rewrite(p, "xl/worksheets/sheet2.xml", lambda x: x[: len(x) // 2]), "is"),
        (lambda p: rewrite(p, "xl/workbook.xml", lambda x: x[:60]), "is damaged"),
        (lambda p: rewrite(p, "xl/sharedStrings.xml", lambda x: x[: len(x) // 2]), "is"),
    ],
)  # fmt: skip
def test_what_may_not_be_opened_is_refused_before_it_is_parsed(tmp_path: Path, harm: Any, fault: str) -> None:
    path = sent(tmp_path)
    harm(path)
    found = taken(path)
    assert not found.ok
    assert found.saves == [] or fault == "is"
    assert fault in " ".join(f.fault for f in found.faults)
    assert all(f.remedy for f in found.faults)


def test_a_marked_copy_shows_every_fault_on_its_cell(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        account(book).put("A-2", q3="about 5", due_on="soon")
        Sheet(book["Territory"], "unnamed").put(Sheet(book["Territory"], "unnamed").free[0], q3="=x", note="n")

    path = edit(sent(tmp_path), change)
    before = path.read_bytes()
    copy = write_marked(taken(path).files[0])
    assert path.read_bytes() == before
    assert copy == tmp_path / "P-1.faults.xlsx"
    book = load_workbook(copy)
    sheet = account(book)
    assert "is not a number" in sheet.sheet[sheet.ref("A-2", "q3")].comment.text
    assert "is not a day" in sheet.sheet[sheet.ref("A-2", "due_on")].comment.text
    front = book.worksheets[0]
    assert front.title == "Faults"
    assert front.max_row == 4
    assert [front.cell(r, 3).data_type in ("s", "inlineStr") for r in (2, 3, 4)] == [True] * 3


def test_a_file_that_cannot_be_opened_has_no_marked_copy(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"no")
    assert write_marked(taken(tmp_path / "x.xlsx").files[0]) is None


def test_a_missing_file_is_a_fault_and_others_go_on(tmp_path: Path) -> None:
    found = taken(tmp_path / "gone.xlsx", sent(tmp_path))
    assert "cannot be read" in found.faults[0].fault
    assert len(found.saves) == 3
