"""What an import leaves beside its tables: when, by which mapping, from which files, and how many rows of each table were used.

It is kept in the book's ``import/report.json`` and holds as long as the tables that it wrote are those that are there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from workbook.checks import counted
from workbook.files import write_text
from workbook.tables.snapshot import digests

_SHOWN = 12


@dataclass(frozen=True)
class SourceFile:
    """A file of the export: its name, its size in bytes, the SHA-256 of its content."""

    file: str
    bytes: int
    sha256: str

    @property
    def sentence(self) -> str:
        return f"{self.file} ({self.bytes:,} bytes, SHA-256 {self.sha256[:_SHOWN]}…)"


@dataclass(frozen=True)
class Written:
    """A table that an import wrote: its file with the SHA-256 of it, the rows of the export read and used for it."""

    table: str
    file: str
    sha256: str
    read: int
    used: int


@dataclass(frozen=True)
class Imported:
    """What the import that made these tables said of itself; ``on`` is the day it was made, ``notes`` how its mapping reads."""

    mapping: str
    on: date
    tables: tuple[Written, ...] = ()
    sources: tuple[SourceFile, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        """Rows of the export that were read."""
        return sum(t.read for t in self.tables)

    @property
    def used(self) -> int:
        """Rows of the export that stand in the tables."""
        return sum(t.used for t in self.tables)

    @property
    def sentence(self) -> str:
        """When, by which mapping and from how many files: "imported on 2026-05-04 by salesforce from 9 files"."""
        return f"imported on {self.on:%Y-%m-%d} by {self.mapping} from {counted(len(self.sources), 'file')}"

    def wrote(self, table: str) -> bool:
        """Whether it wrote a table."""
        return any(t.table == table for t in self.tables)


def source_files(paths: Iterable[Path]) -> tuple[SourceFile, ...]:
    """The files of an export as they are now, in order of their names."""
    by_name = {path.name: path for path in paths}
    hashes = digests(by_name.values())
    return tuple(SourceFile(name, by_name[name].stat().st_size, hashes[name]) for name in sorted(by_name))


def write_report(book: Path, done: Imported) -> Imported:
    """Note what an import did beside what it rejected; the hashes of its tables' files are taken as they are now.

    The same export by the same mapping into the same tables is no new import: the day stays the one of the first.
    """
    hashes = digests(book / "tables" / t.file for t in done.tables)
    done = replace(done, tables=tuple(replace(t, sha256=hashes[t.file]) for t in done.tables))
    before = _noted(book)
    if before and replace(before, on=done.on) == done:
        done = before
    write_text(_place(book), json.dumps(_plain(done), indent=1, ensure_ascii=False) + "\n")
    return done


def read_report(book: Path, hashes: Mapping[str, str]) -> Imported | None:
    """What the last import noted, if the tables that it wrote are still there as they were; ``hashes`` by file name."""
    noted = _noted(book)
    return noted if noted and all(hashes.get(t.file) == t.sha256 for t in noted.tables) else None


def _place(book: Path) -> Path:
    return book / "import" / "report.json"


def _plain(done: Imported) -> dict[str, Any]:
    rejected = [{**vars(t), "rejected": t.read - t.used} for t in done.tables]
    sources = [vars(s) for s in done.sources]
    return {"mapping": done.mapping, "on": done.on.isoformat(), "sources": sources, "tables": rejected, "notes": list(done.notes)}  # fmt: skip


def _noted(book: Path) -> Imported | None:
    try:
        noted = json.loads(_place(book).read_text(encoding="utf-8"))
        tables = (Written(str(t["table"]), str(t["file"]), str(t["sha256"]), int(t["read"]), int(t["used"])) for t in noted["tables"])  # fmt: skip
        sources = (SourceFile(str(s["file"]), int(s["bytes"]), str(s["sha256"])) for s in noted["sources"])
        on = date.fromisoformat(noted["on"])
        return Imported(str(noted["mapping"]), on, tuple(tables), tuple(sources), tuple(map(str, noted["notes"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # no import, or notes that somebody changed: nothing is known of it
