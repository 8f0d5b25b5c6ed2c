"""An opened store leaves nothing behind that a fork could break, and a book without one imports no database."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

from workbook.store import PlanRevision, open_store

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 6, 30, 12)


def _open_files() -> set[str]:
    return {
        os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{n}")
    }


def test_a_store_keeps_no_file_socket_or_thread_between_calls(root: Path) -> None:
    files, threads = len(_open_files()), threading.active_count()
    store = open_store(root)
    store.save_plan(PlanRevision("P-1", "A-1", {}, "draft", "ann", NOON), 0)
    store.plans()
    assert len(_open_files()) == files
    assert threading.active_count() == threads


#: Forks after a save, in a process of its own: that of the tests has threads, whose locks a fork would copy.
_FORKING = """
import os, pathlib, sys
from tests.store.test_process import NOON, PlanRevision, open_store
store = open_store(pathlib.Path(sys.argv[1]))
store.save_plan(PlanRevision("P-1", "A-1", {}, "draft", "ann", NOON), 0)
child = os.fork()
if child == 0:
    store.save_plan(PlanRevision("P-1", "A-1", {}, "draft", "child", NOON), 1)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_child_can_go_on_with_the_same_store(root: Path) -> None:
    assert subprocess.run([sys.executable, "-c", _FORKING, str(root)], cwd=ROOT, timeout=60).returncode == 0
    assert [p.saved_by for p in open_store(root).history("A-1")] == ["ann", "child"]


def test_reading_a_book_without_a_store_imports_no_database(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text("")
    code = (
        "import sys, datetime, pathlib; from workbook.store.read import read_decisions, read_plans; "
        f"root = pathlib.Path({str(tmp_path)!r}); read_decisions(root); read_plans(root, datetime.date.today()); "
        "sys.exit(any(name in sys.modules for name in ('sqlalchemy', 'alembic')))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_the_environment_names_the_store_before_the_book_does(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "book.toml").write_text('[store]\nurl = "sqlite:///a.sqlite"\n')
    open_store(tmp_path)
    monkeypatch.setenv("WORKBOOK_STORE", "sqlite:///b.sqlite")
    open_store(tmp_path).save_plan(PlanRevision("P-1", "A-1", {}, "draft", "ann", NOON), 0)
    assert (tmp_path / "a.sqlite").exists()
    assert (tmp_path / "b.sqlite").exists()
    monkeypatch.setenv("WORKBOOK_REPS", "P-2")
    assert open_store(tmp_path).plans() == []
