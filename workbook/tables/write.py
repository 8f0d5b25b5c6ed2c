"""Writing tables exactly: amounts as decimals, dates as days, whole folders or none."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import duckdb
import pandas as pd
import pyarrow as pa

from workbook.errors import DataError
from workbook.files import replacing
from workbook.money import exponent
from workbook.tables.schema import TABLES, Table
from workbook.tables.snapshot import sweep
from workbook.tables.source import quoted, text

Format = Literal["csv", "parquet"]
#: Above this many rows in one table, a folder is written as Parquet.
MANY = 1_000_000


def write_tables(folder: Path, frames: Mapping[str, pd.DataFrame], currency: str, form: Format = "csv") -> list[Path]:
    """Write frames (amounts in minor units, canonical dtypes) as the tables' files; returns the paths in order.

    Only the columns that hold a value are written, and those that must be present. Each file is whole or not there.
    """
    with duckdb.connect() as db:
        written = []
        for name, table in TABLES.items():
            if name not in frames:
                continue
            frame = frames[name]
            kept = [
                c for c in frame.columns if (c in table.column and table.column[c].present) or frame[c].notna().any()
            ]
            db.register("given", pa.Table.from_pandas(frame[kept], preserve_index=False))
            path = folder / f"{name}.{form}"
            with replacing(path) as temporary:
                write_query(db, f"select {selection(table, kept, currency)} from given", temporary, form)
            db.unregister("given")
            written.append(path)
    return written


def selection(table: Table, columns: list[str], currency: str) -> str:
    """SQL that turns typed columns into those of the file: minor units to exact decimals, times to days."""
    digits = exponent(currency)
    unit = f"{10**-digits:.{digits}f}" if digits else "1"
    parts = []
    for name in columns:
        kind = table.column[name].kind if name in table.column else "text"
        value = quoted(name)
        if kind == "amount" and digits:
            value = f"({value}::bigint * {unit}::decimal({digits + 1},{digits}))::decimal(18,{digits})"
        elif kind == "date":
            value = f"{value}::date"
        parts.append(f"{value} as {quoted(name)}")
    return ", ".join(parts)


def write_query(db: duckdb.DuckDBPyConnection, select: str, path: Path, form: Format) -> None:
    """Write the rows of a query, in their order."""
    parquet = "format parquet, compression snappy, dictionary_size_limit 10000"  # keys have no use for a dictionary
    how = "format csv, header true, delimiter ','" if form == "csv" else parquet
    db.execute(f"copy ({select}) to {text(path)} ({how})")


def settle(folder: Path) -> None:
    """Put a folder back whose replacement was interrupted between its two renames."""
    before = _before(folder)
    if before.is_dir() and not folder.exists():
        with contextlib.suppress(OSError):
            before.rename(folder)


@contextlib.contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """A new folder beside ``folder`` to fill; when the block ends well it takes its place at once, else nothing changes.

    Files of the old folder that the new one does not have are kept.
    """
    settle(folder)
    sweep(folder.parent, f".{folder.name}.new-")
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.new-"))
    before = _before(folder)
    try:
        yield made
        made.chmod(0o755)
        for old in sorted(folder.glob("*")) if folder.is_dir() else []:
            if old.is_file() and not (made / old.name).exists() and not (old.stem in TABLES and _same(made, old.stem)):
                shutil.copy2(old, made / old.name)
        shutil.rmtree(before, ignore_errors=True)
        if folder.exists():
            folder.rename(before)
        try:
            made.rename(folder)
        except OSError as fault:
            settle(folder)
            raise DataError(
                f"could not be replaced: {fault}", where=str(folder), remedy="Close what uses it."
            ) from fault
        shutil.rmtree(before, ignore_errors=True)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _same(made: Path, table: str) -> bool:
    return any(os.path.exists(made / f"{table}.{end}") for end in ("csv", "parquet"))


def _before(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.before"
