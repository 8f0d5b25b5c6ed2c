"""The reference page of the tables, made from their declarations: ``python -m workbook.tables.reference > docs/tables.md``."""

from __future__ import annotations

from workbook.tables.schema import TABLES, Column, Table

_INTRO = """# The tables of a book

<!-- made by `python -m workbook.tables.reference`; change the declarations in workbook/tables/schema.py instead -->

A book's data are ten tables, one file each in its folder `tables/`: CSV (UTF-8; other encodings and `;`, tab or `|` as
delimiter are understood) or Parquet, which is taken where both are there. Headings are found without regard to case, blanks
and dashes (`Account ID` is `account_id`). Columns of your own may follow; they are kept as text.

**present**: the column must be in the file. **filled**: every row must have a value. Other columns and cells may be
missing; what cannot be computed without them says so where it would stand. Ids of territories, reps and accounts must not be
the same.

`workbook check` lists everything that is wrong, with file, row, column, value and remedy. Errors stop the later steps;
warnings are counted in every document's footer.

| kind | what it holds |
|---|---|
| id | a key, as text: leading zeros count |
| text | text |
| choice | one of the named words, in any case |
| date | a day: 2026-06-30 (a time after it is cut off) |
| amount | money in the book's currency: 1234.56, no thousands separators, no more digits than the currency has |
| number | a number |
| share | a number from 0 to 1 |
| count | a whole number |
| period | FY2026, FY2026-H1, FY2026-Q3 or FY2026-M07; also `FY26 Q3`, `2026Q3`, and calendar months as `2026-07`, `Jul 2026` |
"""


def reference() -> str:
    """The whole page as Markdown."""
    return "\n".join([_INTRO, *(_section(table) for table in TABLES.values())])


def _section(table: Table) -> str:
    key = f" Key: {', '.join(table.key)}." if table.key else ""
    needed = "" if table.needed else " May be missing."
    rows = "\n".join(_row(column) for column in table.columns)
    heading = "| column | kind | present | filled | what it is | example |\n|---|---|---|---|---|---|"
    return f"## {table.name}\n\n{table.help}{key}{needed}\n\n{heading}\n{rows}\n"


def _row(column: Column) -> str:
    help = column.help
    if column.choices and not all(choice in help for choice in column.choices):
        help += f": {', '.join(column.choices)}"
    if column.refers_to:
        help += f" (→ {column.refers_to})"
    yes = {True: "yes", False: ""}
    example = f"`{column.example}`" if column.example else ""
    return f"| {column.name} | {column.kind} | {yes[column.present]} | {yes[column.filled]} | {help} | {example} |"


if __name__ == "__main__":
    print(reference(), end="")
