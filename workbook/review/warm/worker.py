"""A worker: takes jobs from a connection one by one, runs each in a kernel of its stem, and renders the documents."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict
from typing import Any

from workbook.review.jobs import Job
from workbook.review.warm.client import ForkedKernel
from workbook.review.warm.nursery import Birth, Nursery
from workbook.review.warm.processes import adopt_orphans, die_with_parent, kill_descendants
from workbook.review.warm.stem import Stem, part

#: A worker ends after so many jobs and another is forked: whatever a library hoards goes with it.
JOBS = 100


def work(connection: socket.socket, nursery: Nursery) -> None:
    """Serve jobs until the connection closes or enough are done."""
    parent = os.getpid()
    stem = part(nursery, connection)
    if stem is None:
        return
    die_with_parent(parent)
    adopt_orphans()
    from workbook.review.execute import run_job

    lines = connection.makefile("r", encoding="utf-8")
    for done, line in enumerate(lines, start=1):
        request = json.loads(line)
        job, cache = Job(**request["job"]), request["cache"]
        safe = stem.can_fork(cache)
        if safe:
            made = run_job(job, "warm", start=_start(stem, job, cache), memory_limit_mb=job.memory_limit_mb)
            stem.tidy()
        else:  # something that was imported ahead started a thread: not safe to fork
            made = run_job(job)
            kill_descendants(os.getpid())
        last = done >= JOBS or not safe
        connection.sendall(json.dumps({"result": asdict(made), "last": last}).encode() + b"\n")
        if last:
            return


def _start(stem: Stem, job: Job, cache: str) -> Any:
    birth = Birth(job.cwd, seed=job.seed, memory_limit_mb=job.memory_limit_mb, book_cache=cache)

    def start(end: socket.socket) -> ForkedKernel:
        return stem.start(end, birth)

    return start
