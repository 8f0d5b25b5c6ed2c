"""The command line answers wrong usage with one message and exit code 2, never with a traceback."""

from __future__ import annotations

import pytest

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
