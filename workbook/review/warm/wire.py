"""Jupyter messages over one Unix socket: a channel, a message, its binary buffers; each whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from typing import Any

SHELL, IOPUB, CONTROL = "shell", "iopub", "control"
_HEAD = struct.Struct("!II")


class Wire:
    """One end. Sending is safe from several threads, and from processes that were forked from this one."""

    def __init__(self, end: socket.socket) -> None:
        self.socket = end
        self._received = bytearray()
        self._made_safe()

    def _made_safe(self) -> None:
        """A lock for this process's threads and one (a private, unlinked file) for its forks."""
        from tempfile import TemporaryFile

        self._threads = threading.RLock()
        self._forks = TemporaryFile()  # noqa: SIM115
        os.register_at_fork(after_in_child=self._after_fork)

    def _after_fork(self) -> None:
        self._threads = threading.RLock()

    def send(self, channel: str, message: dict[str, Any], buffers: Sequence[Any] = ()) -> None:
        """Send one message. Raises :class:`OSError` when the other end is gone."""
        views = [memoryview(b).cast("B") for b in buffers]
        body = json.dumps([channel, message, [len(v) for v in views]], default=_plain, ensure_ascii=False).encode(
            "utf-8", "surrogateescape"
        )
        frame = b"".join([_HEAD.pack(len(body), sum(len(v) for v in views)), body, *views])
        with self._threads:
            fcntl.lockf(self._forks, fcntl.LOCK_EX)
            try:
                _send_all(self.socket, frame)
            finally:
                fcntl.lockf(self._forks, fcntl.LOCK_UN)

    def received(self) -> Iterator[tuple[str, dict[str, Any], list[bytes]]]:
        """What has come in whole so far; reads what the socket holds without waiting. Raises :class:`EOFError` at the end."""
        ended = self._read()
        while len(self._received) >= _HEAD.size:
            body, extra = _HEAD.unpack_from(self._received)
            if len(self._received) < _HEAD.size + body + extra:
                break
            whole = bytes(self._received[_HEAD.size : _HEAD.size + body + extra])
            del self._received[: _HEAD.size + body + extra]
            channel, message, lengths = json.loads(whole[:body].decode("utf-8", "surrogateescape"))
            buffers, at = [], body
            for length in lengths:
                buffers.append(whole[at : at + length])
                at += length
            yield channel, message, buffers
        if ended:
            raise EOFError

    def _read(self) -> bool:
        while True:
            try:
                chunk = self.socket.recv(1 << 20, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return False
            except OSError:
                return True
            if not chunk:
                return True
            self._received += chunk

    def close(self) -> None:
        self.socket.close()


def _send_all(end: socket.socket, frame: bytes) -> None:
    """All of ``frame``, also through a socket that an event loop has made non-blocking."""
    import select

    view = memoryview(frame)
    while view:
        try:
            view = view[end.send(view) :]
        except BlockingIOError:
            select.select([], [end], [])


def _plain(value: Any) -> Any:
    from jupyter_client.jsonutil import json_default

    return json_default(value)
