"""Reading a book's ``tables/`` folder into :class:`~workbook.tables.frames.Tables`: typed, exact, validated, cached."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from workbook.errors import DataError
from workbook.files import write_text
from workbook.periods import Calendar
from workbook.rules.quality import QualityRules
from workbook.tables.frames import Tables
from workbook.tables.intake import Intake, table_file, take_in
from workbook.tables.quality import Imported, Quality
from workbook.tables.schema import TABLES, Table
from workbook.tables.snapshot import Cache, snapshot
from workbook.tables.source import quoted, text
from workbook.tables.validation import validate
from workbook.tables.validation.completeness import check as completeness
from workbook.tables.write import settle

__all__ = ["assess", "load_tables", "read_report", "table_file", "table_files", "write_report"]

#: Changes when what is cached changes its shape.
_FORMAT = "6"


def table_files(folder: Path) -> list[Path]:
    """The files of the tables that are there."""
    return [path for name in TABLES if (path := table_file(folder, name))]


def load_tables(
    folder: Path, currency: str, calendar: Calendar | None = None, rules: QualityRules | None = None
) -> Tables:
    """All tables of a book, with their :class:`Quality`. Raises :class:`DataError` with every error that was found.

    What was read once is kept as Parquet in the book's ``.cache/``, named by the hash of the files.
    """
    calendar, rules = calendar or Calendar(), rules or QualityRules()
    cache, key, mark = _place(folder, currency, calendar, rules)
    if found := cache.get(key):
        try:
            return _cached(found, folder, mark)
        except (OSError, ValueError, KeyError, pa.ArrowException):
            cache.drop(key)
    intake = take_in(folder, currency, calendar)
    try:
        quality = replace(_judge(intake, rules, mark), imported=read_report(folder.parent, mark))
        if quality.errors:
            raise _refusal(folder, quality)
        try:
            with cache.making(key) as made:
                _keep(intake, quality, made)
            return _cached(cache.root / key, folder, mark)
        except OSError:
            return _direct(intake, quality)
    finally:
        intake.db.close()


def assess(folder: Path, currency: str, calendar: Calendar | None = None, rules: QualityRules | None = None) -> Quality:
    """The quality of the tables in a folder, errors and all; nothing is raised. Sound tables are cached for opening."""
    calendar, rules = calendar or Calendar(), rules or QualityRules()
    cache, key, mark = _place(folder, currency, calendar, rules)
    if found := cache.get(key):
        try:
            return _cached_quality(found, folder, mark)
        except (OSError, ValueError, KeyError, pa.ArrowException):
            cache.drop(key)
    intake = take_in(folder, currency, calendar)
    try:
        quality = replace(_judge(intake, rules, mark), imported=read_report(folder.parent, mark))
        if not quality.errors:
            try:
                with cache.making(key) as made:
                    _keep(intake, quality, made)
            except OSError:
                pass  # a book on a read-only disk is read again each time
        return quality
    finally:
        intake.db.close()


def write_report(book: Path, done: Imported) -> None:
    """Note what an import did beside what it rejected; it holds for the tables as they are now."""
    mark = snapshot(table_files(book / "tables"))
    noted = {"snapshot": mark, "mapping": done.mapping, "read": done.read, "used": done.used, "notes": list(done.notes)}
    write_text(book / "import" / "report.json", json.dumps(noted, indent=1, ensure_ascii=False) + "\n")


def read_report(book: Path, mark: str) -> Imported | None:
    """What the last import noted, if the tables are still those that it wrote."""
    try:
        noted = json.loads((book / "import" / "report.json").read_text(encoding="utf-8"))
        if noted["snapshot"] == mark:
            return Imported(
                str(noted["mapping"]), int(noted["read"]), int(noted["used"]), tuple(map(str, noted["notes"]))
            )
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no import, or notes that somebody changed: nothing is known of it
    return None


def _place(folder: Path, currency: str, calendar: Calendar, rules: QualityRules) -> tuple[Cache, str, str]:
    home = folder.parent / ".cache"
    settle(folder)
    mark = snapshot(table_files(folder), home / "hashes.json")
    strangers = sorted(p.name for p in folder.glob("*")) if folder.is_dir() else []
    key = sha256(repr((_FORMAT, mark, currency, calendar, rules, strangers)).encode()).hexdigest()[:20]
    return Cache(home / "tables"), key, mark


def _judge(intake: Intake, rules: QualityRules, mark: str) -> Quality:
    validate(intake, rules)
    done = completeness(intake, rules)
    faults = intake.faults
    topics = [(t, s, n) for (t, s), n in faults.topics.items()]
    rows = []
    for name in intake.columns:
        rejected = faults.rejected(name)
        read, columns = intake.read[name], " ".join(c for c in TABLES[name].names if c in intake.columns[name])
        rows.append((name, intake.files[name], read, read - rejected, rejected, columns))
    return Quality(
        faults.frame(),
        pd.DataFrame(topics, columns=["topic", "severity", "count"]).astype({"count": "int64"}),
        pd.DataFrame(rows, columns=["table", "file", "read", "used", "rejected", "columns"]),
        done,
        mark,
    )


def _refusal(folder: Path, quality: Quality) -> DataError:
    number = quality.errors
    what = f"{number:,} error{'' if number == 1 else 's'} in {folder}"
    return DataError(what, quality.error_list(), remedy="`workbook check` lists them all.")


def _keep(intake: Intake, quality: Quality, into: Path) -> None:
    for name in intake.columns:
        select = f"select {_selection(intake, TABLES[name])} from {name}"
        intake.db.execute(f"copy ({select}) to {text(into / f'{name}.parquet')} (format parquet, compression lz4_raw)")
    for part in ("faults", "topics", "counts", "completeness"):
        pq.write_table(pa.Table.from_pandas(getattr(quality, part), preserve_index=False), into / f"_{part}.parquet")
    (into / "_given.json").write_text(json.dumps(sorted(intake.columns)), encoding="utf-8")


def _selection(intake: Intake, table: Table) -> str:
    parts = []
    for column in table.columns:
        value = column.name
        if column.kind == "date":
            value = f"{value}::timestamp"
        if table.name == "accounts" and column.name in ("latitude", "longitude"):
            sane = "abs(latitude) <= 90 and abs(longitude) <= 180 and not (latitude = 0 and longitude = 0)"
            value = f"case when {sane} then {value} end"
        parts.append(f"{value} as {column.name}")
    return ", ".join(parts + [quoted(c) for c in intake.own_columns[table.name]])


def _cached(kept: Path, folder: Path, mark: str) -> Tables:
    given = json.loads((kept / "_given.json").read_text(encoding="utf-8"))
    frames = {name: _frame(pq.read_table(kept / f"{name}.parquet")) for name in given}
    return Tables.of(frames, quality=_cached_quality(kept, folder, mark))


def _cached_quality(kept: Path, folder: Path, mark: str) -> Quality:
    faults, topics, counts, done = (
        pq.read_table(kept / f"_{part}.parquet").to_pandas() for part in ("faults", "topics", "counts", "completeness")
    )
    return Quality(faults, topics, counts, done, mark, read_report(folder.parent, mark))


def _direct(intake: Intake, quality: Quality) -> Tables:
    frames = {
        name: _frame(intake.db.sql(f"select {_selection(intake, TABLES[name])} from {name}").to_arrow_table())
        for name in intake.columns
    }
    return Tables.of(frames, quality=quality)


def _frame(table: pa.Table) -> pd.DataFrame:
    whole = {pa.int64(): pd.Int64Dtype()}
    return table.to_pandas(types_mapper=whole.get, self_destruct=True, split_blocks=True)
