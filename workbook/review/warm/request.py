"""Requests to a process that forks kernels, and its answers: one line of JSON each way, with open files where they are needed."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path
from typing import Any

from workbook.errors import WorkbookError

_Answer = tuple[dict[str, Any], list[int]]


class ServerError(WorkbookError):
    """The process that forks kernels could not be started, refused, is gone, or does not answer."""


def ask(connection: socket.socket, request: dict[str, Any], files: list[int] | None = None) -> None:
    """Send a request whole, with open files."""
    text = json.dumps(request).encode() + b"\n"
    sent = socket.send_fds(connection, [text], files or [])
    if rest := text[sent:]:  # nothing sent is an error too, once the other end has answered and gone
        connection.sendall(rest)


def answer(connection: socket.socket, seconds: float | None = None) -> _Answer:
    """One line from the other end and the files that came with it. Raises :class:`EOFError` when it is closed, and
    :class:`TimeoutError` where it is not there whole after ``seconds``.
    """
    end = None if seconds is None else time.monotonic() + seconds
    text, files = b"", []
    try:
        while not text.endswith(b"\n"):
            connection.settimeout(_left(end))
            part, came, _, _ = socket.recv_fds(connection, 1 << 16, 8)
            files += came
            if not part:
                raise EOFError("it closed the connection")
            text += part
        return json.loads(text), files
    except BaseException:
        for file in files:
            os.close(file)
        raise
    finally:
        connection.settimeout(None)


def _left(end: float | None) -> float | None:
    if end is None:
        return None
    if (left := end - time.monotonic()) <= 0:
        raise TimeoutError
    return left


def asked(
    connection: socket.socket, request: dict[str, Any], seconds: float, files: list[int] | None = None
) -> _Answer:
    """The answer to a request, waited for so many seconds. Raises :class:`ServerError` where there is none, or a refusal."""
    try:
        connection.settimeout(seconds)
        ask(connection, request, files)
        said, came = answer(connection, seconds)
    except TimeoutError:
        raise ServerError(f"the process that forks kernels did not answer for {seconds:g} seconds") from None
    except (OSError, EOFError) as fault:
        raise ServerError(f"the process that forks kernels is gone ({fault})") from None
    if "refused" in said:
        raise ServerError(said["refused"])
    return said, came


def called(
    address: Path, request: dict[str, Any], seconds: float, files: list[int] | None = None
) -> tuple[socket.socket, dict[str, Any], list[int]]:
    """As :func:`asked`, over a new connection to a server, which is handed out, too."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        _connect(connection, address, seconds)
        return connection, *asked(connection, request, seconds, files)
    except BaseException:
        connection.close()
        raise


def _connect(connection: socket.socket, address: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            connection.settimeout(seconds)
            return connection.connect(str(address))
        except BlockingIOError:  # as many as its queue holds wait for it already
            if time.monotonic() > end:
                raise ServerError(f"the kernel server at {address} did not answer for {seconds:g} seconds") from None
            time.sleep(0.05)
        except OSError as fault:
            raise ServerError(f"the kernel server at {address} is gone ({fault})") from None
