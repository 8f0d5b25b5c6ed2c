"""Executed notebooks as PDF, by Typst: contents, page numbers, running headers, charts as vectors, no clock in the bytes."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from workbook.errors import UsageError, WorkbookError
from workbook.places import shipped
from workbook.review.markup import literal, typst_of
from workbook.review.render import PRIORITY, Page, _data_prose, _plain_text, _prose
from workbook.review.summary import MIME


class PrintError(WorkbookError):
    """A document could not be set."""


@dataclass(frozen=True)
class Part:
    """One document of a PDF: its name, the executed notebook, and what went wrong in it."""

    name: str
    notebook: Any
    failure: str = ""


def needs_typst() -> None:
    """Raise :class:`UsageError` where Typst is not installed."""
    from importlib.util import find_spec

    if find_spec("typst") is None:
        raise UsageError("PDF needs Typst", remedy="Install it: pip install 'territory-workbook[pdf]'.")


def pdf(page: Page, parts: Sequence[Part]) -> bytes:
    """One PDF of one or more documents, set in a process of its own, since Typst starts threads.

    Raises :class:`PrintError` with Typst's message.
    """
    needs_typst()
    with TemporaryDirectory(prefix="workbook-") as folder:
        root = Path(folder)
        (root / "document.typ").write_bytes(shipped("templates", "review", "document.typ").read_bytes())
        (root / "main.typ").write_text(source(page, parts, root), encoding="utf-8")
        return _compiled(root)


def source(page: Page, parts: Sequence[Part], root: Path) -> str:
    """The Typst source; pictures are written into ``root``."""
    several = len(parts) > 1
    out = [
        '#import "document.typ": *',
        f"#show: report.with(title: {literal(page.title)}, subtitle: {literal(page.subtitle)}, "
        f"sample: {'true' if page.sample else 'false'}, depth: {1 if several else 2})",
    ]
    for at, part in enumerate(parts):
        if several:
            out += ["#pagebreak(weak: true)", f"#heading(level: 1)[#{literal(part.name)}]"]
        if part.failure:
            out.append(f"#failure[#strong[#{literal('This document is not complete.')}] #{literal(part.failure)}]")
        out += _cells(part.notebook, root, f"p{at}", 1 if several else 0)
    return "\n\n".join(out) + "\n"


def _cells(notebook: Any, root: Path, prefix: str, shift: int) -> Iterable[str]:
    for at, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown" and "papermill-error-cell-tag" not in cell.metadata.get("tags", []):
            yield typst_of(str(_prose(cell.source)), shift)
        elif cell.cell_type == "code":
            for number, output in enumerate(cell.outputs):
                yield from _output(output, root, f"{prefix}-{at}-{number}", shift)


def _output(output: Any, root: Path, name: str, shift: int) -> Iterable[str]:
    if output.output_type == "stream":
        yield f"#raw(block: true, {literal(_plain_text(output.text))})"
    elif output.output_type == "error":
        yield f"#failure[#strong[#{literal(_plain_text(f'{output.ename}: {output.evalue}'))}]]"
    elif MIME not in output.data:
        kind = next((k for k in PRIORITY if k in output.data), "")
        content = output.data.get(kind, "")
        if kind == "text/html":
            yield typst_of(content, shift + 1)
        elif kind == "text/markdown":
            yield typst_of(str(_data_prose(content)), shift)
        elif kind.startswith("image/"):
            yield _picture(kind, content, root, name)
        elif kind and content.strip():
            yield f"#raw(block: true, {literal(_plain_text(content))})"


def _picture(kind: str, content: str, root: Path, name: str) -> str:
    ending = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}[kind]
    if ending == "svg":
        text = content[content.index("<svg") :]
        if "xmlns=" not in text.split(">", 1)[0]:
            text = text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        if "xlink:" in text and "xmlns:xlink" not in text:
            text = text.replace("<svg", '<svg xmlns:xlink="http://www.w3.org/1999/xlink"', 1)
        (root / f"{name}.svg").write_text(
            re.sub(r"\s(role|aria-label)=\"[^\"]*\"", "", text, count=2), encoding="utf-8"
        )
    else:
        (root / f"{name}.{ending}").write_bytes(base64.b64decode(content))
    return f'#chart("{name}.{ending}")'


#: A document takes a tenth of a second, one that binds a thousand minutes; longer than this it hangs.
PRINT_SECONDS = 600.0
#: Typst's work in a process of its own: what it keeps of a document goes with it, and its threads, which no fork survives.
_TYPST = (
    "import sys, typst; main, made, root, fonts = sys.argv[1:]; "
    "typst.compile(main, made, root=root, font_paths=[fonts], ignore_system_fonts=True)"
)


def _compiled(root: Path) -> bytes:
    """The PDF of ``main.typ`` in ``root``. :class:`PrintError` with what Typst says."""
    import matplotlib as mpl

    fonts = os.path.join(mpl.get_data_path(), "fonts", "ttf")
    made = root / "main.pdf"
    command = [sys.executable, "-c", _TYPST, *map(str, (root / "main.typ", made, root, fonts))]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PRINT_SECONDS)
    except subprocess.TimeoutExpired:
        raise PrintError(f"the PDF could not be set: Typst took more than {PRINT_SECONDS:g} seconds") from None
    if said.returncode != 0 or not made.exists():
        reason = (said.stderr.strip().splitlines() or ["Typst died"])[-1]
        raise PrintError(f"the PDF could not be set: {reason}")
    return made.read_bytes()
