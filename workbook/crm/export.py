"""The files of a CRM export as DuckDB views of text, each row with its file and line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from workbook.crm.mapping import Expected, Mapping
from workbook.errors import DataError, UsageError
from workbook.files import listed
from workbook.tables.source import SPREADSHEETS, Source, csv_scan, quoted, read_into, show, text, unique
from workbook.tables.spreadsheet import read_sheet, sheets
from workbook.tables.text import Record, dialect, lines_of, survey

#: From this many bytes a CSV file is read where it is used, not held.
STREAMED = 64_000_000
_ENDINGS = (".csv", ".tsv", ".txt", ".parquet", *SPREADSHEETS)


@dataclass
class Export:
    """Views by name (``views``: name → the view beneath it), what was read of each file, and lines that are no records.

    ``absent`` names the expected files that are not there and need not be; ``streamed`` those that are read where they are
    used, with their number of lines.
    """

    views: dict[str, str] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    broken: list[tuple[str, Record]] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    streamed: dict[str, tuple[str, int]] = field(default_factory=dict)
    _bases: dict[str, str] = field(default_factory=dict)

    def settle(self, db: duckdb.DuckDBPyConnection) -> bool:
        """Hold the files that were to be read where used, after a broken line was met; false when there are none."""
        waiting = sorted(self.streamed.items())
        self.streamed.clear()
        for file, (base, _) in waiting:
            target = base.removesuffix("_lines")
            _place(db, self, file, read_into(db, self.sources[file].path, target, _as_text), target)
        return bool(waiting)

    def counted(self, db: duckdb.DuckDBPyConnection, file: str, counts: str) -> tuple[int, ...]:
        """SQL aggregates over all lines of a file."""
        if file in self.streamed:
            lines = f"(select range as _line from range(2, {self.streamed[file][1] + 2}))"
        else:
            lines = quoted(self.base_of(file))
        return tuple(db.execute(f"select {counts} from {lines}").fetchall()[0])

    @property
    def blanks(self) -> str | None:
        """Those that a cell of any of its files may begin or end with; None where nobody looked."""
        found = [source.blanks for source in self.sources.values()]
        return "".join(sorted({mark for marks in found for mark in marks or ""})) if None not in found else None

    def base_of(self, file: str) -> str:
        """The view that holds a file's lines."""
        return self._bases[file]

    def broken_of(self, file: str) -> list[Record]:
        """A file's lines that are no records."""
        return [record for name, record in self.broken if name == file]

    def line(self, file: str, rows: set[int]) -> dict[int, int]:
        """Physical lines of some rows of a file (rows as a spreadsheet counts, the header is 1)."""
        source = self.sources.get(file)
        if source is None or source.exact or source.path.suffix.lower() not in (".csv", ".tsv", ".txt"):
            return {}
        return lines_of(source.path, rows)


def open_export(db: duckdb.DuckDBPyConnection, folder: Path, mapping: Mapping) -> Export:
    """Register every file of the export as a view of its name, and under the names that the mapping expects.

    Every column is text; ``_file`` and ``_line`` say where a row stands.
    """
    files = _files(folder)
    wanted = {alike(f) for e in mapping.expected for f in e.files}
    export = Export()
    for at, path in enumerate(files):
        if mapping.expected and path.suffix.lower() not in SPREADSHEETS and alike(path.stem) not in wanted:
            continue
        for name, sheet in _names(path):
            target = f"_source{at}{'_' + alike(sheet) if sheet else ''}"
            label = f"{path.name} [{sheet}]" if sheet else path.name
            base = f"{target}_lines"
            view = _free(name, export.views)
            export.views[view], export._bases[label] = base, base
            if sheet is None and _streams(db, export, path, base):
                db.execute(f"create view {quoted(view)} as select * from {quoted(base)}")
                continue
            if sheet is None:
                source = read_into(db, path, target, _as_text)
            else:
                source = read_sheet(db, path, sheet, f"{target}_data", _as_text)
                show(db, target, exact=source.exact)
            _place(db, export, label, source, target)
            db.execute(f"create view {quoted(view)} as select * from {quoted(base)}")
    for expected in mapping.expected:
        _expect(db, export, expected, folder)
    return export


