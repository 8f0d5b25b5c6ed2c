import json
import shutil
from pathlib import Path

import pytest

from workbook.cli.app import run
from workbook.places import shipped


@pytest.fixture
def book(tmp_path: Path) -> str:
    root = tmp_path / "book"
    shutil.copytree(shipped("data", "sample"), root, ignore=shutil.ignore_patterns("documents", ".cache", "*.sqlite*"))
    return str(root)


def _answer(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def test_a_class_is_set_by_hand_and_undone(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    signed = ["--by", "Kim Lee", "--book", book, "--json"]
    assert run(["set-class", "A-0042", "divest", "--reason", "no budget", *signed]) == 0
    first = _answer(capsys)["summary"]
    assert isinstance(first, dict)
    assert first["to"] == "divest"
    assert run(["set-class", "A-0042", "rules", "--reason", "budget is back", *signed]) == 0
    second = _answer(capsys)["summary"]
    assert isinstance(second, dict)
    assert second["from"] == "divest"
    assert run(["set-class", "A-0042", "divest", "--reason", "again", *signed]) == 0
    third = _answer(capsys)["summary"]
    assert isinstance(third, dict)
    assert third["from"] == first["from"]  # the rules' class again in between


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["A-0042", "divest", "--by", "Kim"], "needs a reason"),
        (["A-0042", "divest", "--reason", "x"], "nobody signs"),
        (["A-0042", "gold", "--by", "Kim", "--reason", "x"], "no class 'gold'"),
        (["A-9999999", "core", "--by", "Kim", "--reason", "x"], "no account 'A-9999999'"),
        (["A-0042", "core", "--by", "Kim", "--reason", "x", "--until", "soon"], "is not a day"),
    ],
)
def test_what_cannot_stand_is_refused(
    book: str, capsys: pytest.CaptureFixture[str], given: list[str], said: str
) -> None:
    assert run(["set-class", *given, "--book", book]) == 2
    assert said in capsys.readouterr().err


def test_changes_are_listed_with_their_trigger_and_confirmed_once(
    book: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["classes", "--book", book, "--json"]) == 0
    rows = _answer(capsys)["rows"]
    assert isinstance(rows, list)
    assert rows
    assert all(row["trigger"] and row["from"] != row["to"] for row in rows)
    assert run(["classes", "--confirm", "--book", book]) == 2
    assert "nobody signs" in capsys.readouterr().err
    assert run(["classes", "--confirm", "--by", "Kim", "--book", book]) == 0
    assert f"{len(rows)} accounts changed class since the last review, recorded" in capsys.readouterr().out
    assert run(["classes", "--book", book]) == 0
    assert capsys.readouterr().out == "0 accounts changed class since the last review\n"
