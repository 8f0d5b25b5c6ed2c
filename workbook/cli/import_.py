"""``workbook import``: a CRM export into the book's tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import BookOption, JsonOption, print_json, records


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="The folder (or file) that holds the export.")],
    mapping: Annotated[
        str,
        typer.Option("--from", metavar="NAME|DIR", help="A shipped mapping, or a folder of SQL files, one per table."),
    ],
    book: BookOption = None,
    as_json: JsonOption = False,
) -> int:
    """Import a CRM export into tables/ by a mapping; all tables, or none. A book that is not there yet is made.

    Example: workbook import --from salesforce exports/2026-06 --book mybook
    """
    from workbook.book import find_book
    from workbook.cli.progress import steps
    from workbook.crm.mapping import find_mapping
    from workbook.crm.run import import_export
    from workbook.rules import read_rules
    from workbook.tables.load import assess

    chosen = find_mapping(mapping)
    root = book.resolve() if book else find_book()
    with steps(len(chosen.sql) + 4, quiet=as_json) as step:
        done = import_export(chosen, source.resolve(), root, step)
        step("checking the book")
        rules = read_rules(root / "book.toml")
        quality = assess(root / "tables", rules.book.currency, rules.book.calendar, rules.quality)
    counts = done.counts
    summary = {
        "mapping": done.mapping,
        "read": int(counts["read"].sum()),
        "used": int(counts["used"].sum()),
        "rejected": int(counts["rejected"].sum()),
        "rejects_file": done.rejects_file,
        "errors": quality.errors,
        "warnings": quality.warnings,
        "notes": list(done.notes),
    }
    if as_json:
        rows = records(counts)
        print_json("import", book=root, as_of=rules.book.as_of, ok=not quality.errors, summary=summary, rows=rows)
    else:
        from workbook.cli.data_tables import show_import

        show_import(done, quality)
    return 1 if quality.errors else 0
