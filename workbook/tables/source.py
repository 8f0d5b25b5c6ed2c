"""One input file as a DuckDB table of text: CSV by DuckDB where it is clean, by the exact reader where it is not."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb
import pandas as pd

from workbook.errors import DataError
from workbook.tables.text import Dialect, Record, Survey, dialect, records, survey

#: Given the columns of a relation, their types, and the relation: the SELECT that reads it.
Project = Callable[[dict[str, str], str], str]
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
_BATCH = 50_000


@dataclass(frozen=True)
class Source:
    """What was read from one file (or one sheet): its columns, its broken records, and remarks on how it was read.

    ``exact`` is true where rows carry their own ``_row`` (and ``_line``), false where row = rowid + 2. ``blanks`` are those
    that its cells may begin or end with, None where nobody looked.
    """

    path: Path
    columns: tuple[str, ...]
    broken: tuple[Record, ...] = ()
    remarks: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    exact: bool = False
    blanks: str | None = None


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: object) -> str:
    """A value as an SQL text literal."""
    return "'" + str(value).replace("'", "''") + "'"


def connect() -> duckdb.DuckDBPyConnection:
    """A private DuckDB in memory, within 3 GB; what is larger goes to temporary files. Times with a zone are read as UTC."""
    spill = Path(tempfile.gettempdir()) / f"workbook-{os.getpid()}"
    db = duckdb.connect(config={"memory_limit": "2500MB", "temp_directory": str(spill)})
    db.execute("set TimeZone = 'UTC'")
    return db


def frame(db: duckdb.DuckDBPyConnection, sql: str) -> pd.DataFrame:
    """The rows of a query, text as ``str``, whole numbers as ``int64`` (missing ones make them floats)."""
    made: pd.DataFrame = db.sql(sql).to_arrow_table().to_pandas()
    return made


def as_they_are(columns: dict[str, str], relation: str) -> str:
    """The SELECT of all columns."""
    return f"select {', '.join(map(quoted, columns)) or 'null::varchar as _none'} from {relation}"


def read_into(db: duckdb.DuckDBPyConnection, path: Path, target: str, project: Project | None = None) -> Source:
    """Read a CSV, Parquet or XLSX file into the table ``target`` + ``_data`` and the view ``target``, which adds ``_row``.

    All columns are text unless the file is Parquet. Raises :class:`DataError` when the file cannot be read at all.
    """
    project = project or as_they_are
    data = f"{target}_data"
    try:
        if path.suffix.lower() == ".parquet":
            source = _parquet(db, path, data, project)
        elif path.suffix.lower() in SPREADSHEETS:
            from workbook.tables.spreadsheet import read_sheet

            source = read_sheet(db, path, None, data, project)
        else:
            source = _text_file(db, path, data, project)
    except OSError as fault:
        raise DataError(
            f"cannot be read: {fault.strerror or fault}", where=path.name, remedy="Export it again."
        ) from fault
    show(db, target, exact=source.exact)
    return source


def show(db: duckdb.DuckDBPyConnection, target: str, *, exact: bool, more: str = "") -> None:
    """Make the view ``target`` over ``target`` + ``_data``: its first column ``_row`` counts as a spreadsheet does.

    ``more`` are further expressions, such as columns that the file lacks.
    """
    row = "" if exact else "rowid + 2 as _row, "
    db.execute(f"create or replace view {quoted(target)} as select {row}*{more} from {quoted(target + '_data')}")


def _parquet(db: duckdb.DuckDBPyConnection, path: Path, target: str, project: Project) -> Source:
    scan = f"read_parquet({text(path)})"
    try:
        types = {row[0]: row[1] for row in db.execute(f"describe select * from {scan}").fetchall()}
        db.execute(f"create or replace table {quoted(target)} as {project(types, scan)}")
    except duckdb.Error as fault:
        raise DataError(
            f"is not a readable Parquet file: {_first(fault)}", where=path.name, remedy="Export it again."
        ) from fault
    return Source(path, tuple(types))


def _text_file(db: duckdb.DuckDBPyConnection, path: Path, target: str, project: Project) -> Source:
    how = dialect(path)
    names, doubled = unique(how.header)
    if not names:
        return empty(db, path, target, project)
    if how.encoding.startswith("utf-8") and how.first_line == 1:
        told = survey(path)
        select = project(dict.fromkeys(names, "VARCHAR"), csv_scan(path, how, names))
        if _quickly(db, select, target, told):
            return Source(path, names, (), (), doubled, blanks=told.blanks)
    how = dialect(path, whole=True)
    names, doubled = unique(how.header)
    remarks = () if how.encoding.startswith("utf-8") else (f"read as {how.encoding}, not UTF-8",)
    broken: list[Record] = []
    raw = f"{target}_raw"
    fill(db, raw, names, sound(records(path, how), broken))
    db.execute(f"create or replace table {quoted(target)} as {project(placed(names), quoted(raw))}")
    db.execute(f"drop table {quoted(raw)}")
    return Source(path, names, tuple(broken), remarks, doubled, exact=True)


def empty(db: duckdb.DuckDBPyConnection, path: Path, target: str, project: Project) -> Source:
    db.execute(f"create or replace table {quoted(target)} as {project({}, '(select null as _none)')} limit 0")
    return Source(path, ())


def csv_scan(path: Path, how: Dialect, names: tuple[str, ...]) -> str:
    """SQL that reads a clean UTF-8 file as text; DuckDB raises an error at a broken line."""
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({text(path)}, auto_detect=false, header=true, delim={text(how.delimiter)}, quote='\"', escape='\"', "
        f"strict_mode=true, columns={{{columns}}})"
    )


def _quickly(db: duckdb.DuckDBPyConnection, select: str, target: str, told: Survey) -> bool:
    """Read a clean UTF-8 file by DuckDB; false where a line is broken or blank, so that rows could not be told by number."""
    try:
        db.execute(f"create or replace table {quoted(target)} as {select}")
    except duckdb.Error:
        return False
    rows: int = db.execute(f"select count(*) from {quoted(target)}").fetchall()[0][0]
    beyond = told.ends - rows
    if beyond in (0, 1):
        return True
    kept = [r[0] for r in db.execute(f"describe {quoted(target)}").fetchall() if r[1] == "VARCHAR"]
    inside = " + ".join(f"coalesce(length({c}) - length(replace({c}, chr(10), '')), 0)" for c in map(quoted, kept))
    within: int = db.execute(f"select coalesce(sum({inside or 0}), 0) from {quoted(target)}").fetchall()[0][0]
    return beyond - within in (0, 1)


def sound(rows: Iterable[Record], broken: list[Record]) -> Iterator[Record]:
    for row in rows:
        if row.broken:
            broken.append(row)
        else:
            yield row


def fill(db: duckdb.DuckDBPyConnection, table: str, names: tuple[str, ...], rows: Iterator[Record]) -> None:
    import pyarrow as pa

    columns = ", ".join(f"{quoted(name)} varchar" for name in names)
    db.execute(f"create or replace table {quoted(table)} (_row bigint, _line bigint, {columns})")
    while batch := list(islice(rows, _BATCH)):
        cells = list(zip(*(r.cells for r in batch), strict=True))
        block = pa.table(
            [pa.array([r.row for r in batch], pa.int64()), pa.array([r.line for r in batch], pa.int64())]
            + [pa.array([_clean(v) for v in column], pa.string()) for column in cells],
            names=["_row", "_line", *names],
        )
        db.register("_batch", block)
        db.execute(f"insert into {quoted(table)} select * from _batch")
        db.unregister("_batch")


def _clean(value: str) -> str | None:
    return value.encode("utf-8", "replace").decode() if value else None


def unique(header: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Column names made unique without regard to case, and those that were doubled; a blank one is named by its place.

    >>> unique(["Id", "id", ""])
    (('Id', 'id_2', 'column_3'), ('id',))
    """
    names: list[str] = []
    doubled: list[str] = []
    seen: set[str] = set()
    for place, given in enumerate(header, 1):
        name = given.strip() or f"column_{place}"
        if name.lower() in seen:
            doubled.append(name)
            number = 2
            while f"{name}_{number}".lower() in seen:
                number += 1
            name = f"{name}_{number}"
        seen.add(name.lower())
        names.append(name)
    return tuple(names), tuple(doubled)


def placed(names: tuple[str, ...]) -> dict[str, str]:
    return {"_row": "BIGINT", "_line": "BIGINT", **dict.fromkeys(names, "VARCHAR")}


def _first(fault: Exception) -> str:
    return str(fault).splitlines()[0]
