"""An import leaves a manifest: the day, the mapping, the files with size and hash, the rows of each table; documents show it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from workbook.book import Book
from workbook.cli.check import check
from workbook.crm.mapping import read_mapping
from workbook.crm.run import import_export
from workbook.reconcile.calendar import calendar
from workbook.tables.manifest import Imported, read_report
from workbook.tables.snapshot import digests

Write = Callable[..., tuple[Path, Path, Path]]
MAY, JUNE = date(2026, 5, 4), date(2026, 6, 8)


def run(made: tuple[Path, Path, Path], today: date) -> Path:
    source, mapping, book = made
    import_export(read_mapping(mapping), source, book, today=today)
    return book


def noted(book: Path) -> Imported | None:
    return read_report(book, digests((book / "tables").iterdir()))


def test_it_names_the_day_the_mapping_the_files_and_the_rows(export: Write) -> None:
    made = export()
    done = noted(run(made, MAY))
    assert done is not None
    assert (done.on, done.mapping, done.read, done.used) == (MAY, "mapping", 17, 15)
    orders = (made[0] / "orders.csv").read_bytes()
    assert {s.file: (s.bytes, s.sha256) for s in done.sources}["orders.csv"] == (
        len(orders),
        sha256(orders).hexdigest(),
    )
    assert {t.table: (t.read, t.used) for t in done.tables}["sales"] == (5, 3)
    plain = json.loads((made[2] / "import" / "report.json").read_text())
    assert [(t["table"], t["rejected"]) for t in plain["tables"] if t["rejected"]] == [("sales", 2)]


def test_the_same_export_again_is_no_new_import_and_another_is(export: Write) -> None:
    book = run(export(), MAY)
    before = (book / "import" / "report.json").read_bytes()
    run(export(), JUNE)
    assert (book / "import" / "report.json").read_bytes() == before
    changed = export(export={"orders.csv": "no,client,day,total\n1,1,2026-01-05,10.50\n"})
    assert (noted(run(changed, JUNE)) or pytest.fail("no manifest")).on == JUNE


def test_it_holds_beside_tables_made_by_hand_but_not_after_a_change_of_its_own(export: Write) -> None:
    book = run(export(), MAY)
    (book / "tables" / "targets.csv").write_text("territory_id,period,amount\nCO,FY2026,100\n")
    assert (noted(book) or pytest.fail("no manifest")).on == MAY
    with (book / "tables" / "sales.csv").open("a") as file:
        file.write("A-1,2026-02-01,1.00,X\n")
    assert noted(book) is None


@pytest.mark.parametrize(
    "damage", ["", "[]", "{", '{"mapping": "x", "on": "soon", "tables": [], "sources": [], "notes": []}']
)
def test_a_damaged_one_is_as_none(damage: str, export: Write) -> None:
    book = run(export(), MAY)
    (book / "import" / "report.json").write_text(damage)
    assert noted(book) is None
    assert Book.open(book).quality.imported is None


def test_a_book_held_at_an_earlier_day_counts_the_import_as_that_days(export: Write) -> None:
    made = export(mapping={"book.toml": '[book]\nname = "Co"\nas_of = 2026-01-31\n'})
    assert (noted(run(made, MAY)) or pytest.fail("no manifest")).on == date(2026, 1, 31)


def test_the_calendar_dates_the_data_by_it(export: Write) -> None:
    book = run(export(), MAY)
    (book / "tables" / "targets.csv").write_text("territory_id,period,amount\nCO,FY2026,100\n")
    rows = calendar(Book.open(book, as_of=JUNE).facts).set_index("step")
    data, target = rows.loc["data"], rows.loc["target"]
    assert data["evidence"].endswith("; targets by hand, since when is not recorded")
    assert "since when is not recorded" in target["evidence"]
    (book / "tables" / "targets.csv").unlink()
    data = calendar(Book.open(book, as_of=JUNE).facts).set_index("step").loc["data"]
    assert (data["done_on"].date(), data["state"]) == (MAY, "done late")
    assert data["evidence"].endswith("imported on 2026-05-04 by mapping from 2 files")
    early = calendar(Book.open(book, as_of=date(2026, 2, 1)).facts).set_index("step").loc["data"]
    assert early["evidence"].endswith("by mapping from 2 files, after this day")


def test_check_shows_it(export: Write, capsys: pytest.CaptureFixture[str]) -> None:
    book = run(export(), MAY)
    check(book, as_json=True)
    said = json.loads(capsys.readouterr().out)["summary"]["imported"]
    assert (said["on"], said["mapping"], [s["file"] for s in said["sources"]]) == ("2026-05-04", "mapping", ["clients.csv", "orders.csv"])  # fmt: skip
    page = (book / "documents" / "check.html").read_text(encoding="utf-8")
    assert "Imported on 2026-05-04 by the mapping mapping" in page
    assert said["sources"][0]["sha256"][:16] in page
    check(book, as_json=False)
    assert "imported on 2026-05-04 by mapping from 2 files" in " ".join(capsys.readouterr().out.split())
