"""Help on the ten tables, made from their schema: a Markdown page, a spreadsheet with one sheet per table, blank files."""

from __future__ import annotations

from pathlib import Path

from workbook.files import replacing, write_text
from workbook.tables.schema import TABLES, Column, Table

#: How a value of each kind is written in a file.
WRITTEN = {
    "id": "text, the same wherever this one is meant",
    "text": "text",
    "choice": "one of the words named",
    "date": "date, 2026-06-30",
    "amount": "amount in the book's currency, 1234.50",
    "number": "number, 48.14",
    "share": "number from 0 to 1",
    "count": "whole number",
    "period": "FY2026, FY2026-H1, FY2026-Q3 or FY2026-M07",
}
HEADINGS = ("column", "needed", "how it is written", "what it is", "example")


def help_rows(table: Table) -> list[tuple[str, str, str, str, str]]:
    """One row of help per column: column, needed, how it is written, what it is, example."""
    return [(c.name, _needed(c), _written(c), _meaning(c), c.example) for c in table.columns]


def _needed(column: Column) -> str:
    return "yes" if column.present and column.filled else "yes, may be blank" if column.present else "no"


def _written(column: Column) -> str:
    return " or ".join(column.choices) if column.choices else WRITTEN[column.kind]


def _meaning(column: Column) -> str:
    return f"{column.help} (a row of {column.refers_to})" if column.refers_to else column.help


def about(table: Table) -> str:
    """What the table holds, whether a book needs it, and its key, in one or two sentences."""
    need = "Every book needs it." if table.needed else "A book can do without it; what needs it then says so."
    key = f" Each row has its own {' + '.join(table.key)}." if table.key else ""
    return f"{table.help} {need}{key}"


def reference_page() -> str:
    """The reference page of all tables as Markdown."""
    parts = [
        "# The ten tables\n",
        "Each table is one file, `NAME.csv` (UTF-8, commas) or `NAME.parquet`. The columns may stand in any order; "
        "columns of your own are kept. A blank cell means: not known.\n",
    ]
    for table in TABLES.values():
        parts.append(f"## {table.name}\n\n{about(table)}\n")
        parts.append("| " + " | ".join(HEADINGS) + " |\n" + "|---" * len(HEADINGS) + "|")
        parts += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in help_rows(table)]
        parts.append("")
    return "\n".join(parts)


def write_help_sheets(path: Path) -> None:
    """A spreadsheet file with one sheet of help per table. The same schema gives the same bytes."""
    from datetime import datetime

    import xlsxwriter

    with (
        replacing(path) as temporary,
        xlsxwriter.Workbook(str(temporary), {"strings_to_formulas": False, "strings_to_urls": False}) as book,
    ):
        book.set_properties({"title": "The ten tables of a book", "created": datetime(2026, 1, 1)})
        title, plain = (
            book.add_format({"bold": True, "font_size": 14}),
            book.add_format({"text_wrap": True, "valign": "top"}),
        )
        head = book.add_format({"bold": True, "bg_color": "#E4E4E4", "bottom": 1, "valign": "top"})
        for table in TABLES.values():
            sheet = book.add_worksheet(table.name)
            sheet.write_string(0, 0, table.name, title)
            sheet.merge_range(1, 0, 1, len(HEADINGS) - 1, about(table), plain)
            sheet.set_row(1, 32)
            for at, (heading, width) in enumerate(zip(HEADINGS, (24, 16, 34, 54, 24), strict=True)):
                sheet.set_column(at, at, width)
                sheet.write_string(3, at, heading, head)
            for line, row in enumerate(help_rows(table), start=4):
                for at, cell in enumerate(row):
                    sheet.write_string(line, at, cell, plain)
            sheet.freeze_panes(4, 1)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(3)


def write_blank_tables(folder: Path) -> None:
    """A file per table that holds its header only, and the help on them."""
    for table in TABLES.values():
        write_text(folder / f"{table.name}.csv", ",".join(table.names) + "\n")
    write_text(folder / "HELP.md", reference_page())
    write_help_sheets(folder / "HELP.xlsx")
