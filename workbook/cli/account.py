"""``workbook account``: one account whole, on the terminal or as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption, JsonOption, print_json, records

if TYPE_CHECKING:
    from workbook.book import Book


@app.command()
def account(
    account_id: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its account_id.")],
    as_html: Annotated[bool, typer.Option("--html", help="Write a page instead: documents/accounts/ACCOUNT.html.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where the page goes.")] = None,
    audience: Annotated[str, typer.Option(metavar="READER", help="Who reads it: rep, manager, finance. A rep sees its territory only.")] = "manager",
    book: BookOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> int:  # fmt: skip
    """Show one account whole: history, class and grade with their reasons, contacts, touches, deals, whitespace, family, plan, who holds it.

    Examples: workbook account A-0832 · workbook account A-0832 --html --audience rep
    """
    from workbook.book import Book
    from workbook.sections.account import account_page, account_view
    from workbook.sections.audience import audience_of

    reader = audience_of(audience)
    view = account_view(Book.open(book, as_of=as_of), reader, account_id)
    if as_html or out:
        path = _page(view, account_id, account_page(view, account_id), out)
        if as_json:
            print_json(
                "account",
                book=view.root,
                as_of=view.as_of,
                ok=True,
                summary={"account_id": account_id, "html": path},
                rows=[],
            )
        else:
            typer.echo(path)
        return 0
    if as_json:
        rows = view.portfolio.view
        found = records(rows[(rows["account_id"] == account_id).to_numpy()])[0]
        print_json("account", book=view.root, as_of=view.as_of, ok=True, summary=found, rows=[])
        return 0
    typer.echo(f"{_name(view, account_id)} ({account_id}), as of {view.as_of:%Y-%m-%d}")
    for part in account_page(view, account_id):
        typer.echo(f"\n== {part.title}")
        for one in part.shown:
            typer.echo(f"{one!r}\n")
    return 0


def _name(view: Book, account_id: str) -> str:
    names = view.tables.accounts.set_index("account_id")["name"]
    return str(names[account_id])


def _page(view: Book, account_id: str, parts: list[Any], out: Path | None) -> Path:
    """The account's page as one offline document, in the style of the review documents."""
    from workbook.files import write_text
    from workbook.places import safe_name
    from workbook.review.render import Page, html
    from workbook.sections.page import as_notebook

    name = _name(view, account_id)
    subtitle = f"{account_id}, {view.rules.book.name}, as of {view.as_of:%Y-%m-%d}"
    path = out or view.root / "documents" / "accounts" / f"{safe_name(account_id)}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    blocks = [(part.title, part.shown) for part in parts]
    write_text(path, html(as_notebook(name, blocks), Page(name, subtitle, view.rules.book.sample)))
    return path
