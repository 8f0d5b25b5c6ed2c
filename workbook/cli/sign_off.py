"""``workbook meet`` and ``workbook sign-off``: talk about a node's number, approve it, sign it off, record what changes afterwards."""

from __future__ import annotations

from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption, JsonOption, SignedCommand

NodeArgument = Annotated[str, typer.Argument(metavar="NODE", help="The territory, team, region, company or rep.")]
ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")]
RoleOption = Annotated[
    str, typer.Option("--role", metavar="ROLE", help="In which role: manager, director, finance (see the rules).")
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]


@app.command(cls=SignedCommand)
def meet(
    node: NodeArgument,
    action: Annotated[str, typer.Argument(metavar="ACTION", help="propose, comment, counter, accept or refuse.")],
    amount: Annotated[
        str | None, typer.Argument(metavar="AMOUNT", help="For propose and counter, like 1200000.00.")
    ] = None,
    by: ByOption = "",
    side: Annotated[str, typer.Option("--side", metavar="SIDE", help="rep, manager or finance.")] = "manager",
    reason: ReasonOption = "",
    book: BookOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> int:
    """Say something on a node's number of the year: both sides meet in rounds.

    Examples: workbook meet T-03 propose 1450000 --by "Kim Lee" · workbook meet T-03 counter 1400000 --by Ann --side rep
    --reason "two deals slipped" · workbook meet T-03 accept --by "Kim Lee"
    """
    from workbook.book import Book
    from workbook.cli import show_sign_off as show

    return show.say(Book.open(book, as_of=as_of), (node, action, amount, side), (by, reason), as_json)


@app.command("sign-off")
def sign_off(
    node: NodeArgument,
    by: ByOption = "",
    role: RoleOption = "finance",
    reason: ReasonOption = "",
    approve: Annotated[bool, typer.Option("--approve", help="Approve the node's agreed number instead.")] = False,
    back: Annotated[bool, typer.Option("--return", help="Return the node's agreed number instead.")] = False,
    what: Annotated[
        str,
        typer.Option(
            "--what", metavar="WHAT", help="What is approved or returned: number, edits, moves (see the rules)."
        ),
    ] = "number",
    change: Annotated[
        bool, typer.Option("--change", help="Record what changed since the last sign-off instead.")
    ] = False,
    lock: Annotated[bool, typer.Option("--lock", help="Lock the approved account plans of the node too.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say whether it may be signed off.")] = False,
    book: BookOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> int:
    """Sign a node off over all its numbers. Exit code 1, with the reasons, when that is not allowed.

    Examples: workbook sign-off T-03 --by "Kim Lee" --role finance · workbook sign-off T-03 --check ·
    workbook sign-off T-03 --approve --by "Ola Berg" --role director · workbook sign-off T-03 --approve --what edits
    --by "Ola Berg" --role director · workbook sign-off T-03 --change --by Kim --reason "merger"
    """
    from workbook.book import Book
    from workbook.cli import show_sign_off as show
    from workbook.errors import UsageError

    if approve + back + change + check > 1:
        raise UsageError("--approve, --return, --change and --check exclude each other", remedy="Give one of them.")
    opened = Book.open(book, as_of=as_of)
    signed = (by, reason)
    if check:
        return show.allowed(opened, node, as_json)
    if approve or back:
        said = "approved" if approve else "returned"
        return show.answer(opened, (node, role, said, what), signed, as_json)
    if change:
        return show.change(opened, node, signed, as_json)
    return show.sign(opened, (node, role), signed, (lock, as_json))
