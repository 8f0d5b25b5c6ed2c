"""``workbook new``: a blank book or the sample, into an empty folder only, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from workbook.book import Book
from workbook.cli.app import run
from workbook.places import shipped
from workbook.rules import Rules, read_rules
from workbook.tables.schema import TABLES


def test_a_blank_book_has_all_tables_with_headers_only(tmp_path: Path) -> None:
    assert run(["new", str(tmp_path / "plan")]) == 0
    for name, table in TABLES.items():
        text = (tmp_path / "plan/tables" / f"{name}.csv").read_text(encoding="utf-8")
        assert text == ",".join(table.names) + "\n"


def test_a_blank_book_opens_once_its_needed_tables_are_filled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", str(tmp_path / "plan")]) == 0
    assert run(["check", "--book", str(tmp_path / "plan")]) == 1
    assert "Traceback" not in capsys.readouterr().err
    for name, row in {
        "territories": {"territory_id": "CO", "name": "Company"},
        "reps": {"rep_id": "P1", "name": "Ann Berg", "territory_id": "CO"},
        "accounts": {"account_id": "A1", "name": "Acme", "territory_id": "CO", "status": "prospect"},
        "ownership": {"account_id": "A1", "rep_id": "P1", "role": "owner", "from_on": "2025-01-01"},
        "products": {"product_id": "PR1", "name": "Pump"},
        "sales": {"account_id": "A1", "booked_on": "2025-05-05", "amount": "12.50"},
    }.items():
        with (tmp_path / "plan/tables" / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.write(",".join(row.get(column, "") for column in TABLES[name].names) + "\n")
    tables = Book.open(tmp_path / "plan", as_of="2025-12-31").tables
    assert tables.sales["amount"].tolist() == [1250]
    assert not tables.has("activities")
    assert tables.lacks("activities", "cadence") == "no activities table: cadence not known"


def test_a_blank_books_rules_are_the_defaults_and_explained(tmp_path: Path) -> None:
    assert run(["new", str(tmp_path / "plan")]) == 0
    assert read_rules(tmp_path / "plan/book.toml") == Rules()
    text = (tmp_path / "plan/book.toml").read_text(encoding="utf-8")
    assert "# the month in which the fiscal year starts, 1 to 12\nfiscal_start_month = 1" in text


def test_help_has_a_sheet_and_a_section_per_table(tmp_path: Path) -> None:
    assert run(["new", str(tmp_path / "plan")]) == 0
    book = openpyxl.load_workbook(tmp_path / "plan/tables/HELP.xlsx")
    page = (tmp_path / "plan/tables/HELP.md").read_text(encoding="utf-8")
    assert book.sheetnames == list(TABLES)
    for name, table in TABLES.items():
        assert [cell.value for cell in book[name]["A"][4:]] == table.names
        assert f"## {name}\n" in page
        for column in table.columns:
            assert f"| {column.name} |" in page


def test_a_book_has_its_own_notebooks(tmp_path: Path) -> None:
    assert run(["new", str(tmp_path / "plan")]) == 0
    copied = {p.name: p.read_bytes() for p in (tmp_path / "plan/notebooks").iterdir()}
    assert copied == {p.name: p.read_bytes() for p in shipped("notebooks").glob("*.ipynb")}


def test_the_sample_opens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", str(tmp_path / "demo"), "--sample", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["summary"]["accounts"] == len(Book.open(tmp_path / "demo").tables.accounts) == 1200
    assert (answer["command"], answer["ok"], answer["summary"]["sample"]) == ("new", True, True)


def test_accounts_alone_mean_the_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", str(tmp_path / "demo"), "--accounts", "1300", "--seed", "9"]) == 0
    assert "sample data, 1,300 accounts" in capsys.readouterr().out


@pytest.mark.parametrize("options", [[], ["--sample"]])
def test_a_folder_with_anything_in_it_is_refused_and_left_alone(
    tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan/mine.txt").write_text("kept")
    assert run(["new", str(tmp_path / "plan"), *options]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [p.name for p in tmp_path.rglob("*")] == ["plan", "mine.txt"]


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("kept")
    assert run(["new", str(tmp_path / "plan")]) == 2
    assert (tmp_path / "plan").read_text() == "kept"


def test_an_empty_folder_and_a_new_path_will_do(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run(["new", str(tmp_path / "empty")]) == 0
    assert run(["new", str(tmp_path / "deep/er/book")]) == 0
    assert (tmp_path / "empty/book.toml").is_file()
    assert (tmp_path / "deep/er/book/book.toml").is_file()
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]
