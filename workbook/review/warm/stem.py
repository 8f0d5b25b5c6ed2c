"""The stem: an idle process beside each worker, from which the worker's kernels are forked.

A process that forks and goes on working pays for every page it then writes, after each fork anew. The stem only forks; and
what documents computed for the whole company is loaded here, once, for all kernels to share.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbook.errors import WorkbookError
from workbook.review.warm.client import ForkedKernel
from workbook.review.warm.nursery import Birth, Nursery
from workbook.review.warm.preload import Kept
from workbook.review.warm.processes import adopt_orphans, end_orphans, threads
from workbook.review.warm.request import answer, ask, asked

#: What the stem may take to load a large book, to fork, or to end what a kernel left.
SECONDS = 100.0


@dataclass
class Stem:
    """The stem as the worker sees it: the other end of a socket, and the parent. Raises :class:`ServerError` where it does not
    answer.
    """

    connection: socket.socket
    pid: int

    def can_fork(self, cache: str) -> bool:
        """Take what other documents left in ``cache``; whether it is safe to fork afterwards."""
        return bool(asked(self.connection, {"do": "load", "cache": cache}, SECONDS)[0]["safe"])

    def start(self, end: socket.socket, birth: Birth) -> ForkedKernel:
        """Fork a kernel that talks over ``end``."""
        said, files = asked(self.connection, {"do": "kernel", "birth": asdict(birth)}, SECONDS, [end.fileno()])
        return ForkedKernel(said["pid"], files[0])

    def tidy(self) -> None:
        """End what a kernel left behind."""
        asked(self.connection, {"do": "tidy"}, SECONDS)

    def end(self) -> None:
        """End the stem, also one that hangs; this process ends with it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


@dataclass
class _Forking:
    """What the stem does until its worker ends."""

    nursery: Nursery
    connection: socket.socket
    worker: int
    kept: Kept | None = None

    def run(self) -> None:
        adopt_orphans()
        while True:
            try:
                request, files = answer(self.connection)
                getattr(self, f"_{request['do']}")(request, files)
            except (EOFError, OSError):
                return

    def _load(self, request: dict[str, Any], _: list[int]) -> None:
        if cache := request["cache"]:
            if self.kept is None or str(self.kept.folder) != cache:
                self.kept = Kept(Path(cache))
            if self.kept.load():
                self.nursery.settle()
        ask(self.connection, {"safe": threads() == 1})

    def _kernel(self, request: dict[str, Any], files: list[int]) -> None:
        with socket.socket(fileno=files[0]) as end:
            try:
                pid = self.nursery.start(end, Birth(**request["birth"]))
            except WorkbookError as fault:
                ask(self.connection, {"refused": str(fault)})
                return
        pidfd = os.pidfd_open(pid)
        ask(self.connection, {"pid": pid}, [pidfd])
        os.close(pidfd)

    def _tidy(self, _request: dict[str, Any], _files: list[int]) -> None:
        end_orphans({self.worker})
        ask(self.connection, {"tidy": True})


def part(nursery: Nursery, connection: socket.socket) -> Stem | None:
    """Fork: the new process keeps ``connection`` and gets its :class:`Stem`; this one is the stem, and gets ``None`` when the
    other has ended.
    """
    ours, theirs = socket.socketpair()
    stem, worker = os.getpid(), os.fork()
    if worker == 0:
        ours.close()
        return Stem(theirs, stem)
    theirs.close()
    connection.close()
    _Forking(nursery, ours, worker).run()
    return None
