"""The command line answers wrong usage with one message and exit code 2, never with a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_targets_command import book  # noqa: F401 (fixture)
from workbook.cli.app import run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch"], "No such command"),
        (["new", "--bad"], "No such option"),
        (["new"], "Missing argument"),
        (["new", "x", "--accounts", "5"], "1200"),
        (["new", "x", "--accounts", "many"], "--accounts"),
    ],
)
def test_wrong_usage_exits_2_with_a_message(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown
    assert "workbook" in shown


@pytest.mark.parametrize(
    ("command", "day"),
    [
        (["targets", "--as-of"], "yesterday"),
        (["reconcile", "--as-of"], "2026-06-31"),
        (["backtest", "--cut"], "last year"),
        (["set-class", "A1", "invest", "--until"], "soon"),
        (["design", "--seconds", "0.5", "--on"], "1.7.2026"),
    ],
)
def test_what_is_not_a_day_is_refused_with_how_to_write_one(
    command: list[str],
    day: str,
    book: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run([*command, day, "--book", str(book)]) == 2
    assert capsys.readouterr().err.endswith(f"error: '{day}' is not a day. Write it like 2026-06-30.\n")
