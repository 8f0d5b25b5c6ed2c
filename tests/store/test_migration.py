"""A store of the previous schema is brought up to this one without losing a row, and never opened as it is."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from workbook.errors import StoreError
from workbook.store import PlanConflictError, PlanRevision, open_store
from workbook.store import engine as engines
from workbook.store.migrate import migrate, version
from workbook.store.place import place_of
from workbook.store.schema import APPLICATION_ID, VERSION
from workbook.store.upgrade import upgrade

NOON = datetime(2026, 6, 30, 12)
ROW = (
    "INSERT INTO plan_revisions (plan_id, revision, rep_id, account_id, state, saved_by, saved_at, comment, document) "
    "VALUES ('A-1', {n}, 'P-{n}', 'A-1', '{state}', 'ann', '2026-06-30 12:00:00.000000', '', '{{\"x\":{n}}}')"
)


def previous(root: Path) -> None:
    """A store as version 0001 of the schema made it, with two revisions of a plan and a decision."""
    place = place_of(root)
    if place.path is not None:
        with contextlib.closing(sqlite3.connect(place.path)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("PRAGMA journal_mode = WAL")
    engine = engines.engine_of(place)
    migrate(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text(ROW.format(n=1, state="draft").replace(":", "\\:")))
        connection.execute(text(ROW.format(n=2, state="submitted").replace(":", "\\:")))
        connection.execute(
            text(
                "INSERT INTO decisions (kind, subject, payload, decided_by, decided_at, reason) "
                "VALUES ('move', 'A-1', '{}', 'kim', '2026-06-30 12\\:00\\:00.000000', '')"
            )
        )


def test_the_previous_schema_is_refused_with_the_way_out_and_upgraded_without_loss(root: Path) -> None:
    previous(root)
    with pytest.raises(StoreError, match=r"schema 0001.*workbook store upgrade"):
        open_store(root)
    done = list(upgrade(root))
    assert done[-1].endswith(f"now has schema {VERSION}")
    store = open_store(root)
    assert [(p.revision, p.rep_id, p.state, p.document) for p in store.history("A-1")] == [
        (1, "P-1", "draft", {"x": 1}),
        (2, "P-2", "submitted", {"x": 2}),
    ]
    assert [d.subject for d in store.decisions().rows] == ["A-1"]
    with pytest.raises(PlanConflictError):
        store.save_plan(PlanRevision("P-2", "A-1", {}, "draft", "ann", NOON), 1)
    assert store.save_plan(PlanRevision("P-2", "A-1", {}, "draft", "ann", NOON), 2).revision == 3
    assert list(upgrade(root)) == [f"{store.place} is up to date (schema {VERSION})"]


def test_an_upgrade_of_a_file_copies_it_first(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text("")
    previous(tmp_path)
    list(upgrade(tmp_path))
    with contextlib.closing(sqlite3.connect(tmp_path / f"store.sqlite.before-{VERSION}")) as copy:
        assert copy.execute("SELECT count(*) FROM plan_revisions").fetchone() == (2,)
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def test_every_step_can_be_taken_back_and_again(root: Path) -> None:
    store = open_store(root)
    store.save_plan(PlanRevision("P-1", "A-1", {"x": 1}, "draft", "ann", NOON), 0)
    migrate(store.engine, "0001")
    with store.engine.connect() as connection:
        assert version(connection) == "0001"
    migrate(store.engine)
    assert open_store(root).plan("A-1").document == {"x": 1}  # type: ignore[union-attr]


def test_the_tables_that_queries_see_are_those_the_steps_make(root: Path) -> None:
    from sqlalchemy import inspect

    from workbook.store.schema import metadata

    seen = inspect(open_store(root).engine)
    for table in metadata.tables.values():
        made = {c["name"]: c["nullable"] for c in seen.get_columns(table.name)}
        assert made == {c.name: bool(c.nullable) for c in table.columns}


def test_a_store_of_a_newer_program_is_refused(root: Path) -> None:
    store = open_store(root)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="Update territory-workbook"):
        open_store(root)
    with pytest.raises(StoreError, match="Update territory-workbook"):
        list(upgrade(root))


def test_a_missing_store_is_made_by_the_upgrade(root: Path) -> None:
    list(upgrade(root))
    assert open_store(root, create=False).plans() == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 a zip", "not a database"),
        (b"SQLite format 3\x00" + b"\xff" * 4000, "cannot be used"),
    ],
)
def test_a_damaged_file_is_refused_with_a_remedy(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "book.toml").write_text("")
    (tmp_path / "store.sqlite").write_bytes(content)
    with pytest.raises(StoreError, match=words) as caught:
        open_store(tmp_path)
    assert "Restore a back-up" in caught.value.remedy
    assert (tmp_path / "store.sqlite").read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text("")
    with contextlib.closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()
    for use in (open_store, lambda root: list(upgrade(root))):
        with pytest.raises(StoreError, match="not a store of this program"):
            use(tmp_path)


def test_a_page_that_was_overwritten_is_named_when_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text("")
    store = open_store(tmp_path)
    store.save_plan(PlanRevision("P-1", "A-1", {"x": "y" * 9000}, "draft", "ann", NOON), 0)
    file = tmp_path / "store.sqlite"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xee" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"malformed|cannot be used"):
        open_store(tmp_path).plans()
