"""What a notebook shows, cell by cell, run in this process as papermill runs it in a kernel."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def code_cells(notebook: str) -> list[str]:
    """The sources of a shipped notebook's code cells."""
    cells = json.loads((ROOT / "notebooks" / notebook).read_text(encoding="utf-8"))["cells"]
    return ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]


def shown(notebook: str, monkeypatch: pytest.MonkeyPatch, **parameters: str) -> str:
    """Everything that the notebook's cells display, as HTML, SVG and text."""
    seen: list[str] = []

    def display(*things: Any, **_: Any) -> None:
        for thing in things:
            for form in ("_repr_html_", "__repr__"):
                if hasattr(thing, form):
                    seen.append(str(getattr(thing, form)()))
            if hasattr(thing, "_repr_mimebundle_"):
                seen.append(str(thing._repr_mimebundle_()))

    monkeypatch.setattr("IPython.display.display", display)
    space: dict[str, Any] = {}
    for source in code_cells(notebook):
        tree = ast.parse(source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), space)
        space |= {k: v for k, v in parameters.items() if k in space and "workbook" not in space}
        if last is not None:
            display(eval(compile(ast.Expression(last.value), "cell", "eval"), space))
    return "\n".join(seen)
