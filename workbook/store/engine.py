"""Engines for both databases: no pool (processes may fork), SQLite in WAL with one writer at a time, faults in plain words."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from workbook.errors import StoreError
from workbook.store.migrate import migrate, version
from workbook.store.place import Place
from workbook.store.schema import APPLICATION_ID, VERSION

#: A writer waits this long for its turn.
WAIT_SECONDS = 60
RESTORE = "Restore a back-up (`workbook store import FILE` into a new store), or move the file away to start anew."


def engine_of(place: Place, reps: Sequence[str] | None = None) -> Engine:
    """An engine for a store. ``reps``: the only reps whose plans its sessions may see (row-level security on PostgreSQL)."""
    if place.path is not None:
        return _sqlite(place.path)
    try:
        engine = create_engine(place.url, poolclass=NullPool, connect_args={"connect_timeout": 10})
    except ImportError as fault:
        raise StoreError(
            "the PostgreSQL driver is not installed",
            where=str(place),
            remedy="pip install 'territory-workbook[postgres]'.",
        ) from fault
    if reps is not None:

        @event.listens_for(engine, "begin")
        def _limit(connection: Connection) -> None:
            limit = json.dumps(sorted(reps))
            connection.exec_driver_sql("SELECT set_config('workbook.reps', %s, true)", (limit,))

    return engine


def _sqlite(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def create(place: Place) -> None:
    """Make the store where there is none: for a file beside its place and then put there whole, so that nobody sees a half."""
    if place.path is None:
        engine = engine_of(place)
        with plain_faults(place):
            migrate(engine)
        return
    if place.path.exists():
        return
    place.path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=place.path.parent, prefix=".store-") as folder:
        made = Path(folder) / "store.sqlite"
        with contextlib.closing(sqlite3.connect(made)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        with plain_faults(place):
            migrate(_sqlite(made))
        with contextlib.closing(sqlite3.connect(made)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        with contextlib.suppress(FileExistsError):  # another process was faster: its store is as good
            os.link(made, place.path)


def check(place: Place, engine: Engine) -> None:
    """Refuse a store that is damaged, not ours, or of another version, each with its remedy."""
    if place.path is not None:
        _check_file(place.path)
    with plain_faults(place), engine.connect().execution_options(reading=True) as connection:
        if place.path is not None and connection.exec_driver_sql("PRAGMA application_id").scalar() != APPLICATION_ID:
            raise StoreError("is a database, but not a store of this program", where=str(place), remedy=RESTORE)
        found = version(connection)
    if found is None:
        raise StoreError(
            "holds no store yet",
            where=str(place),
            remedy="Make it: `workbook store upgrade` (a login that may create).",
        )
    if found != VERSION:
        older = found < VERSION
        raise StoreError(
            f"has schema {found}, this program works with {VERSION}",
            where=str(place),
            remedy="Run `workbook store upgrade` (it makes a back-up first)."
            if older
            else "Update territory-workbook.",
        )


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise StoreError("is not a file", where=str(path), remedy=RESTORE)
    with path.open("rb") as file:
        head = file.read(16)
    if head != b"SQLite format 3\x00":
        what = "is empty" if not head else "is not a database"
        raise StoreError(f"{what}: a store was here, or the file is another program's", where=str(path), remedy=RESTORE)


@contextlib.contextmanager
def plain_faults(place: Place) -> Iterator[None]:
    """The database's faults as :class:`StoreError` with a remedy. Broken constraints pass: they are the caller's affair."""
    from sqlalchemy.exc import IntegrityError

    try:
        yield
    except IntegrityError:
        raise
    except OperationalError as fault:
        words = str(fault.orig).splitlines()[0] if str(fault.orig) else "no answer"
        if place.path is None:
            remedy = "See that the server runs, the address is right, and the login may connect."
        elif "lock" in words:
            remedy = "Another program holds the store; close it, and do not keep the book on a network drive."
        elif "readonly" in words or "unable to open" in words:
            remedy = "See that you may write to this folder."
        else:
            remedy = RESTORE
        raise StoreError(f"cannot be used: {words}", where=str(place), remedy=remedy) from fault
    except DatabaseError as fault:
        words = str(fault.orig).splitlines()[0]
        remedy = RESTORE if place.path is not None else "The login may lack a right: see docs/store.md."
        raise StoreError(f"cannot be used: {words}", where=str(place), remedy=remedy) from fault
    except DBAPIError as fault:
        raise StoreError(f"cannot be used: {fault.orig}", where=str(place), remedy=RESTORE) from fault


def outranks_policies(connection: Connection) -> bool:
    """Whether the login is one for which PostgreSQL applies no row-level security."""
    row = connection.execute(text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"))
    return bool(row.scalar())
