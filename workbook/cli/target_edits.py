"""``workbook targets pin|lock|scale|move|shift|split|undo|edits``: single edits of targets, shown first, recorded with --by."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbook.cli.options import AsOfOption, BookOption, JsonOption, SignedCommand
from workbook.cli.targets import targets

if TYPE_CHECKING:
    from workbook.book import Book

Node = Annotated[str, typer.Argument(metavar="NODE", help="A territory, team, region, rep or account.")]
Period = Annotated[str, typer.Argument(metavar="PERIOD", help="FY2026, FY2026-H1, FY2026-Q3, FY2026-M07 and the like.")]
Amount = Annotated[str, typer.Argument(metavar="AMOUNT", help="Such as 250000, 1,234.56 or -500.")]
Family = Annotated[str | None, typer.Option("--family", metavar="NAME", help="One product family only.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides. Without it the edit is only shown.")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]


@targets.command("pin", cls=SignedCommand)
def pin(
    context: typer.Context, node: Node, period: Period, amount: Amount, family: Family = None, by: By = "",
    reason: Why = "", book: BookOption = None, as_of: AsOfOption = None, as_json: JsonOption = False,
) -> int:  # fmt: skip
    """The node's number is exactly this.

    Example: workbook targets pin T-03 FY2026-Q3 250000 --by "Kim Lee" --reason "new plant opens"
    """
    opened = _opened(context, book, as_of)
    said = {"action": "pin", "node": node, "period": period, "family": family, "amount": _minor(opened, amount)}
    return _edit(opened, said, (by, reason), as_json)


@targets.command("lock")
def lock(
    context: typer.Context, node: Node, period: Period, family: Family = None, by: By = "", reason: Why = "",
    book: BookOption = None, as_of: AsOfOption = None, as_json: JsonOption = False,
) -> int:  # fmt: skip
    """The node's number stays as it stands while others change.

    Example: workbook targets lock P-15 FY2026 --by "Kim Lee" --reason "agreed in January"
    """
    said = {"action": "lock", "node": node, "period": period, "family": family}
    return _edit(_opened(context, book, as_of), said, (by, reason), as_json)


@targets.command("scale", cls=SignedCommand)
def scale(
    context: typer.Context, node: Node, period: Period,
    factor: Annotated[str, typer.Argument(metavar="FACTOR", help="1.05 or 105%.")], family: Family = None, by: By = "",
    reason: Why = "", book: BookOption = None, as_of: AsOfOption = None, as_json: JsonOption = False,
) -> int:  # fmt: skip
    """The node's number becomes so many times what it was before edits.

    Example: workbook targets scale R-1 FY2026-H2 105% --by "Kim Lee" --reason "two fairs in autumn"
    """
    said = {"action": "scale", "node": node, "period": period, "family": family, "factor": _factor(factor)}
    return _edit(_opened(context, book, as_of), said, (by, reason), as_json)


@targets.command("move", cls=SignedCommand)
def move(
    context: typer.Context, node: Node, to_node: Annotated[str, typer.Argument(metavar="NODE", help="Who gets it.")], period: Period,
    amount: Amount, family: Family = None, by: By = "", reason: Why = "", book: BookOption = None,
    as_of: AsOfOption = None, as_json: JsonOption = False,
) -> int:  # fmt: skip
    """An amount goes from one node to another; every month and family keeps its total.

    Example: workbook targets move P-16 P-13 FY2026-H2 40000 --by "Kim Lee" --reason "half time from July"
    """
    opened = _opened(context, book, as_of)
    said = {"action": "transfer", "node": node, "to_node": to_node, "period": period, "family": family}
    return _edit(opened, said | {"amount": _minor(opened, amount)}, (by, reason), as_json)


@targets.command("shift", cls=SignedCommand)
def shift(
    context: typer.Context, node: Node, period: Period, to_period: Annotated[str, typer.Argument(metavar="PERIOD", help="Where it goes.")],
    amount: Amount, family: Family = None, by: By = "", reason: Why = "", book: BookOption = None,
    as_of: AsOfOption = None, as_json: JsonOption = False,
) -> int:  # fmt: skip
    """An amount goes to other months of the same node; every family keeps its total.

    Example: workbook targets shift T-03 FY2026-M07 FY2026-M08 20000 --by "Kim Lee" --reason "plant stands still in July"
    """
    opened = _opened(context, book, as_of)
    said = {"action": "shift", "node": node, "period": period, "to_period": to_period, "family": family}
    return _edit(opened, said | {"amount": _minor(opened, amount)}, (by, reason), as_json)


@targets.command("split")
def split(
    context: typer.Context, account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account.")], period: Period,
    shares: Annotated[list[str], typer.Argument(metavar="REP=SHARE", help="Each holder's share, such as P-27=0.6.")],
    by: By = "", reason: Why = "", book: BookOption = None, as_of: AsOfOption = None, as_json: JsonOption = False,
) -> int:  # fmt: skip
    """The account's number is shared among its owner and co-owners by these shares.

    Example: workbook targets split A-0010 FY2026 P-28=0.6 P-27=0.4 --by "Kim Lee" --reason "both call on it"
    """
    said = {"action": "split", "node": account, "period": period, "shares": dict(_share(s) for s in shares)}
    return _edit(_opened(context, book, as_of), said, (by, reason), as_json)


@targets.command("undo")
def undo(
    context: typer.Context, revision: Annotated[int, typer.Argument(metavar="EDIT", help="The edit's number, as `edits` lists it.")],
    by: By = "", reason: Why = "", book: BookOption = None, as_of: AsOfOption = None, as_json: JsonOption = False,
) -> int:  # fmt: skip
    """Take an edit back.

    Example: workbook targets undo 12 --by "Kim Lee" --reason "the plant opens next year"
    """
    from workbook.cli.show_target_edits import taken_back

    return taken_back(_opened(context, book, as_of), revision, (by, reason), as_json)


@targets.command("edits")
def edits(
    context: typer.Context, book: BookOption = None, as_of: AsOfOption = None, as_json: JsonOption = False
) -> int:
    """List the edits in force: what, who, when, why.

    Example: workbook targets edits --book data/sample
    """
    from workbook.cli.show_target_edits import listed

    return listed(_opened(context, book, as_of), as_json)


def _opened(context: typer.Context, book: Path | None, as_of: str | None) -> Book:
    """The book that the command names, or that stood before it: ``workbook targets --book DIR pin …``."""
    from workbook.book import Book

    before = context.obj or (None, None)
    return Book.open(book or before[0], as_of=as_of or before[1])


def _edit(book: Book, said: dict[str, Any], signed: tuple[str, str], as_json: bool) -> int:
    from workbook.cli.show_target_edits import edited

    return edited(book, said, signed, as_json)


def _minor(book: Book, amount: str) -> int:
    from workbook.money import typed

    return typed(amount, book.facts.currency)


def _factor(given: str) -> float:
    from workbook.errors import UsageError

    factor = _ratio(given)
    if factor is None:
        raise UsageError(f"{given!r} is not a factor", remedy="Write it like 1.05 or 105%.")
    if factor >= 10 and not given.endswith("%"):
        raise UsageError(f"{given} would be {given} times as much", remedy=f"Write it like 1.05 or {given}%.")
    return factor


def _share(given: str) -> tuple[str, float]:
    from workbook.errors import UsageError

    rep, _, text = given.rpartition("=")
    share = _ratio(text)
    if not rep or share is None:
        raise UsageError(f"{given!r} is not a share", remedy="Write it like P-15=0.6.")
    return rep, share


def _ratio(given: str) -> float | None:
    """A number that is not negative, such as 1.05 or 105%; None for anything else."""
    try:
        made = float(given[:-1]) / 100 if given.endswith("%") else float(given)
    except ValueError:
        return None
    return made if 0 <= made < math.inf else None
