"""Keys doubled, keys that point nowhere, ids that mean two things."""

from __future__ import annotations

from workbook.errors import Severity
from workbook.tables.faults import Finding
from workbook.tables.intake import Intake
from workbook.tables.schema import TABLES, Column, Table


def check(intake: Intake) -> None:
    """All key faults of all tables."""
    for table in TABLES.values():
        if table.name in intake.columns:
            doubled(intake, table)
            for column in table.columns:
                dangling(intake, table, column)
    _collisions(intake)


def doubled(intake: Intake, table: Table) -> int:
    """Rows whose key stands in an earlier row too."""
    key = ("territory_id", "period", "measure", "product_family") if table.name == "targets" else table.key
    if not key or not intake.has(table.name, *table.key):
        return 0
    if len(key) == 1 and intake.ascends(table.name, key[0]):
        return 0
    columns = ", ".join(f"coalesce({c}::varchar, '')" if table.name == "targets" else c for c in key)
    filled = " and ".join(f"{c} is not null" for c in (table.key or ("territory_id", "period")))
    groups = f"select {columns} from {table.name} where {filled} group by {columns} having count(*) > 1"
    if not intake.db.execute(f"select 1 from ({groups}) limit 1").fetchall():
        return 0
    shown = [c for c in key if c not in ("measure", "product_family")]
    value = " || ' / ' || ".join(f"coalesce({c}::varchar, '')" for c in shown)
    rows = (
        f"select _row, {value} as value, first_row as detail from (select *, "
        f"min(_row) over (partition by {columns}) as first_row from {table.name} where {filled}) where _row > first_row"
    )
    return intake.find(
        Finding(
            table.name,
            key[0],
            "keys",
            "the key stands in row {} already",
            "Delete one, or give it a key of its own.",
            rows,
        )
    )


def dangling(intake: Intake, table: Table, column: Column) -> int:
    """Values that refer to a row that is not there: an error where the column must be filled, else a warning."""
    if not column.refers_to or not intake.has(table.name, column.name):
        return 0
    target = TABLES[column.refers_to]
    needs = column.filled or (table.name, column.name) == ("territories", "parent_id")
    if column.refers_to not in intake.columns and not needs:
        return 0
    severity: Severity = "error" if needs else "warning"
    rows = (
        f"select _row, {column.name} as value, '' as detail from {table.name} t where {column.name} is not null "
        f"and not exists (select 1 from {target.name} o where o.{target.key[0]} = t.{column.name})"
    )
    return intake.find(
        Finding(
            table.name, column.name, "keys", f"is not in the {target.name} table",
            f"Add it to {target.name}, or mend the {target.key[0]}.", rows, severity,
        )
    )  # fmt: skip


def _collisions(intake: Intake) -> None:
    """One id for a territory and a rep or an account: a node's name would mean two things."""
    for first, second in (("territories", "reps"), ("territories", "accounts"), ("reps", "accounts")):
        one, other = TABLES[first].key[0], TABLES[second].key[0]
        rows = f"select _row, {other} as value, '' as detail from {second} where {other} in (select {one} from {first})"
        what = f"the id is also one of the {first}"
        intake.find(Finding(second, other, "keys", what, "Put a letter before one of them, like A-17.", rows))
