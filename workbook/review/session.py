"""A review session: plan what is to be made, make it, remember it, and write the index page."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from workbook.book import Book
from workbook.errors import UsageError
from workbook.places import safe_name
from workbook.review.index import depth_first, index_html
from workbook.review.jobs import Job, Request, Result, jobs, output_folder
from workbook.review.pool import plain_pool
from workbook.review.state import job_parts, key, parts, remember, unchanged, why_again
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
        planned.append(replace(job, key=key(common), reason=why_again(job, used[job.node], force=force)))
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
    combined = combine(book, folder, shown, {r.node for r in made}) if request.pdf else []
    folder.write("index.html", index_html(book, shown, combined=combined).encode())
    return results, folder.path("index.html")


def combine(book: Book, folder: Folder, shown: Sequence[Result], made: set[str]) -> list[tuple[str, str]]:
    """One PDF per region with its document and those of everything under it; (name, file) of each. One whose documents
    did not change is kept; one that cannot be set is left out, with a word on it.
    """
    import nbformat

    from workbook.review.pdf import Part, PrintError, pdf
    from workbook.review.render import Page

    by_node = {one.node: one for one in shown}
    bound = []
    for region in book.tree.children(book.tree.root):
        below = [by_node[node] for node in depth_first(book, region) if node in by_node]
        if len(below) < 2:
            continue
        name = f"{safe_name(region)}-all.pdf"
        if folder.has(name) and not made & {one.node for one in below}:
            bound.append((book.tree.name(region), name))
            continue
        parts = [
            Part(one.name, nbformat.reads((folder.read(f"{safe_name(one.node)}.ipynb") or b"").decode(), 4), _said(one))
            for one in below
        ]
        subtitle = f"{book.rules.book.name} · {book.rules.book.year} · as of {book.as_of.isoformat()}"
        page = Page(f"{book.tree.name(region)} · reviews", subtitle, book.rules.book.sample)
        try:
            folder.write(name, pdf(page, parts))
            bound.append((book.tree.name(region), name))
        except PrintError as fault:
            folder.remove(name)  # the one of before
            sys.stderr.write(f"{name}: {fault}\n")
    return bound


def _said(result: Result) -> str:
    return str(result.failure) if result.failure else ""


def _others(book: Book, request: Request) -> list[Result]:
    """Documents of nodes that were not asked for now but are in the folder."""
    if not request.nodes:
        return []
    rest = [job for job in jobs(book, replace(request, nodes=())) if job.node not in request.nodes]
    return [r for job in rest if (r := unchanged(job)).html]


def choose_pool(engine: str, scheduler: str = "", documents: int = 0) -> tuple[Pool, str]:
    """The pool for an engine's name or a cluster's address, and a sentence that says which engine runs.

    A cluster is not asked for fewer documents than this machine makes at once: to connect would take longer.
    """
    if engine not in ENGINES:
        raise UsageError(f"there is no engine {engine!r}", remedy=f"Use one of {', '.join(ENGINES)}.")
    aside = ""
    if scheduler:
        if documents > default_workers():
            from workbook.review.cluster import cluster_pool

            return cluster_pool(scheduler), f"Dask cluster at {scheduler}"
        aside = "; too few documents to ask the cluster for"
    plain = "papermill's own engine, a new kernel per document"
    if engine == "papermill":
        return plain_pool, plain + aside
    from workbook.review.warm.processes import can_fork_safely

    if why := can_fork_safely():
        if engine == "warm":
            raise UsageError(f"the warm engine cannot run: {why}", remedy="Leave --engine out.")
        return plain_pool, f"{plain} ({why}){aside}"
    from workbook.review.warm.pool import warm_pool

    return warm_pool, f"warm engine, a forked kernel per document{aside}"


def default_workers() -> int:
    """As many workers as this process may use cores."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
