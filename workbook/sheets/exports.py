"""Frames as CSV and Parquet for people's own tools: CSV in major units and never a formula, Parquet with exact decimals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from workbook.files import replacing
from workbook.keys import plain
from workbook.money import exponent, to_decimal

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def write_csv(frame: pd.DataFrame, path: Path, currency: str) -> Path:
    """A frame as CSV: amounts as decimals in major units, missing values blank, text that looks like a formula quoted by an apostrophe."""
    frame = plain(frame)
    out = frame.copy()
    for name in frame.columns:
        values = frame[name]
        if _is_amount(name):
            known = {a: str(to_decimal(int(a), currency)) for a in values.dropna().unique().tolist()}
            out[name] = values.astype(object).map(known)
        elif values.dtype == "str" or values.dtype == object:
            texts = values.astype("str")
            out[name] = texts.where(~texts.str.startswith(_RISKY).fillna(False), "'" + texts)
    with replacing(path) as temporary:
        out.to_csv(temporary, index=False, lineterminator="\n", date_format="%Y-%m-%dT%H:%M:%S", encoding="utf-8")
    return path


def write_parquet(frame: pd.DataFrame, path: Path, currency: str) -> Path:
    """A frame as Parquet: amounts as decimal128 in major units."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame, digits = plain(frame), exponent(currency)
    columns: dict[str, Any] = {}
    for name in frame.columns:
        if _is_amount(name):
            minor = pa.array(frame[name].astype("Int64"), type=pa.int64(), from_pandas=True)
            whole = minor.cast(pa.decimal128(19, 0)).cast(pa.decimal128(19 + digits, digits))
            scale = pa.scalar(to_decimal(1, currency), pa.decimal128(digits + 1, digits)) if digits else None
            columns[name] = _scaled(whole, scale, digits)
        else:
            columns[name] = pa.array(frame[name], from_pandas=True)
    with replacing(path) as temporary:
        pq.write_table(pa.table(columns), temporary)
    return path


def _scaled(values: Any, scale: Any, digits: int) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if scale is None:
        return values.cast(pa.decimal128(19, 0))
    return pc.multiply(values.cast(pa.decimal128(21, digits)), scale).cast(pa.decimal128(21, digits))


def _is_amount(name: str) -> bool:
    return str(name).endswith("_amount") or name == "amount"
