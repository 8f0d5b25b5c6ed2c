"""The local pool of warm workers: a private fork server, one connection per worker, results as they come."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from workbook.review.jobs import Failure, Job, Result, as_result, result
from workbook.review.pool import plain_pool
from workbook.review.warm.launching import launch
from workbook.review.warm.processes import descendants
from workbook.review.warm.request import ServerError, ask, called

#: What a server may take to fork a worker while others are at work, and to end.
SERVER_SECONDS, STOP_SECONDS = 60.0, 10.0


@dataclass
class Hand:
    """One worker as seen from here: its connection, the job it has, and until when it must answer."""

    connection: socket.socket
    job: Job | None = None
    until: float = 0.0
    received: bytearray = field(default_factory=bytearray)


def warm_pool(work: Sequence[Job], workers: int) -> Iterator[Result]:
    """Run jobs on ``workers`` warm workers. The last job runs first and alone: what it computes for the whole company is
    then there for all others.
    """
    with TemporaryDirectory(prefix="workbook-") as folder:
        address = Path(folder) / "kernels.sock"
        try:
            server = launch(address, private=True)
        except ServerError as fault:
            sys.stderr.write(f"{fault}; papermill's own engine runs\n")
            yield from plain_pool(work, workers)
            return
        try:
            yield from _Session(address, str(Path(folder) / "book"), workers).run(work)
        finally:
            stop(address, server)
            sys.stderr.write(address.with_suffix(".log").read_text(errors="replace"))


def stop(address: Path, server: subprocess.Popen[bytes]) -> None:
    """End a private server and everything under it."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(STOP_SECONDS)
        connection.connect(str(address))
        ask(connection, {"do": "stop"})
        with contextlib.suppress(OSError):
            connection.recv(1)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        for pid in (*descendants(server.pid), server.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):  # it waits for a disk
            server.wait(STOP_SECONDS)


class _Session:
    """Workers of one server. Where it is ``lost``, those that there are go on, and what is left goes to papermill's own engine."""

    def __init__(self, address: Path, cache: str, workers: int) -> None:
        self.address, self.cache, self.workers = address, cache, workers
        self.selector = selectors.DefaultSelector()
        self.lost = False

    def run(self, work: Sequence[Job]) -> Iterator[Result]:
        waiting = list(work)
        pilot = [waiting.pop()]
        yield from self._drain(pilot, 1)
        yield from self._drain(waiting, min(self.workers, len(waiting)))
        for key in list(self.selector.get_map().values()):
            key.data.connection.close()
        self.selector.close()
        if left := pilot + waiting:
            yield from plain_pool(left, self.workers)

    def _drain(self, waiting: list[Job], workers: int) -> Iterator[Result]:
        hands: list[Hand] = [key.data for key in self.selector.get_map().values()]
        for _ in range(workers - len(hands)):
            hands += self._hired()
        for hand in hands:
            self._give(hand, waiting)
        while busy := [hand for hand in hands if hand.job]:
            ready = [
                key.data for key, _ in self.selector.select(max(0.0, min(h.until for h in busy) - time.monotonic()))
            ]
            for hand in [*ready, *(h for h in busy if h.until < time.monotonic() and h not in ready)]:
                made, going_on = self._take(hand, late=hand not in ready)
                if made is None and going_on:
                    continue
                if made is not None:
                    yield made
                free = [hand]
                if not going_on:
                    self._dismiss(hand)
                    hands.remove(hand)
                    free = self._hired() if waiting else []
                    hands += free
                for one in free:
                    self._give(one, waiting)

    def _hired(self) -> list[Hand]:
        """A new worker; none where the server gives none any more."""
        if self.lost:
            return []
        try:
            connection, _, _ = called(self.address, {"do": "work"}, SERVER_SECONDS)
        except ServerError as fault:
            self.lost = True
            sys.stderr.write(f"{fault}; papermill's own engine runs what is left\n")
            return []
        hand = Hand(connection)
        self.selector.register(connection, selectors.EVENT_READ, hand)
        return [hand]

    def _dismiss(self, hand: Hand) -> None:
        self.selector.unregister(hand.connection)
        hand.connection.close()

    def _give(self, hand: Hand, waiting: list[Job]) -> None:
        if not waiting:
            return
        hand.job = waiting.pop(0)
        hand.until = time.monotonic() + hand.job.most_seconds
        text = json.dumps({"job": asdict(hand.job), "cache": self.cache})
        with contextlib.suppress(OSError):  # the worker's end is then seen as its answer
            hand.connection.sendall(text.encode() + b"\n")

    def _take(self, hand: Hand, *, late: bool) -> tuple[Result | None, bool]:
        """What a worker says: a finished result or none yet, and whether it goes on."""
        job = hand.job
        if late and job is not None:
            hand.job = None
            return result(job, status="failed", failure=Failure(0, "", "the worker did not answer in time")), False
        try:
            part = hand.connection.recv(1 << 20)
        except OSError:
            part = b""
        hand.received += part
        if hand.received.endswith(b"\n"):
            said = json.loads(hand.received)
            hand.received.clear()
            hand.job = None
            return as_result(said["result"]), not said["last"]
        if part:
            return None, True
        hand.job = None
        lost = result(job, status="failed", failure=Failure(0, "", "the worker that ran it died")) if job else None
        return lost, False
