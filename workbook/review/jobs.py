"""A job: one notebook for one node, what it reads, where its documents go; and what became of it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from glob import escape
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

from workbook.book import Book
from workbook.errors import UsageError
from workbook.files import listed
from workbook.places import safe_name, shipped
from workbook.review.parameters import declared, refuse_unknown

Status = Literal["done", "unchanged", "failed"]


@dataclass(frozen=True)
class Job:
    """One document to make. Plain values only, so that it can travel to another process or machine.

    ``cwd`` is the book's folder, in which the notebook runs; ``folder`` the address that documents go to; ``stem`` their
    name without ending; ``key`` stands for everything that the document depends on (see :mod:`workbook.review.state`);
    ``source`` is the book's address on shared storage, of which ``cwd`` is a copy.
    """

    node: str
    name: str
    level: str
    notebook: str
    parameters: dict[str, Any]
    cwd: str
    folder: str
    stem: str
    subtitle: str = ""
    sample: bool = False
    pdf: bool = False
    time_limit_seconds: int = 600
    memory_limit_mb: int = 4000
    key: str = ""
    reason: str = ""
    source: str = ""

    @property
    def most_seconds(self) -> float:
        """After so long whoever makes the document is given up: beyond the notebook's own limit there is loading, a kernel's
        start, rendering and printing.
        """
        return self.time_limit_seconds + 120.0

    @property
    def seed(self) -> int:
        """Of random numbers in its notebook: the same for a node each time, on every engine."""
        return crc32(self.node.encode())


@dataclass(frozen=True)
class Failure:
    """What went wrong: in which cell (1-based over all cells, 0 when in none), of which source, and the error in words."""

    cell: int
    source: str
    error: str

    def __str__(self) -> str:
        where = f"cell {self.cell} ({self.source}): " if self.cell else ""
        return f"{where}{self.error}"


@dataclass(frozen=True)
class Result:
    """What became of a job. ``seconds`` is 0 for a document that was not made anew."""

    node: str
    name: str
    level: str
    status: Status
    seconds: float = 0.0
    notebook: str = ""
    html: str = ""
    pdf: str = ""
    failure: Failure | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    key: str = ""


@dataclass(frozen=True)
class Request:
    """What the user asked for: nodes (all when empty), for whom, where to, in which forms; ``source`` is the address of a
    book on shared storage.
    """

    nodes: tuple[str, ...] = ()
    audience: str = ""
    out: str = ""
    pdf: bool = False
    source: str = ""


def output_folder(book: Book, request: Request) -> str:
    """The address that documents go to: as asked, else ``documents/DAY`` in the book, with a sub-folder per further audience."""
    if request.out:
        return request.out
    home = request.source.rstrip("/") or book.root.as_posix()
    audience = request.audience or book.rules.review.audience
    further = "" if audience == book.rules.review.audience else f"/{audience}"
    return f"{home}/documents/{book.as_of.isoformat()}{further}"


def jobs(book: Book, request: Request) -> list[Job]:
    """One job per node, parents first. Raises :class:`UsageError` for an unknown node or an unfit notebook."""
    nodes = _wanted(book, request.nodes)
    folder = output_folder(book, request)
    return [_job(book, request, node, folder) for node in nodes]


def _wanted(book: Book, asked: Sequence[str]) -> list[str]:
    for node in asked:
        book.tree.at(node)
    chosen = set(asked)
    return [str(node) for node in book.tree.ids if not chosen or str(node) in chosen]


def _job(book: Book, request: Request, node: str, folder: str) -> Job:
    rules = book.rules.review
    company = node == book.tree.root
    notebook = find_notebook(book.root, rules.company_notebook if company else rules.node_notebook)
    parameters = {
        "book": ".",
        "node": node,
        "as_of": book.as_of.isoformat(),
        "audience": request.audience or rules.audience,
    }
    known = declared(notebook)
    needed = ("book", "as_of") if company else ("book", "node", "as_of")
    refuse_unknown(needed, known, notebook)
    name = book.tree.name(node)
    return Job(
        node=node,
        name=name,
        level=book.tree.level(node),
        notebook=str(notebook),
        parameters={k: v for k, v in parameters.items() if k in known},
        cwd=str(book.root),
        folder=folder,
        stem=safe_name(node),
        subtitle=f"{book.rules.book.name} · {book.rules.book.year} · as of {book.as_of.isoformat()}",
        sample=book.rules.book.sample,
        pdf=request.pdf,
        source=request.source,
        time_limit_seconds=rules.time_limit_seconds,
        memory_limit_mb=rules.memory_limit_mb,
    )


def find_notebook(book: Path, name: str) -> Path:
    """A notebook by path, or by name in the book's ``notebooks/``, or among the shipped ones; a unique beginning is enough."""
    given = Path(name)
    if given.suffix == ".ipynb" and given.is_file():
        return given.resolve()
    stem = given.name.removesuffix(".ipynb")
    folders = [book / "notebooks"]
    with contextlib.suppress(UsageError):
        folders.append(shipped("notebooks"))
    for pattern in (f"{escape(stem)}.ipynb", f"{escape(stem)}*.ipynb"):
        for folder in folders:
            if found := listed(folder, pattern):
                return found[0].resolve()
    known = sorted({p.stem for folder in folders for p in listed(folder, "*.ipynb")})
    raise UsageError(f"there is no notebook {name!r}", remedy=f"There are: {', '.join(known) or 'none'}.")


def result(job: Job, **what: Any) -> Result:
    """A result that carries its job's names."""
    return replace(Result(job.node, job.name, job.level, "done", key=job.key, reason=job.reason), **what)


def as_result(plain: dict[str, Any]) -> Result:
    """A result that travelled as plain values."""
    failure = Failure(**plain["failure"]) if plain.get("failure") else None
    return Result(**{**plain, "failure": failure})
