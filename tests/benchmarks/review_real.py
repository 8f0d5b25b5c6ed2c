"""The review notebook itself, on the territories of the sample company, and the same run as plain Python.

The plain function executes the code of the notebook's cells one after the other, takes of each shown object the form that the
document holds, and puts these into the page: the same HTML, with no kernel, no messages and no notebook. Its parent has
loaded what the first document computed for the whole company, as the engine's has.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import sys
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import CodeType
from typing import Any

from tests.benchmarks.review_notebooks import forked, warmed_up, write_document

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
#: Kinds of form that a template shows as they are, and in what element.
_ELEMENTS = {
    "text/html": '<div class="wb-output">{}</div>',
    "text/markdown": '<div class="wb-prose">{}</div>',
    "image/svg+xml": '<figure class="wb-chart">{}</figure>',
}
_FILTERS = {"text/markdown": "data_prose", "image/svg+xml": "drawing"}


@dataclass(frozen=True)
class Real:
    """The review notebook of a territory; documents go through the territories of the sample company in turn."""

    title: str = "the review notebook of the sample company's territories"

    @cached_property
    def _book(self) -> Any:
        from workbook.book import Book

        return Book.open(SAMPLE)

    def written(self, folder: Path) -> Path:
        from workbook.review.jobs import find_notebook

        return find_notebook(SAMPLE, self._book.rules.review.node_notebook)

    def parameters(self, n: int) -> dict[str, str]:
        tree = self._book.tree
        nodes = [str(node) for node in tree.ids if tree.level(node) == "territory"]
        return {"book": str(SAMPLE), "node": nodes[n % len(nodes)], "as_of": self._book.as_of.isoformat()}

    def plain(self, folder: Path, documents: int, *, texts: bool) -> None:
        """Every document by the notebook's own code, without Jupyter."""
        from workbook.review.warm import preload

        page, cells = warmed_up(), _cells(self.written(folder))
        given = [self.parameters(n) for n in range(documents)]
        kept = preload.Kept(folder / "book")
        known = len(sys.modules)

        def make(n: int) -> None:
            parts, forms = _run(cells, given[n])
            write_document(folder, f"T{n}", page, parts, forms if texts else None)

        def first() -> None:
            make(0)
            preload.save(kept.folder, known)

        forked(first)
        kept.load()
        gc.collect()
        gc.freeze()
        for n in range(1, documents):
            forked(partial(make, n))


@dataclass(frozen=True)
class _Cell:
    """A cell ready to run: prose as HTML, or its code, with the last expression apart."""

    prose: str = ""
    code: CodeType | None = None
    last: CodeType | None = None
    parameters: bool = False


def _cells(path: Path) -> list[_Cell]:
    from workbook.review.render import FILTERS

    prose: Any = FILTERS["prose"]
    made = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            made.append(_Cell(f'<section class="wb-prose">{prose(source)}</section>'))
            continue
        tree, last = ast.parse(source), None
        if isinstance(tree.body[-1], ast.Expr):
            last = compile(ast.Expression(tree.body.pop().value), "cell", "eval")  # type: ignore[attr-defined]
        parameters = "parameters" in cell["metadata"].get("tags", ())
        made.append(_Cell("", compile(tree, "cell", "exec"), last, parameters))
    return made


def _run(cells: list[_Cell], parameters: dict[str, str]) -> tuple[list[str], list[str]]:
    """The parts of one document and the text forms of what is shown in it."""
    import IPython.display

    parts: list[str] = []
    forms: list[str] = []

    def show(*values: Any, raw: bool = False) -> None:
        for value in values:
            data = value if raw else _forms(value)
            forms.append(data["text/plain"])
            parts.extend(_shown(data))

    IPython.display.display = show  # what the sections show by
    os.chdir(SAMPLE)
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        if cell.prose:
            parts.append(cell.prose)
        if cell.code is not None:
            exec(cell.code, names)
        if cell.parameters:
            names.update(parameters)
        if cell.last is not None and (value := eval(cell.last, names)) is not None:
            show(value)
    return parts, forms


def _forms(value: Any) -> dict[str, Any]:
    """The forms of an object that are asked for by IPython's names of them."""
    data: dict[str, Any] = {}
    if hasattr(value, "_repr_mimebundle_"):
        data.update(value._repr_mimebundle_() or {})
    for kind, name in (("text/html", "_repr_html_"), ("text/markdown", "_repr_markdown_")):
        if kind not in data and hasattr(value, name):
            data[kind] = getattr(value, name)()
    data.setdefault("text/plain", repr(value))
    return {kind: form for kind, form in data.items() if form is not None}


def _shown(data: dict[str, Any]) -> list[str]:
    """The element of the document for an object: its best form, or none for what no reader sees."""
    from workbook.review.render import FILTERS
    from workbook.review.summary import MIME

    for kind, element in _ELEMENTS.items():
        if kind in data and MIME not in data:
            ready: Any = FILTERS[_FILTERS[kind]] if kind in _FILTERS else str
            return [element.format(ready(data[kind]))]
    text = "" if MIME in data else data["text/plain"]
    return [f'<pre class="wb-text">{text}</pre>'] if text.strip() else []
