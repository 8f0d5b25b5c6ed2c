"""The command line answers wrong usage with one message and exit code 2, never with a traceback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer

from tests.cli.test_targets_command import book  # noqa: F401 (fixture)
from workbook.cli.app import app, load, run
from workbook.places import shipped


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
        (["design", "--seconds", "0.5", "--accept", "--by", "Kim", "--on"], "1.7.2026"),
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


def pages() -> Iterator[tuple[str, str]]:
    """Every command with the text of its help."""
    load()

    def below(name: str, command: Any) -> Iterator[tuple[str, str]]:
        yield name, command.help or ""
        for child, one in getattr(command, "commands", {}).items():
            yield from below(f"{name} {child}", one)

    yield from below("workbook", typer.main.get_command(app))


def test_the_examples_of_help_name_what_the_sample_has() -> None:
    tables = shipped("data", "sample") / "tables"
    files = {"T": "territories", "P": "reps", "A": "accounts", "R": "territories"}
    known = {key: set(pd.read_csv(tables / f"{name}.csv", dtype=str).iloc[:, 0]) for key, name in files.items()}
    named = {(name, found) for name, text in pages() for found in re.findall(r"\b[TPAR]-\d+\b", text)}
    assert len(named) > 20
    assert not [(name, found) for name, found in named if found not in known[found[0]]]


def test_every_argument_and_option_says_in_capitals_what_goes_there(capsys: pytest.CaptureFixture[str]) -> None:
    for name, _ in pages():
        run([*name.split()[1:], "--help"])
        shown = capsys.readouterr().out
        assert not re.findall(r"^  --[a-z-]+ <.*", shown, re.MULTILINE), name
        assert not re.findall(r"\[\[|\{[a-z]", shown), name


def test_help_lists_commands_and_groups_in_the_order_of_the_planning_cycle(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--help"])
    shown = capsys.readouterr().out.partition("Commands:")[2]
    listed = [line.split()[0] for line in shown.splitlines() if line.startswith("  ") and line[2] != " "]
    assert listed[:9] == ["new", "import", "check", "calendar", "targets", "design", "plans", "reconcile", "lists"]
    assert len(listed) == len(set(listed)) > 18
