"""An import that is killed (SIGKILL: power cut, out of memory) leaves the book as it was, and the next one works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workbook.book import Book
from workbook.crm.mapping import read_mapping
from workbook.crm.run import import_export

ROOT = Path(__file__).resolve().parents[2]
Write = Callable[..., tuple[Path, Path, Path]]

#: Imports, and kills itself at the nth call of a function.
KILLED = """
import os, signal, sys
from importlib import import_module
from pathlib import Path
from workbook.crm.mapping import read_mapping
from workbook.crm.run import import_export

export, mapping, book, module, name, count = sys.argv[1:]
owner = Path if module == "Path" else import_module(module)
real, calls = getattr(owner, name), []

def kill_or_call(*arguments, **more):
    calls.append(arguments)
    if len(calls) == int(count):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **more)

setattr(owner, name, kill_or_call)
import_export(read_mapping(Path(mapping)), Path(export), Path(book))
"""
#: Where it is killed: while reading, in the middle of writing, before the folders change places, between the two renames.
BEFORE = {
    "while sorting out": ("workbook.crm.run", "sift", 1),
    "in the middle of writing": ("workbook.crm.run", "write_query", 4),
    "before the folders change places": ("Path", "rename", 1),
    "between the two renames": ("Path", "rename", 2),
}
AFTER = {
    "before the rejects are listed": ("workbook.crm.run", "write_rejects", 1),
    "before the report": ("workbook.crm.run", "write_report", 1),
}


def killed(folders: tuple[Path, Path, Path], where: tuple[str, str, int]) -> None:
    """Import in a process of its own that dies there."""
    command = [sys.executable, "-c", KILLED, *map(str, folders), *map(str, where)]
    ended = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL


def held(book: Path) -> dict[str, str]:
    """What the book's tables hold, opened as a user would."""
    frames = Book.open(book).tables.frames()
    return {name: frame.to_csv(index=False) for name, frame in frames.items() if len(frame)}


@pytest.mark.parametrize("where", [*BEFORE, *AFTER])
def test_a_killed_import_leaves_a_whole_book_and_the_next_one_works(where: str, export: Write, tmp_path: Path) -> None:
    source, mapping, book = export()
    rules = read_mapping(mapping)
    import_export(rules, source, book)
    before = held(book)
    (source / "orders.csv").write_text(
        "no,client,day,total\n1,1,2026-02-05,99.00\n2,9,2026-02-06,1.00\n", encoding="utf-8"
    )
    import_export(rules, source, tmp_path / "fresh")
    wanted = held(tmp_path / "fresh")
    assert wanted["sales"] != before["sales"]

    killed((source, mapping, book), (BEFORE | AFTER)[where])
    assert held(book) == (before if where in BEFORE else wanted)

    done = import_export(rules, source, book)
    assert held(book) == wanted
    assert done.rejects["value"].tolist() == ["A-9"]
    assert not (book / ".tables.before").exists()


@pytest.mark.parametrize("where", [*BEFORE, *AFTER])
def test_a_killed_first_import_can_be_made_again(where: str, export: Write) -> None:
    folders = export()
    if where != "between the two renames":  # the first import has nothing to rename away
        killed(folders, (BEFORE | AFTER)[where])
    done = import_export(read_mapping(folders[1]), folders[0], folders[2])
    assert "2026-01-05,1050" in held(done.book)["sales"]
