"""Sorting out what cannot be used: rows without key or required value, doubled keys, references to nothing.

A required value that is missing or unfit rejects its line; an optional one is left blank and listed. What then remains wrong
(two owners at a time, circles) is for ``workbook check``, since no single line is to blame.
"""

from __future__ import annotations

from workbook.crm.rejects import Rejects
from workbook.rules.quality import QualityRules
from workbook.tables.cast import REMEDIES
from workbook.tables.intake import Intake, raw_text
from workbook.tables.period_names import period_named
from workbook.tables.schema import TABLES, Column, Table
from workbook.tables.source import text
from workbook.tables.validation.values import conditions

_WHERE = "_file, _line"


def sift(intake: Intake, rules: QualityRules, rejects: Rejects) -> None:
    """Delete from the intake's tables what cannot be used, and note each in ``rejects``."""
    for name, table in TABLES.items():
        if name in intake.columns:
            _unfit(intake, table, rejects)
            if name == "targets":
                _periods(intake, rejects)
            _senseless(intake, table, rules, rejects)
            _doubled(intake, table, rejects)
            for column in table.columns:
                if column.refers_to and column.filled and column.name in intake.columns[name]:
                    _dangling(intake, table, column, rejects)


def _drop(intake: Intake, name: str, where: str) -> None:
    """Delete the rows for which a condition on the table's view holds."""
    intake.db.execute(f"delete from {name}_data where rowid in (select _row - 2 from {name} t where {where})")


def _unfit(intake: Intake, table: Table, rejects: Rejects) -> None:
    name, db = table.name, intake.db
    if not db.execute(f"select 1 from {name} where _unfit <> 0 limit 1").fetchall():
        return
    required = 0
    for at, column in enumerate(intake.texts[name], start=1):
        bit = 1 << table.names.index(column.name)
        required |= bit if column.filled else 0
        kind = "one of " + ", ".join(column.choices) if column.choices else f"a fit {column.kind}"
        rows = f"select {_WHERE}, {raw_text(at)} as value, '' as detail from {name} where _unfit & {bit} <> 0"
        reason = f"is not {kind}. {REMEDIES.get(column.kind, '')}".strip()
        rejects.take(name, "line" if column.filled else "value", rows, reason, column.name)
    if required:
        _drop(intake, name, f"_unfit & {required} <> 0")


def _periods(intake: Intake, rejects: Rejects) -> None:
    given = [r[0] for r in intake.db.execute("select distinct period from targets where period is not null").fetchall()]
    named = {value: period_named(value, intake.calendar) for value in given}
    for value, known in sorted(named.items()):
        if known is None:
            where = f"period = {text(value)}"
            rows = f"select {_WHERE}, period as value, '' as detail from targets where {where}"
            rejects.take("targets", "line", rows, f"is not a period. {REMEDIES['period']}", "period")
            _drop(intake, "targets", where)
        elif known != value:
            intake.db.execute(f"update targets_data set period = {text(known)} where period = {text(value)}")


def _senseless(intake: Intake, table: Table, rules: QualityRules, rejects: Rejects) -> None:
    """Blank required cells and values that cannot be: the line goes, or only the value where it is optional."""
    name = table.name
    for c in conditions(rules):
        if c.table != name or c.severity != "error" or not intake.has(name, c.column, *c.needs):
            continue
        if not intake.db.execute(f"select 1 from {name} where {c.sql} limit 1").fetchall():
            continue
        whole = table.column[c.column].filled or c.whole_line
        rows = f"select {_WHERE}, \"{c.column}\" as value, '' as detail from {name} where {c.sql}"
        rejects.take(name, "line" if whole else "value", rows, c.fault, c.column)
        if whole:
            _drop(intake, name, c.sql)
        else:
            mine = f"select _row - 2 from {name} where {c.sql}"
            intake.db.execute(f'update {name}_data set "{c.column}" = null where rowid in ({mine})')


def _doubled(intake: Intake, table: Table, rejects: Rejects) -> None:
    name = table.name
    key = ("territory_id", "period", "measure", "product_family") if name == "targets" else table.key
    if not key or (len(key) == 1 and intake.ascends(name, key[0])):
        return
    columns = ", ".join(f"coalesce({c}, '')" for c in key) if name == "targets" else ", ".join(key)
    if not intake.db.execute(f"select 1 from {name} group by {columns} having count(*) > 1 limit 1").fetchall():
        return
    later = (
        f"select *, first_value(_line) over w as first_line, row_number() over w as nth from {name} "
        f"window w as (partition by {columns} order by _row)"
    )
    rows = (
        f"select {_WHERE}, {key[0]} as value, coalesce(first_line::varchar, '?') as detail from ({later}) where nth > 1"
    )
    rejects.take(name, "line", rows, "the key stands on line {} already", key[0])
    _drop(intake, name, f"_row in (select _row from ({later}) where nth > 1)")


def _dangling(intake: Intake, table: Table, column: Column, rejects: Rejects) -> None:
    target = TABLES[column.refers_to]
    missing = (
        f"{column.name} is not null and not exists "
        f"(select 1 from {target.name} o where o.{target.key[0]} = t.{column.name})"
    )
    rows = f"select {_WHERE}, {column.name} as value, '' as detail from {table.name} t where {missing}"
    if rejects.take(table.name, "line", rows, f"is not among the {target.name}", column.name):
        _drop(intake, table.name, missing)
