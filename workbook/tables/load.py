"""Reading a book's ``tables/`` folder into :class:`~workbook.tables.frames.Tables`: typed, exact, validated, cached."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from workbook.checks import counted
from workbook.errors import DataError
from workbook.files import listed
from workbook.periods import Calendar
from workbook.rules.quality import QualityRules
from workbook.tables.frames import Tables
from workbook.tables.intake import Intake, table_file, take_in
from workbook.tables.manifest import Imported, read_report
from workbook.tables.quality import Quality
from workbook.tables.schema import TABLES, Table
from workbook.tables.snapshot import Cache, digests, snapshot_of
from workbook.tables.source import quoted, text
from workbook.tables.validation import validate
from workbook.tables.validation.completeness import check as completeness
from workbook.tables.write import settle

__all__ = ["assess", "load_tables", "table_file", "table_files"]

#: Changes when what is cached changes its shape.
_FORMAT = "8"
_PARTS = ("faults", "topics", "counts", "completeness", "unlisted")
#: Tables of more rows are cached only when they are opened, not when they are checked.
MANY = 2_000_000


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
    place = _place(folder, currency, calendar, rules)
    quality = _known(place)
    if quality and (kept := place.cache.get(f"{place.key}-tables")):
        try:
            return _cached(kept, quality)
        except (OSError, ValueError, KeyError, pa.ArrowException):
            place.cache.drop(f"{place.key}-tables")
    intake = take_in(folder, currency, calendar)
    try:
        quality = quality or _judge(intake, rules, place)
        if quality.errors:
            raise _refusal(folder, quality)
        try:
            _keep(intake, place)
        except OSError:
            return _direct(intake, quality)  # the disk is read-only or full: the book opens all the same
    finally:
        intake.db.close()
    return _cached(place.cache.root / f"{place.key}-tables", quality)


def assess(folder: Path, currency: str, calendar: Calendar | None = None, rules: QualityRules | None = None) -> Quality:
    """The quality of the tables in a folder, errors and all; nothing is raised. Small sound tables are cached for opening."""
    calendar, rules = calendar or Calendar(), rules or QualityRules()
    place = _place(folder, currency, calendar, rules)
    if quality := _known(place):
        return quality
    intake = take_in(folder, currency, calendar)
    try:
        quality = _judge(intake, rules, place)
        if not quality.errors and sum(intake.read.values()) < MANY:
            with contextlib.suppress(OSError):
                _keep(intake, place)
        return quality
    finally:
        intake.db.close()


@dataclass(frozen=True)
class _Place:
    """Where a state of the tables is cached: by the hash of the files (``mark``) and of how they are read (``key``)."""

    cache: Cache
    key: str
    mark: str
    imported: Imported | None


def _place(folder: Path, currency: str, calendar: Calendar, rules: QualityRules) -> _Place:
    home = folder.parent / ".cache"
    settle(folder)
    hashes = digests(table_files(folder), home / "hashes.json")
    mark = snapshot_of(hashes)
    strangers = [p.name for p in listed(folder)]
    key = sha256(repr((_FORMAT, mark, currency, calendar, rules, strangers)).encode()).hexdigest()[:20]
    return _Place(Cache(home / "tables"), key, mark, read_report(folder.parent, hashes))


def _known(place: _Place) -> Quality | None:
    """The quality that was found before for this state of the tables."""
    kept = place.cache.get(f"{place.key}-quality")
    if kept is None:
        return None
    try:
        parts = [pq.read_table(kept / f"{part}.parquet").to_pandas() for part in _PARTS]
    except (OSError, ValueError, KeyError, pa.ArrowException):
        place.cache.drop(f"{place.key}-quality")
        return None
    faults, topics, counts, done, unlisted = parts
    return Quality(faults, topics, counts, done, unlisted, place.mark, place.imported)


def _judge(intake: Intake, rules: QualityRules, place: _Place) -> Quality:
    """Validate, and keep what was found."""
    validate(intake, rules)
    done = completeness(intake, rules)
    faults = intake.faults
    topics = [(t, s, n) for (t, s), n in faults.topics.items()]
    rows = []
    for name in intake.columns:
        rejected = faults.rejected(name)
        read, columns = intake.read[name], " ".join(c for c in TABLES[name].names if c in intake.columns[name])
        rows.append((name, intake.files[name], read, read - rejected, rejected, columns))
    quality = Quality(
        faults.frame(),
        pd.DataFrame(topics, columns=["topic", "severity", "count"]).astype({"count": "int64"}),
        pd.DataFrame(rows, columns=["table", "file", "read", "used", "rejected", "columns"]),
        done,
        faults.unlisted(),
        place.mark,
        place.imported,
    )
    with contextlib.suppress(OSError), place.cache.making(f"{place.key}-quality") as made:
        for part in _PARTS:
            pq.write_table(pa.Table.from_pandas(getattr(quality, part), preserve_index=False), made / f"{part}.parquet")
    return quality


def _refusal(folder: Path, quality: Quality) -> DataError:
    what = f"{counted(quality.errors, 'error')} in {folder}"
    return DataError(what, quality.error_list(), remedy="`workbook check` lists them all.")


def _keep(intake: Intake, place: _Place) -> None:
    with place.cache.making(f"{place.key}-tables") as made:
        for name in intake.columns:
            select = f"select {_selection(intake, TABLES[name])} from {name}"
            intake.db.execute(
                f"copy ({select}) to {text(made / f'{name}.parquet')} (format parquet, compression lz4_raw)"
            )
        (made / "_given.json").write_text(json.dumps(sorted(intake.columns)), encoding="utf-8")


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


def _cached(kept: Path, quality: Quality) -> Tables:
    given = json.loads((kept / "_given.json").read_text(encoding="utf-8"))
    return Tables.of({name: _frame(pq.read_table(kept / f"{name}.parquet")) for name in given}, quality=quality)


def _direct(intake: Intake, quality: Quality) -> Tables:
    frames = {
        name: _frame(intake.db.sql(f"select {_selection(intake, TABLES[name])} from {name}").to_arrow_table())
        for name in intake.columns
    }
    return Tables.of(frames, quality=quality)


def _frame(table: pa.Table) -> pd.DataFrame:
    whole = {pa.int64(): pd.Int64Dtype()}
    return table.to_pandas(types_mapper=whole.get, self_destruct=True, split_blocks=True)
