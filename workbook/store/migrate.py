"""Bringing a store's schema up to the version this program works with."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine


def migrate(engine: Engine, to: str = "head") -> None:
    """Run the steps up to ``to`` in one transaction (none of them when one fails)."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with engine.begin() as connection:
        _one_at_a_time(connection)
        config.attributes["connection"] = connection
        if to == "head" or to > (version(connection) or ""):
            command.upgrade(config, to)
        else:
            command.downgrade(config, to)


def version(connection: Connection) -> str | None:
    """The schema's version; None where there is no store."""
    from sqlalchemy import inspect, text

    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None


def _one_at_a_time(connection: Connection) -> None:
    """On PostgreSQL two processes may start at once; the second waits (SQLite's BEGIN IMMEDIATE does the same)."""
    from sqlalchemy import text

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x5457626B00})
