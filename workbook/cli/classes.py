"""``workbook classes`` and ``workbook set-class``: what changed class and why, confirmed by people; a class set by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption, JsonOption, print_json, records

ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")]


@app.command("classes")
def classes(
    node: Annotated[
        str | None, typer.Option("--node", metavar="NODE", help="Only a territory, team or region.")
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Record the changes; the next review counts from them.")
    ] = False,
    by: ByOption = "",
    book: BookOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """List accounts whose class changed by the rules since the last review, with the trigger; record them with --confirm.

    Examples: workbook classes --node T-03 · workbook classes --confirm --by "Kim Lee"
    """
    from workbook.book import Book
    from workbook.checks import counted
    from workbook.portfolio.class_record import confirmations
    from workbook.store import open_store

    view = Book.open(book, as_of=as_of, node=node)
    rows = view.portfolio.class_changes
    if confirm:
        made = confirmations(rows, by, view.as_of, datetime.now())
        open_store(view.root).record_all(made)
    if as_json:
        summary = {"changes": len(rows), "recorded": len(rows) if confirm else 0}
        print_json("classes", book=view.root, as_of=view.as_of, ok=True, summary=summary, rows=records(rows))
        return
    for row in rows.to_dict("records"):
        typer.echo(f"{row['account_id']}: {row['from']} → {row['to']}, {row['trigger']}")
    done = ", recorded" if confirm and len(rows) else ""
    typer.echo(f"{counted(len(rows), 'account')} changed class since the last review{done}")


@app.command("set-class")
def set_class(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account_id.")],
    to: Annotated[str, typer.Argument(metavar="CLASS", help="core, invest, opportunistic, divest, or rules to undo.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for everybody to read.")] = "",
    by: ByOption = "",
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Its last day; else until undone.")
    ] = None,
    book: BookOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set an account's class over the rules, with a reason; `rules` gives it back to them.

    Examples: workbook set-class A-0042 invest --by "Kim Lee" --reason "new plant in spring" --until 2026-12-31 ·
    workbook set-class A-0042 rules --by "Kim Lee" --reason "plant was cancelled"
    """
    from workbook import periods
    from workbook.book import Book
    from workbook.portfolio.class_record import BY_RULES, Wish, class_override
    from workbook.store import open_store

    last = periods.day(until) if until else None
    opened = Book.open(book, as_of=as_of)
    known = opened.portfolio.classes
    wish = Wish(account, BY_RULES if to == "rules" else to, reason, last)
    made = class_override(known, wish, by, opened.as_of, datetime.now())
    seen = opened.facts.decisions.seen("class_override", account)
    made = open_store(opened.root).record(made, seen)
    was = str(known.loc[known["account_id"] == account, "class"].iloc[0])
    if as_json:
        row = {"account_id": account, "from": was, "to": wish.to, "revision": made.revision}
        print_json("set-class", book=opened.root, as_of=opened.as_of, ok=True, summary=row, rows=[row])
    else:
        typer.echo(f"{account}: was {was}, now {wish.to}, recorded as decision {made.revision}")
