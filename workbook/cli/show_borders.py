"""What ``workbook design --split`` and ``--merge`` show, and the files for the CRM."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import typer

from workbook.book import Book
from workbook.cli.options import print_json, records
from workbook.sections.borders import merged, split_up
from workbook.show import Note, Table


def run(
    where: tuple[Path | None, str | None, str | None],
    split: str | None,
    merge: str | None,
    more: tuple[Path | None, bool],
) -> int:
    """Show the parts of a territory, or several as one; write the CRM's list of new territories with ``--out``."""
    out, as_json = more
    book = Book.open(where[0], as_of=where[1], node=where[2])
    rows = pd.DataFrame({"account_id": pd.Series(dtype="str"), "territory_id": pd.Series(dtype="str")})
    shown: list[Note | Table] = []
    if split:
        rows, told = split_up(book, split)
        shown += told
    if merge:
        more_rows, told = merged(book, merge)
        rows, shown = pd.concat([rows, more_rows], ignore_index=True), [*shown, *told]
    files = []
    if out is not None and len(rows):
        from workbook.sheets.moves import write_territories

        files.append(str(write_territories(rows, out / "territories.csv")))
    if as_json:
        summary = {
            "split": split,
            "merge": merge,
            "files": files,
            "told": [s.text for s in shown if isinstance(s, Note)],
        }
        print_json("design", book=book.root, as_of=book.as_of, ok=True, summary=summary, rows=records(rows))
        return 0
    for item in shown:
        typer.echo(item.text if isinstance(item, Note) else str(item))
    for path in files:
        typer.echo(f"wrote {path}")
    return 0
