"""A store can be taken out as text and put back, the same to the byte; what was cut or changed is refused."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from workbook.errors import DataError, StoreError
from workbook.store import Decision, PlanRevision, Signature, open_store
from workbook.store.transfer import backup, export, import_

NOON = datetime(2026, 6, 30, 12)


def filled(root: Path) -> Path:
    store = open_store(root)
    store.save_plan(PlanRevision("P-1", "A-1", {"é": [1, 0.1, None]}, "submitted", "ann", NOON), 0)
    store.move_plan("A-1", "approved", Signature("kim", NOON, "fine"), 1)
    store.save_plan(PlanRevision("P-1", "", {}, "draft", "ann", NOON), 0)
    for i in range(3):
        store.record(Decision("move", f"A-{i}", {"n": i}, "kim", NOON, "line\nbreak"))
    return root


def test_an_export_fills_an_empty_store_with_the_same(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert export(open_store(filled(root)), out) == {"decisions": 3, "plan_revisions": 3}
    other = tmp_path / "other"
    other.mkdir()
    (other / "book.toml").write_text("")
    assert import_(open_store(other), out) == {"decisions": 3, "plan_revisions": 3}
    export(open_store(other), tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == out.read_bytes()
    store = open_store(other)
    assert store.save_plan(PlanRevision("P-1", "A-1", {}, "draft", "ann", NOON), 2).revision == 3
    assert store.record(Decision("move", "A-7", {}, "kim", NOON)).revision > 3


def test_an_import_into_a_server_goes_on_numbering(root: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "book.toml").write_text("")
    export(open_store(filled(source)), tmp_path / "out.jsonl")
    store = open_store(root)
    import_(store, tmp_path / "out.jsonl")
    assert store.record(Decision("move", "A-7", {}, "kim", NOON)).revision == 4


def test_a_store_that_holds_something_is_not_filled(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    export(open_store(filled(root)), out)
    with pytest.raises(StoreError, match="empty store only"):
        import_(open_store(root), out)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.rpartition("\n{")[0], "cut off"),
        (lambda t: t.replace('"n":1', '"n":7'), "changed after it was exported"),
        (lambda t: t + t.splitlines()[1] + "\n", "stands after the end"),
        (lambda t: t.replace('"kind":"move"', '"kind":5', 1), "kind is missing"),
        (lambda t: t.replace("2026-06-30T12:00:00", "yesterday", 1), "not a time"),
        (lambda t: t.replace('{"decided_at"', "{decided_at", 1), "not JSON"),
        (lambda t: t.replace('"table":"decisions"', '"table":"secrets"', 1), "no table"),
    ],
)
def test_a_cut_or_changed_export_is_refused_whole(tmp_path: Path, change, words: str) -> None:
    (tmp_path / "book.toml").write_text("")
    out = tmp_path / "out.jsonl"
    export(open_store(filled(tmp_path)), out)
    out.write_text(change(out.read_text()))
    other = tmp_path / "other"
    other.mkdir()
    (other / "book.toml").write_text("")
    with pytest.raises(DataError) as caught:
        import_(open_store(other), out)
    assert words in " ".join(str(fault) for fault in caught.value.faults)
    assert open_store(other).decisions().rows == ()


def test_a_file_that_is_no_export_is_refused(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text("")
    (tmp_path / "x.jsonl").write_bytes(b"\x00\xff\n")
    with pytest.raises(DataError, match="not an export"):
        import_(open_store(tmp_path), tmp_path / "x.jsonl")


def test_a_back_up_is_a_whole_store(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text("")
    copy = backup(open_store(filled(tmp_path)), tmp_path / "copy" / "store.sqlite")
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    (copy.parent / "book.toml").write_text("")
    assert len(open_store(copy.parent, create=False).revisions()) == 3


def test_a_servers_back_up_is_an_export(root: Path, tmp_path: Path) -> None:
    store = open_store(filled(root))
    if store.place.path is None:
        export(store, tmp_path / "a")
        assert backup(store, tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()
