"""An import: the export's files through a mapping's SQL into the tables of a book, all of them or none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd

from workbook.crm.export import Export, open_export
from workbook.crm.mapping import Mapping
from workbook.crm.rejects import Rejects, write_rejects
from workbook.crm.sift import sift
from workbook.decisions import signed_at
from workbook.errors import DataError
from workbook.files import write_text
from workbook.rules import Rules, read_rules
from workbook.tables.cast import typed
from workbook.tables.faults import Faults
from workbook.tables.intake import ORIGIN, Intake
from workbook.tables.manifest import Imported, Written, source_files, write_report
from workbook.tables.schema import TABLES
from workbook.tables.source import Source, connect, text
from workbook.tables.text import BLANKS
from workbook.tables.write import MANY, Format, replacing_folder, selection, write_query

Step = Callable[[str], None]
#: A comment line by which a table's SQL says that it means to read only some lines of its file.
_SOME = re.compile(r"^--\s*only some lines", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Import:
    """What an import did. ``counts``: table, read, used, rejected, file; ``rejects`` as in :mod:`workbook.crm.rejects`."""

    mapping: str
    book: Path
    counts: pd.DataFrame
    rejects: pd.DataFrame
    rejects_file: Path | None
    notes: tuple[str, ...] = ()


def import_export(
    mapping: Mapping, folder: Path, book: Path, step: Step = lambda _: None, today: date | None = None
) -> Import:
    """Import ``folder`` into ``book``. Raises :class:`DataError` when it cannot be done; the book is then as it was.

    ``today`` dates the import (else the clock does); in a book that is held at an earlier day it counts as that day's.
    """
    rules, notes = _book(mapping, book)
    db = connect()
    try:
        step("reading the export")
        rejects = Rejects(db)
        intake = Intake(db, rules.book.currency, rules.book.calendar, Faults(db, listed=None))
        db.execute("create schema export")
        _within(db, "export,main")
        export = open_export(db, folder, mapping)
        names = ", ".join(map(text, sorted(export.sources)))
        db.execute(f"create type main._files as enum ({names})")  # a byte in each of ten million rows, not the name
        if mapping.prepare:
            _run(db, mapping, "prepare", mapping.prepare, export)
        read = {}
        bare = {expected.name for expected in mapping.expected if not expected.columns}
        for name in TABLES:
            if name in mapping.sql and not (name in export.absent and name in bare):
                step(name)
                read[name] = _stage(intake, mapping, name, rejects, export)
            else:
                _within(db, "main")
                intake.files[name] = f"{name}.csv"
                intake.absent(TABLES[name])
        _within(db, "main")
        step("checking keys")
        sift(intake, rules.quality, rejects)
        step("writing")
        counts = _write(intake, book, read)
        found = rejects.frame(export)
        sources = source_files({source.path for source in export.sources.values()})
    finally:
        db.close()
    path = book / "import" / "rejects.csv"
    if len(found):
        write_rejects(path, found)
    else:
        path.unlink(missing_ok=True)
    if not (book / "book.toml").is_file():
        write_text(book / "book.toml", rules.toml())
    now = datetime.combine(today, datetime.min.time()) if today else datetime.now()
    on = signed_at(rules.book.as_of or now.date(), now).date()
    columns = counts[["table", "file", "read", "used"]].itertuples(index=False)
    written = tuple(Written(table, file, "", int(read), int(used)) for table, file, read, used in columns)
    write_report(book, Imported(mapping.name, on, written, sources, mapping.notes))
    return Import(mapping.name, book, counts, found, path if len(found) else None, (*notes, *mapping.notes))


def _book(mapping: Mapping, book: Path) -> tuple[Rules, list[str]]:
    """The rules to import by: the book's own, else the mapping's suggestion; and where the two differ."""
    suggested = read_rules(mapping.book) if mapping.book else Rules()
    if not (book / "book.toml").is_file():
        return suggested, [f"book.toml is new: {_said(suggested)}"]
    own = read_rules(book / "book.toml")
    if mapping.book and _said(own) != _said(suggested):
        return own, [f"book.toml stays as it is ({_said(own)}); the mapping suggests {_said(suggested)}"]
    return own, []


def _said(rules: Rules) -> str:
    book = rules.book
    day = f", as of {book.as_of}" if book.as_of else ""
    return f"{book.name}, {book.currency}, {book.year} from month {book.fiscal_start_month}{day}"


def _within(db: duckdb.DuckDBPyConnection, schemas: str) -> None:
    """Where names are looked for: the export's files and the tables may be called the same."""
    db.execute(f"set search_path = '{schemas}'")


