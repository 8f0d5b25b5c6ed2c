"""An import: rows read = used + rejected, rejects by file and line, all tables or none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from workbook.book import Book
from workbook.cli.app import run as command
from workbook.crm import export as export_module
from workbook.crm.mapping import find_mapping, read_mapping, shipped_mappings
from workbook.crm.run import Import, import_export
from workbook.errors import DataError, UsageError

Write = Callable[..., tuple[Path, Path, Path]]


def run(folders: tuple[Path, Path, Path]) -> Import:
    source, mapping, book = folders
    return import_export(read_mapping(mapping), source, book)


def lines(done: Import) -> list[tuple[str, str, int, str]]:
    return list(done.rejects[["table", "file", "line", "what"]].itertuples(index=False, name=None))


def test_rows_read_are_used_or_rejected_with_file_and_line(export: Write) -> None:
    done = run(export())
    counts = done.counts.set_index("table")
    assert counts.loc["sales", ["read", "used", "rejected"]].tolist() == [5, 3, 2]
    assert (counts["read"] == counts["used"] + counts["rejected"]).all()
    assert lines(done) == [("sales", "orders.csv", 4, "line"), ("sales", "orders.csv", 5, "line")]
    assert done.rejects["reason"].tolist()[0] == "is not among the accounts"
    assert done.rejects["value"].tolist() == ["A-9", "soon"]
    assert done.rejects_file is not None
    assert done.rejects_file.read_text().splitlines()[1].startswith("sales,orders.csv,4,line,account_id,A-9")
    book = Book.open(done.book)
    assert book.tables.sales["amount"].tolist() == [1050, 2025, -125]
    assert book.quality.sentence.startswith("17 rows of the export read = 15 used + 2 rejected, imported on ")


def test_the_same_export_gives_the_same_bytes(export: Write, tmp_path: Path) -> None:
    source, mapping, book = export()
    first = run((source, mapping, book))
    other = run((source, mapping, tmp_path / "again"))
    for name in first.counts["file"]:
        assert (book / "tables" / name).read_bytes() == (other.book / "tables" / name).read_bytes()


def test_a_line_that_the_sql_leaves_out_is_rejected_and_not_lost(export: Write) -> None:
    sql = "select 'A-' || client as account_id, day as booked_on, total as amount, _file, _line from orders where no <> '1'"
    done = run(export(mapping={"sales.sql": sql}))
    assert ("sales", "orders.csv", 2, "line") in lines(done)
    assert "sales.sql leaves this line out" in done.rejects["reason"].tolist()
    assert done.counts.set_index("table").loc["sales", "read"] == 5


def test_a_mapping_says_why_it_rejects_and_may_mean_some_lines_only(export: Write) -> None:
    sql = (
        "-- only some lines: the others are quotes\nselect 'A-' || client as account_id, day as booked_on, total as amount, "
        "case when no = '2' then 'a test order' end as _reject, _file, _line from orders where no in ('1', '2')"
    )
    done = run(export(mapping={"sales.sql": sql}))
    assert done.rejects[["line", "reason"]].to_numpy().tolist() == [[3, "a test order"]]
    assert done.counts.set_index("table").loc["sales", ["read", "used"]].tolist() == [2, 1]


def test_an_optional_value_that_does_not_fit_is_left_blank_and_listed(export: Write) -> None:
    sql = (
        "select 'A-' || id as account_id, name, 'T-' || region as territory_id, 'customer' as status, "
        "case id when '1' then 'many' else '7' end as employees, case id when '2' then '1.5' end as fit_score, _file, _line from clients"
    )
    done = run(export(mapping={"accounts.sql": sql}))
    values = done.rejects[done.rejects["what"] == "value"]
    assert values[["line", "column", "value"]].to_numpy().tolist() == [
        [2, "employees", "many"],
        [3, "fit_score", "1.5"],
    ]
    accounts = Book.open(done.book).tables.accounts
    assert accounts["employees"].isna().tolist() == [True, False, False]
    assert accounts["fit_score"].isna().all()


def test_a_key_that_stands_twice_is_rejected_the_second_time(export: Write) -> None:
    clients = "id;name;region;seller;since\n1;Acme;North;Ann;2024-01-01\n1;Acme again;North;Ann;2024-01-01\n"
    done = run(export(export={"clients.csv": clients}))
    mine = done.rejects[done.rejects["table"] == "accounts"]
    assert mine[["line", "reason"]].to_numpy().tolist() == [[3, "the key stands on line 2 already"]]


def test_lines_are_counted_as_a_text_editor_does(export: Write) -> None:
    orders = 'no,client,day,total\n"1\na",1,2026-01-05,10.50\n2,9,2026-01-06,20.25\n\n3,2,x,1\n4,2\n'
    done = run(export(export={"orders.csv": orders}))
    assert [line for _, _, line, _ in lines(done)] == [4, 6, 7]
    assert "2 cells where the header has 4" in done.rejects["reason"].tolist()
    assert done.counts.set_index("table").loc["sales", ["read", "used"]].tolist() == [4, 1]


def test_a_large_file_is_read_where_it_is_used_and_gives_the_same(
    export: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, mapping, book = export()
    held = run((source, mapping, book))
    monkeypatch.setattr(export_module, "STREAMED", 1)
    streamed = run((source, mapping, tmp_path / "streamed"))
    assert lines(streamed) == lines(held)
    assert (book / "tables" / "sales.csv").read_bytes() == (streamed.book / "tables" / "sales.csv").read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_an_export_in_another_encoding_gives_the_same_names(export: Write, encoding: str) -> None:
    clients = "id;name;region;seller;since\r\n1;Café Müller;North;Ann;2024-01-01\r\n"
    done = run(export(export={"clients.csv": clients.encode(encoding)}))
    assert Book.open(done.book).tables.accounts["name"].tolist() == ["Café Müller"]


def test_a_spreadsheet_is_read_sheet_by_sheet_and_error_cells_are_rejected(export: Write) -> None:
    source, mapping, book = export(export={"clients.csv": None, "orders.csv": None})
    made = openpyxl.Workbook()
    first = made.active
    assert first is not None
    first.title = "clients"
    for row in (["id", "name", "region", "seller", "since"], [1, "Acme", "North", "Ann", "2024-01-01"]):
        first.append(row)
    orders = made.create_sheet("orders")
    import datetime

    for row in (
        ["no", "client", "day", "total"],
        [1, 1, datetime.date(2026, 1, 5), 10.5],
        [2, 1, datetime.datetime(2026, 1, 6, 10), 20],
        [3, 1, "#REF!", 5],
    ):
        orders.append(row)
    orders["C4"].data_type = "e"
    made.save(source / "everything.xlsx")
    done = run((source, mapping, book))
    assert Book.open(done.book).tables.sales["amount"].tolist() == [1050, 2000]
    assert done.rejects[["file", "line", "reason"]].to_numpy().tolist() == [
        ["everything.xlsx [orders]", 4, "day holds #REF!"]
    ]


def test_a_failed_import_leaves_the_book_as_it_was(export: Write) -> None:
    source, mapping, book = export()
    run((source, mapping, book))
    before = {p.name: p.read_bytes() for p in (book / "tables").iterdir()}
    (mapping / "targets.sql").write_text("select territory_id, nothing as period, 1 as amount from clients")
    with pytest.raises(DataError, match=r"targets\.sql"):
        run((source, mapping, book))
    assert {p.name: p.read_bytes() for p in (book / "tables").iterdir()} == before
    assert not [p for p in book.iterdir() if p.name.startswith(".tables")]


def test_tables_that_the_mapping_does_not_make_stay(export: Write) -> None:
    folders = export()
    run(folders)
    (folders[2] / "tables" / "targets.csv").write_text("territory_id,period,amount\nCO,FY2026,100\n")
    run(folders)
    assert Book.open(folders[2]).tables.targets["amount"].tolist() == [10000]


def test_hidden_files_are_no_part_of_an_export_or_a_mapping(export: Write) -> None:
    folders = source, mapping, _ = export()
    (mapping / "._sales.sql").write_bytes(b"\0\5\x16\7")
    (source / "._orders.csv").write_bytes(b"\0\5\x16\7")
    assert run(folders).counts.set_index("table").loc["sales", "read"] == 5


def test_messages_name_the_file_and_what_to_do(export: Write, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean salesforce"):
        find_mapping("salesfroce")
    with pytest.raises(DataError, match="named after no table"):
        run(export(mapping={"acounts.sql": "select 1"}))
    (tmp_path / "mapping" / "acounts.sql").unlink()
    with pytest.raises(DataError, match="gives no column amount"):
        run(export(mapping={"sales.sql": "select 'A-1' as account_id, day as booked_on from orders"}))
    with pytest.raises(DataError, match=r"sales\.sql"):
        run(export(mapping={"sales.sql": "select * from no_such_file"}))
    with pytest.raises(UsageError, match="there is no folder"):
        import_export(find_mapping("northwind"), tmp_path / "nowhere", tmp_path / "b")
    with pytest.raises(DataError, match="the export has no categories file"):
        import_export(find_mapping("northwind"), tmp_path / "export", tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_rejected_values_cannot_start_a_formula(export: Write) -> None:
    done = run(export(export={"orders.csv": "no,client,day,total\n1,=1+1,2026-01-05,=cmd\n"}))
    assert done.rejects_file is not None
    assert ",'=cmd," in done.rejects_file.read_text()


def test_the_book_is_made_with_the_mappings_rules_and_an_own_one_stays(export: Write) -> None:
    suggestion = '[book]\nname = "Client Ltd"\ncurrency = "EUR"\nfiscal_year = 2027\n'
    folders = export(mapping={"book.toml": suggestion})
    run(folders)
    assert Book.open(folders[2]).rules.book.currency == "EUR"
    (folders[2] / "book.toml").write_text('[book]\nname = "Mine"\ncurrency = "EUR"\n')
    done = run(folders)
    assert "stays as it is (Mine, EUR" in done.notes[0]
    assert Book.open(folders[2]).rules.book.name == "Mine"


def test_the_command_prints_counts_and_json(export: Write, capsys: pytest.CaptureFixture[str]) -> None:
    source, mapping, book = export()
    arguments = ["import", "--from", str(mapping), str(source), "--book", str(book)]
    assert command(arguments) == 0
    shown = capsys.readouterr().out
    assert "rejects.csv" in shown
    assert "is not among the accounts" in shown
    assert command([*arguments, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["command"] == "import"
    assert answer["summary"]["rejected"] == 2
    assert {"table", "read", "used", "rejected", "file"} == set(answer["rows"][0])
    assert command(["import", "--from", "nothing", str(source), "--book", str(book)]) == 2


def test_every_shipped_mapping_can_be_read_and_says_what_it_is_for() -> None:
    names = shipped_mappings()
    assert {"salesforce", "hubspot", "adventureworks", "maven_crm", "helixcore", "northwind", "wwi", "plain"} <= set(
        names
    )
    for name in names:
        assert find_mapping(name).help, name
        assert "accounts" in find_mapping(name).sql
