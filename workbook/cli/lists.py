"""``workbook lists``: whom to call, visit or message, as files that people can act on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption, JsonOption, print_json, records


@app.command("lists")
def lists(
    name: Annotated[
        str,
        typer.Argument(
            metavar="LIST",
            help="due, prospects, look-again, family, at-risk, single-thread, neglected, book-care, rotate or top.",
        ),
    ] = "due",
    node: Annotated[
        str | None, typer.Option("--node", metavar="NODE", help="Only a territory, team or region.")
    ] = None,
    rep: Annotated[str | None, typer.Option("--rep", metavar="REP", help="Only one rep's accounts.")] = None,
    action: Annotated[
        str | None, typer.Option("--action", metavar="ACTION", help="Only visit, call or message.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--class", metavar="CLASS", help="Only a class, such as invest.")] = None,
    grade: Annotated[str | None, typer.Option("--grade", metavar="GRADE", help="Only a grade, such as A.")] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="csv, xlsx or ics (a calendar of what has a date).")
    ] = "xlsx",
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where to; else lists/ in the book.")] = None,
    by_rep: Annotated[bool, typer.Option("--by-rep", help="One file per rep.")] = False,
    book: BookOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Write a list for one action, by rep, with the reason and the contact.

    Examples: workbook lists · workbook lists due --rep P-11 --format ics · workbook lists prospects --node T-03 --format csv
    """
    from workbook.book import Book
    from workbook.checks import counted
    from workbook.engagement.lists import chosen
    from workbook.errors import UsageError
    from workbook.sheets.lists import write_lists

    view = Book.open(book, as_of=as_of, node=node)
    if rep is not None and rep not in set(view.tables.reps["rep_id"]):
        raise UsageError(f"there is no rep {rep!r} in {view.node}", remedy="Name a rep_id of the reps table.")
    wanted = {"rep_id": rep, "action": action, "class": kind, "grade": grade}
    rows = chosen(view.engagement.list_of(name), view.engagement.standing, wanted)
    paths = write_lists(rows, out or view.root / "lists", name, form, view.as_of, by_rep=by_rep)
    if json:
        summary = {"list": name, "rows": len(rows), "files": [str(p) for p in paths]}
        print_json("lists", book=view.root, as_of=view.as_of, ok=True, summary=summary, rows=records(rows))
    else:
        for path in paths:
            typer.echo(path)
        typer.echo(f"{name}: {counted(len(rows), 'account')} in {counted(len(paths), 'file')}")
