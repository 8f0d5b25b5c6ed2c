"""Making a store, or bringing an older one up to this program's schema, with a back-up first."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from workbook.errors import StoreError
from workbook.store import engine as engines
from workbook.store.migrate import migrate, version
from workbook.store.place import place_of
from workbook.store.schema import APPLICATION_ID, VERSION


def upgrade(root: Path) -> Iterator[str]:
    """Upgrade the store of the book at ``root``; yields what was done, in words."""
    place = place_of(root)
    if not place.exists:
        engines.create(place)
        yield f"made {place}"
        return
    engine = engines.engine_of(place)
    if place.path is not None:
        engines._check_file(place.path)
    with engines.plain_faults(place), engine.connect().execution_options(reading=True) as connection:
        found = version(connection)
        if place.path is not None and connection.exec_driver_sql("PRAGMA application_id").scalar() != APPLICATION_ID:
            raise StoreError("is a database, but not a store of this program", where=str(place), remedy=engines.RESTORE)
    if found == VERSION:
        yield f"{place} is up to date (schema {VERSION})"
        return
    if found is not None and found > VERSION:
        raise StoreError(f"has schema {found}", where=str(place), remedy="Update territory-workbook.")
    if place.path is not None:
        copy = place.path.with_name(f"{place.path.name}.before-{VERSION}")
        with (
            contextlib.closing(sqlite3.connect(place.path)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        yield f"copied it to {copy}"
    with engines.plain_faults(place):
        migrate(engine)
    yield f"{place} now has schema {VERSION}"
