"""``workbook new``: a new book, blank or the sample company."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import JsonOption, print_json


@app.command("new")
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The book's folder; must not hold anything yet.")],
    sample: Annotated[bool, typer.Option("--sample", help="The sample company instead of blank tables.")] = False,
    accounts: Annotated[
        int | None, typer.Option("--accounts", metavar="N", min=1200, help="Accounts of the sample, 1,200 or more.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="S", min=0, help="Another seed, another company.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a new book: blank tables with their headers and help, commented rules, its own notebooks.

    Examples: workbook new plan-2027 · workbook new demo --sample · workbook new large --accounts 60000 --seed 7
    """
    from workbook.sample.new_book import new_blank, new_sample

    if not (sample or accounts is not None or seed is not None):
        new_blank(folder)
        if json:
            print_json("new", book=folder, as_of=None, ok=True, summary={"sample": False}, rows=[])
        else:
            typer.echo(
                f"{folder}: a blank book. Fill tables/ (help: tables/HELP.md, HELP.xlsx) or run workbook import."
            )
        return
    count, number = 1200 if accounts is None else accounts, 1 if seed is None else seed
    if sys.stderr.isatty() and count > 5_000:
        made = _shown(folder, count, number)
    else:
        made = new_sample(folder, accounts=count, seed=number)
    if json:
        print_json("new", book=folder, as_of=None, ok=True, summary={"sample": True, **made}, rows=[])
    else:
        typer.echo(f"{folder}: sample data, " + ", ".join(f"{n:,} {what}" for what, n in made.items()))


def _shown(folder: Path, accounts: int, seed: int) -> dict[str, int]:
    from rich.console import Console
    from rich.progress import Progress

    from workbook.sample.new_book import new_sample

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("accounts", total=accounts)
        return new_sample(
            folder, accounts=accounts, seed=seed, progress=lambda done, _: bar.update(task, completed=done)
        )
