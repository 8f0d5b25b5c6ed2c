"""``workbook store``: where people's decisions are kept: export, import, back-up, upgrade."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import BookOption, JsonOption, print_json

store = typer.Typer(
    help="Where people's decisions are kept: show, export, import, back up, upgrade.", no_args_is_help=True
)
app.add_typer(store, name="store")


@store.command("info")
def info(book: BookOption = None, json: JsonOption = False) -> None:
    """Where the store is and what it holds.

    Example: workbook store info --book data/sample
    """
    from workbook.book import find_book
    from workbook.store.place import place_of
    from workbook.store.store import open_store

    root = find_book(book)
    place = place_of(root)
    summary: dict[str, object] = {"store": str(place), "exists": place.exists}
    if place.exists:
        held = open_store(root, create=False)
        plans = held.plans()
        summary |= {"decisions": len(held.decisions().rows), "plans": len(plans)}
        summary |= {"revisions": len(held.revisions())}
    if json:
        print_json("store info", book=root, as_of=None, ok=True, summary=summary, rows=[])
        return
    if not place.exists:
        typer.echo(f"{place}: not there yet; the first decision makes it")
        return
    typer.echo(f"{place}: " + ", ".join(f"{summary[k]} {k}" for k in ("decisions", "plans", "revisions")))


@store.command("export")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The JSON lines file to write.")],
    book: BookOption = None,
    json: JsonOption = False,
) -> None:
    """Write all decisions and plan revisions as JSON lines, sealed by a checksum.

    Example: workbook store export decisions.jsonl --book data/sample
    """
    from workbook.book import find_book
    from workbook.store.store import open_store
    from workbook.store.transfer import export as write

    root = find_book(book)
    _counted("export", root, file, write(open_store(root, create=False), file), as_json=json)


@store.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `workbook store export` wrote.")],
    book: BookOption = None,
    json: JsonOption = False,
) -> None:
    """Read an export into an empty store: all of it or nothing.

    Example: workbook store import decisions.jsonl --book data/sample
    """
    from workbook.book import find_book
    from workbook.store.store import open_store
    from workbook.store.transfer import import_ as read

    root = find_book(book)
    _counted("import", root, file, read(open_store(root), file), as_json=json)


def _counted(command: str, root: Path, file: Path, counts: dict[str, int], *, as_json: bool) -> None:
    """Say how many decisions and revisions went to a file, or came from it."""
    if as_json:
        print_json(f"store {command}", book=root, as_of=None, ok=True, summary={"file": file, **counts}, rows=[])
        return
    typer.echo(f"{file}: {counts['decisions']} decisions, {counts['plan_revisions']} plan revisions")


@store.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    book: BookOption = None,
) -> None:
    """Copy the store while others may be writing: a SQLite file as one, a server's as JSON lines.

    Example: workbook store backup backups/store-2026-06-30.sqlite --book data/sample
    """
    from workbook.book import find_book
    from workbook.store.store import open_store
    from workbook.store.transfer import backup as copy

    typer.echo(f"wrote {copy(open_store(find_book(book), create=False), file)}")


@store.command("upgrade")
def upgrade(book: BookOption = None) -> None:
    """Make the store, or bring one of an older version up to this program's (a file is copied first).

    Example: workbook store upgrade --book data/sample
    """
    from workbook.book import find_book
    from workbook.store.upgrade import upgrade as bring_up

    for line in bring_up(find_book(book)):
        typer.echo(line)
