"""A new book: blank tables with help and commented rules, or the sample company; its own copies of the notebooks."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbook.errors import UsageError
from workbook.files import write_text
from workbook.places import shipped
from workbook.rules import Rules
from workbook.sample.blank_tables import write_blank_tables
from workbook.sample.generator import write_sample

#: Told after each run of territories how many of how many accounts there are.
Progress = Callable[[int, int], None]


def new_blank(folder: Path) -> None:
    """Make a book with blank tables. Raises :class:`UsageError` when ``folder`` holds anything."""
    with _beginning(folder) as place:
        write_blank_tables(place / "tables")
        write_text(place / "book.toml", Rules().toml())
        _copy_notebooks(place)


def new_sample(folder: Path, *, accounts: int, seed: int, progress: Progress | None = None) -> dict[str, int]:
    """Make the sample company's book; returns rows per kind. Raises :class:`UsageError` when ``folder`` holds anything."""
    with _beginning(folder) as place:
        made = write_sample(place, accounts=accounts, seed=seed, progress=progress)
        _copy_notebooks(place)
    return made


@contextmanager
def _beginning(folder: Path) -> Iterator[Path]:
    """A folder to fill beside ``folder``; it takes that place when all is done, and goes when it is not."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there and not empty", remedy="Name a new folder; nothing was changed.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.resolve().parent))
    except OSError as fault:
        raise UsageError(f"cannot make {folder}: {fault.strerror}", remedy="Name a folder you may write to.") from fault
    try:
        yield place
        place.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        os.replace(place, folder)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _copy_notebooks(place: Path) -> None:
    (place / "notebooks").mkdir()
    for notebook in sorted(shipped("notebooks").glob("*.ipynb")):
        shutil.copyfile(notebook, place / "notebooks" / notebook.name)
