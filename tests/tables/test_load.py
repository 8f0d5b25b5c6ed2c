"""Loading: what is written is read back, what is wrong is a message, what was read once is cached safely."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook.errors import DataError
from workbook.periods import Calendar
from workbook.tables.load import assess, load_tables
from workbook.tables.schema import TABLES
from workbook.tables.snapshot import Cache, snapshot
from workbook.tables.write import write_tables

Write = Callable[..., Path]


def test_the_tiny_book_is_typed_and_exact(folder: Write) -> None:
    tables = load_tables(folder(), "USD")
    assert tables.sales["amount"].tolist() == [10010, 20020, -505]
    assert tables.sales["amount"].dtype == "int64"
    assert tables.accounts["annual_revenue"].dtype == "Int64"
    assert tables.ownership["to_on"].isna().sum() == 9
    assert tables.reps["hired_on"].dtype == "datetime64[us]"
    assert tables.targets["period"].tolist() == ["FY2026"] * 3
    assert tables.opportunities["probability"].isna().all()
    assert tables.quality is not None
    assert tables.quality.warnings == 0


def test_headings_in_any_spelling_and_own_columns_are_kept(folder: Write) -> None:
    made = folder(products="Product ID,NAME,list-price,Colour\nX,Pump,1,red\nY,Valve,2,\n")
    products = load_tables(made, "USD").products
    assert products["list_price"].tolist() == [100, 200]
    assert products["Colour"].tolist()[0] == "red"


def test_amounts_follow_the_currency(folder: Write) -> None:
    made = folder(sales="account_id,booked_on,amount\na1,2026-01-01,5\n")
    assert load_tables(made, "JPY").sales["amount"].tolist() == [5]
    assert load_tables(made, "KWD").sales["amount"].tolist() == [5000]


def test_coordinates_that_cannot_be_are_not_known(folder: Write) -> None:
    accounts = load_tables(folder(accounts=("50.1,8.6", "0,0")), "USD").accounts
    assert np.isnan(accounts.loc[0, "latitude"])
    assert accounts.loc[1, "latitude"] == 50.2


def test_errors_stop_and_name_every_fault(folder: Write) -> None:
    with pytest.raises(DataError) as caught:
        load_tables(folder(sales=("200.20", "x"), reps=("P3,Mia", "P3,")), "USD")
    assert {(f.table, f.row, f.column) for f in caught.value.faults} == {("sales", 3, "amount"), ("reps", 4, "name")}


def test_a_folder_that_is_not_there_is_a_message(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="errors"):
        load_tables(tmp_path / "nothing", "USD")


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PAR1 is not parquet", "é".encode("utf-16")])
@pytest.mark.parametrize("name", ["accounts.csv", "accounts.parquet"])
def test_any_junk_is_a_message(folder: Write, name: str, content: bytes) -> None:
    made = folder(accounts=None)
    (made / name).write_bytes(content)
    with pytest.raises(DataError):
        load_tables(made, "USD")


JUNK = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.sampled_from(sorted(TABLES)), junk=JUNK)
def test_junk_in_any_table_is_faults_and_never_a_traceback(folder: Write, table: str, junk: str) -> None:
    heading = ",".join(TABLES[table].names)
    made = folder(**{table: f"{heading}\n{junk}\n{junk},{junk}\n"})
    assess(made, "USD")


def _column(kind: str, rows: int) -> st.SearchStrategy[list[object]]:
    cell: st.SearchStrategy[object] = {
        "amount": st.integers(-(10**14), 10**14),
        "count": st.integers(0, 10**9),
        "number": st.floats(-1e6, 1e6).map(lambda v: v + 0.0),
        "share": st.floats(0, 1),
        "date": st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2090-01-01").date()).map(pd.Timestamp),
    }.get(kind, st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=6))
    return st.lists(cell, min_size=rows, max_size=rows)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), form=st.sampled_from(["csv", "parquet"]))
def test_any_products_and_sales_round_trip(folder: Write, data: st.DataObject, form: str) -> None:
    made = folder(products=None, sales=None)
    rows = data.draw(st.integers(1, 5))
    products = pd.DataFrame(
        {
            "product_id": [f"x{i}" for i in range(rows)],
            "name": data.draw(_column("text", rows)),
            "list_price": pd.array(data.draw(_column("amount", rows)), dtype="Int64"),
        }
    )
    sales = pd.DataFrame(
        {
            "account_id": ["a1"] * rows,
            "booked_on": pd.Series(data.draw(_column("date", rows))).astype("datetime64[us]"),
            "amount": data.draw(_column("amount", rows)),
            "quantity": data.draw(_column("number", rows)),
        }
    )
    for old in made.glob("products.*"), made.glob("sales.*"):
        for path in old:
            path.unlink()
    write_tables(made, {"products": products, "sales": sales}, "USD", form)  # type: ignore[arg-type]
    read = load_tables(made, "USD")
    assert read.sales["amount"].tolist() == sales["amount"].tolist()
    assert read.sales["quantity"].tolist() == sales["quantity"].tolist()
    assert (read.sales["booked_on"] == sales["booked_on"]).all()
    assert read.products["name"].tolist() == products["name"].tolist()
    assert read.products["list_price"].tolist() == products["list_price"].tolist()


def test_a_book_is_opened_from_the_cache_and_the_cache_follows_the_files(folder: Write) -> None:
    made = folder()
    first = load_tables(made, "USD")
    again = load_tables(made, "USD")
    pd.testing.assert_frame_equal(first.sales, again.sales)
    assert len(list((made.parent / ".cache" / "tables").iterdir())) == 2
    (made / "sales.csv").write_text("account_id,booked_on,amount\na1,2026-01-01,7\n")
    changed = load_tables(made, "USD")
    assert changed.sales["amount"].tolist() == [700]
    assert changed.quality is not None
    assert first.quality is not None
    assert changed.quality.snapshot != first.quality.snapshot


def test_other_rules_calendars_and_currencies_have_their_own_cache(folder: Write) -> None:
    made = folder(targets="territory_id,period,amount\nCO,2026-07,1\n")
    assert load_tables(made, "USD", Calendar(1)).targets["period"].tolist() == ["FY2026-M07"]
    assert load_tables(made, "USD", Calendar(7)).targets["period"].tolist() == ["FY2027-M01"]


def test_a_damaged_cache_is_made_again(folder: Write) -> None:
    made = folder()
    load_tables(made, "USD")
    (entry,) = (made.parent / ".cache" / "tables").glob("*-tables")
    (entry / "sales.parquet").write_bytes(b"half")
    assert len(load_tables(made, "USD").sales) == 3
    (entry / "_given.json").unlink()
    assert len(load_tables(made, "USD").sales) == 3
    (found,) = (made.parent / ".cache" / "tables").glob("*-quality")
    (found / "faults.parquet").write_bytes(b"")
    assert len(load_tables(made, "USD").sales) == 3
    assert assess(made, "USD").snapshot


def test_a_book_without_a_place_for_the_cache_opens_all_the_same(folder: Write) -> None:
    made = folder()
    (made.parent / ".cache").write_text("a file where the folder would be")
    assert len(load_tables(made, "USD").sales) == 3
    assert assess(made, "USD").warnings == 0


def _open(folder: str) -> int:
    return len(load_tables(Path(folder), "USD").sales)


def test_processes_that_open_a_book_at_once_all_get_it(folder: Write) -> None:
    made = folder()
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(_open, [str(made)] * 3) == [3, 3, 3]
    assert len([p for p in (made.parent / ".cache" / "tables").iterdir() if p.name.startswith(".")]) == 0


def test_a_snapshot_names_content_not_time_or_place(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.csv").write_text("1")
    assert snapshot([tmp_path / "a" / "x.csv"]) == snapshot([tmp_path / "b" / "x.csv"])
    before = snapshot([tmp_path / "a" / "x.csv"], tmp_path / "memory")
    (tmp_path / "a" / "x.csv").write_text("2")
    assert snapshot([tmp_path / "a" / "x.csv"], tmp_path / "memory") != before
    (tmp_path / "memory").write_text("[not json")
    assert snapshot([tmp_path / "b" / "x.csv"], tmp_path / "memory") == before


def test_the_cache_keeps_nothing_of_a_failed_making(tmp_path: Path) -> None:
    cache = Cache(tmp_path)

    def fail() -> None:
        with cache.making("k") as made:
            (made / "x").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert cache.get("k") is None
    assert list(tmp_path.iterdir()) == []


def test_a_parquet_table_may_have_types_of_its_own(folder: Write) -> None:
    made = folder(sales=None)
    table = pa.table(
        {
            "account_id": ["a1", "a2"],
            "booked_on": pa.array([0, 86_400_000], pa.timestamp("ms")),
            "amount": pa.array([1.1, 2.25], pa.float64()),
            "quantity": pa.array([1, None], pa.int32()),
        }
    )
    pq.write_table(table, made / "sales.parquet")
    sales = load_tables(made, "USD").sales
    assert sales["amount"].tolist() == [110, 225]
    assert sales["booked_on"].dt.year.tolist() == [1970, 1970]


@pytest.mark.parametrize(
    "odd", [pa.array([True, False]), pa.array([[1], [2]]), pa.array([1, 2], pa.uint64()), pa.array([b"x", b"y"])]
)
def test_no_type_of_a_parquet_column_is_a_traceback(folder: Write, odd: pa.Array) -> None:
    made = folder(sales=None)
    days = pa.array([pd.Timestamp("2026-01-01", tz="UTC")] * 2)
    for name in ("account_id", "booked_on", "amount", "quantity"):
        columns = {"account_id": pa.array(["a1", "a2"]), "booked_on": days, "amount": pa.array([1, 2]), name: odd}
        pq.write_table(pa.table(columns), made / "sales.parquet")
        assess(made, "USD")
    pq.write_table(
        pa.table({"account_id": ["a1"], "booked_on": days[:1], "amount": pa.array([7], pa.uint64())}),
        made / "sales.parquet",
    )
    sales = load_tables(made, "USD").sales
    assert sales["amount"].tolist() == [700]
    assert sales["booked_on"].tolist() == [pd.Timestamp("2026-01-01")]


def test_a_spreadsheet_among_the_tables_is_named(folder: Write) -> None:
    made = folder(targets=None)
    (made / "targets.xlsx").write_bytes(b"")
    (made / "acounts.csv").write_text("x")
    remedies = assess(made, "USD").faults.set_index("file")["remedy"]
    assert "workbook import --from plain" in remedies["targets.xlsx"]
    assert "accounts.csv" in remedies["acounts.csv"]
