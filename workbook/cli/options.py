"""Options and output that commands share."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    import pandas as pd

BookOption = Annotated[
    Path | None, typer.Option("--book", metavar="DIR", help="The book's folder; else found from here upwards.")
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Compute as known on this day, like 2026-06-30.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


_NEGATIVE = re.compile(r"-[.,]?\d")
_MINUS = "\N{MINUS SIGN}"


class SignedCommand(TyperCommand):
    """A command whose arguments may be negative numbers: a parser takes what begins with a hyphen for an option, and a minus
    sign stands in for it meanwhile.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        meant = {_MINUS + arg[1:]: arg for arg in args if _NEGATIVE.match(arg)}
        stand_ins = {arg: text for text, arg in meant.items()}
        rest: list[str] = super().parse_args(ctx, [stand_ins.get(arg, arg) for arg in args])
        for name, value in ctx.params.items():
            if isinstance(value, str):
                ctx.params[name] = meant.get(value, value)
        return rest


def print_json(
    command: str,
    *,
    book: Path | str,
    as_of: date | None,
    ok: bool,
    summary: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Print a command's answer as one JSON object: amounts in minor units, dates ISO; what of ``summary`` is not known is null.

    ``rows`` are as :func:`records` gives them.
    """
    said = _known(summary)
    answer = {"command": command, "book": str(book), "as_of": as_of, "ok": ok, "summary": said, "rows": rows}
    typer.echo(json.dumps(answer, default=_plain, ensure_ascii=False, allow_nan=False, indent=1))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame's rows as :func:`print_json` takes them: what is missing is null."""
    rows: list[dict[str, Any]] = frame.astype(object).where(frame.notna().to_numpy(), None).to_dict("records")
    return rows


def _known(value: Any) -> Any:
    """A value of nested mappings and lists with None for NaN."""
    if isinstance(value, Mapping):
        return {key: _known(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_known(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item"):
        return value.item()
    if value is None or str(value) in ("<NA>", "NaT"):
        return None
    return str(value)
