"""``workbook plans``: the reps' template files out and in, who has sent, and approval."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption, JsonOption, print_json, records

plans = typer.Typer(
    help="Account plans: send template files, collect them, see who is late, approve.", no_args_is_help=True
)
app.add_typer(plans, name="plans")

#: How many changes of a plan the preview shows.
CHANGES = 12

FolderOption = Annotated[
    Path | None, typer.Option("--to", metavar="DIR", help="Folder for the files; else documents/plans.")
]


@plans.command("send")
def send(
    who: Annotated[
        list[str] | None, typer.Argument(metavar="REP|NODE", help="Reps or nodes; everybody when left out.")
    ] = None,
    to: FolderOption = None,
    book: BookOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Write one pre-filled spreadsheet per rep.

    Example: workbook plans send T-03 --to outbox --book data/sample
    """
    from workbook.book import Book
    from workbook.checks import counted
    from workbook.sheets import desk

    opened = Book.open(book, as_of=as_of)
    outbox = desk.outbox_of(opened.plans, _current(opened.root))
    reps = desk.reps_of(opened.facts, outbox, who or [])
    folder = to or opened.root / "documents" / "plans"
    with _progress(len(reps), json) as tell:
        files = desk.send(outbox, reps, folder, tell)
    if json:
        rows = [{"rep_id": rep, "file": file} for rep, file in zip(reps, files, strict=True)]
        print_json(
            "plans send", book=opened.root, as_of=opened.as_of, ok=True, summary={"files": len(files)}, rows=rows
        )
        return
    typer.echo(f"{counted(len(files), 'file')} in {folder}" if files else "No file: no rep there holds an account.")


@plans.command("collect")
def collect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Returned files, or folders of them.")],
    draft: Annotated[bool, typer.Option("--draft", help="Save as drafts; else as submitted.")] = False,
    rep: Annotated[str, typer.Option("--rep", metavar="REP", help="Take files of this rep only.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; save and mark nothing.")] = False,
    book: BookOption = None,
    json: JsonOption = False,
) -> int:
    """Read returned files; name every fault; save the good plans. Files with errors get a marked copy beside them.

    Example: workbook plans collect inbox/*.xlsx --dry-run --book data/sample
    """
    from datetime import datetime

    from workbook.book import Book
    from workbook.decisions import signed_at
    from workbook.sheets import desk
    from workbook.sheets.collect import Terms
    from workbook.store.place import place_of
    from workbook.store.store import open_store

    opened = Book.open(book)
    store = None if dry_run and not place_of(opened.root).exists else open_store(opened.root)
    outbox = desk.outbox_of(opened.plans, store.plans() if store else [])
    terms = Terms(signed_at(opened.as_of, datetime.now()), "draft" if draft else "submitted", rep)
    found, marked = desk.take_in(_files(files), outbox, store, terms, dry_run=dry_run)
    summary = {"files": len(found.files), "saved": 0 if dry_run else len(found.saves), "would_save": len(found.saves)}
    summary |= {"unchanged": found.unchanged, "errors": sum(f.severity == "error" for f in found.faults)}
    if json:
        rows = [f.as_dict() for f in found.faults]
        more = {"marked": [str(m) for m in marked], "dry_run": dry_run}
        print_json(
            "plans collect", book=opened.root, as_of=opened.as_of, ok=found.ok, summary=summary | more, rows=rows
        )
    else:
        _tell_collected(found, marked, dry_run)
    return 0 if found.ok else 1


@plans.command("status")
def status(
    node: Annotated[str | None, typer.Argument(metavar="NODE", help="A node; the company when left out.")] = None,
    book: BookOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Who has sent plans, what is late, and whether the plan exceeds the target.

    Example: workbook plans status T-03 --book data/sample
    """
    from workbook.book import Book
    from workbook.money import format_amount

    opened = Book.open(book, as_of=as_of, node=node)
    rows = opened.plans.status
    if json:
        ok = bool((rows["verdict"] != "fail").all())
        summary = {"reps": len(rows), "sent": int((rows["sent"] >= rows["accounts"]).sum())}
        print_json("plans status", book=opened.root, as_of=opened.as_of, ok=ok, summary=summary, rows=records(rows))
        return
    currency = opened.facts.currency
    for row in rows.to_dict("records"):
        plan = format_amount(row["planned_amount"], currency, short=True)
        target = format_amount(row["street_amount"], currency, short=True)
        typer.echo(
            f"{row['rep_id']:<8} {row['verdict']:<9} {row['sentence'].removesuffix('.')}; plan {plan}, quota {target}"
        )


@plans.command("move")
def move(
    who: Annotated[list[str], typer.Argument(metavar="ACCOUNT|REP", help="Accounts, or reps for all their plans.")],
    to: Annotated[str, typer.Option("--to", metavar="STATE", help="submitted, returned, approved or locked.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")],
    comment: Annotated[
        str, typer.Option("--comment", metavar="TEXT", help="Why; needed when plans are returned.")
    ] = "",
    book: BookOption = None,
) -> None:
    """Submit, return, approve or lock plans: all that are named, or none.

    Example: workbook plans move P-11 --to approved --by "Kim Lee" --book data/sample
    """
    from dataclasses import replace
    from datetime import datetime

    from workbook.book import Book
    from workbook.checks import counted
    from workbook.decisions import signed_at
    from workbook.errors import UsageError
    from workbook.store.plan import STATES
    from workbook.store.store import open_store

    if to not in STATES:
        raise UsageError(f"{to!r} is no state of a plan", remedy=f"Use one of {', '.join(STATES)}.")
    opened = Book.open(book)
    store = open_store(opened.root, create=False)
    held = [p for p in store.plans() if p.plan_id in who or p.rep_id in who]
    unknown = [w for w in who if not any(w in (p.plan_id, p.rep_id) for p in held)]
    if unknown:
        raise UsageError(f"no plan of {', '.join(unknown)}", remedy="See `workbook plans status`.")
    at = signed_at(opened.as_of, datetime.now())
    moved = [
        (replace(p, state=to, saved_by=by, saved_at=at, comment=comment), p.revision) for p in held if p.state != to
    ]
    store.save_plans(moved)
    typer.echo(
        f"{counted(len(moved), 'plan')} {'is' if len(moved) == 1 else 'are'} {to} now, {len(held) - len(moved)} already were"
    )


@plans.command("fill-sample", hidden=True)
def fill_sample(
    folder: Annotated[Path | None, typer.Option("--in", metavar="DIR", help="Folder for the files.")] = None,
    book: BookOption = None,
) -> None:
    """Make the sample company's plans: send the templates, fill them by a seeded hand, collect them.

    Example: workbook plans fill-sample --book data/sample
    """
    from datetime import date

    from workbook.book import Book
    from workbook.sheets.sample_hand import make_plans

    opened = Book.open(book)

    def open_at(day: date) -> Any:
        return opened.plans if day >= opened.as_of else Book.open(opened.root, as_of=day).plans

    for line in make_plans(opened.root, open_at, folder or opened.root / "documents" / "plans"):
        typer.echo(line)


def _current(root: Path) -> Any:
    from workbook.store.place import place_of

    if not place_of(root).exists:
        return []
    from workbook.store.store import open_store

    return open_store(root, create=False).plans()


#: What spreadsheet programs save a plan file as; all but the first two are refused by name, not overlooked.
_SAVED_AS = (".xlsx", ".ods", ".xlsm", ".xlsb", ".xls", ".numbers")


def _from_a_rep(name: str) -> bool:
    """Whether a file is neither a marked copy of ours nor Excel's lock file (LibreOffice's ends with ``#``)."""
    return not name.endswith(".faults.xlsx") and not name.startswith("~$")


def _files(given: list[Path]) -> list[Path]:
    from workbook.errors import UsageError
    from workbook.files import listed

    found: list[Path] = []
    for path in given:
        if path.is_dir():
            found += [p for p in listed(path) if p.suffix.lower() in _SAVED_AS and _from_a_rep(p.name)]
        elif path.exists():
            found.append(path)
        else:
            raise UsageError(f"there is no file {path}", remedy="Name files that came back.")
    if not found:
        raise UsageError("there are no spreadsheet files", remedy="Name files that came back, or their folder.")
    return list(dict.fromkeys(found))


def _tell_collected(found: Any, marked: list[Path], dry_run: bool) -> None:
    from workbook.checks import counted

    for one in found.saves:
        for what, before, after in one.changes[:CHANGES] if dry_run else ():
            old, new = (" ".join(str(v).split())[:60] or "–" for v in (before, after))
            typer.echo(f"{one.plan.plan_id}: {what}: {old} → {new}")
        if dry_run and len(one.changes) > CHANGES:
            typer.echo(f"{one.plan.plan_id}: … and {counted(len(one.changes) - CHANGES, 'more change')}")
    for fault in found.faults:
        typer.echo(f"{fault.severity}: {fault}", err=fault.severity == "error")
    for path in marked:
        typer.echo(f"marked copy: {path}")
    verb = "would be saved" if dry_run else "saved"
    typer.echo(
        f"{counted(len(found.files), 'file')}: {counted(len(found.saves), 'plan')} {verb}, {found.unchanged} unchanged"
    )


def _progress(length: int, quiet: bool) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def bar() -> Any:
        import sys

        if quiet or length < 5 or not sys.stderr.isatty():
            yield None
            return
        with typer.progressbar(length=length, file=sys.stderr, label="writing") as shown:
            yield lambda _: shown.update(1)

    return bar()
