"""The declared tables as pandera schemas, for frames that come from elsewhere than the files.

Files are validated by SQL (:mod:`workbook.tables.validation`), which is several times faster on ten million rows and names file
and row; pandera is for frames made in a notebook or by a generator, where a data frame is what there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workbook.errors import DataError, Fault
from workbook.tables.frames import shaped
from workbook.tables.schema import TABLES, Column, Table

if TYPE_CHECKING:
    import pandera.pandas as pa


def contract(table: Table) -> pa.DataFrameSchema:
    """The pandera schema of a table: dtypes, filled cells, choices, shares, unique keys; own columns are let through."""
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {column.name: _column(column) for column in table.columns},
        unique=list(table.key) or None,
        strict=False,
        name=table.name,
    )


def _column(column: Column) -> pa.Column:
    import pandera.pandas as pa

    checks = []
    if column.choices:
        checks.append(pa.Check.isin(column.choices, error=f"is not one of {', '.join(column.choices)}"))
    if column.kind == "share":
        checks.append(pa.Check.in_range(0, 1, error="is not from 0 to 1"))
    return pa.Column(column.dtype, checks, nullable=not column.filled, required=column.present)


def validated(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` in the shape of a table; :class:`DataError` with every fault when it does not fit."""
    from pandera.errors import SchemaErrors

    table = TABLES[name]
    try:
        made = shaped(table, frame)
    except (TypeError, ValueError) as fault:
        raise DataError(f"a value does not fit: {fault}", where=name, remedy="See docs/tables.md.") from fault
    try:
        contract(table).validate(made, lazy=True)
    except SchemaErrors as found:
        faults = [
            Fault(
                name, "", 0 if pd.isna(row.index) else int(row.index) + 2, str(row.column or ""), str(row.failure_case),
                _said(str(row.check)), "Mend the value.",
            )
            for row in found.failure_cases.astype({"check": "str"}).itertuples(index=False)
        ]  # fmt: skip
        raise DataError(f"{len(faults)} values do not fit", faults, where=name, remedy="See docs/tables.md.") from found
    return made


def _said(check: str) -> str:
    return {"not_nullable": "the cell is blank", "multiple_fields_uniqueness": "the key is doubled"}.get(check, check)
