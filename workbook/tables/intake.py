"""The tables of a book in DuckDB, typed, before anything is believed: what was read, and what was wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from workbook.errors import DataError, Fault
from workbook.periods import Calendar
from workbook.tables.cast import REMEDIES, SQL_TYPES, plain, projection
from workbook.tables.faults import Faults, Finding
from workbook.tables.period_names import period_named
from workbook.tables.schema import TABLES, Table
from workbook.tables.source import Source, connect, quoted, read_into, show, text

_ENDINGS = ("parquet", "csv")


def table_file(folder: Path, name: str) -> Path | None:
    """The file of a table, Parquet before CSV, or None."""
    return next((p for end in _ENDINGS if (p := folder / f"{name}.{end}").is_file()), None)


@dataclass
class Intake:
    """Typed tables as DuckDB views by name, each with ``_row`` (as a spreadsheet counts) and ``_unfit``.

    ``columns`` holds the canonical columns that each given table's file has; ``read`` the records it holds, broken ones too.
    ``raw`` makes a table's text available as a view, for the value behind an unfit cell.
    """

    db: duckdb.DuckDBPyConnection
    currency: str
    calendar: Calendar
    faults: Faults
    files: dict[str, str] = field(default_factory=dict)
    columns: dict[str, frozenset[str]] = field(default_factory=dict)
    own_columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    raw: dict[str, Callable[[], str]] = field(default_factory=dict)

    def has(self, table: str, *columns: str) -> bool:
        """Whether a table was given with these columns."""
        return table in self.columns and all(c in self.columns[table] for c in columns)

    def find(self, finding: Finding) -> int:
        """Add what a finding finds to the faults; returns how many rows."""
        return self.faults.find(finding, self.files.get(finding.table, ""))

    def fault(self, table: str, fault: Fault, topic: str, count: int = 1) -> None:
        self.faults.add(fault, topic, count)

    def take(self, table: Table, source: Source) -> None:
        """Note what a table's file has, and what is wrong with its columns and records."""
        name, file = table.name, self.files[table.name]
        given = {plain(c): c for c in source.columns}
        self.columns[name] = frozenset(c for c in table.names if c in given)
        self.own_columns[name] = tuple(
            c for c in source.columns if plain(c) not in table.column and not c.startswith("_")
        )
        rows: int = self.db.execute(f"select count(*) from {name}").fetchall()[0][0]
        self.read[name] = rows + len(source.broken)
        free = list(self.own_columns[name])
        for column in table.columns:
            if column.name in given:
                continue
            near = difflib.get_close_matches(column.name, [plain(c) for c in free], n=1, cutoff=0.8)
            hint = f" Is it {near[0]}? Rename that." if near else ""
            if column.present:
                what, remedy = "the column is missing", f"Add it: {column.help}.{hint}"
                self.faults.add(Fault(name, file, 1, column.name, "", what, remedy), "columns")
            elif near:
                what, remedy = f"the column looks like {column.name}", f"Rename it to {column.name} if it is that."
                self.faults.add(Fault(name, file, 1, near[0], "", what, remedy, "warning"), "columns")
        for column_name in source.doubled:
            fault = Fault(name, file, 1, column_name, "", "two columns have this name", "Rename or delete one.")
            self.faults.add(fault, "columns")
        for remark in source.remarks:
            self.faults.add(Fault(name, file, 0, "", "", remark, "Save it as UTF-8.", "warning"), "columns")
        for record in source.broken:
            fault = Fault(name, file, record.row, "", "", record.broken, "Mend or delete that line.")
            self.faults.add(fault, "values")

    def unfit(self, table: Table) -> None:
        """Add the values that do not fit their columns, as they stand in the file."""
        name = table.name
        if not self.db.execute(f"select count(*) from {name} where _unfit <> 0").fetchall()[0][0]:
            return
        raw = self.raw[name]()
        spelled = {plain(r[0]): r[0] for r in self.db.execute(f"describe {raw}").fetchall()}
        for place, column in enumerate(table.columns):
            if column.name in self.columns[name]:
                remedy = REMEDIES.get(column.kind, f"Write one of {', '.join(column.choices)}.")
                what = (
                    f"this is not {_article(column.kind)}"
                    if not column.choices
                    else f"is not one of {', '.join(column.choices)}"
                )
                rows = (
                    f"select t._row, r.{quoted(spelled[column.name])} as value, '' as detail from {name} t "
                    f"join {raw} r using (_row) where t._unfit & {1 << place} <> 0"
                )
                self.find(Finding(name, column.name, "values", what, remedy, rows))

    def periods(self) -> None:
        """Bring the targets' periods to their normal names; add those that are no period."""
        given = [
            r[0] for r in self.db.execute("select distinct period from targets where period is not null").fetchall()
        ]
        named = {value: period_named(value, self.calendar) for value in given}
        unknown = ", ".join(text(v) for v, known in sorted(named.items()) if known is None)
        if unknown:
            rows = f"select _row, period as value, '' as detail from targets where period in ({unknown})"
            self.find(Finding("targets", "period", "values", "this is not a period", REMEDIES["period"], rows))
        for value, known in sorted(named.items()):
            if known is not None and known != value:
                self.db.execute(f"update targets_data set period = {text(known)} where period = {text(value)}")

    def absent(self, table: Table) -> None:
        """Make an empty table where none is given."""
        columns = ", ".join(f"{c.name} {SQL_TYPES[c.kind]}" for c in table.columns)
        self.db.execute(f"create or replace table {table.name}_data ({columns}, _unfit bigint)")
        show(self.db, table.name, exact=False)


