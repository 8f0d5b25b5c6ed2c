"""What ``import`` and ``check`` print for people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from workbook.checks import counted

if TYPE_CHECKING:
    import pandas as pd

    from workbook.crm.run import Import
    from workbook.tables.quality import Quality

#: How many faults the terminal shows of one kind; the page and --json list up to a thousand.
SHOWN = 5


def show_import(done: Import, quality: Quality) -> None:
    """Rows per table, rejects by reason, and what to do next."""
    from workbook.crm.rejects import reasons

    console = _console()
    for note in done.notes:
        console.print(f"note: {escape(note)}", highlight=False)
    console.print(_counts(done.counts, ("read", "used", "rejected")))
    said = reasons(done.rejects)
    if len(said):
        table = _table("table", "what", "column", "why", ">rows", "first")
        for row in said.itertuples(index=False):
            table.add_row(
                *(escape(str(v)) for v in (row.table, row.what, row.column, row.reason)),
                f"{row[4]:,}",
                escape(row.example),
            )
        console.print(table)
        console.print(f"every one of them: {escape(str(done.rejects_file))}", highlight=False, soft_wrap=True)
    console.print(f"{escape(quality.sentence)}.", highlight=False)
    if quality.errors:
        console.print(
            f"{counted(quality.errors, 'error')}: see `workbook check --book {escape(str(done.book))}`", highlight=False
        )


def show_check(quality: Quality, page: Path) -> None:
    """Rows per table, faults by kind with a few examples, and where the page is."""
    from workbook.tables.faults import LISTED

    console = _console()
    console.print(_counts(quality.counts, ("read", "used", "rejected")))
    faults = quality.faults
    if len(faults):
        table = _table("", "table", ">row", "column", "value", "what is wrong", "what to do")
        kinds = faults.groupby(["severity", "table", "column", "general"], sort=False, dropna=False)
        for (severity, name, column, _), rows in kinds:
            unlisted = (rows["row"] == 0).to_numpy() & (len(rows) > LISTED)
            listed = rows[~unlisted]
            for row in listed.head(SHOWN).itertuples(index=False):
                shown = (name or row.file, str(row.row or ""), column, row.value, row.fault, row.remedy)
                table.add_row(severity, *(escape(str(v)) for v in shown))
            said = [f"… and {len(listed) - SHOWN:,} more of these"] if len(listed) > SHOWN else []
            for more in (*said, *rows.loc[unlisted, "fault"]):
                table.add_row(severity, escape(name), "", escape(column), "", escape(more), "")
        console.print(table)
    console.print(f"{escape(quality.sentence)}.", highlight=False)
    console.print(f"page: {escape(str(page))}", highlight=False, soft_wrap=True)


def imported(quality: Quality) -> dict[str, Any] | None:
    """When, by which mapping and from which files the tables were imported, for programs; None where nobody knows."""
    done = quality.imported
    if done is None:
        return None
    return {"on": done.on, "mapping": done.mapping, "sources": [vars(source) for source in done.sources]}


def _counts(counts: pd.DataFrame, columns: tuple[str, ...]) -> Table:
    table = _table("table", "file", *(f">{c}" for c in columns))
    for row in counts.to_dict("records"):
        table.add_row(escape(str(row["table"])), escape(str(row["file"])), *(f"{row[c]:,}" for c in columns))
    table.add_section()
    table.add_row("all", "", *(f"{int(counts[c].sum()):,}" for c in columns))
    return table


def _table(*headings: str) -> Table:
    from rich import box

    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(
            heading.removeprefix(">"), justify="right" if heading.startswith(">") else "left", overflow="fold"
        )
    return table


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=160, highlight=False)
