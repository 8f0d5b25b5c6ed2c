"""Two executed notebooks as far as two runs of the same thing must agree: no times, ids, process numbers, addresses."""

from __future__ import annotations

import json
import re
from typing import Any

_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_MADE = {"injected-parameters", "papermill-error-cell-tag"}


def comparable(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without what may differ; neighbouring chunks of one stream are joined."""
    notebook = json.loads(json.dumps(notebook))
    for widgets in notebook["metadata"].get("widgets", {}).values():
        states = sorted(widgets["state"].values(), key=lambda state: _ID.sub("id", json.dumps(state, sort_keys=True)))
        widgets["state"] = {f"widget {n}": state for n, state in enumerate(states)}
    text = _ID.sub("id", json.dumps(notebook))
    text = re.sub(r" at 0x[0-9a-f]+>", " at 0x>", text)
    text = re.sub(r"/ipykernel_\d+/", "/ipykernel/", text)
    out = json.loads(text)
    for name in ("start_time", "end_time", "duration", "input_path", "output_path"):
        out["metadata"].get("papermill", {}).pop(name, None)
    for cell in out["cells"]:
        for name in ("start_time", "end_time", "duration"):
            cell["metadata"].get("papermill", {}).pop(name, None)
        cell["metadata"]["execution"] = sorted(cell["metadata"].get("execution", {}))
        if _MADE & set(cell["metadata"].get("tags", [])):
            cell.pop("id", None)
        if "outputs" in cell:
            cell["outputs"] = _joined(cell["outputs"])
    return out


def _joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for one in outputs:
        if one["output_type"] == "stream":
            one["text"] = "".join(one["text"])
            if kept and kept[-1]["output_type"] == "stream" and kept[-1]["name"] == one["name"]:
                kept[-1]["text"] += one["text"]
                continue
        kept.append(one)
    return kept


def differences(a: Any, b: Any, path: str = "") -> list[tuple[str, str, str]]:
    """Where two JSON values differ: path and both values, cut short."""
    if isinstance(a, dict) and isinstance(b, dict):
        return [d for k in sorted({*a, *b}) for d in differences(a.get(k), b.get(k), f"{path}/{k}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b, strict=True)) for d in differences(x, y, f"{path}[{i}]")]
    return [] if a == b else [(path, repr(a)[:300], repr(b)[:300])]
