"""``workbook check``: exit codes, JSON, the page; text of the data cannot become markup."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sample_copy import sample_copy
from workbook.cli.app import run


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return sample_copy(tmp_path / "book")


def test_a_sound_book_exits_0_with_one_json_object(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--book", str(book), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["command"] == "check"
    assert answer["ok"] is True
    assert answer["summary"]["errors"] == 0
    assert len(answer["summary"]["snapshot"]) == 16
    for row in answer["rows"]:
        assert list(row) == ["table", "file", "row", "column", "value", "fault", "remedy", "severity"]
    assert all(t["read"] == t["used"] + t["rejected"] for t in answer["summary"]["tables"])


def test_errors_exit_1_and_stop_opening(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (book / "tables" / "sales.csv").open("a", encoding="utf-8") as file:
        file.write("A-0001,yesterday,<script>alert(1)</script>\n")
    assert run(["check", "--book", str(book)]) == 1
    shown = capsys.readouterr().out
    assert "cells where the header has" in shown or "this is not" in shown
    page = (book / "documents" / "check.html").read_text(encoding="utf-8")
    assert "<script>" not in page


def test_markup_in_the_data_is_shown_as_text(book: Path) -> None:
    path = book / "tables" / "reps.csv"
    text = path.read_text(encoding="utf-8")
    heading, first, *rest = text.splitlines()
    cells = first.split(",")
    cells[heading.split(",").index("hired_on")] = "<b>soon</b>"
    path.write_text("\n".join([heading, ",".join(cells), *rest]) + "\n", encoding="utf-8")
    assert run(["check", "--book", str(book)]) == 1
    page = (book / "documents" / "check.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;soon" in page
    assert "<b>soon" not in page


def test_no_book_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--book", str(tmp_path)]) == 2
    assert "no book.toml" in capsys.readouterr().err


def test_of_a_kind_with_thousands_of_rows_all_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """2,500 accounts without an owner: 5 are shown, 995 more listed on the page, 1,500 more counted."""
    folder = tmp_path / "book" / "tables"
    assert run(["new", str(tmp_path / "book")]) == 0
    (folder / "territories.csv").write_text("territory_id,name,parent_id\nCO,Company,\n", encoding="utf-8")
    (folder / "reps.csv").write_text("rep_id,name,territory_id\nR,Ann,CO\n", encoding="utf-8")
    rows = "".join(f"A{n},Customer {n * 7919 % 10007:05d},CO,customer\n" for n in range(2500))
    (folder / "accounts.csv").write_text(f"account_id,name,territory_id,status\n{rows}", encoding="utf-8")
    (folder / "ownership.csv").write_text(
        "account_id,rep_id,role,from_on\nA0,R,co_owner,2026-01-01\n", encoding="utf-8"
    )
    capsys.readouterr()
    run(["check", "--book", str(tmp_path / "book")])
    said = " ".join(capsys.readouterr().out.split())
    assert "… and 995 more of these" in said
    assert "the same in 1,500 more rows: no rep owns this account" in said
