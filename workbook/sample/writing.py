"""Writing tables as CSV or Parquet: amounts as exact decimals, dates as ISO days, missing values blank."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from workbook.files import replacing
from workbook.tables.schema import TABLES, Column, Table


class Writer(Protocol):
    """Takes a table's rows in portions."""

    def __call__(self, table: str, frame: pd.DataFrame) -> None: ...


@contextmanager
def writing(folder: Path, columns: dict[str, tuple[str, ...]], *, parquet: bool) -> Iterator[Writer]:
    """A writer into ``folder``; each file is whole when the block ends well, and not there when it does not."""
    with ExitStack() as stack:
        open_: dict[str, Any] = {}
        for name in columns:
            path = stack.enter_context(replacing(folder / f"{name}.{'parquet' if parquet else 'csv'}"))
            open_[name] = stack.enter_context(
                _parquet(path, name, columns[name]) if parquet else _csv(path, columns[name])
            )

        def write(table: str, frame: pd.DataFrame) -> None:
            open_[table](frame[list(columns[table])])

        yield write


@contextmanager
def _csv(path: Path, columns: tuple[str, ...]) -> Iterator[Any]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        table = next(t for t in TABLES.values() if set(columns) <= set(t.names))
        yield lambda frame: writer.writerows(zip(*(_texts(frame[c], table.column[c]) for c in columns), strict=True))


def _texts(values: pd.Series, column: Column) -> list[str]:
    missing = values.isna().to_numpy()
    if column.kind == "date":
        days = values.to_numpy().astype("datetime64[D]").astype(str)
        return np.where(missing, "", days).tolist()
    plain = values.tolist()
    if column.kind == "amount":
        return ["" if gone else _major(int(v)) for v, gone in zip(plain, missing, strict=True)]
    if column.kind in ("number", "share"):
        return ["" if gone else f"{v:g}" if abs(v) < 1e4 else repr(v) for v, gone in zip(plain, missing, strict=True)]
    return ["" if gone else str(v) for v, gone in zip(plain, missing, strict=True)]


def _major(amount: int) -> str:
    sign, size = "-" if amount < 0 else "", abs(amount)
    return f"{sign}{size // 100}.{size % 100:02d}" if size % 100 else f"{sign}{size // 100}"


@contextmanager
def _parquet(path: Path, name: str, columns: tuple[str, ...]) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table: Table = TABLES[name]
    kinds = {
        "date": pa.date32(),
        "amount": pa.decimal128(18, 2),
        "number": pa.float64(),
        "share": pa.float64(),
        "count": pa.int64(),
    }
    schema = pa.schema([(c, kinds.get(table.column[c].kind, pa.string())) for c in columns])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:

        def write(frame: pd.DataFrame) -> None:
            arrays = [_arrow(frame[c], table.column[c], schema.field(c).type) for c in columns]
            writer.write_table(pa.table(arrays, schema=schema), row_group_size=1 << 17)

        yield write


def _arrow(values: pd.Series, column: Column, kind: Any) -> Any:
    import pyarrow as pa

    if column.kind == "amount":
        missing = values.isna().to_numpy()
        cents = values.fillna(0).to_numpy(dtype=np.int64)
        wide = np.stack([cents, np.where(cents < 0, -1, 0)], axis=1)
        mask = np.packbits(~missing, bitorder="little").tobytes()
        return pa.Array.from_buffers(kind, len(cents), [pa.py_buffer(mask), pa.py_buffer(wide.tobytes())])
    if column.kind == "date":
        return pa.array(values.to_numpy().astype("datetime64[D]"), type=kind)
    return pa.array(values, type=kind, from_pandas=True)
