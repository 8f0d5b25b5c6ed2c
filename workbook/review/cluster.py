"""Past one machine: jobs on a Dask cluster. A worker that dies is replaced by another; a job made twice writes the same bytes.

A Dask worker has threads and must not fork, so it asks the kernel server of its machine, which it starts when needed.
"""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from workbook.errors import UsageError
from workbook.review.jobs import Failure, Job, Result, as_result, result
from workbook.review.sharing import local_book, local_text, private_folder

CONNECT_SECONDS = 30


def cluster_pool(scheduler: str) -> Callable[[Sequence[Job], int], Iterator[Result]]:
    """A pool that runs jobs on the Dask cluster at ``scheduler``; the cluster decides how many at once."""

    def pool(work: Sequence[Job], workers: int) -> Iterator[Result]:
        distributed = _distributed()
        with distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False) as client:
            waiting = {}
            for job in work:
                shipped = asdict(job) | {"text": Path(job.notebook).read_text(encoding="utf-8")}
                waiting[client.submit(run_shipped, shipped, pure=False, retries=1)] = job
            for future in distributed.as_completed(list(waiting), loop=client.loop):
                job = waiting.pop(future)
                if future.status == "finished":
                    yield as_result(future.result())
                else:
                    why = f"no worker of the cluster could run it: {future.exception()}"
                    yield result(job, status="failed", failure=Failure(0, "", why))
                future.release()

    return pool


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
    from workbook.review.warm.request import answer, ask

    cache = private_folder() / "kept" / hashlib.sha256(f"{job.key}\0{job.cwd}".encode()).hexdigest()[:24]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(user_server()))
        ask(connection, {"do": "work"})
        answer(connection, 60)
        connection.sendall(json.dumps({"job": asdict(job), "cache": str(cache) if job.key else ""}).encode() + b"\n")
        said, _ = answer(connection, job.time_limit_seconds + 120)
    return as_result(said["result"])
