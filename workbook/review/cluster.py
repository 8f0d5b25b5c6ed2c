"""Past one machine: jobs on a Dask cluster. A worker that dies is replaced by another; a job made twice writes the same bytes.

A Dask worker has threads and must not fork, so it asks the kernel server of its machine, which it starts when needed.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from workbook.errors import UsageError
from workbook.review.jobs import Failure, Job, Result, as_result, result
from workbook.review.sharing import local_book, local_text, private_folder

#: What a scheduler may take to answer, and a worker to come; what a machine's kernel server may take to fork.
CONNECT_SECONDS, SERVER_SECONDS = 30.0, 60.0


def cluster_pool(scheduler: str) -> Callable[[Sequence[Job], int], Iterator[Result]]:
    """A pool that runs jobs on the Dask cluster at ``scheduler``; the cluster decides how many at once.

    Raises :class:`UsageError` where no scheduler answers, or none of its workers is there. Where no document comes for as long
    as two may take one after the other (a worker that dies is replaced once), the rest is given up.
    """

    def pool(work: Sequence[Job], workers: int) -> Iterator[Result]:
        with _connected(scheduler) as client:
            waiting = {}
            for job in work:
                shipped = asdict(job) | {"text": Path(job.notebook).read_text(encoding="utf-8")}
                waiting[client.submit(run_shipped, shipped, pure=False, retries=1)] = job
            most = CONNECT_SECONDS + 2 * max(job.most_seconds for job in work)
            for future in _answered(list(waiting), client, most):
                job = waiting.pop(future)
                if future.status == "finished":
                    yield as_result(future.result())
                else:
                    yield _lost(job, str(future.exception() if future.status == "error" else "the scheduler is gone"))
                future.release()
            for job in waiting.values():
                yield _lost(job, f"the cluster made no document for {most:g} seconds")

    return pool


def _lost(job: Job, why: str) -> Result:
    return result(job, status="failed", failure=Failure(0, "", f"no worker of the cluster could run it: {why}"))


def _connected(scheduler: str) -> Any:
    distributed = _distributed()
    try:
        client = distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except OSError as fault:
        raise UsageError(
            f"no scheduler answers at {scheduler} ({fault})",
            remedy="Start one with: dask scheduler; or leave --scheduler out.",
        ) from None
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except (TimeoutError, OSError):
        client.close()
        raise UsageError(
            f"no worker came to the cluster at {scheduler} in {CONNECT_SECONDS:g} seconds",
            remedy=f"Start some with: dask worker {scheduler}",
        ) from None
    return client


def _answered(futures: list[Any], client: Any, seconds: float) -> Iterator[Any]:
    """Futures as they are done, until none is for so many seconds."""
    done = _distributed().as_completed(futures, loop=client.loop)
    last = time.monotonic()
    while not done.is_empty() and time.monotonic() - last < seconds:
        if done.has_ready():
            yield next(done)
            last = time.monotonic()
        else:
            time.sleep(0.05)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise UsageError(
            "--scheduler needs Dask", remedy="Install it: pip install 'territory-workbook[cluster]'."
        ) from None
    return distributed


def run_shipped(shipped: dict[str, Any]) -> dict[str, Any]:
    """On a Dask worker: one job, through this machine's kernel server; the result as plain values."""
    text = shipped.pop("text")
    job = Job(**shipped)
    job = replace(job, notebook=str(local_text(text, ".ipynb")), cwd=str(local_book(job.source or job.cwd)))
    return asdict(run_here(job))


def run_here(job: Job) -> Result:
    """One job on this machine, from a process that has threads."""
    from workbook.review.pool import plain_pool
    from workbook.review.warm.processes import can_fork_safely

    if can_fork_safely():
        return next(plain_pool([job], 1))
    from workbook.review.warm.launching import user_server
    from workbook.review.warm.request import asked, called

    cache = private_folder() / "kept" / hashlib.sha256(f"{job.key}\0{job.cwd}".encode()).hexdigest()[:24]
    connection, _, _ = called(user_server(), {"do": "work"}, SERVER_SECONDS)
    with connection:
        said, _ = asked(connection, {"job": asdict(job), "cache": str(cache) if job.key else ""}, job.most_seconds)
    return as_result(said["result"])
