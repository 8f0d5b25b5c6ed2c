"""Requests to a fork server, and its answers: one line of JSON each way, with open files where they are needed."""

from __future__ import annotations

import json
import socket
from typing import Any

from workbook.errors import WorkbookError


class ServerError(WorkbookError):
    """The fork server could not be started or refused."""


def ask(connection: socket.socket, request: dict[str, Any], files: list[int] | None = None) -> None:
    """Send a request, with open files."""
    socket.send_fds(connection, [json.dumps(request).encode() + b"\n"], files or [])


def answer(connection: socket.socket, seconds: float | None = None) -> tuple[dict[str, Any], list[int]]:
    """One line from the other end and the files that came with it. Raises :class:`EOFError` when it is closed."""
    connection.settimeout(seconds)
    text, files = b"", []
    while not text.endswith(b"\n"):
        part, came, _, _ = socket.recv_fds(connection, 1 << 16, 8)
        if not part:
            raise EOFError
        text += part
        files += came
    connection.settimeout(None)
    return json.loads(text), files
