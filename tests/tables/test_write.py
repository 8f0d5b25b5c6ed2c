"""Writing tables: exact amounts, whole folders or none."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from workbook.tables.reference import reference
from workbook.tables.write import replacing_folder, settle, write_tables

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tables.md"


@pytest.mark.parametrize(("currency", "written"), [("USD", "-0.05"), ("JPY", "-5"), ("KWD", "-0.005")])
def test_minor_units_are_written_as_decimals(tmp_path: Path, currency: str, written: str) -> None:
    sales = pd.DataFrame({"account_id": ["a"], "booked_on": [pd.Timestamp("2026-01-02")], "amount": [-5]})
    (path,) = write_tables(tmp_path, {"sales": sales}, currency)
    assert path.read_text() == f"account_id,booked_on,amount\na,2026-01-02,{written}\n"


def test_the_largest_amounts_are_exact(tmp_path: Path) -> None:
    amounts = [999_999_999_999_999_999, -999_999_999_999_999_999, 1]
    sales = pd.DataFrame({"account_id": ["a"] * 3, "booked_on": [pd.Timestamp("2026-01-02")] * 3, "amount": amounts})
    (path,) = write_tables(tmp_path, {"sales": sales}, "USD")
    assert [line.split(",")[2] for line in path.read_text().splitlines()[1:]] == [
        "9999999999999999.99",
        "-9999999999999999.99",
        "0.01",
    ]


def test_a_folder_is_replaced_whole_and_keeps_files_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "sales.csv").write_text("old")
    (folder / "notes.txt").write_text("mine")
    with replacing_folder(folder) as made:
        (made / "sales.parquet").write_text("new")
    assert sorted(p.name for p in folder.iterdir()) == ["notes.txt", "sales.parquet"]
    assert [p.name for p in tmp_path.iterdir()] == ["tables"]


def test_a_failed_replacement_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "sales.csv").write_text("old")

    def fail() -> None:
        with replacing_folder(folder) as made:
            (made / "sales.csv").write_text("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (folder / "sales.csv").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["tables"]


def test_a_replacement_killed_between_its_renames_is_put_back(tmp_path: Path) -> None:
    before = tmp_path / ".tables.before"
    before.mkdir()
    (before / "sales.csv").write_text("old")
    settle(tmp_path / "tables")
    assert (tmp_path / "tables" / "sales.csv").read_text() == "old"


def test_the_reference_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run: python -m workbook.tables.reference > docs/tables.md"
