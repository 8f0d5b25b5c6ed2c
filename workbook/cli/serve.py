"""``workbook serve``: the forms as web pages."""

from __future__ import annotations

from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption


@app.command()
def serve(
    book: BookOption = None,
    as_of: AsOfOption = None,
    port: Annotated[int, typer.Option(metavar="N", help="Port on this machine.")] = 8866,
    token: Annotated[bool, typer.Option(help="Ask for a token, printed with the address.")] = True,
    user_header: Annotated[
        str, typer.Option(metavar="NAME", help="Behind a proxy that authenticates: the header that names the user.")
    ] = "",
    idle: Annotated[
        int, typer.Option(metavar="SECONDS", help="End a page's kernel after so long without anybody.")
    ] = 1800,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = False,
) -> int:
    """The account plan form as a web page on this machine (127.0.0.1 only).

    Example: workbook serve --book data/sample
    """
    from workbook.book import find_book
    from workbook.forms.server import Serving, serve_pages

    return serve_pages(Serving(find_book(book), as_of or "", port, token, user_header, idle), browser=browser)
