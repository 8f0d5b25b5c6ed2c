"""The notebook file as nbformat writes it, byte for byte, in a tenth of its time.

nbformat copies the whole notebook, and Python's own encoder is slow where it indents. Here nothing is copied, and text,
which is most of a notebook, goes through the encoder that is written in C.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any

#: Kinds of output that stand as a list of lines in the file, beside ``text/…``.
_LINES = ("application/javascript", "image/svg+xml")
_TRANSIENT = ("orig_nbformat", "orig_nbformat_minor", "signature")


def written(notebook: Any) -> str:
    """The text of the notebook's file (version 4)."""
    cells = [_cell(cell) for cell in notebook["cells"]]
    return _json({**notebook, "cells": cells, "metadata": _without(notebook["metadata"], *_TRANSIENT)}, "\n")


def _without(node: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in names}


def _cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    made = {**cell, "metadata": _without(cell["metadata"], "trusted")}
    if isinstance(made.get("source"), str):
        made["source"] = made["source"].splitlines(True)
    if "attachments" in made:
        made["attachments"] = {name: _bundle(data) for name, data in made["attachments"].items()}
    if made["cell_type"] == "code":
        made["outputs"] = [_output(one) for one in made["outputs"]]
    return made


def _output(output: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = output["output_type"]
    if kind in ("execute_result", "display_data"):
        return {**output, "data": _bundle(output["data"])} if "data" in output else output
    if kind == "stream" and isinstance(output["text"], str):
        return {**output, "text": output["text"].splitlines(True)}
    return output


def _bundle(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        kind: value.splitlines(True) if isinstance(value, str) and (kind[:5] == "text/" or kind in _LINES) else value
        for kind, value in data.items()
    }


def _json(value: Any, line: str) -> str:
    """``value`` as JSON, indented by one blank per level; ``line`` ends a line and begins the next one at this level."""
    if isinstance(value, str):
        return encode_basestring(value)
    inner = line + " "
    if isinstance(value, Mapping) and value:
        parts = [f"{_key(key)}: {_json(one, inner)}" for key, one in sorted(value.items())]
        return "{" + inner + f",{inner}".join(parts) + line + "}"
    if isinstance(value, list | tuple) and value:
        return "[" + inner + f",{inner}".join([_json(one, inner) for one in value]) + line + "]"
    return json.dumps(value.decode("ascii") if isinstance(value, bytes) else value)


def _key(key: Any) -> str:
    return encode_basestring(key) if isinstance(key, str) else json.dumps({key: 0})[1:-4]
