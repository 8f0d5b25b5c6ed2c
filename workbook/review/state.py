"""What a document depends on, and whether it is still true: made again only when something of that has changed.

Beside each document a small file remembers the parts that it was made from and what came of it. A part is the book's
tables, its decisions, the rules, the notebook, the template, the parameters, and the versions of the program and of the
libraries that compute and draw.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from workbook.book import Book
from workbook.files import listed
from workbook.places import shipped
from workbook.review.jobs import Failure, Job, Result
from workbook.review.storage import Folder

LIBRARIES = ("pandas", "numpy", "scipy", "pyarrow", "matplotlib", "duckdb", "ipython", "ipykernel", "ipywidgets", "papermill", "nbconvert")  # fmt: skip


def parts(book: Book) -> dict[str, str]:
    """Hashes of what every document of a book depends on, by the name that a reason uses."""
    folder = book.root / "tables"
    tables = {f"table {p.stem}": _file(p) for p in listed(folder) if p.suffix in (".csv", ".parquet")}
    stores = [p for p in listed(book.root, "*.sqlite*") if p.is_file() and not p.name.endswith("-shm")]
    return {
        **tables,
        "decisions": _hash(_file(p) for p in stores),
        "rules": _file(book.root / "book.toml"),
        "the template": template_hash(),
        "the program": program_hash(),
        "library versions": versions(),
    }


def key(common: dict[str, str]) -> str:
    """One text that stands for all that the documents of a book depend on together."""
    return _hash(f"{name}={value}" for name, value in sorted(common.items()))


def job_parts(job: Job, common: dict[str, str]) -> dict[str, str]:
    """All parts of one document."""
    own = {
        "the notebook": notebook_hash(Path(job.notebook)),
        "parameters": _hash([json.dumps(job.parameters, sort_keys=True)]),
    }
    return {**common, **own}


def remembered(job: Job) -> dict[str, Any] | None:
    """What was written down beside the document when it was last made."""
    text = Folder.at(job.folder).read(_place(job.stem))
    try:
        return dict(json.loads(text)) if text else None
    except ValueError:
        return None


def remember(job: Job, made: Result, used: dict[str, str]) -> None:
    """Write down what the document was made from, and what came of it."""
    what = {**asdict(made), "parts": used, "seconds": 0.0}
    text = json.dumps(what, ensure_ascii=False, sort_keys=True, indent=1)
    Folder.at(job.folder).write(_place(job.stem), text.encode())


def why_again(job: Job, used: dict[str, str], *, force: bool = False) -> str:
    """Why the document is to be made (again); an empty text when the one that is there still holds."""
    if force:
        return "forced"
    last = remembered(job)
    if last is None:
        return "new"
    if last.get("status") == "failed":
        return "failed last time"
    folder = Folder.at(job.folder)
    wanted = [f"{job.stem}.ipynb", f"{job.stem}.html", *([f"{job.stem}.pdf"] if job.pdf else [])]
    if gone := [name for name in wanted if not folder.has(name)]:
        return f"{gone[0]} is not there"
    before = last.get("parts", {})
    changed = sorted(name for name in before.keys() | used.keys() if before.get(name) != used.get(name))
    return f"{', '.join(changed)} changed" if changed else ""


def unchanged(job: Job) -> Result:
    """The result of the last run, for a document that still holds."""
    last = remembered(job) or {}
    known = {k: last[k] for k in ("notebook", "html", "pdf", "summary") if k in last}
    failure = Failure(**last["failure"]) if last.get("failure") else None
    return replace(Result(job.node, job.name, job.level, "unchanged", failure=failure), **known)


def notebook_hash(path: Path) -> str:
    """The notebook's cells, without what an editor adds."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return _hash(json.dumps([c["cell_type"], c["source"], c["metadata"].get("tags", [])]) for c in cells)


@cache
def template_hash() -> str:
    return _hash(_file(p) for p in sorted(shipped("templates", "review").iterdir()) if p.is_file())


@cache
def program_hash() -> str:
    """The package's own source; every line of it may change a document."""
    package = Path(__file__).resolve().parents[1]
    left_out = {"cli", "crm", "sample", "forms", "sheets"}
    files = (p for p in sorted(package.rglob("*.py")) if p.relative_to(package).parts[0] not in left_out)
    return _hash(_file(p) for p in files)


@cache
def versions() -> str:
    import sys
    from importlib.metadata import version

    return _hash([sys.version, *(f"{name} {version(name)}" for name in LIBRARIES)])


def _place(stem: str) -> str:
    return f".review/{stem}.json"


def _file(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash(texts: Iterable[str]) -> str:
    total = hashlib.sha256()
    for text in texts:
        total.update(text.encode() + b"\0")
    return total.hexdigest()
