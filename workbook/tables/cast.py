"""From text to the kinds of the schema, in SQL: strict, exact, and telling what did not fit."""

from __future__ import annotations

import re

from workbook.money import exponent
from workbook.tables.schema import Column, Table
from workbook.tables.source import quoted, text

#: DuckDB type of a kind.
SQL_TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "choice": "VARCHAR",
    "period": "VARCHAR",
    "date": "DATE",
    "amount": "BIGINT",
    "count": "BIGINT",
    "number": "DOUBLE",
    "share": "DOUBLE",
}

#: What to do about a value that does not fit its kind.
REMEDIES = {
    "date": "Write it like 2026-06-30.",
    "amount": "Write it like 1234.56, without currency sign or thousands separators.",
    "number": "Write a number like 12.5.",
    "share": "Write it as 0 to 1: 40 % is 0.4.",
    "count": "Write a whole number.",
    "period": "Write it like FY2026, FY2026-H1, FY2026-Q3 or FY2026-M07.",
}


def plain(name: str) -> str:
    """A heading as a column name: lower case, blanks and dashes as underscores.

    >>> plain(" Account-ID ")
    'account_id'
    """
    return re.sub(r"[\s\-]+", "_", name.strip().lower())


def projection(table: Table, columns: dict[str, str], currency: str) -> list[str]:
    """SELECT expressions for a table's file: canonical columns typed, own columns as text, and ``_unfit``.

    ``columns`` are the file's columns and their SQL types. Bit i of ``_unfit`` is set where the i-th canonical column has a
    value that does not fit. Columns that start with ``_`` pass as they are.
    """
    found = {plain(name): name for name in reversed(columns)}
    made, flags = [], []
    for place, column in enumerate(table.columns):
        if column.name not in found:
            made.append(f"null::{SQL_TYPES[column.kind]} as {column.name}")
            continue
        given = found[column.name]
        typed = cast(column, quoted(given), columns[given], currency)
        made.append(f"{typed} as {column.name}")
        if column.kind not in ("id", "text", "period"):
            there = filled(quoted(given), columns[given])
            flags.append(f"case when {there} and {typed} is null then {1 << place} else 0 end")
    own = [name for name in columns if plain(name) not in table.column and not name.startswith("_")]
    made += [f"nullif(trim({quoted(name)}::varchar), '') as {quoted(name)}" for name in own]
    made += [quoted(name) for name in columns if name.startswith("_")]
    made.append(f"({' + '.join(flags) if flags else '0'})::bigint as _unfit")
    return made


def filled(name: str, kind: str) -> str:
    """SQL condition: the cell holds something other than blanks."""
    return f"(nullif(trim({name}), '') is not null)" if kind == "VARCHAR" else f"({name} is not null)"


def cast(column: Column, name: str, kind: str, currency: str) -> str:
    """SQL expression of a column's typed value, NULL where blank or unfit. ``kind`` is the SQL type that it has in the file."""
    value = f"nullif(trim({name}), '')" if kind == "VARCHAR" else name
    if column.kind in ("id", "text", "period"):
        return value if kind == "VARCHAR" else f"nullif(trim({name}::varchar), '')"
    if column.kind == "choice":
        spelled = f"replace(replace(lower({value}::varchar), '-', '_'), ' ', '_')"
        known = ", ".join(text(c) for c in column.choices)
        return f"case when {value}::varchar in ({known}) then {value}::varchar when {spelled} in ({known}) then {spelled} end"
    if column.kind == "date":
        return f"try_cast({value} as date)"
    if column.kind == "amount":
        return _amount(value, kind, exponent(currency))
    number = f"try_cast({value} as double)"
    if column.kind == "count":
        whole = f"isfinite({number}) and {number} = trunc({number}) and abs({number}) < 9007199254740992"
        return value if kind in _WHOLE else f"case when {whole} then {number}::bigint end"
    return f"case when isfinite({number}) then {number} end"


_WHOLE = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT")


def _amount(value: str, kind: str, digits: int) -> str:
    """Minor units; NULL where the value has more digits than the currency (never rounded in silence)."""
    scale = 10**digits
    if kind in _WHOLE:
        return f"try_cast({value}::bigint * {scale} as bigint)"
    number = f"try_cast({value} as decimal(18,{digits}))"
    minor = f"(try_cast({value} as decimal(18,{digits})) * {scale})::bigint"
    if kind in ("DOUBLE", "FLOAT"):
        near = f"abs({value} * {scale} - round({value} * {scale})) < 1e-6 * greatest(1, abs({value}) * 1e-8)"
        return f"case when isfinite({value}) and {near} then {minor} end"
    if kind.startswith("DECIMAL"):
        return f"case when {number} = {value} then {minor} end"
    whole = f"(instr({value}, '.') = 0 and {value} not like '%e-%' and {value} not like '%E-%')"
    short = f"(instr({value}, '.') > 0 and length({value}) - instr({value}, '.') <= {digits} and {value} not like '%e%' and {value} not like '%E%')"
    exact = f"try_cast({value} as decimal(38,12)) = {number}"
    return f"case when {whole} or {short} then {minor} when {exact} then {minor} end"
