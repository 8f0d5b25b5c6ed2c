"""Reading a book's ``tables/`` folder into :class:`~workbook.tables.frames.Tables`, typed and exact, by DuckDB."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from workbook.errors import DataError, Fault
from workbook.money import exponent
from workbook.tables.frames import Tables
from workbook.tables.schema import TABLES, Column, Table


def table_file(folder: Path, name: str) -> Path | None:
    """The file of a table, Parquet before CSV, or None."""
    return next((p for end in ("parquet", "csv") if (p := folder / f"{name}.{end}").is_file()), None)


def load_tables(folder: Path, currency: str) -> Tables:
    """All tables of a book. Raises :class:`DataError` with every value that does not fit its column."""
    faults: list[Fault] = []
    frames = {}
    for name, table in TABLES.items():
        path = table_file(folder, name)
        if path is None:
            if table.needed:
                faults.append(
                    Fault(name, f"{name}.csv", 0, "", "", "the table is missing", f"Add {folder / name}.csv.")
                )
            continue
        frames[name] = _read(table, path, currency, faults)
    if faults:
        raise DataError(f"{len(faults)} faults in {folder}", faults, remedy="`workbook check` lists them all.")
    return Tables.of(frames)


def _read(table: Table, path: Path, currency: str, faults: list[Fault]) -> pd.DataFrame:
    with duckdb.connect() as connection:
        source = (
            f"read_parquet({_text(path)})"
            if path.suffix == ".parquet"
            else f"read_csv({_text(path)}, all_varchar=true, header=true, quote='\"', escape='\"', delim=',')"
        )
        present = [row[0] for row in connection.execute(f"describe select * from {source}").fetchall()]
        parts = []
        for column in table.columns:
            if column.name in present:
                parts.append(f"{_cast(column, currency)} as {_quoted(column.name)}")
            elif column.present:
                faults.append(
                    Fault(table.name, path.name, 1, column.name, "", "the column is missing", f"Add it: {column.help}.")
                )
        parts += [_quoted(name) for name in present if name not in table.column]
        try:
            return connection.execute(f"select {', '.join(parts)} from {source}").df()
        except duckdb.Error as fault:
            faults.append(Fault(table.name, path.name, 0, "", "", str(fault).splitlines()[0], "Mend the value."))
            return pd.DataFrame()


def _cast(column: Column, currency: str) -> str:
    text = f"nullif(trim({_quoted(column.name)}::varchar), '')"
    if column.kind == "amount":
        digits = exponent(currency)
        return f"({text}::decimal(18,{digits}) * {10**digits})::bigint"
    kind = {"date": "timestamp", "number": "double", "share": "double", "count": "bigint"}.get(column.kind, "varchar")
    return f"{text}::{kind}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
