"""The Typer application; commands are found lazily, so that ``--help`` answers at once."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from workbook.errors import DataError, WorkbookError

#: Modules of ``workbook.cli`` that register commands on the application, in the order of the help page.
MODULES = (
    "new",
    "import_",
    "check",
    "calendar",
    "targets",
    "target_edits",
    "design",
    "plans",
    "reconcile",
    "lists",
    "sign_off",
    "review",
    "held",
    "account",
    "run",
    "lab",
    "serve",
    "store",
    "backtest",
    "classes",
)

#: Typer's error of a wrong call, which is click's own in older versions of Typer and a copy of it in newer ones.
_WRONG_USAGE: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


class _InOrder(TyperGroup):
    """Lists commands, and groups of commands among them, in the order of ``MODULES``."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=lambda name: _place(self.commands[name]))


def _place(command: Any) -> int:
    """Where the module of a command, or of a group's first command, stands in ``MODULES``."""
    while command.callback is None:
        command = next(iter(command.commands.values()))
    return MODULES.index(command.callback.__module__.rpartition(".")[2])


app = typer.Typer(
    name="workbook",
    cls=_InOrder,
    help="Plan territories and accounts: targets from the top, plans from the bottom, one review document per territory.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _root() -> None:
    pass


def load() -> None:
    """Register every command (cheap: command modules import what they need when they run)."""
    from importlib.util import find_spec

    for module in MODULES:
        if find_spec(f"workbook.cli.{module}"):
            import_module(f"workbook.cli.{module}")


def run(arguments: list[str]) -> int:
    """Run one command line; returns the exit code: 0 ok, 1 the data or the plan has errors, 2 wrong usage."""
    debug = "--debug" in arguments
    arguments = [a for a in arguments if a != "--debug"]
    load()
    try:
        answer = app(args=arguments, prog_name="workbook", standalone_mode=False)
        return answer if isinstance(answer, int) else 0
    except _WRONG_USAGE as fault:
        fault.show()
        return 2
    except (typer.Abort, KeyboardInterrupt):
        print("stopped", file=sys.stderr)
        return 130
    except WorkbookError as fault:
        if debug:
            raise
        print(f"error: {fault}", file=sys.stderr)
        if isinstance(fault, DataError):
            for one in fault.faults[:20]:
                print(f"  {one}", file=sys.stderr)
            if len(fault.faults) > 20:
                print(f"  … and {len(fault.faults) - 20} more; `workbook check` lists them all", file=sys.stderr)
        return fault.exit_code
