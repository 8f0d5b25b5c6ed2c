"""Parts of a document that no notebook was run for, as a notebook with outputs: what the page template renders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def as_notebook(title: str, blocks: Iterable[tuple[str, list[Any]]]) -> Any:
    """A notebook with one heading and its outputs per block. Headings and title are text: nothing in them becomes markup."""
    import nbformat

    cells = [nbformat.v4.new_code_cell(outputs=[_output({"text/markdown": f"# {_plain(title)}"})])]
    for heading, shown in blocks:
        outputs = [_output({"text/markdown": f"## {_plain(heading)}"}), *(_output(_forms(one)) for one in shown)]
        cells.append(nbformat.v4.new_code_cell(outputs=outputs))
    return nbformat.v4.new_notebook(cells=cells)


def _output(data: dict[str, str]) -> Any:
    import nbformat

    return nbformat.v4.new_output("display_data", data=data)


def _forms(one: Any) -> dict[str, str]:
    """What a notebook would show of an object."""
    if hasattr(one, "_repr_mimebundle_"):
        return dict(one._repr_mimebundle_())
    return {"text/html": one._repr_html_(), "text/plain": repr(one)}


def _plain(text: str) -> str:
    """Text in which markdown finds no sign of its own."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|~!" else c for c in text)
