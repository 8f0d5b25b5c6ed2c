"""Books with a store on SQLite, and on a real PostgreSQL server: every test of behaviour runs on both."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.store.postgres import programs, server

_NUMBER = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    bin = programs()
    if bin is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with server(bin) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE ROLE planner LOGIN")
        yield url


@pytest.fixture
def database(postgres: str) -> str:
    """The URL of a new database, owned by an ordinary login."""
    name = f"book_{next(_NUMBER)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER planner")  # a number of ours: nothing to quote
    return postgres.replace("boss@", "planner@").rpartition("/")[0] + "/" + name


@pytest.fixture(autouse=True)
def _no_store_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBOOK_STORE", raising=False)
    monkeypatch.delenv("WORKBOOK_REPS", raising=False)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of an empty book whose store is on the one or the other."""
    folder = tmp_path / "book"
    folder.mkdir()
    url = request.getfixturevalue("database") if request.param == "postgres" else ""
    (folder / "book.toml").write_text(f'[store]\nurl = "{url}"\n')
    return folder
