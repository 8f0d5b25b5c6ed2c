"""What the first document computes for the whole company, the others find already there.

A kernel that ends writes the company-wide book it opened, and every result (noun) it computed on it, into a folder; the
process that forks kernels reads them, so that the next kernel shares their memory. ``Book.open`` in a notebook then finds
the book instead of opening it. Nothing here changes a result: nouns are pure functions of the facts.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import pickle
import sys
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import workbook.book
from workbook.book import STAGES, Book
from workbook.files import listed, write_bytes
from workbook.review.warm.processes import threads
from workbook.rules import read_rules

#: Packages whose modules may be imported ahead once a notebook was seen to need them; none does anything when imported.
AHEAD = (
    "workbook",
    "numpy",
    "pandas",
    "scipy",
    "matplotlib",
    "numba",
    "llvmlite",
    "sqlalchemy",
    "pydantic",
    "dateutil",
)
#: Loading these changes what a cell shows.
NEVER_AHEAD = ("matplotlib.pyplot", "matplotlib_inline.backend_inline")


class Kept:
    """Books, results and modules that this process has taken from the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)
        workbook.book.KEPT = {}

    def load(self) -> bool:
        """Take what is new in the folder; whether there was anything. Books come before their results."""
        new = [p for p in listed(self.folder, "*.pickle") if p.name not in self.seen]
        for path in new:
            self.seen.add(path.name)
            _take(pickle.loads(path.read_bytes()))
        return bool(new) | self._import()

    def _import(self) -> bool:
        path = self.folder / "modules.json"
        if "modules" in self.seen or not path.exists():
            return False
        self.seen.add("modules")
        for name in json.loads(path.read_text(encoding="utf-8")):
            with contextlib.suppress(ImportError):
                import_module(name)
        if threads() > 1:
            write_bytes(path, b"[]")  # nobody shall import these ahead again
        return True


def _take(what: dict[str, Any]) -> None:
    kept = workbook.book.KEPT
    assert kept is not None
    if "facts" in what:
        kept.setdefault(what["key"], Book(what["key"][0], what["facts"]))
        read_rules(what["key"][0] / "book.toml")  # remembered by its text
    elif what["key"] in kept:
        kept[what["key"]]._stage(what["stage"]).made.setdefault(what["noun"], what["value"])


def save(folder: Path, known_modules: int) -> None:
    """Write the books of this process and what was computed on them, where the folder does not have it yet."""
    for key, book in (workbook.book.KEPT or {}).items():
        name = hashlib.sha256(f"{key[0]}\0{key[1]}".encode()).hexdigest()[:16]
        _write(folder / f"{name}-0.pickle", {"key": key, "facts": book.facts})
        for stage in STAGES:
            if stage in book._stages:
                for noun, value in book._stages[stage].made.items():
                    what = {"key": key, "stage": stage, "noun": noun, "value": value}
                    _write(folder / f"{name}-1-{stage}.{noun}.pickle", what)
    modules = [m for m in _since(known_modules) if m.split(".")[0] in AHEAD and m not in NEVER_AHEAD]
    if modules and not (folder / "modules.json").exists():
        write_bytes(folder / "modules.json", json.dumps(modules).encode())


def _since(known_modules: int) -> list[str]:
    """The modules loaded after so many others, without a look at those: each page of memory that is looked at is copied."""
    return list(islice(reversed(sys.modules), max(0, len(sys.modules) - known_modules)))[::-1]


def _write(path: Path, what: dict[str, Any]) -> None:
    if path.exists():
        return
    with contextlib.suppress(pickle.PicklingError, AttributeError, TypeError):  # what cannot travel is computed again
        write_bytes(path, pickle.dumps(what, protocol=5))
