"""The tables of a book in DuckDB, typed, before anything is believed: what was read, and what was wrong with it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from workbook.errors import DataError, Fault
from workbook.files import listed
from workbook.periods import Calendar
from workbook.tables.cast import BETWEEN, REMEDIES, SQL_TYPES, castable, plain, typed, unfit
from workbook.tables.faults import Faults, Finding
from workbook.tables.period_names import period_named
from workbook.tables.schema import TABLES, Column, Table
from workbook.tables.source import Source, connect, quoted, read_into, show, text
from workbook.tables.text import BLANKS

_ENDINGS = ("parquet", "csv")
#: In a table of more rows of which nobody knows what blanks its file holds (Parquet), cells are trimmed only where one starts
#: with a blank or ends with a space (tabs at the end stay).
MANY = 500_000
#: Where a row of an import comes from.
ORIGIN = {"_file": "varchar", "_line": "bigint", "_reject": "varchar"}


def table_file(folder: Path, name: str) -> Path | None:
    """The file of a table, Parquet before CSV, or None."""
    return next((p for end in _ENDINGS if (p := folder / f"{name}.{end}").is_file()), None)


@dataclass
class Intake:
    """Typed tables as DuckDB views by name, each with ``_row`` (as a spreadsheet counts) and ``_unfit``.

    ``columns`` holds the canonical columns that each given table's file has; ``read`` the records it holds, broken ones too.
    ``texts`` are the columns whose text ``_raw`` lists for rows with an unfit value.
    """

    db: duckdb.DuckDBPyConnection
    currency: str
    calendar: Calendar
    faults: Faults
    files: dict[str, str] = field(default_factory=dict)
    columns: dict[str, frozenset[str]] = field(default_factory=dict)
    own_columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    texts: dict[str, list[Column]] = field(default_factory=dict)

    def has(self, table: str, *columns: str) -> bool:
        """Whether a table was given with these columns."""
        return table in self.columns and all(c in self.columns[table] for c in columns)

    def ascends(self, table: str, column: str) -> bool:
        """Whether a key is larger in each row than in the row before, as exports are often sorted: then none is doubled.

        One thread reads the rows in order, at a tenth of the cost of grouping them; that one row alone has none before it
        proves that it did.
        """
        before: int = self.db.execute("select current_setting('threads')").fetchall()[0][0]
        self.db.execute("set threads = 1")
        rows = f"select {column} as here, lag({column}) over () as there from {table}"
        told = self.db.execute(f"select bool_and(here > there), count(*) filter (where there is null) from ({rows})")
        larger, first = told.fetchall()[0]
        self.db.execute(f"set threads = {before}")
        return larger is True and first == 1

    def find(self, finding: Finding) -> int:
        """Add what a finding finds to the faults; returns how many rows."""
        return self.faults.find(finding, self.files.get(finding.table, ""))

    def fault(self, table: str, fault: Fault, topic: str, count: int = 1) -> None:
        self.faults.add(fault, topic, count)

    def take(self, table: Table, source: Source) -> None:
        """Note what a table's file has, trim its text, and add what is wrong with its columns and records."""
        self._complete(table, source)
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
        spelled = [plain(c) for c in source.columns]
        again = [c for at, c in enumerate(source.columns) if plain(c) in table.column and plain(c) in spelled[:at]]
        for column_name in dict.fromkeys((*source.doubled, *again)):
            fault = Fault(name, file, 1, column_name, "", "two columns have this name", "Rename or delete one.")
            self.faults.add(fault, "columns")
        for remark in source.remarks:
            self.faults.add(Fault(name, file, 0, "", "", remark, "Save it as UTF-8.", "warning"), "columns")
        for record in source.broken:
            fault = Fault(name, file, record.row, "", "", record.broken, "Mend or delete that line.")
            self.faults.add(fault, "values")

    def _complete(self, table: Table, source: Source) -> None:
        """Cut blanks off text cells where there are any; let the view have all canonical columns."""
        data, db = f"{table.name}_data", self.db
        types = {r[0]: r[1] for r in db.execute(f"describe {data}").fetchall()}
        self.texts[table.name] = castable(table, dict.fromkeys(source.columns, "VARCHAR"))
        odd = db.execute(f"select 1 from {data} where _raw is not null limit 1").fetchall() if "_raw" in types else []
        words = [
            c for c, kind in types.items() if kind == "VARCHAR" and not c.startswith("_") and not _chosen(table, c)
        ]
        if words:
            rows: int = db.execute(f"select count(*) from {data}").fetchall()[0][0]
            marks = source.blanks if source.blanks is not None else " " if rows > MANY else BLANKS
            tests = ", ".join(f"coalesce(bool_or({_blank(quoted(c), marks)}), false)" for c in words)
            found = db.execute(f"select {tests} from {data}").fetchall()[0]
            blank = [c for c, needed in zip(words, found, strict=True) if needed]
            if blank:
                cut = ", ".join(f"nullif({_trim(c)}, '') as {quoted(c)}" for c in blank)
                row = "" if source.exact or "_row" in types else "rowid as _order, "
                db.execute(f"create table _trimmed as select {row}* replace ({cut}) from {data}")
                order = "exclude (_order) from _trimmed order by _order" if row else "from _trimmed"
                db.execute(f"create or replace table {data} as select * {order}")
                db.execute("drop table _trimmed")
        lacking = [c for c in table.columns if c.name not in types]
        more = "".join(f", null::{SQL_TYPES[c.kind]} as {c.name}" for c in lacking)
        more += "".join(f", null::{k} as {c}" for c, k in ORIGIN.items() if c not in types)
        more += f", {unfit(table, self.texts[table.name]) if odd else '0'}::bigint as _unfit"
        show(db, table.name, exact=source.exact, more=more)

    def unfit(self, table: Table) -> None:
        """Add the values that do not fit their columns, as they stand in the file."""
        name = table.name
        if not self.db.execute(f"select count(*) from {name} where _unfit <> 0").fetchall()[0][0]:
            return
        for at, column in enumerate(self.texts[name], start=1):
            kinds = (
                f"is not one of {', '.join(column.choices)}"
                if column.choices
                else f"this is not {_article(column.kind)}"
            )
            remedy = REMEDIES.get(column.kind, f"Write one of {', '.join(column.choices)}.")
            rows = (
                f"select _row, {raw_text(at)} as value, '' as detail from {name} "
                f"where _unfit & {1 << table.names.index(column.name)} <> 0"
            )
            self.find(Finding(name, column.name, "values", kinds, remedy, rows))

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
        origin = ", ".join(f"{c} {kind}" for c, kind in ORIGIN.items())
        self.db.execute(
            f"create or replace table {table.name}_data ({columns}, _unfit bigint, _raw varchar[], {origin})"
        )
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
            source = read_into(db, path, name, lambda columns, scan, table=table: typed(table, columns, scan, currency))  # type: ignore[misc]
        except DataError as fault:
            intake.absent(table)
            intake.faults.add(Fault(name, path.name, 0, "", "", fault.what, fault.remedy), "columns")
            continue
        intake.take(table, source)
        intake.unfit(table)
    intake.periods()
    _strangers(folder, intake)
    return intake


