"""Finance's spreadsheet: subtotals are formulas, agree with our sums to the cent, and nothing in it runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from workbook.book import Book
from workbook.cli.show_reconcile import about, write
from workbook.sheets.ledger import ranges
from workbook.sheets.reconciliation import write_reconciliation

EVIL = '=HYPERLINK("http://x","y")'
LISTS = ("By node", "By rep", "By account", "By product", "Bridge", "Summary")


@pytest.fixture(scope="module")
def written(make: Callable[..., Book], tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, Path]:
    book = make({"Ann": EVIL, "1": "+cmd|' /C calc'!A0", "A": "@SUM(1)"})
    path = tmp_path_factory.mktemp("sheet") / "reconciliation.xlsx"
    return book, write_reconciliation(book.reconcile.statement, about(book), path)


def test_every_list_of_the_statement_adds_up_to_the_company(company: Book) -> None:
    statement = company.reconcile.statement
    top = statement["by_node"].iloc[0]
    assert top["node"] == "CO"
    assert top["target_amount"] == 400_003
    for measure in ("target", "street", "plan", "projection", "actual", "last_year"):
        for name in ("by_rep", "by_account"):
            assert statement[name][f"{measure}_amount"].sum() == top[f"{measure}_amount"], (name, measure)
    products = statement["by_product"]
    products = products[products["node"] == "CO"]
    for measure in ("target", "plan", "actual"):
        assert products[f"{measure}_amount"].sum() == top[f"{measure}_amount"]
    assert statement["lines"]["amount"].sum() == top["plan_amount"]


def test_what_nobody_below_has_is_a_row_of_its_own(company: Book) -> None:
    rows = company.reconcile.statement["by_node"]
    rest = rows[(rows["node_kind"] == "rest").to_numpy()].set_index("node")
    assert rest.loc["S", "actual_amount"] == 6 * 7 * 1001  # account 7 has no rep: six months of 70.07
    assert "A" not in rest.index[rest["actual_amount"] != 0]


def test_subtotals_are_formulas_that_hold_our_sums(written: tuple[Book, Path]) -> None:
    book, path = written
    formulas, values = (openpyxl.load_workbook(path, data_only=d) for d in (False, True))
    sheet, shown = formulas["By node"], values["By node"]
    names = [c.value for c in sheet[4]]
    at = names.index("Target") + 1
    quarter = names.index("Q1 booked") + 1
    assert str(sheet.cell(5, at).value).startswith("=")
    assert str(sheet.cell(5, quarter).value).startswith("=SUM(")
    assert Decimal(str(shown.cell(5, at).value)) == Decimal("4000.03")
    for name in ("By rep", "By account", "By product", "Lines"):
        totals = [c.value for c in formulas[name][5] if str(c.value).startswith("=SUBTOTAL(109,")]
        assert totals, name
    plan = book.reconcile.statement["by_node"]["plan_amount"].iloc[0]
    lines = values["Lines"]
    assert round(lines.cell(5, lines.max_column).value * 100) == plan


def test_no_cell_of_ours_runs_and_names_stay_text(written: tuple[Book, Path]) -> None:
    _, path = written
    book = openpyxl.load_workbook(path)
    allowed = re.compile(r"=(SUM\(|SUBTOTAL\(109,|IF\(|ROUND\(MAX\(|'|[A-Z$])")
    seen = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert allowed.match(cell.value), cell.value
                    assert "HYPERLINK" not in cell.value
                seen += cell.value == EVIL and cell.data_type == "s"
    assert seen >= 2
    with zipfile.ZipFile(path) as whole:
        assert not [n for n in whole.namelist() if "external" in n.lower() or "vba" in n.lower()]


def test_the_same_book_gives_the_same_bytes(written: tuple[Book, Path], tmp_path: Path) -> None:
    book, path = written
    again = write_reconciliation(book.reconcile.statement, about(book), tmp_path / "again.xlsx")
    assert again.read_bytes() == path.read_bytes()


def test_a_folder_gets_csv_and_parquet_of_the_same(company: Book, tmp_path: Path) -> None:
    made = {p.name for p in write(company, tmp_path)}
    assert {"reconciliation.xlsx", "by_node.csv", "by_node.parquet", "cells.parquet", "audit.csv"} <= made
    table = pq.read_table(tmp_path / "by_node.parquet")
    assert table.schema.field("target_amount").type.scale == 2
    assert table["target_amount"][0].as_py() == Decimal("4000.03")
    head, first = (tmp_path / "by_node.csv").read_text(encoding="utf-8").splitlines()[:2]
    assert first.split(",")[head.split(",").index("target_amount")] == "4000.03"
    assert "'=Valves" in (tmp_path / "by_product.csv").read_text(encoding="utf-8")


def test_a_scoped_statement_holds_no_other_node(company: Book) -> None:
    scoped = company.scoped("A").reconcile.statement
    assert scoped["by_node"]["node"].tolist()[0] == "A"
    for name, frame in scoped.items():
        text = frame.to_csv()
        assert "Cid" not in text, name
        assert "Dee" not in text, name


def test_ranges_are_short() -> None:
    assert ranges("B", [9, 3, 4, 5]) == "B4:B6,B10"


@pytest.mark.office
@pytest.mark.slow
def test_libreoffice_recalculates_to_our_cents(written: tuple[Book, Path], tmp_path: Path) -> None:
    """Every cached value is made wrong first, so that what LibreOffice shows is its own sum."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice not there")
    _, path = written
    wrong = tmp_path / "wrong.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(wrong, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1<v>123456</v>", content)
            target.writestr(name, content)
    profile = tmp_path / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">'
        "<value>0</value></prop></item></oor:items>"
    )
    out = tmp_path / "out"
    run = ["soffice", f"-env:UserInstallation=file://{profile.parent}", "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(wrong)]  # fmt: skip
    subprocess.run(run, check=True, capture_output=True, timeout=180)
    ours, theirs = (openpyxl.load_workbook(p, data_only=True) for p in (path, out / "wrong.xlsx"))
    formulas = openpyxl.load_workbook(path)
    compared = 0
    for name in LISTS:
        for row in formulas[name].iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    mine, other = (b[name][cell.coordinate].value for b in (ours, theirs))
                    if isinstance(mine, int | float):
                        assert isinstance(other, int | float), (name, cell.coordinate, other)
                        assert round(mine * 100) == round(other * 100), (name, cell.coordinate, mine, other)
                        compared += 1
    assert compared > 150
