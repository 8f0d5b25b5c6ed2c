"""``workbook lab``: JupyterLab on the book's notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import BookOption


def arguments(folder: Path, port: int, browser: bool) -> list[str]:
    """JupyterLab's options: it opens the agenda, and asks nothing of the web, neither news nor updates nor a catalogue of extensions."""
    from workbook.places import shipped

    first = "00-start.ipynb"
    return [
        f"--port={port}",
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.app_settings_dir={shipped('templates', 'lab')}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        *([f"--LabApp.default_url=/lab/tree/{first}"] if (folder / first).is_file() else []),
        *([] if browser else ["--no-browser"]),
    ]


@app.command()
def lab(
    book: BookOption = None,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
    port: Annotated[int, typer.Option(metavar="N", help="Port on this machine.")] = 8888,
) -> int:
    """Open JupyterLab on the book's notebooks (its own folder `notebooks/`, else the shipped ones).

    Example: workbook lab --book data/sample
    """
    import os
    import subprocess
    import sys

    from workbook.book import find_book
    from workbook.places import shipped

    root = find_book(book)
    own = root / "notebooks"
    folder = own if own.is_dir() else shipped("notebooks")
    environment = {**os.environ, "WORKBOOK_BOOK": str(root)}
    return subprocess.call([sys.executable, "-m", "jupyterlab", *arguments(folder, port, browser)], env=environment)