def _streams(db: duckdb.DuckDBPyConnection, export: Export, path: Path, base: str) -> bool:
    """Whether a large clean CSV file can be read where the SQL uses it, instead of being held; makes its view if so."""
    if path.suffix.lower() not in (".csv", ".tsv", ".txt") or path.stat().st_size < STREAMED:
        return False
    how = dialect(path)
    names, doubled = unique(how.header)
    if not names or not how.encoding.startswith("utf-8") or how.first_line != 1:
        return False
    scan = csv_scan(path, how, names)
    told = survey(path)
    rows = told.records
    if rows is None:
        try:
            rows = int(db.execute(f"select count(*) from {scan}").fetchall()[0][0])
        except duckdb.Error:
            return False
        if told.ends - rows not in (0, 1):
            return False
    columns = ", ".join(quoted(c) for c in names)
    db.execute(
        f"create or replace view {quoted(base)} as select {columns}, {text(path.name)} as _file, "
        f"row_number() over () + 1 as _line from {scan}"
    )
    export.sources[path.name] = Source(path, names, (), (), doubled, blanks=told.blanks)
    export.streamed[path.name] = (base, rows)
    return True


def _place(db: duckdb.DuckDBPyConnection, export: Export, label: str, source: Source, target: str) -> None:
    """Note a file that was read into ``target``, and make the view of its lines."""
    export.sources[label] = source
    export.broken += [(label, record) for record in source.broken]
    line = "_line" if source.exact else "_row"
    columns = ", ".join(quoted(c) for c in source.columns) or "null as nothing"
    db.execute(
        f"create or replace view {quoted(export.base_of(label))} as select {columns}, {text(label)} as _file, "
        f"{line} as _line from {quoted(target)}"
    )


def alike(name: str) -> str:
    """A name without case and punctuation, for comparing headings: ``Account ID``, ``AccountId`` and ``account_id`` agree."""
    return re.sub(r"[^0-9a-z]+", "", str(name).lower())


def _files(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", remedy="Name the folder that holds the export's files.")
    files = [p for p in listed(folder) if p.is_file() and p.suffix.lower() in _ENDINGS and p.name[0] != "~"]
    if not files:
        raise DataError("holds no CSV, XLSX or Parquet file", where=str(folder), remedy="Name the export's folder.")
    return files


def _names(path: Path) -> list[tuple[str, str | None]]:
    if path.suffix.lower() not in SPREADSHEETS:
        return [(path.stem, None)]
    found = sheets(path)
    return [(path.stem if len(found) == 1 else sheet, sheet) for sheet in found]


def _free(name: str, taken: dict[str, str]) -> str:
    view, number = name, 2
    while view.lower() in {t.lower() for t in taken}:
        view, number = f"{name}_{number}", number + 1
    return view


def _as_text(columns: dict[str, str], relation: str) -> str:
    parts = [
        f"{quoted(c)}::varchar as {quoted(c)}" if kind != "VARCHAR" and c[0] != "_" else quoted(c)
        for c, kind in columns.items()
    ]
    return f"select {', '.join(parts) or 'null::varchar as _none'} from {relation}"


def _expect(db: duckdb.DuckDBPyConnection, export: Export, expected: Expected, folder: Path) -> None:
    by_name = {alike(view): view for view in export.views}
    found = next((by_name[alike(f)] for f in expected.files if alike(f) in by_name), None)
    if found is None:
        if expected.needed:
            there = ", ".join(sorted(p.name for p in _files(folder))) or "nothing"
            raise DataError(
                f"the export has no {expected.name} file", where=str(folder),
                remedy=f"It may be called {' or '.join(f + '.csv' for f in expected.files)}; there are {there}.",
            )  # fmt: skip
        export.absent.add(expected.name)
        columns = (
            ", ".join(f"null::varchar as {quoted(c.split('|')[0])}" for c in expected.columns) or "null as nothing"
        )
        db.execute(
            f"create or replace view {quoted(expected.name)} as select {columns}, null::varchar as _file, "
            "null::bigint as _line limit 0"
        )
        return
    base = export.views[found]
    given = {alike(r[0]): r[0] for r in db.execute(f"describe {quoted(base)}").fetchall() if not r[0].startswith("_")}
    parts, used = [], set()
    for spellings in expected.columns:
        name, *others = spellings.split("|")
        key = next((k for k in map(alike, (name, *others)) if k in given), None)
        parts.append(f"{quoted(given[key]) if key else 'null::varchar'} as {quoted(name)}")
        used |= {alike(name), key}
    parts += [quoted(own) for key, own in given.items() if key not in used]
    columns = ", ".join([*parts, "_file", "_line"])
    db.execute(f"create or replace view {quoted(expected.name)} as select {columns} from {quoted(base)}")
