"""``workbook run``: one notebook of the book, with parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption, JsonOption, print_json

PAIRED = ("-p", "--parameter", "-r", "--raw")


def paired(arguments: list[str]) -> list[str]:
    """``-p NAME VALUE`` as one value ``NAME=VALUE``, which is also understood as it stands.

    >>> paired(["nb", "-p", "node", "T=3", "-r", "n=1"])
    ['nb', '-p', 'node=T=3', '-r', 'n=1']
    """
    out, rest = [], list(arguments)
    while rest:
        out.append(rest.pop(0))
        if out[-1] in PAIRED and rest:
            name = rest.pop(0)
            out.append(name if "=" in name or not rest else f"{name}={rest.pop(0)}")
    return out


class PairedCommand(TyperCommand):
    """A command whose options ``-p`` and ``-r`` take a name and a value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        parsed: list[str] = super().parse_args(ctx, paired(args))
        return parsed


@app.command(cls=PairedCommand)
def run(
    notebook: Annotated[
        str, typer.Argument(metavar="NOTEBOOK", help="A notebook's path, or its name in the book, like 05-targets.")
    ],
    parameter: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", metavar="NAME VALUE", help="Set a parameter.")
    ] = None,
    raw: Annotated[
        list[str] | None,
        typer.Option("-r", "--raw", metavar="NAME VALUE", help="Set one as text, whatever it looks like."),
    ] = None,
    book: BookOption = None,
    as_of: AsOfOption = None,
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="Where the documents go; else BOOK/documents/notebooks.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Run one notebook and render it.

    An unknown parameter is refused.

    Example: workbook run 08-territory-review -p node T-03 --book data/sample
    """
    from workbook.book import find_book
    from workbook.errors import UsageError
    from workbook.review.jobs import Job, find_notebook
    from workbook.review.parameters import declared, refuse_unknown, typed
    from workbook.review.session import choose_pool
    from workbook.rules import read_rules

    root = find_book(book)
    rules = read_rules(root / "book.toml")
    path = find_notebook(root, notebook)
    known = declared(path)
    given, as_text = ([_pair(text) for text in texts or []] for texts in (parameter, raw))
    names = [name for name, _ in [*given, *as_text]]
    refuse_unknown(names, known, path)
    if len(set(names)) < len(names):
        raise UsageError("a parameter is given twice")
    values: dict[str, Any] = {name: typed(known[name], value) for name, value in given} | dict(as_text)
    if "book" in known:
        values.setdefault("book", ".")
    if as_of:
        refuse_unknown(["as_of"], known, path)
        values["as_of"] = as_of
    job = Job(
        node=str(values.get("node", "")),
        name=path.stem,
        level="notebook",
        notebook=str(path),
        parameters=values,
        cwd=str(root),
        folder=str(Path(out) if out else root / "documents" / "notebooks"),
        stem=path.stem,
        subtitle=rules.book.name,
        sample=rules.book.sample,
        time_limit_seconds=rules.review.time_limit_seconds,
        memory_limit_mb=rules.review.memory_limit_mb,
    )
    (made,) = choose_pool("auto")[0]([job], 1)
    row = {
        "node": made.node,
        "status": made.status,
        "seconds": made.seconds,
        "notebook": made.notebook,
        "html": made.html,
    }
    if as_json:
        print_json("run", book=root, as_of=None, ok=made.status == "done", summary=made.summary, rows=[row])
    else:
        if made.failure:
            typer.echo(f"failed: {path.name}: {made.failure}", err=True)
        typer.echo(made.html)
    return 1 if made.failure else 0


def _pair(text: str) -> tuple[str, str]:
    from workbook.errors import UsageError

    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError(f"parameter {name!r} has no value", remedy="Write -p NAME VALUE.")
    return name, value
