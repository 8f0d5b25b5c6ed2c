"""A review session: plan what is to be made, make it, remember it, and write the index page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from workbook.book import Book
from workbook.errors import UsageError
from workbook.review.index import index_html
from workbook.review.jobs import Job, Request, Result, jobs, output_folder
from workbook.review.pool import plain_pool
from workbook.review.state import job_parts, parts, remember, unchanged, why_again
from workbook.review.storage import Folder

ENGINES = ("auto", "warm", "papermill")
Pool = Callable[[Sequence[Job], int], Iterator[Result]]


@dataclass(frozen=True)
class Plan:
    """Which documents are to be made and why (``job.reason``), and which still hold."""

    jobs: tuple[Job, ...]
    used: dict[str, dict[str, str]]

    @property
    def to_do(self) -> list[Job]:
        return [job for job in self.jobs if job.reason]


def plan(book: Book, request: Request, *, force: bool = False) -> Plan:
    """The jobs of a request, each with the reason why it is to be run, or none."""
    common = parts(book)
    planned, used = [], {}
    for job in jobs(book, request):
        used[job.node] = job_parts(job, common)
        planned.append(replace(job, reason=why_again(job, used[job.node], force=force)))
    return Plan(tuple(planned), used)


def make(planned: Plan, pool: Pool, workers: int) -> Iterator[Result]:
    """Run what is to be run; results come as they are ready and are remembered at once."""
    for made in pool(planned.to_do, workers) if planned.to_do else ():
        job = next(j for j in planned.jobs if j.node == made.node)
        remember(job, made, planned.used[made.node])
        yield made


def finish(book: Book, request: Request, planned: Plan, made: Sequence[Result]) -> tuple[list[Result], str]:
    """All results in the tree's order, and the address of the index page, which shows every document in the folder."""
    folder = Folder.at(output_folder(book, request))
    done = {result.node: result for result in made}
    results = [done.get(job.node) or unchanged(job) for job in planned.jobs]
    everything = {r.node: r for r in [*_others(book, request), *results]}
    shown = [everything[str(node)] for node in book.tree.ids if str(node) in everything]
    folder.write("index.html", index_html(book, shown).encode())
    return results, folder.path("index.html")


def _others(book: Book, request: Request) -> list[Result]:
    """Documents of nodes that were not asked for now but are in the folder."""
    if not request.nodes:
        return []
    rest = [job for job in jobs(book, replace(request, nodes=())) if job.node not in request.nodes]
    return [r for job in rest if (r := unchanged(job)).html]


def choose_pool(engine: str) -> tuple[Pool, str]:
    """The pool for an engine's name, and a sentence that says which engine runs."""
    if engine not in ENGINES:
        raise UsageError(f"there is no engine {engine!r}", remedy=f"Use one of {', '.join(ENGINES)}.")
    plain = "papermill's own engine, a new kernel per document"
    if engine == "papermill":
        return plain_pool, plain
    from workbook.review.warm.processes import can_fork_safely

    if why := can_fork_safely():
        if engine == "warm":
            raise UsageError(f"the warm engine cannot run: {why}", remedy="Leave --engine out.")
        return plain_pool, f"{plain} ({why})"
    from workbook.review.warm.pool import warm_pool

    return warm_pool, "warm engine, a forked kernel per document"


def default_workers() -> int:
    """As many workers as this process may use cores."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
