"""Where jobs run: processes of this machine with papermill's own engine, which hand results back as they come."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from workbook.review.execute import run_job
from workbook.review.jobs import Failure, Job, Result, result
from workbook.review.warm.processes import ended_after
from workbook.review.watching import end

#: How long a process that has no more to do may take to end by itself.
END_SECONDS = 10.0


def plain_pool(work: Sequence[Job], workers: int) -> Iterator[Result]:
    """Run jobs by papermill's own engine in ``workers`` processes; results in the order in which they are ready.

    A process that dies or does not answer in time costs the one document that it had, and another takes its place.
    """
    waiting, hands = list(work), list[_Hand]()
    try:
        for _ in range(min(workers, len(waiting))):
            hands.append(_Hand.hired(waiting.pop(0)))
        while busy := [hand for hand in hands if hand.job]:
            until = min(hand.until for hand in busy)
            ready = wait([hand.connection for hand in busy], max(0.0, until - time.monotonic()))
            for hand in busy:
                if hand.connection in ready or hand.until < time.monotonic():
                    yield hand.take(late=hand.connection not in ready)
                    if hand.lost:
                        hands.remove(hand)
                        hand.end(0)
                        hands += [_Hand.hired(waiting.pop(0))] if waiting else []
                    elif waiting:
                        hand.give(waiting.pop(0))
    finally:
        for hand in hands:
            hand.connection.close()
        last = time.monotonic() + END_SECONDS
        for hand in hands:
            hand.end(0 if hand.job else max(0.0, last - time.monotonic()))


@dataclass(eq=False)
class _Hand:
    """One process as seen from here: the job it has, until when it must answer, and whether it is of no more use."""

    process: Any
    connection: Connection
    job: Job | None = None
    until: float = math.inf
    lost: bool = False

    @classmethod
    def hired(cls, job: Job) -> _Hand:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        made = cls(process, ours)
        made.give(job)
        return made

    def give(self, job: Job) -> None:
        self.job, self.until = job, time.monotonic() + job.most_seconds
        try:
            self.connection.send(job)
        except OSError:  # it has died, which is then seen as its answer
            return

    def take(self, *, late: bool) -> Result:
        """What it says of its job."""
        job, self.job = self.job, None
        assert job is not None
        why = "the process that ran it did not answer in time"
        if not late:
            try:
                made: Result = self.connection.recv()
                return made
            except (EOFError, OSError):
                why = "the process that ran it died"
        self.lost = True
        return result(job, status="failed", failure=Failure(0, "", why))

    def end(self, seconds: float) -> None:
        """Let it end by itself for so many seconds; then end it, with all that it started."""
        self.connection.close()
        self.process.join(seconds)
        if self.process.is_alive():
            end(self.process.pid)
            self.process.join(END_SECONDS)


def serve(connection: Connection) -> None:
    """In the other process: take jobs and hand back results until the connection closes."""
    try:
        while True:
            job: Job = connection.recv()
            with ended_after(job.most_seconds + 30):  # whoever asked has given up by then, or is gone
                connection.send(run_job(job))
    except (EOFError, OSError):
        return
