"""A mapping: ``<table>.sql`` per table, and optionally ``mapping.toml`` (the export's files) and ``book.toml`` (the book)."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbook.errors import DataError, UsageError
from workbook.files import listed
from workbook.places import shipped
from workbook.tables.schema import TABLES


@dataclass(frozen=True)
class Expected:
    """A file that a mapping reads under one name, whatever the export calls it.

    ``files`` are the names it may have; ``columns`` those that the SQL uses (blank where the export lacks them), with other
    spellings after a ``|``.
    """

    name: str
    files: tuple[str, ...]
    columns: tuple[str, ...] = ()
    needed: bool = True


@dataclass(frozen=True)
class Mapping:
    """One mapping. ``sql`` holds the statement per table, ``prepare`` what is run before them (macros, views)."""

    name: str
    folder: Path
    sql: dict[str, str]
    prepare: str = ""
    help: str = ""
    expected: tuple[Expected, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def book(self) -> Path | None:
        """The mapping's suggestion for ``book.toml``."""
        path = self.folder / "book.toml"
        return path if path.is_file() else None


def shipped_mappings() -> list[str]:
    """Names of the mappings that come with the workbook."""
    return sorted(p.name for p in shipped("templates", "import").iterdir() if listed(p, "*.sql"))


def find_mapping(name: str) -> Mapping:
    """A shipped mapping by name, or the one in a folder."""
    folder = Path(name)
    if not listed(folder, "*.sql"):
        known = shipped_mappings()
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise UsageError(
                f"there is no mapping {name!r}",
                remedy=f"{hint}Shipped are {', '.join(known)}; or name a folder of SQL files, one per table.",
            )
        folder = shipped("templates", "import", name)
    return read_mapping(folder)


def read_mapping(folder: Path) -> Mapping:
    """The mapping in a folder; :class:`DataError` names what cannot be used."""
    sql, prepare = {}, ""
    for path in listed(folder, "*.sql"):
        body = path.read_text(encoding="utf-8-sig").strip().rstrip(";")
        if path.stem == "prepare":
            prepare = body
        elif path.stem in TABLES:
            sql[path.stem] = body
        else:
            near = difflib.get_close_matches(path.stem, list(TABLES), n=1)
            raise DataError(
                "is named after no table", where=str(path),
                remedy=f"Rename it to {near[0]}.sql." if near else f"Tables are {', '.join(TABLES)}; or prepare.sql.",
            )  # fmt: skip
    given = _toml(folder / "mapping.toml")
    expected = tuple(
        Expected(
            name,
            tuple(map(str, entry.get("files", [name]))),
            tuple(map(str, entry.get("columns", []))),
            bool(entry.get("needed", True)),
        )
        for name, entry in given.get("sources", {}).items()
    )
    in_order = {name: sql[name] for name in TABLES if name in sql}
    notes = tuple(map(str, given.get("notes", ())))
    return Mapping(folder.name, folder, in_order, prepare, str(given.get("help", "")), expected, notes)


def _toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise DataError(f"is not valid TOML: {fault}", where=str(path), remedy="Mend that line.") from fault
