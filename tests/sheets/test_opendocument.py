"""Files that LibreOffice saved as .ods are read as the .xlsx they were; hostile ones are refused before anything is repeated."""

from __future__ import annotations

import shutil
import subprocess
import time
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from openpyxl import load_workbook

from tests.sheets.files import account, edit, sent, taken
from tests.sheets.test_roundtrip import check_filled, fill, plans
from workbook.rules.plans import PlansRules
from workbook.sheets.guard import inspect
from workbook.sheets.marking import write_marked

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "script")
)
MIME = "application/vnd.oasis.opendocument.spreadsheet"
PADDING = '<table:table-row table:number-rows-repeated="1040000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'  # fmt: skip


def document(tables: str) -> str:
    return f'<?xml version="1.0"?><office:document-content {_SPACES}><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>'


def packed(path: Path, content: str, **more: str) -> Path:
    """An .ods with this content; ``more``: parts by name, ``__`` for a slash."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", MIME)
        archive.writestr("content.xml", content)
        for name, text in more.items():
            archive.writestr(name.replace("__", "/"), text)
    return path


def cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, datetime):
        return f'<table:table-cell office:value-type="date" office:date-value="{value.date()}"/>'
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    words = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f'<table:table-cell office:value-type="string">{words}</table:table-cell>'


def as_ods(path: Path) -> Path:
    """The values of an .xlsx as an .ods, every sheet padded with a million blank rows, as LibreOffice does it."""
    tables = ""
    for sheet in load_workbook(path, data_only=True):
        rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in sheet.iter_rows(values_only=True))  # fmt: skip
        tables += f"<table:table table:name={quoteattr(sheet.title)}>{rows}{PADDING}</table:table>"
    return packed(path.with_suffix(".ods"), document(tables))


def test_an_ods_reads_as_the_xlsx_it_was(tmp_path: Path) -> None:
    found = taken(as_ods(edit(sent(tmp_path), fill)))
    assert [str(f) for f in found.faults] == []
    check_filled(plans(found))


def test_faults_have_their_sheet_and_cell_and_the_marked_copy_is_an_xlsx(tmp_path: Path) -> None:
    path = edit(sent(tmp_path), lambda book: account(book).put("A-2", q3="about 5000"))
    place = account(load_workbook(path)).ref("A-2", "q3")
    found = taken(as_ods(path))
    wrong = [f for f in found.faults if f.severity == "error"]
    assert [(f.sheet, f.cell, f.fault) for f in wrong] == [("Accounts", place, "is not a number")]
    assert {s.plan.plan_id for s in found.saves} == {"A-1", "P-1"}
    marked = write_marked(found.files[0])
    assert marked == tmp_path / "P-1.faults.xlsx"
    book = load_workbook(marked)
    assert "is not a number" in book["Accounts"][place].comment.text
    assert book["Accounts"][place].value == "about 5000"
    assert [c.value for c in book["Faults"][2]][:3] == ["Accounts", place, "about 5000"]
    assert book["_stamp"].sheet_state == "hidden"


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_file_that_libreoffice_saved_as_ods_reads_the_same(tmp_path: Path) -> None:
    path = edit(sent(tmp_path), fill)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path / "out"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    found = taken(tmp_path / "out" / "P-1.ods")
    assert [str(f) for f in found.faults] == []
    check_filled(plans(found))


def one(row: str) -> str:
    return document(f'<table:table table:name="Accounts">{row}</table:table>')


FULL = '<table:table-cell office:value-type="float" office:value="1"{0}/>'
WRONG = '<table:table-cell table:formula="of:=1/0" office:value-type="string" table:number-columns-repeated="39"><text:p>#DIV/0!</text:p></table:table-cell>'
DEEP = "<table:table-row-group>" * 50_000 + "</table:table-row-group>" * 50_000
HOSTILE: dict[str, tuple[str, dict[str, str], str]] = {
    "a row a million times": (one(f'<table:table-row table:number-rows-repeated="1000000">{FULL.format("")}</table:table-row>'), {}, "reaches to row 1000000"),
    "a cell a million times": (one(f"<table:table-row>{FULL.format(' table:number-columns-repeated=' + chr(34) + '1000000' + chr(34))}</table:table-row>"), {}, "column 1000000"),
    "a cell beyond the last row": (one(PADDING + f"<table:table-row>{FULL.format('')}</table:table-row>"), {}, "reaches to row 1040001"),
    "full rows many times": (one(f'<table:table-row table:number-rows-repeated="4000">{FULL.format("") * 200}</table:table-row>'), {}, "far too large"),
    "full rows in many sheets": (document("".join(f'<table:table table:name="{n}"><table:table-row table:number-rows-repeated="5000">{WRONG}</table:table-row></table:table>' for n in range(20))), {}, "is far too large"),
    "many sheets that reach far": (document("".join(f'<table:table table:name="{n}"><table:table-row table:number-rows-repeated="4999"/><table:table-row>{FULL.format("")}</table:table-row></table:table>' for n in range(1000))), {}, "is far too large"),
    "a number of repeats that is none": (one(f'<table:table-row table:number-rows-repeated="{"9" * 5000}">{FULL.format("")}</table:table-row>'), {}, "reaches to row 1000000000"),
    "macros in Basic": (one(""), {"Basic__Standard__script-lb.xml": "<x/>"}, "holds macros"),
    "macros in Python": (one(""), {"Scripts__python__evil.py": "import os"}, "holds macros"),
    "an event that starts a script": (one('<table:shapes><script:event-listener script:language="ooo:script"/></table:shapes>'), {}, "holds macros"),
    "a password": ("\0\1\2", {"META-INF__manifest.xml": "<m><manifest:encryption-data/></m>"}, "has a password"),
    "an entity": ('<!DOCTYPE x [<!ENTITY a "b">]>' + one(""), {}, "holds XML that no spreadsheet program writes"),
    "broken XML": ("<office:document-content>", {}, "is damaged"),
    "no stamp": (one(""), {}, "is not a plan file"),
    "groups in groups": (one(DEEP), {}, "is not a plan file"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_what_could_hurt_is_refused_at_once(case: str, tmp_path: Path) -> None:
    content, more, words = HOSTILE[case]
    path = packed(tmp_path / "P-1.ods", content, **more)
    began = time.process_time()
    found = taken(path)
    assert time.process_time() - began < 5
    assert [f.fault for f in found.faults if words in f.fault], [f.fault for f in found.faults]
    assert found.saves == []
    assert found.faults[0].remedy
    assert write_marked(found.files[0]) is None


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ('office:value-type="float" office:value="0.5">', 0.5), ('office:value-type="percentage" office:value="0.8">', 0.8),
        ('office:value-type="boolean" office:boolean-value="true">', True), ('office:value-type="date" office:date-value="2026-09-30">', datetime(2026, 9, 30)),
        ('office:value-type="string"><text:p>a<text:s text:c="2"/>b<text:tab/><text:span>c</text:span>d</text:p><text:p>e</text:p>', "a  b\tcd\ne"),
        ('office:value-type="string"><office:annotation><text:p>a comment</text:p></office:annotation><text:p>words</text:p>', "words"),
        ('office:value-type="float" office:value="about"><text:p>about</text:p>', "about"),
    ],
)  # fmt: skip
def test_a_cell_is_what_it_says(given: str, value: object, tmp_path: Path) -> None:
    row = f"<table:table-row><table:table-cell/><table:table-cell {given}</table:table-cell></table:table-row>"
    found = inspect(packed(tmp_path / "x.ods", one(row + PADDING)), PlansRules())
    assert found.tables == {"Accounts": [["", value]]}


def test_errors_and_formulas_never_computed_are_told(tmp_path: Path) -> None:
    row = '<table:table-row><table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value=""><text:p>#DIV/0!</text:p></table:table-cell><table:table-cell table:formula="of:=[.A1]"/></table:table-row>'
    found = inspect(packed(tmp_path / "x.ods", one(row)), PlansRules())
    assert found.errors["Accounts"] == {(0, 0): "#DIV/0!"}
    assert found.unvalued["Accounts"] == {(0, 1)}


def test_an_archive_that_only_looks_like_one_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "P-1.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", one(""))
    assert [f.fault for f in taken(tmp_path / "P-1.ods").faults] == ["is not an .xlsx or .ods file"]
