"""Files are whole or not there: also for who looks into a folder while one is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbook.files import listed, replacing, write_text


def test_a_file_under_way_is_not_listed_and_then_it_is(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.csv") as temporary:
        temporary.write_text("half")
        assert temporary.parent == tmp_path
        assert temporary.exists()
        assert listed(tmp_path) == listed(tmp_path, "*.csv") == []
    assert listed(tmp_path, "*.csv") == [tmp_path / "a.csv"]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_text(tmp_path / "a.csv", "old")
    with pytest.raises(ZeroDivisionError):
        _fail_half_way(tmp_path / "a.csv")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.csv", "old")]


def test_a_folder_is_listed_by_name_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "._a.csv", ".DS_Store", "c.txt"):
        (tmp_path / name).touch()
    assert [p.name for p in listed(tmp_path)] == ["a.csv", "b.csv", "c.txt"]
    assert [p.name for p in listed(tmp_path, "*.csv")] == ["a.csv", "b.csv"]


def test_no_folder_holds_nothing(tmp_path: Path) -> None:
    write_text(tmp_path / "a.csv", "")
    assert listed(tmp_path / "none") == listed(tmp_path / "a.csv") == []


def _fail_half_way(path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError
