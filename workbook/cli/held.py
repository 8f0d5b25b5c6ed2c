"""``workbook held``: record that a node's review was held, and what it answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption, JsonOption, print_json, records

if TYPE_CHECKING:
    from workbook.book import Book


@app.command()
def held(
    node: Annotated[str, typer.Argument(metavar="NODE", help="The territory, team, region or company.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who held it. Without it only the questions are shown.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What was seen and decided.")] = "",
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="ACCOUNT:TOPIC=…", help="class, grade or plan = keep or change; may be repeated."),
    ] = None,
    keep_rest: Annotated[bool, typer.Option("--keep-rest", help="Whatever is asked and not answered: keep.")] = False,
    book: BookOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> int:  # fmt: skip
    """Record that a review was held: the next one compares with it. Without --by, show what it asks.

    Examples: workbook held T-02 · workbook held T-02 --by "Kim Lee" --note "second contact at Varbrook by August"
    --answer A-0832:plan=change --keep-rest
    """
    from workbook.book import Book
    from workbook.checks import counted
    from workbook.engagement.reviews import parsed
    from workbook.errors import UsageError
    from workbook.reconcile.held import asked, review_decision, seen, with_rest
    from workbook.store.store import open_store

    opened = Book.open(book, as_of=as_of)
    opened.tree.at(node)
    view = opened.scoped(node)
    rows = asked(view.reconcile)
    answers = parsed(answer or ())
    if not by:
        if answers or note:
            raise UsageError("nobody held it", remedy='Say who: --by "Kim Lee".')
        return _shown(view, rows, as_json)
    given = with_rest(answers, rows) if keep_rest else answers
    decision = review_decision(view.reconcile, node, given, (by, note), datetime.now())
    made = open_store(view.root).record(decision, seen(view.reconcile, node))
    left = len(rows) - int(rows["account_id"].isin(list(given)).sum())
    if as_json:
        summary = {
            "node": node,
            "revision": made.revision,
            "held_on": made.at,
            "answered": len(given),
            "not_answered": left,
        }
        print_json("held", book=view.root, as_of=view.as_of, ok=True, summary=summary, rows=_answers(given))
        return 0
    rest = f", {left:,} of {counted(len(rows), 'account')} to look at again not answered" if left else ""
    typer.echo(f"Review of {node} held on {made.at:%Y-%m-%d} by {by}, decision {made.revision}: {counted(len(given), 'account')} answered{rest}")  # fmt: skip
    return 0


def _shown(view: Book, rows: Any, as_json: bool) -> int:
    """The last review, what became of its answers, and what this one asks."""
    from workbook.checks import counted
    from workbook.show import Table

    answers = view.engagement.review_answers
    open_ = answers[(answers["state"] == "open").to_numpy()]
    if as_json:
        summary = {"node": view.node, "asked": len(rows), "open_answers": len(open_)}
        print_json("held", book=view.root, as_of=view.as_of, ok=True, summary=summary, rows=records(rows))
        return 0
    from workbook.sections import held_review

    for part in held_review(view):
        typer.echo(f"{part!r}\n")
    caption = f"{counted(len(rows), 'account')} to look at again: do class, grade and plan stay? (keep or change)"
    typer.echo(repr(Table(rows, view.facts.currency, caption, limit=40)))
    return 0


def _answers(given: dict[str, dict[str, str]]) -> list[dict[str, str]]:
    return [{"account_id": account, **said} for account, said in sorted(given.items())]
