"""The fork server: one warm process per user (or per review), asked over a Unix socket for kernels and for workers.

One request per connection: ``{"do": "kernel", …}`` with the kernel's socket and standard files, or ``{"do": "work"}``, after
which the connection is the worker's. When a connection closes, what was started for it ends.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import selectors
import signal
import socket
import struct
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from workbook.errors import WorkbookError
from workbook.review.warm.processes import (
    adopt_orphans,
    die_with_parent,
    end_orphans,
    kill_descendants,
    kill_group,
    reap,
)
from workbook.review.warm.request import answer, ask

IDLE_SECONDS = 900.0


class Server:
    """Accepts connections, forks what they ask for, and ends it when they close."""

    def __init__(self, listener: socket.socket, owner: int = 0) -> None:
        from workbook.review.warm.nursery import Nursery

        self.listener, self.owner = listener, owner
        self.nursery = Nursery.prepare()
        self.selector = selectors.DefaultSelector()
        self.born: dict[int, tuple[socket.socket | None, int]] = {}  # pid: connection, pidfd
        self.requests = {"hello": self._hello, "kernel": self._kernel, "work": self._work, "stop": self._stop}
        self.busy = time.monotonic()

    def run(self) -> None:
        """Serve until idle for long, or until the owner is gone."""
        self.listener.listen(64)
        self.selector.register(self.listener, selectors.EVENT_READ, self._accept)
        while self.owner or self.born or time.monotonic() - self.busy < IDLE_SECONDS:
            for key, _ in self.selector.select(timeout=5.0):
                key.data(key.fileobj)

    def _accept(self, listener: Any) -> None:
        connection, _ = listener.accept()
        self.busy = time.monotonic()
        uid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
        try:
            if uid != os.getuid():
                raise EOFError
            request, files = answer(connection, 5)
            self.requests[request.pop("do")](connection, request, files)
        except (EOFError, OSError):
            connection.close()
        except (ValueError, LookupError, TypeError, AttributeError):
            traceback.print_exc()  # into the server's log: it goes on for others
            with contextlib.suppress(OSError):
                ask(connection, {"refused": "the kernel server does not understand the request"})
            connection.close()

    def _hello(self, connection: socket.socket, request: dict[str, Any], files: list[int]) -> None:
        ask(connection, {"hello": os.getpid()})
        connection.close()

    def _kernel(self, connection: socket.socket, request: dict[str, Any], files: list[int]) -> None:
        from workbook.review.warm.nursery import Birth

        end = socket.socket(fileno=files[0])
        try:
            pid = self.nursery.start(end, Birth(**request, files=tuple(files[1:])))
        except WorkbookError as fault:
            ask(connection, {"refused": str(fault)})
            connection.close()
            return
        finally:
            end.close()
            for file in files[1:]:
                os.close(file)
        pidfd = self._watch(pid, connection)
        self.selector.register(connection, selectors.EVENT_READ, lambda _: self._end(pid))
        with contextlib.suppress(OSError):  # who asked is gone, and so is the other end of the connection
            ask(connection, {"pid": pid}, [pidfd])

    def _work(self, connection: socket.socket, request: dict[str, Any], files: list[int]) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                die_with_parent(parent)
                self.selector.close()
                self.listener.close()
                from workbook.review.warm.worker import work

                work(connection, self.nursery)
            except BaseException:
                traceback.print_exc()  # into the server's log
            finally:
                os._exit(0)
        self._watch(pid)
        ask(connection, {"pid": pid})
        connection.close()

    def _stop(self, connection: socket.socket, request: dict[str, Any], files: list[int]) -> None:
        connection.close()
        raise SystemExit

    def _watch(self, pid: int, connection: socket.socket | None = None) -> int:
        pidfd = os.pidfd_open(pid)
        self.born[pid] = (connection, pidfd)
        self.selector.register(pidfd, selectors.EVENT_READ, lambda _: self._end(pid))
        return pidfd

    def _end(self, pid: int) -> None:
        """A process ended, or nobody wants it any more: end its group, reap it, forget it."""
        if pid not in self.born:
            return
        connection, pidfd = self.born.pop(pid)
        kill_group(pid)
        with contextlib.suppress(ProcessLookupError):  # it may have had no time to make a group of its own
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        reap(pid, 5)
        end_orphans(set(self.born))
        self.selector.unregister(pidfd)
        os.close(pidfd)
        if connection is not None:
            self.selector.unregister(connection)
            connection.close()
        self.busy = time.monotonic()


def main() -> None:
    """``python -m workbook.review.warm.server SOCKET [--private PID]``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address", type=Path)
    parser.add_argument("--private", type=int, default=0)
    given = parser.parse_args()
    if given.private:
        die_with_parent(given.private)
    adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    given.address.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(given.address))
    os.chmod(given.address, 0o600)
    own = given.address.stat()
    try:
        Server(listener, given.private).run()
    finally:
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(own, given.address.stat()):  # not that of a server which was started in its place
                given.address.unlink()
        kill_descendants(os.getpid())


if __name__ == "__main__":
    main()
