"""``workbook targets``: cascade the company's target down; letters, finance's grid out and in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption, JsonOption

NodeOption = Annotated[
    str | None, typer.Option("--node", metavar="NODE", help="Explain one node's number instead of listing all.")
]
PeriodOption = Annotated[
    str | None, typer.Option("--period", metavar="PERIOD", help="With --node: FY2026-Q3 and the like.")
]
FamilyOption = Annotated[str | None, typer.Option("--family", metavar="NAME", help="With --node: one product family.")]
LettersOption = Annotated[bool, typer.Option("--letters", help="Write a quota letter for every rep.")]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE.xlsx|DIR",
        help="Write the grid as a spreadsheet that finance can edit; with --letters, the letters' folder.",
    ),
]
InOption = Annotated[
    Path | None, typer.Option("--in", metavar="FILE.xlsx", help="Read an edited grid: shows what its changes would do.")
]
AcceptOption = Annotated[
    bool,
    typer.Option("--accept", help="With --in: record the changes as edits; alone: record this allocation as accepted."),
]
ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="With --accept: who decides.")]
WhyOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="With --accept: why.")]


targets = typer.Typer()
app.add_typer(targets, name="targets")


@targets.callback(invoke_without_command=True)
def allocation(
    context: typer.Context,
    book: BookOption = None,
    as_of: AsOfOption = None,
    node: NodeOption = None,
    period: PeriodOption = None,
    family: FamilyOption = None,
    letters: LettersOption = False,
    out: OutOption = None,
    given: InOption = None,
    accept: AcceptOption = False,
    by: ByOption = "",
    reason: WhyOption = "",
    as_json: JsonOption = False,
) -> int:
    """Cascade the company's target down to territories, reps and accounts. Exit code 1 when finance's numbers do not agree.

    Examples: workbook targets --book data/sample · workbook targets --node T-03 --period FY2026-Q3 ·
    workbook targets --letters --out letters/ · workbook targets --out grid.xlsx, and back with --in grid.xlsx --accept --by "Kim Lee" ·
    workbook targets pin T-03 FY2026-Q3 250000 --by "Kim Lee" --reason "new plant opens"
    """
    from workbook.book import Book
    from workbook.cli import show_targets as show
    from workbook.errors import UsageError

    if context.invoked_subcommand is not None:
        _refuse_before(context, context.invoked_subcommand)
        context.obj = (book, as_of)
        return 0
    if accept and not by.strip():
        raise UsageError("--accept needs --by", remedy='Say who decides: --by "Kim Lee".')
    for text, name in ((by, "--by"), (reason, "--reason")):
        if text and not accept:
            raise UsageError(f"{name} without --accept records nothing", remedy="Add --accept, or leave it out.")
    for option, name in ((period, "--period"), (family, "--family")):
        if option and node is None:
            raise UsageError(f"{name} needs --node", remedy=f"Say of whom: --node NODE {name} {option}.")
    if node is not None and (accept or letters or out or given):
        raise UsageError("--node only explains a number", remedy="Leave --accept, --letters, --out and --in out.")
    if given is not None and (letters or out):
        raise UsageError("--in only reads a grid", remedy="Write letters and grids in a call of their own.")
    opened = Book.open(book, as_of=as_of)
    if given is not None:
        return show.grid_in(opened, given, (by, reason) if accept else None, as_json)
    if node is not None:
        return show.explanation(opened, node, (period, family), as_json)
    written: list[Path] = []
    folder = opened.root / "documents" / "letters"
    if letters and out is not None and out.suffix.lower() != ".xlsx":
        folder, out = out, None
    if out is not None:
        if out.suffix.lower() != ".xlsx":
            raise UsageError(f"{out} is not a spreadsheet's name", remedy=f"Write --out {out.stem or 'grid'}.xlsx.")
        from workbook.sheets.targets_grid import write_grid

        written.append(write_grid(opened.facts, opened.targets, out))
    if letters:
        from workbook.cli.progress import steps
        from workbook.review.letters import write_letters

        count = int((opened.targets.by_node["node_kind"] == "rep").sum())
        with steps(max(count, 1), quiet=as_json) as step:
            for path in write_letters(opened, folder):
                written.append(path)
                if path.suffix == ".html":
                    step(path.stem)
    return show.allocation(opened, written, (by, reason) if accept else None, as_json)


def _refuse_before(context: typer.Context, subcommand: str) -> None:
    """Options before a subcommand are not its own; only --book and --as-of stand for both."""
    from workbook.errors import UsageError

    given = [
        one.opts[0]
        for one in context.command.params
        if one.name not in ("book", "as_of")
        and (source := context.get_parameter_source(str(one.name))) is not None
        and source.name == "COMMANDLINE"
    ]
    if given:
        raise UsageError(
            f"{' '.join(given)} before {subcommand} is not an option of it",
            remedy=f"Write options after it: workbook targets {subcommand} … {given[0]}.",
        )
