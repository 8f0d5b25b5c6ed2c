"""On PostgreSQL the server itself keeps each rep's plans from the others, whatever the program asks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from workbook.errors import StoreError, WorkbookError
from workbook.store import PlanRevision, open_store

NOON = datetime(2026, 6, 30, 12)
pytestmark = pytest.mark.postgres


def plan(account: str, rep: str) -> PlanRevision:
    return PlanRevision(rep, account, {"secret": rep}, "draft", rep, NOON)


@pytest.fixture
def book(database: str, tmp_path: Path) -> Path:
    (tmp_path / "book.toml").write_text(f'[store]\nurl = "{database}"\n')
    open_store(tmp_path).save_plans([(plan("A-1", "P-1"), 0), (plan("A-2", "P-2"), 0)])
    return tmp_path


def as_login(book: Path, postgres: str, database: str, login: str, reps: list[str]) -> Path:
    """The same book as a login of its own that may see some reps."""
    with psycopg.connect(postgres, autocommit=True) as boss:
        if boss.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (login,)).fetchone() is None:
            boss.execute(f"CREATE ROLE {login} LOGIN")
    with psycopg.connect(database, autocommit=True) as planner:
        planner.execute(f"GRANT SELECT, INSERT ON decisions, plan_revisions TO {login}")
        planner.execute(f"GRANT SELECT, INSERT, UPDATE ON plans TO {login}")
        planner.execute(f"GRANT SELECT ON alembic_version TO {login}")
        for rep in reps:
            planner.execute("INSERT INTO store_access VALUES (%s, %s)", (login, rep))
    (book / login).mkdir()
    url = database.replace("planner@", f"{login}@")
    (book / login / "book.toml").write_text(f'[store]\nurl = "{url}"\n')
    return book / login


def test_the_server_filters_a_limited_session_even_of_raw_queries(book: Path) -> None:
    limited = open_store(book, reps=["P-1"])
    with limited.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT plan_id FROM plan_revisions").fetchall() == [("A-1",)]
        assert connection.exec_driver_sql("SELECT plan_id FROM plans").fetchall() == [("A-1",)]
    with pytest.raises(Exception, match="row-level security"), limited.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO plans VALUES ('A-3', 'P-2', 'A-3', 1, 'draft')")


def test_a_login_of_its_own_sees_its_reps_whatever_it_asks(book: Path, postgres: str, database: str) -> None:
    mine = as_login(book, postgres, database, "ann", ["P-1"])
    assert [p.plan_id for p in open_store(mine).plans()] == ["A-1"]
    assert open_store(mine, reps=["P-2"]).plans() == []
    with open_store(mine, reps=["P-1", "P-2"]).engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT plan_id FROM plan_revisions").fetchall() == [("A-1",)]
    assert open_store(mine).save_plan(plan("A-1", "P-1"), 1).revision == 2
    with pytest.raises(WorkbookError):
        open_store(mine).save_plan(plan("A-2", "P-1"), 0)


def test_a_login_that_nobody_listed_sees_nothing(book: Path, postgres: str, database: str) -> None:
    assert open_store(as_login(book, postgres, database, "stranger", [])).plans() == []


def test_a_superuser_cannot_be_limited_and_says_so(book: Path, database: str, tmp_path: Path) -> None:
    (book / "book.toml").write_text(f'[store]\nurl = "{database.replace("planner@", "boss@")}"\n')
    assert len(open_store(book).plans()) == 2
    with pytest.raises(StoreError, match="above row-level security"):
        open_store(book, reps=["P-1"])
