"""Where jobs run: an engine of local processes that hands results back as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbook.review.execute import run_job
from workbook.review.jobs import Failure, Job, Result, result


def plain_pool(work: Sequence[Job], workers: int) -> Iterator[Result]:
    """Run jobs by papermill's own engine in ``workers`` processes; results in the order in which they are ready."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=min(workers, len(work)), mp_context=context) as pool:
        waiting = {pool.submit(run_job, job): job for job in work}
        try:
            for future in as_completed(waiting):
                job = waiting[future]
                try:
                    yield future.result()
                except BrokenProcessPool:
                    yield result(job, status="failed", failure=Failure(0, "", "the process that ran it died"))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