def take_in(folder: Path, currency: str, calendar: Calendar) -> Intake:
    """Read all tables of a folder; nothing is raised, everything wrong is noted."""
    db = connect()
    intake = Intake(db, currency, calendar, Faults(db))
    for name, table in TABLES.items():
        path = table_file(folder, name)
        intake.files[name] = path.name if path else f"{name}.csv"
        if path is None:
            intake.absent(table)
            if table.needed:
                fault = Fault(
                    name, f"{name}.csv", 0, "", "", "the table is missing", f"Add it to {folder.name}/: {table.help}"
                )
                intake.faults.add(fault, "columns")
            continue
        try:
            source = read_into(db, path, name, lambda columns, table=table: projection(table, columns, currency))  # type: ignore[misc]
        except DataError as fault:
            intake.absent(table)
            intake.faults.add(Fault(name, path.name, 0, "", "", fault.what, fault.remedy), "columns")
            continue
        intake.raw[name] = lambda path=path, name=name: _raw(db, path, name)  # type: ignore[misc]
        intake.take(table, source)
        intake.unfit(table)
    intake.periods()
    _strangers(folder, intake)
    return intake


def _raw(db: duckdb.DuckDBPyConnection, path: Path, name: str) -> str:
    read_into(db, path, f"raw_{name}")
    return f"raw_{name}"


def _strangers(folder: Path, intake: Intake) -> None:
    """Files that are no table, and tables given twice."""
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        ending = path.suffix.lower().lstrip(".")
        if (
            not path.is_file()
            or path.name.startswith((".", "~"))
            or ending not in (*_ENDINGS, "xlsx", "xls", "tsv", "txt")
        ):
            continue
        used = table_file(folder, path.stem)
        if path.stem in TABLES and used == path:
            continue
        near = difflib.get_close_matches(path.stem.lower(), list(TABLES), n=1)
        if path.stem in TABLES and used is not None:
            what, remedy = f"is not read: {used.name} is there too", "Delete one of them."
        else:
            what = "is not a table and is not read"
            remedy = f"Rename it to {near[0]}.csv if it is that." if near else "Move it elsewhere."
        intake.faults.add(Fault("", path.name, 0, "", "", what, remedy, "warning"), "columns")


def _article(kind: str) -> str:
    return {"amount": "an amount", "count": "a whole number", "share": "a number", "number": "a number"}.get(
        kind, f"a {kind}"
    )
