"""The shipped mappings on real input, where it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbook.book import Book
from workbook.cli.app import run as command
from workbook.crm.mapping import find_mapping
from workbook.crm.run import Import, import_export

ROOT = Path(__file__).resolve().parents[2]
DATA = next((p for p in (ROOT.parent / "shared" / "data", ROOT / "shared" / "data") if p.is_dir()), ROOT / "not there")
pytestmark = [pytest.mark.real, pytest.mark.skipif(not DATA.is_dir(), reason="not there")]


def made(name: str, into: Path, folder: str = "") -> Import:
    return import_export(find_mapping(name), DATA / (folder or name), into / name)


@pytest.fixture(scope="module")
def adventureworks(tmp_path_factory: pytest.TempPathFactory) -> Import:
    return made("adventureworks", tmp_path_factory.mktemp("real"))


def test_adventureworks_is_ten_territories_in_three_groups(adventureworks: Import) -> None:
    book = Book.open(adventureworks.book)
    tree = book.tree
    assert [tree.level(n) for n in tree.children(tree.root)] == ["region"] * 3
    assert len(tree.leaves()) == 10
    assert adventureworks.counts["rejected"].sum() == 0
    tables = book.tables
    assert len(tables.accounts) == 701
    assert (tables.accounts["status"] == "prospect").sum() == 69
    assert tables.accounts["latitude"].isna().sum() == 30
    assert not tables.accounts["region"].str.endswith(" ").any()
    assert tables.sales["amount"].sum() == 7_754_857_020
    owners = tables.ownership.merge(tables.reps, on="rep_id")
    assert len(owners) == 701


def test_adventureworks_quotas_add_up_at_every_level_and_count_once(adventureworks: Import) -> None:
    targets = Book.open(adventureworks.book).tables.targets.set_index(["territory_id", "period"])["amount"]
    groups = ["G-EUROPE", "G-NORTH-AMERICA", "G-PACIFIC"]
    territories = [f"T-{i:02}" for i in range(1, 11)]
    for quarter in {period for _, period in targets.index}:
        company = targets["AW", quarter]
        assert company == sum(targets.get((g, quarter), 0) for g in groups)
        assert company == sum(targets.get((t, quarter), 0) for t in territories)
    assert targets["AW", "FY2018-Q1"] == 388_600_000  # 3,858,000 of reps and 28,000 of a manager
    assert targets["AW", "FY2020-Q4"] == 1_035_900_000


def test_adventureworks_warnings_are_those_of_its_readme(adventureworks: Import) -> None:
    quality = Book.open(adventureworks.book).quality
    found = quality.topics.set_index("topic")["count"].to_dict()
    assert found == {"coordinates": 30, "likeness": 2, "coverage": 1}
    assert quality.errors == 0


def test_maven_pipeline_without_account_is_rejected_and_products_are_found(tmp_path: Path) -> None:
    done = made("maven_crm", tmp_path)
    assert (done.rejects["reason"] == "the deal names no account").sum() == 1425
    book = Book.open(done.book)
    assert len(book.tree.leaves()) == 6
    assert "technology" in set(book.tables.accounts["industry"])
    assert "technolgy" not in set(book.tables.accounts["industry"])
    assert book.tables.sales["product_id"].isin(book.tables.products["product_id"]).all()
    assert book.tables.accounts["parent_account_id"].notna().sum() == 15
    assert not book.tables.has("ownership")
    assert not book.tables.has("targets")
    assert book.tables.sales["booked_on"].min().year == 2017
    assert any("list price" in note for note in book.quality.imported.notes)


def test_helixcore_bot_work_is_a_systems_and_days_are_local(tmp_path: Path) -> None:
    done = made("helixcore", tmp_path)
    touches = Book.open(done.book).tables.activities
    assert (touches["source"] == "system").sum() == 1531 + 1547 + 1542
    assert (done.rejects["reason"] == "done by the system for no rep").sum() == 859 + 891 + 917
    assert touches["rep_id"].notna().all()
    first = touches.set_index("activity_id").loc["A0000000B", "done_on"]
    assert str(first.date()) == "2026-04-02"  # 05:00 UTC is midnight in Colombia


def test_northwind_keeps_leading_zeros_and_shows_unassigned_territories(tmp_path: Path) -> None:
    done = made("northwind", tmp_path)
    book = Book.open(done.book)
    assert "01581" in " ".join(book.tables.territories["zip_codes"].dropna())
    assert "P-open-4" in book.tree.leaves()
    faults = book.quality.faults
    assert (faults["fault"] == "no rep works in this territory").sum() == 1
    assert book.tables.sales["amount"].sum() == 126_579_329  # unrounded 1,265,793.04; each line is rounded to the cent
    assert (book.tables.accounts["status"] == "prospect").sum() == 2


def test_wide_world_importers_bill_to_itself_is_no_parent(tmp_path: Path) -> None:
    accounts = Book.open(made("wwi", tmp_path).book).tables.accounts
    assert len(accounts) == 663
    assert accounts["parent_account_id"].value_counts().tolist() == [200, 200]
    assert accounts["latitude"].notna().all()


@pytest.mark.parametrize("name", ["salesforce", "hubspot"])
def test_the_real_headings_of_a_crm_are_understood(tmp_path: Path, name: str) -> None:
    done = made(name, tmp_path, f"crm_schemas/{name}")
    assert (done.counts["read"] == done.counts["used"] + done.counts["rejected"]).all()
    assert done.counts.set_index("table").loc["reps", "used"] > 9


def test_the_check_command_writes_an_offline_page(adventureworks: Import, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["check", "--book", str(adventureworks.book)]) == 0
    page = (adventureworks.book / "documents" / "check.html").read_text(encoding="utf-8")
    assert "coordinates are 0, 0" in page
    for word in ("src=", "href=", "@import", "url("):
        assert word not in page
    assert "33 data warnings" in " ".join(capsys.readouterr().out.split())
