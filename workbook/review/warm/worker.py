"""A worker: takes jobs from a connection one by one, runs each in a kernel that it forks, and renders the documents."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbook.review.jobs import Job
from workbook.review.warm.client import OwnKernel
from workbook.review.warm.nursery import Birth, Nursery
from workbook.review.warm.preload import Kept
from workbook.review.warm.processes import adopt_orphans, kill_descendants, threads

#: A worker ends after so many jobs and another is forked: whatever a library hoards goes with it.
JOBS = 100


def work(connection: socket.socket, nursery: Nursery) -> None:
    """Serve jobs until the connection closes or enough are done."""
    from workbook.review.execute import run_job

    adopt_orphans()
    lines = connection.makefile("r", encoding="utf-8")
    kept: Kept | None = None
    for done, line in enumerate(lines, start=1):
        request = json.loads(line)
        job, cache = Job(**request["job"]), request["cache"]
        if cache:
            kept = kept if kept is not None and str(kept.folder) == cache else Kept(Path(cache))
            if kept.load():
                nursery.settle()
        if threads() == 1:
            made = run_job(job, "warm", start=_start(nursery, job, cache), memory_limit_mb=job.memory_limit_mb)
        else:  # something that was imported ahead started a thread: not safe to fork
            made = run_job(job)
        kill_descendants(os.getpid())
        last = done >= JOBS or threads() > 1
        connection.sendall(json.dumps({"result": asdict(made), "last": last}).encode() + b"\n")
        if last:
            return


def _start(nursery: Nursery, job: Job, cache: str) -> Any:
    birth = Birth(job.cwd, seed=job.seed, memory_limit_mb=job.memory_limit_mb, book_cache=cache)

    def start(end: socket.socket) -> OwnKernel:
        pid = nursery.start(end, birth)
        return OwnKernel(pid, os.pidfd_open(pid))

    return start