def _strangers(folder: Path, intake: Intake) -> None:
    """Files that are no table, and tables given twice."""
    for path in listed(folder):
        ending = path.suffix.lower().lstrip(".")
        if not path.is_file() or path.name.startswith("~") or ending not in (*_ENDINGS, "xlsx", "xls", "tsv", "txt"):
            continue
        used = table_file(folder, path.stem)
        if path.stem in TABLES and used == path:
            continue
        near = difflib.get_close_matches(path.stem.lower(), list(TABLES), n=1)
        if path.stem in TABLES and used is not None:
            what, remedy = f"is not read: {used.name} is there too", "Delete one of them."
        else:
            what = "is not a table and is not read"
            if path.stem in TABLES:
                remedy = "Save it as CSV, or read it by `workbook import --from plain`."
            else:
                remedy = f"Rename it to {near[0]}.csv if it is that." if near else "Move it elsewhere."
        intake.faults.add(Fault("", path.name, 0, "", "", what, remedy, "warning"), "columns")


def raw_text(at: int) -> str:
    """SQL of the text that a row's ``_raw`` holds at a place, from 1."""
    return f"string_split(_raw, {BETWEEN})[{at}]"


def _trim(column: str) -> str:
    return f"trim({quoted(column)}, {text(BLANKS)})"


def _blank(column: str, marks: str) -> str:
    """SQL: a text is empty, or begins or ends with one of ``marks`` (all blanks of one byte come before ``!``)."""
    starts = [f"starts_with({column}, {text(mark)})" for mark in marks if mark > "\x7f"]
    return " or ".join([f"{column} < '!'", *starts, *(f"ends_with({column}, {text(mark)})" for mark in marks)])


def _chosen(table: Table, column: str) -> bool:
    """Whether a typed column holds only words of a list, which have no blanks."""
    return column in table.column and table.column[column].kind == "choice"


def _article(kind: str) -> str:
    return {"amount": "an amount", "count": "a whole number", "share": "a number", "number": "a number"}.get(
        kind, f"a {kind}"
    )
