"""``workbook calendar``: the planning cycle's steps, who owes what, what is late."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption, JsonOption, print_json, records


@app.command()
def calendar(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.ics", help="Write it for calendar programs.")
    ] = None,
    book: BookOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show the readiness calendar back from the first day of the fiscal year. Exit code 1 when a step is late.

    Example: workbook calendar --book data/sample --out readiness.ics
    """
    from workbook.book import Book
    from workbook.errors import UsageError
    from workbook.sections.calendar import calendar as table
    from workbook.sheets.calendar import write_calendar

    if out is not None and out.suffix.lower() != ".ics":
        raise UsageError(f"cannot write {out.name}", remedy="Name a .ics file: calendar programs open no other.")
    opened = Book.open(book, as_of=as_of)
    rows = opened.reconcile.calendar
    late = int((rows["state"] == "late").sum())
    if out is not None:
        write_calendar(rows, out, (opened.rules.book.name, opened.facts.year, opened.as_of))
    if as_json:
        summary = {"year": opened.facts.year, "late": late, "written": str(out) if out else None}
        print_json("calendar", book=opened.root, as_of=opened.as_of, ok=not late, summary=summary, rows=records(rows))
    else:
        typer.echo(repr(table(opened)))
        if out is not None:
            typer.echo(f"written: {out}")
    return 1 if late else 0
