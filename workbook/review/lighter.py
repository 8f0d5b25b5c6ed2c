"""Papermill and nbclient without work that changes nothing: both are told so once per process."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def spare() -> None:
    """Write no text of a notebook that goes nowhere; do not hold every good output against the notebook format's schema."""
    import nbclient.client
    import papermill.execute

    write, checked = papermill.execute.write_ipynb, nbclient.client.output_from_msg
    papermill.execute.write_ipynb = lambda nb, path: None if path is None else write(nb, path)
    nbclient.client.output_from_msg = lambda message: plain_output(message) or checked(message)


def plain_output(message: dict[str, Any]) -> Any:
    """The output of a display or stream message that is as the format's schema wants it; ``None`` for all others."""
    from nbformat import NotebookNode, from_dict

    kind, content = message["header"]["msg_type"], message["content"]
    if kind == "stream":
        name, text = content["name"], content["text"]
        good = isinstance(name, str) and isinstance(text, str)
        return NotebookNode(output_type=kind, name=name, text=text) if good else None
    if kind not in ("display_data", "execute_result"):
        return None
    data, metadata = content["data"], content["metadata"]
    if not isinstance(metadata, dict) or not all(isinstance(one, str) for one in data.values()):
        return None
    out = NotebookNode(output_type=kind, metadata=from_dict(metadata), data=NotebookNode(data))
    if kind == "execute_result":
        out["execution_count"] = content["execution_count"]
    count = out.get("execution_count", 0)
    return out if type(count) is int and count >= 0 else None