def _run(db: duckdb.DuckDBPyConnection, mapping: Mapping, name: str, sql: str, export: Export) -> None:
    """Run a mapping's statement; what DuckDB says of it becomes a message with the file's name."""
    try:
        try:
            db.execute(sql)
        except duckdb.InvalidInputException:
            if not export.settle(db):
                raise
            db.execute(sql)
    except duckdb.Error as fault:
        said = [line.strip() for line in str(fault).splitlines() if line.strip()]
        near = next((s for s in said[1:] if s.lower().startswith(("candidate", "did you mean"))), "")
        raise DataError(
            said[0] if said else str(fault), where=str(mapping.folder / f"{name}.sql"),
            remedy=near or "Mend the SQL, or compare its columns with the export's headings.",
        ) from fault  # fmt: skip


def _stage(intake: Intake, mapping: Mapping, name: str, rejects: Rejects, export: Export) -> int:
    """Run a table's SQL and type what it gives; set aside what it rejects itself; returns the rows read."""
    db, table = intake.db, TABLES[name]
    _within(db, "export,main")
    _run(db, mapping, name, f"create view _{name} as {mapping.sql[name]}", export)
    types = {r[0]: r[1] for r in db.execute(f"describe _{name}").fetchall()}
    given = [c for c in types if not c.startswith("_")]
    missing = [c.name for c in table.columns if c.present and c.name not in given]
    if missing:
        raise DataError(
            f"gives no column {', '.join(missing)}", where=str(mapping.folder / f"{name}.sql"),
            remedy=f"Columns of {name} are {', '.join(table.names)}.",
        )  # fmt: skip
    kept = {c: kind for c, kind in types.items() if not c.startswith("_") or c in ORIGIN}
    origin = " replace (try_cast(_file as main._files) as _file)" if "_file" in types else ""
    select = typed(table, kept, f"(select *{origin} from _{name})", intake.currency)
    _run(db, mapping, name, f"create or replace table main.{name}_data as {select}", export)
    _within(db, "main,export")
    intake.files[name] = f"{name}.sql"
    intake.take(table, Source(mapping.folder, tuple(given), blanks=_blanks(mapping, name, export)))
    total: int = db.execute(f"select count(*) from {name}").fetchall()[0][0]
    if "_line" in types and not _SOME.search(mapping.sql[name]):
        total += _left_out(db, name, rejects, export)
    if "_reject" in types:
        rows = f"select _file, _line, '' as value, _reject as detail from {name} where _reject is not null"
        if rejects.take(name, "line", rows, "{}"):
            db.execute(f"delete from {name}_data where _reject is not null")
    return total


def _blanks(mapping: Mapping, name: str, export: Export) -> str | None:
    """What blanks the cells of a table may begin or end with: those of the files, and those that the mapping's SQL writes."""
    sql = mapping.prepare + mapping.sql[name]
    if export.blanks is None or "chr(" in sql.lower() or "\\" in sql:
        return None
    return export.blanks + "".join(mark for mark in BLANKS if f"{mark}'" in sql or f"'{mark}" in sql)


def _left_out(db: duckdb.DuckDBPyConnection, name: str, rejects: Rejects, export: Export) -> int:
    """Lines of the files behind a table that its SQL left out, and those that are no records: both are rejected."""
    number = 0
    counts = "count(_line), coalesce(sum(_line), 0), coalesce(bit_xor(hash(_line)), 0)"
    seen = db.execute(f"select _file, {counts} from {name} where _file is not null group by 1 order by 1").fetchall()
    for file, *found in seen:
        if tuple(found) != export.counted(db, file, counts):
            view, mine = (
                export.base_of(file),
                f"select _line from {name} where _file = {text(file)} and _line is not null",
            )
            rows = f"select _file, _line, '' as value, '' as detail from {view} where _line not in ({mine})"
            number += rejects.take(name, "line", rows, f"{name}.sql leaves this line out")
        for record in export.broken_of(file):
            rejects.line(name, file, record.line, record.broken)
            number += 1
    return number


def _write(intake: Intake, book: Path, read: dict[str, int]) -> pd.DataFrame:
    """Write all tables to a new folder, which then takes the old one's place."""
    used = {name: int(intake.db.execute(f"select count(*) from {name}").fetchall()[0][0]) for name in read}
    form: Format = "parquet" if max(used.values(), default=0) > MANY else "csv"
    rows = []
    with replacing_folder(book / "tables") as folder:
        for name in read:
            table = TABLES[name]
            kept = [c.name for c in table.columns if c.name in intake.columns[name]] + list(intake.own_columns[name])
            query = f"select {selection(table, kept, intake.currency)} from {name}"
            write_query(intake.db, query, folder / f"{name}.{form}", form)
            rows.append((name, read[name], used[name], read[name] - used[name], f"{name}.{form}"))
    return pd.DataFrame(rows, columns=["table", "read", "used", "rejected", "file"])
