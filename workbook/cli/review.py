"""``workbook review``: the review documents of every territory, team, region and the company, and their index page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, JsonOption, print_json

if TYPE_CHECKING:
    from workbook.review.jobs import Result


@app.command()
def review(
    nodes: Annotated[list[str] | None, typer.Argument(metavar="NODE", help="Only these nodes; all when none.")] = None,
    book: Annotated[
        str | None, typer.Option(metavar="DIR", help="The book's folder, also s3://…; else found from here upwards.")
    ] = None,
    as_of: AsOfOption = None,
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="Where documents go, also s3://…; else BOOK/documents/DAY.")
    ] = None,
    audience: Annotated[
        str | None, typer.Option(metavar="READER", help="Who reads them: rep, manager, finance.")
    ] = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also PDFs: one per document, and one per region with all its documents.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Make all again, also what has not changed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be made, and why.")] = False,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Processes; as many as cores when left out.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask cluster, like tcp://host:8786.")
    ] = None,
    engine: Annotated[str, typer.Option(metavar="NAME", help="auto, warm, or papermill for its own engine.")] = "auto",
    as_json: JsonOption = False,
) -> int:
    """Make the review documents and their index page.

    Only what changed since the last run is made again. A document that fails does not stop the others: it says what
    failed, and the command ends with exit code 1.

    Example: workbook review T-03 --book data/sample --as-of 2026-06-30
    """
    from workbook.book import Book
    from workbook.review.jobs import Request
    from workbook.review.session import choose_pool, default_workers, finish, make, plan
    from workbook.review.sharing import local_book
    from workbook.review.storage import is_remote

    if pdf:
        from workbook.review.pdf import needs_typst

        needs_typst()
    source = book if book and is_remote(book) else ""
    opened = Book.open(local_book(book) if book else None, as_of=as_of)
    request = Request(tuple(nodes or ()), audience or "", out or "", pdf, source)
    planned = plan(opened, request, force=force)
    if dry_run:
        rows = [
            {"node": j.node, "status": "to do" if j.reason else "unchanged", "reason": j.reason} for j in planned.jobs
        ]
        summary: dict[str, Any] = {"to_do": len(planned.to_do), "unchanged": len(rows) - len(planned.to_do)}
        if as_json:
            print_json("review", book=opened.root, as_of=opened.as_of, ok=True, summary=summary, rows=rows)
        else:
            for row in rows:
                typer.echo(f"{row['node']:<16} {row['status']:<10} {row['reason']}".rstrip())
            typer.echo(f"{summary['to_do']} to do, {summary['unchanged']} unchanged")
        return 0
    pool, sentence = choose_pool(engine, scheduler or "", len(planned.to_do))
    if planned.to_do and not as_json:
        typer.echo(f"{len(planned.to_do)} of {len(planned.jobs)} documents to make: {sentence}")
    made = _shown(make(planned, pool, workers or default_workers()), len(planned.to_do), quiet=as_json)
    results, index = finish(opened, request, planned, made)
    failed = [r for r in results if r.status == "failed"]
    if as_json:
        summary = {
            "index": index,
            "done": sum(r.status == "done" for r in results),
            "unchanged": sum(r.status == "unchanged" for r in results),
            "failed": len(failed),
        }
        rows = [_row(r) for r in results]
        print_json("review", book=opened.root, as_of=opened.as_of, ok=not failed, summary=summary, rows=rows)
    else:
        for one in failed:
            typer.echo(f"failed: {one.name} ({one.node}): {one.failure}", err=True)
        same = sum(r.status == "unchanged" for r in results)
        typer.echo(f"{len(made) - len(failed)} made, {same} unchanged, {len(failed)} failed")
        typer.echo(f"index: {index}")
    return 1 if failed else 0


def _shown(results: Any, total: int, *, quiet: bool) -> list[Result]:
    """Results as they come, with a progress bar on a terminal and plain lines otherwise."""
    import sys

    if quiet or not total:
        return list(results)
    if not sys.stderr.isatty():
        made = []
        for at, one in enumerate(results, start=1):
            typer.echo(f"{at}/{total} {one.node}: {one.status} ({one.seconds:.1f} s)")
            made.append(one)
        return made
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    made = []
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("review", total=total)
        for one in results:
            made.append(one)
            progress.update(task, advance=1, description=one.node[:24])
    return made


def _row(result: Result) -> dict[str, Any]:
    return {
        "node": result.node,
        "name": result.name,
        "level": result.level,
        "status": result.status,
        "seconds": result.seconds,
        "notebook": result.notebook or None,
        "html": result.html or None,
        "pdf": result.pdf or None,
        "reason": result.reason or None,
        "failure": str(result.failure) if result.failure else None,
        **{k: v for k, v in sorted(result.summary.items()) if k not in ("node", "name", "level", "status")},
    }
