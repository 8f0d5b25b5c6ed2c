"""``workbook store``: shows, exports, imports, copies; names what is wrong."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from workbook.cli.app import run
from workbook.store import Decision, open_store


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WORKBOOK_STORE", raising=False)
    (tmp_path / "book.toml").write_text("")
    return tmp_path


def test_a_book_without_a_store_says_so(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["store", "info", "--book", str(book)]) == 0
    assert "not there yet" in capsys.readouterr().out
    assert run(["store", "export", str(book / "x.jsonl"), "--book", str(book)]) == 1
    assert "is not a file" in capsys.readouterr().err


def test_a_store_is_exported_copied_and_imported(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_store(book).record(Decision("move", "A-1", {}, "kim", datetime(2026, 6, 30)))
    assert run(["store", "export", str(book / "x.jsonl"), "--book", str(book)]) == 0
    assert run(["store", "backup", str(book / "copy.sqlite"), "--book", str(book)]) == 0
    assert run(["store", "import", str(book / "x.jsonl"), "--book", str(book)]) == 1
    (book / "store.sqlite").unlink()
    assert run(["store", "import", str(book / "x.jsonl"), "--book", str(book)]) == 0
    assert run(["store", "upgrade", "--book", str(book)]) == 0
    capsys.readouterr()
    assert run(["store", "info", "--json", "--book", str(book)]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["decisions"] == 1
