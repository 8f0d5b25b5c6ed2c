"""An import: the export's files through a mapping's SQL into the tables of a book, all of them or none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from workbook.crm.export import Export, open_export
from workbook.crm.mapping import Mapping
from workbook.crm.rejects import Rejects, write_rejects
from workbook.crm.sift import sift
from workbook.errors import DataError
from workbook.files import write_text
from workbook.rules import Rules, read_rules
from workbook.tables.cast import projection
from workbook.tables.faults import Faults
from workbook.tables.intake import Intake
from workbook.tables.schema import TABLES
from workbook.tables.source import Source, connect, quoted
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


def import_export(mapping: Mapping, folder: Path, book: Path, step: Step = lambda _: None) -> Import:
    """Import ``folder`` into ``book``. Raises :class:`DataError` when it cannot be done; the book is then as it was."""
    rules, notes = _book(mapping, book)
    db = connect()
    try:
        step("reading the export")
        rejects = Rejects(db)
        intake = Intake(db, rules.book.currency, rules.book.calendar, Faults(db, listed=None))
        db.execute("create schema export")
        _within(db, "export,main")
        export = open_export(db, folder, mapping)
        if mapping.prepare:
            _run(db, mapping, "prepare", mapping.prepare)
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
    finally:
        db.close()
    path = book / "import" / "rejects.csv"
    if len(found):
        write_rejects(path, found)
    else:
        path.unlink(missing_ok=True)
    if not (book / "book.toml").is_file():
        write_text(book / "book.toml", rules.toml())
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


def _run(db: duckdb.DuckDBPyConnection, mapping: Mapping, name: str, sql: str) -> None:
    """Run a mapping's statement; what DuckDB says of it becomes a message with the file's name."""
    try:
        db.execute(sql)
    except duckdb.Error as fault:
        said = [line.strip() for line in str(fault).splitlines() if line.strip()]
        where = next((f" (line {m[1]} of the SQL)" for s in said if (m := re.match(r"LINE (\d+):", s))), "")
        near = next((s for s in said[1:] if s.lower().startswith(("candidate", "did you mean"))), "")
        raise DataError(
            f"{said[0] if said else fault}{where}", where=str(mapping.folder / f"{name}.sql"),
            remedy=near or "Mend the SQL, or compare its columns with the export's headings.",
        ) from fault  # fmt: skip


def _stage(intake: Intake, mapping: Mapping, name: str, rejects: Rejects, export: Export) -> int:
    """Run a table's SQL, set aside what it rejects itself, type the rest; returns the rows read."""
    db, table, stage = intake.db, TABLES[name], f"stage_{name}"
    _within(db, "export,main")
    _run(db, mapping, name, f"create table {stage} as {mapping.sql[name]}")
    types = {r[0]: r[1] for r in db.execute(f"describe {stage}").fetchall()}
    given = [c for c in types if not c.startswith("_")]
    missing = [c.name for c in table.columns if c.present and c.name not in given]
    if missing:
        raise DataError(
            f"gives no column {', '.join(missing)}", where=str(mapping.folder / f"{name}.sql"),
            remedy=f"Columns of {name} are {', '.join(table.names)}.",
        )  # fmt: skip
    own = (("_file", "varchar"), ("_line", "bigint"), ("_record", "bigint"), ("_reject", "varchar"))
    origin = ", ".join(f"{c if c in types else f'null::{kind}'} as {c}" for c, kind in own)
    columns = ", ".join(quoted(c) for c in given)
    db.execute(f"create view {stage}_rows as select rowid + 2 as _row, {origin}, {columns} from {stage}")
    total: int = db.execute(f"select count(*) from {stage}").fetchall()[0][0]
    rejects.take(
        name,
        "line",
        f"select _file, _line, _record, '' as value, _reject as detail from {stage}_rows where _reject is not null",
        "{}",
    )
    total += _left_out(intake, name, rejects, export, lines="_line" in types and not _SOME.search(mapping.sql[name]))
    _within(db, "main")
    parts = ", ".join(projection(table, {c: types[c] for c in given}, intake.currency))
    db.execute(
        f"create table {name}_data as select _row, _file, _line, _record, {parts} from export.{stage}_rows where _reject is null"
    )
    db.execute(f"create view {name} as select * from {name}_data")
    intake.files[name] = f"{name}.sql"
    intake.take(table, Source(mapping.folder, tuple(given)))
    intake.raw[name] = lambda: f"export.{stage}_rows"
    return total


def _left_out(intake: Intake, name: str, rejects: Rejects, export: Export, *, lines: bool) -> int:
    """Lines of the files behind a table that its SQL left out, and those that are no records: both are rejected."""
    db, number = intake.db, 0
    if not lines:
        return 0
    for (file,) in db.execute(
        f"select distinct _file from stage_{name}_rows where _file is not null order by 1"
    ).fetchall():
        view = export.base_of(file)
        whole: int = db.execute(f"select count(*) from {quoted(view)}").fetchall()[0][0]
        mine = f"select _line from stage_{name}_rows where _file = ?"
        seen: int = db.execute(f"select count(distinct _line) from ({mine})", [file]).fetchall()[0][0]
        if seen < whole:
            spelled = file.replace("'", "''")
            rows = (
                f"select _file, _line, _record, '' as value, '' as detail from {quoted(view)} where _line not in "
                f"(select _line from stage_{name}_rows where _file = '{spelled}' and _line is not null)"
            )
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
            query = f"select {selection(table, kept, intake.currency)} from {name} order by _row"
            write_query(intake.db, query, folder / f"{name}.{form}", form)
            rows.append((name, read[name], used[name], read[name] - used[name], f"{name}.{form}"))
    return pd.DataFrame(rows, columns=["table", "read", "used", "rejected", "file"])
