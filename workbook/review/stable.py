"""The same book, the same day, the same bytes: an executed notebook without what varies from run to run."""

from __future__ import annotations

import re
from typing import Any

_RUN = ("start_time", "end_time", "duration", "input_path", "output_path", "version")
_PROCESS = re.compile(r"(?<=ipykernel_)\d+(?=/\d+\.py)")
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-f]{6,16}(?=>)")


def stabilised(notebook: Any) -> Any:
    """``notebook`` (changed in place) without times, paths, process numbers, memory addresses and random ids."""
    notebook.metadata.get("papermill", {}) and [notebook.metadata.papermill.pop(key, None) for key in _RUN]
    _renumber_widgets(notebook)
    for at, cell in enumerate(notebook.cells):
        cell.metadata.pop("execution", None)
        for key in _RUN:
            cell.metadata.get("papermill", {}).pop(key, None)
        if {"injected-parameters", "papermill-error-cell-tag"} & set(cell.metadata.get("tags", ())):
            cell["id"] = f"made-{at}"
        for output in cell.get("outputs", ()):
            _steady(output)
    return notebook


def _steady(output: Any) -> None:
    if output.output_type == "stream":
        output["text"] = _text(output.text)
    elif output.output_type == "error":
        output["traceback"] = [_text(line) for line in output.traceback]
        output["evalue"] = _text(output.evalue)
    elif "text/plain" in output.get("data", {}):
        output.data["text/plain"] = _text(output.data["text/plain"])


def _text(text: str) -> str:
    return _ADDRESS.sub("0x0", _PROCESS.sub("0", text))


def _renumber_widgets(notebook: Any) -> None:
    """Widget ids are random; give them numbers in the order in which the notebook shows or makes them."""
    states = notebook.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state")
    if not states:
        return
    import json

    import nbformat

    names = {old: f"widget-{n}" for n, old in enumerate(states)}
    text = json.dumps(notebook)
    for old, new in names.items():
        text = text.replace(old, new)
    fresh = nbformat.from_dict(json.loads(text))
    notebook.metadata, notebook.cells = fresh.metadata, fresh.cells
