"""Jupyter messages over one Unix socket: a channel, a message, its binary buffers; each whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import select
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from weakref import WeakSet

SHELL, IOPUB, CONTROL = "shell", "iopub", "control"
_HEAD = struct.Struct("!II")


class Wire:
    """One end. Sending is safe from several threads, and from processes that were forked from this one."""

    def __init__(self, end: socket.socket, seconds: float | None = None) -> None:
        """``seconds``: how long the other end may read nothing while something is sent; for ever when left out."""
        self.socket, self.seconds = end, seconds
        self._received, self._held = bytearray(), b""
        self._made_safe()
        _OPEN.add(self)

    def _made_safe(self) -> None:
        """A lock for this process's threads and one (a private, unlinked file) for its forks."""
        from tempfile import TemporaryFile

        self._threads = threading.RLock()
        self._forks = TemporaryFile()  # noqa: SIM115

    def send(
        self, channel: str, message: dict[str, Any], buffers: Sequence[Any] = (), *, with_next: bool = False
    ) -> None:
        """Send one message, or hold it until the next one is sent, so that the other end wakes once for both.

        Raises :class:`OSError` when the other end is gone, :class:`TimeoutError` when it does not read.
        """
        views = [memoryview(b).cast("B") for b in buffers]
        body = _ENCODER.encode([channel, message, [len(v) for v in views]]).encode("utf-8", "surrogateescape")
        frame = b"".join([_HEAD.pack(len(body), sum(len(v) for v in views)), body, *views])
        with self._threads:
            frame, self._held = self._held + frame, b""
            if with_next:
                self._held = frame
                return
            fcntl.lockf(self._forks, fcntl.LOCK_EX)
            try:
                _send_all(self.socket, frame, self.seconds)
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
        self._forks.close()


#: Wires of this process, whose locks a forked child makes anew: a thread that is not in the child may hold them.
_OPEN: WeakSet[Wire] = WeakSet()


def _after_fork() -> None:
    for wire in list(_OPEN):
        wire._threads = threading.RLock()
        wire._held = b""  # is sent by the process that holds it


os.register_at_fork(after_in_child=_after_fork)


def _send_all(end: socket.socket, frame: bytes, seconds: float | None) -> None:
    """All of ``frame``, waiting for the other end to read no longer than ``seconds`` at a time."""
    view, room = memoryview(frame), select.poll()
    room.register(end, select.POLLOUT)
    while view:
        try:
            view = view[end.send(view, socket.MSG_DONTWAIT) :]
        except BlockingIOError:
            if not room.poll(None if seconds is None else seconds * 1000):
                raise TimeoutError from None


def _plain(value: Any) -> Any:
    from jupyter_client.jsonutil import json_default

    if type(value) is datetime and value.tzinfo is not None:  # two in each message
        return value.isoformat().replace("+00:00", "Z")
    return json_default(value)


_ENCODER = json.JSONEncoder(default=_plain, ensure_ascii=False)
