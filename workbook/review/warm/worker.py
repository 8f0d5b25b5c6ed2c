"""A worker: takes jobs from a connection one by one, runs each in a kernel of its stem, and renders the documents."""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import asdict
from typing import Any

from workbook.review.jobs import Job, Result
from workbook.review.warm.client import ForkedKernel
from workbook.review.warm.nursery import Birth, Nursery
from workbook.review.warm.processes import adopt_orphans, die_with_parent, ended_after, kill_descendants
from workbook.review.warm.request import ServerError
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
    lines = connection.makefile("r", encoding="utf-8")
    for done, line in enumerate(lines, start=1):
        request = json.loads(line)
        job = Job(**request["job"])
        with ended_after(job.most_seconds + 30):  # whoever asked has given up by then
            result, goes_on = made(stem, job, request["cache"])
            last = done >= JOBS or not goes_on
            connection.sendall(json.dumps({"result": asdict(result), "last": last}).encode() + b"\n")
        if last:
            break
    stem.end()


def made(stem: Stem, job: Job, cache: str) -> tuple[Result, bool]:
    """What became of a job, and whether this worker can take another: where its stem is not safe to fork any more, or does
    not answer, papermill's own engine makes this one document.
    """
    from workbook.review.execute import run_job

    try:
        safe = stem.can_fork(cache)
    except ServerError as fault:
        print(fault, file=sys.stderr)  # into the server's log
        safe = False
    if not safe:  # something that was imported ahead started a thread
        result = run_job(job)
        kill_descendants(os.getpid())
        return result, False
    result = run_job(job, "warm", start=_start(stem, job, cache), memory_limit_mb=job.memory_limit_mb)
    try:
        stem.tidy()
    except ServerError as fault:
        print(fault, file=sys.stderr)
        return result, False
    return result, True


def _start(stem: Stem, job: Job, cache: str) -> Any:
    birth = Birth(job.cwd, seed=job.seed, memory_limit_mb=job.memory_limit_mb, book_cache=cache)

    def start(end: socket.socket) -> ForkedKernel:
        return stem.start(end, birth)

    return start
