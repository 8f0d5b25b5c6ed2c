"""``workbook check``: everything that is wrong with the data, at once."""

from __future__ import annotations

from workbook.cli.app import app
from workbook.cli.options import BookOption, JsonOption, print_json, records


@app.command()
def check(book: BookOption = None, as_json: JsonOption = False) -> int:
    """Check the quality of the data: all faults of all tables. Exit code 1 when there are errors.

    Example: workbook check --book data/sample --json
    """
    from workbook.book import find_book
    from workbook.cli.progress import steps
    from workbook.review.check_page import write_check_page
    from workbook.rules import read_rules
    from workbook.tables.load import assess

    root = find_book(book)
    rules = read_rules(root / "book.toml")
    with steps(2, quiet=as_json) as step:
        step("reading and checking the tables")
        quality = assess(root / "tables", rules.book.currency, rules.book.calendar, rules.quality)
        step("writing the page")
        page = write_check_page(root / "documents" / "check.html", quality, rules)
    if as_json:
        from workbook.cli.data_tables import imported

        keys = ["table", "file", "row", "column", "value", "fault", "remedy", "severity"]
        summary = {
            "errors": quality.errors,
            "warnings": quality.warnings,
            "snapshot": quality.snapshot,
            "imported": imported(quality),
            "page": page,
            "tables": records(quality.counts.drop(columns="columns")),
            "topics": records(quality.topics),
        }
        rows = records(quality.faults[keys])
        print_json("check", book=root, as_of=rules.book.as_of, ok=not quality.errors, summary=summary, rows=rows)
    else:
        from workbook.cli.data_tables import show_check

        show_check(quality, page)
    return 1 if quality.errors else 0
