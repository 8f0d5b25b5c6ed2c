"""From text to the kinds of the schema, in SQL: strict, exact, and telling what did not fit."""

from __future__ import annotations

import re

from workbook.money import exponent
from workbook.tables.schema import Column, Table
from workbook.tables.source import quoted, text
from workbook.tables.text import BLANKS

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


def castable(table: Table, columns: dict[str, str]) -> list[Column]:
    """The canonical columns among a file's that can hold a value that does not fit."""
    found = {plain(name) for name in columns}
    return [c for c in table.columns if c.name in found and c.kind not in ("id", "text", "period")]


#: What stands between the texts in ``_raw``.
BETWEEN = "chr(31)"


def typed(table: Table, columns: dict[str, str], relation: str, currency: str) -> str:
    """The SELECT that types a table's file: canonical columns typed, own columns as text, and ``_raw``.

    ``columns`` are the columns of ``relation`` and their SQL types. ``_raw`` holds the texts of all :func:`castable` columns
    where one of them may not fit, else NULL. Columns that start with ``_`` pass as they are. Text is not trimmed here.
    """
    found = {plain(name): name for name in reversed(columns)}
    inner = [quoted(name) for name in columns] or ["null as nothing"]
    outer = []
    for column in table.columns:
        if column.name in found:
            given = found[column.name]
            inner.append(f"{cast(column, quoted(given), columns[given], currency)} as {quoted('typed ' + column.name)}")
            outer.append(f"{quoted('typed ' + column.name)} as {column.name}")
    own = [name for name in columns if plain(name) not in table.column and not name.startswith("_")]
    outer += [f"{quoted(name)}{'' if columns[name] == 'VARCHAR' else '::varchar'} as {quoted(name)}" for name in own]
    outer += [quoted(name) for name in columns if name.startswith("_")]
    checked = [(quoted(found[c.name]), quoted("typed " + c.name)) for c in castable(table, columns)]
    odd = " or ".join(f"(({given} is null) <> ({made} is null))" for given, made in checked) or "false"
    texts = f" || {BETWEEN} || ".join(f"coalesce({given}::varchar, '')" for given, _ in checked) or "''"
    outer.append(f"case when {odd} then {texts} end as _raw")
    return f"select {', '.join(outer)} from (select {', '.join(inner)} from {relation})"


def unfit(table: Table, checked: list[Column]) -> str:
    """SQL of ``_unfit``: bit i is set where the i-th canonical column has a value that does not fit."""
    flags = [
        f"case when {c.name} is null and trim(string_split(_raw, {BETWEEN})[{at}], {text(BLANKS)}) <> '' "
        f"then {1 << table.names.index(c.name)} else 0 end"
        for at, c in enumerate(checked, start=1)
    ]
    return f"case when _raw is null then 0 else {' + '.join(flags) or '0'} end"


def cast(column: Column, name: str, kind: str, currency: str) -> str:
    """SQL of a column's typed value, NULL where blank or unfit (casts overlook blanks). ``kind`` is its SQL type in the file."""
    value = name
    if kind != "VARCHAR" and not kind.startswith(_NATIVE["date" if column.kind == "date" else "number"]):
        value, kind = f"{name}::varchar", "VARCHAR"
    if column.kind in ("id", "text", "period"):
        return value if kind == "VARCHAR" else f"{value}::varchar"
    if column.kind == "choice":
        spelled = f"replace(replace(lower(trim({value}::varchar, {text(BLANKS)})), '-', '_'), ' ', '_')"
        known = " ".join(f"when {text(c)} then {text(c)}" for c in column.choices)
        # not IN: DuckDB makes a join of it, for which every row is spelled anew, at four times the cost of the whole read
        return f"case {value}::varchar {known} else case {spelled} {known} end end"
    if column.kind == "date":
        return f"try_cast({value} as date)"
    if column.kind == "amount":
        return _amount(value, kind, exponent(currency))
    number = f"try_cast({value} as double)"
    if column.kind == "count":
        whole = f"isfinite({number}) and {number} = trunc({number}) and abs({number}) < 9007199254740992"
        return value if kind in _WHOLE else f"case when {whole} then {number}::bigint end"
    return f"case when isfinite({number}) then {number} end"


#: Beginnings of the SQL types that are cast as they are; all others go by their text.
_NATIVE = {
    "date": ("DATE", "TIMESTAMP"),
    "number": ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "DOUBLE", "FLOAT", "DECIMAL"),
}
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
