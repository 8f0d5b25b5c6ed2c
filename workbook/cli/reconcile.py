"""``workbook reconcile``: plan against target at every node, and finance's spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption, JsonOption


@app.command()
def reconcile(
    book: BookOption = None,
    as_of: AsOfOption = None,
    node: Annotated[
        str | None, typer.Option("--node", metavar="NODE", help="Only a territory, team or region.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE|DIR",
            help="Write FILE.xlsx, or FILE.csv or .parquet (all cells), or everything into DIR.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Compare plan and target at every node; write finance's spreadsheet. Exit code 1 when a plan is short of its target.

    Examples: workbook reconcile --book data/sample · workbook reconcile --out reconciliation.xlsx ·
    workbook reconcile --out finance/ · workbook reconcile --node T-03 --json
    """
    from workbook.book import Book
    from workbook.cli import show_reconcile as show

    opened = Book.open(book, as_of=as_of, node=node)
    return show.answer(opened, show.write(opened, out) if out is not None else [], as_json)
