"""One job from start to end: run its notebook by papermill, render, write the documents, and say what became of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from workbook.errors import WorkbookError
from workbook.review.jobs import Failure, Job, Result, result
from workbook.review.render import Page, html
from workbook.review.stable import stabilised
from workbook.review.storage import Folder
from workbook.review.summary import published

#: The engine when nothing faster is there: papermill's own, saving once.
PLAIN = "workbook-plain"


def run_job(job: Job, engine: str = PLAIN, **options: Any) -> Result:
    """Make one document; ``options`` are the engine's.

    Never raises for what the notebook does, or where a document cannot be set or written: a failure is part of the result,
    and of the document where there is one.
    """
    start = time.perf_counter()
    if engine == PLAIN:
        options.setdefault("seed", job.seed)
        options.setdefault("memory_limit_mb", job.memory_limit_mb)
    notebook, failure = execute(job, engine, **options)
    folder = Folder.at(job.folder)
    page = Page(f"{job.name} · review", job.subtitle, job.sample, str(failure) if failure else "")
    written = {}
    try:
        for kind, ending, content in _documents(job, notebook, page):
            folder.write(f"{job.stem}.{ending}", content)
            written[kind] = folder.path(f"{job.stem}.{ending}")
    except (WorkbookError, OSError) as fault:
        failure = failure or Failure(0, "", str(fault))
    return result(
        job,
        status="failed" if failure else "done",
        seconds=round(time.perf_counter() - start, 3),
        failure=failure,
        summary=published(notebook),
        **written,
    )


def _documents(job: Job, notebook: Any, page: Page) -> Iterator[tuple[str, str, bytes]]:
    """Field of the result, ending and content of each form."""
    yield "notebook", "ipynb", as_bytes(notebook)
    yield "html", "html", html(notebook, page).encode()
    if job.pdf:
        from workbook.review.pdf import Part, pdf

        yield "pdf", "pdf", pdf(page, [Part(job.name, notebook, page.failure)])


def execute(job: Job, engine: str = PLAIN, **options: Any) -> tuple[Any, Failure | None]:
    """The executed notebook without what varies from run to run, and what went wrong in it, if anything did."""
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from papermill.iorw import load_notebook_node

    from workbook.review.engines import register

    register()
    kept: dict[str, Any] = {}
    failure = None
    try:
        papermill.execute_notebook(
            job.notebook.replace("{", "{{").replace("}", "}}"),  # papermill fills braces in a path with parameters
            None,
            parameters=job.parameters,
            engine_name=engine,
            progress_bar=False,
            cwd=job.cwd,
            keep=kept,
            time_limit_seconds=job.time_limit_seconds,
            **options,
        )
    except PapermillExecutionError as fault:
        failure = Failure(fault.cell_index + 1, _line(fault.source), f"{fault.ename}: {fault.evalue}")
    except CellTimeoutError:
        failure = _stopped(kept["notebook"], f"took longer than {job.time_limit_seconds} seconds and was stopped")
    except DeadKernelError as fault:
        failure = _stopped(kept["notebook"], kept.get("why") or _death(fault))
    except Exception as fault:
        failure = Failure(0, "", f"it could not be run: {type(fault).__name__}: {fault}")
    notebook = kept.get("notebook")
    return stabilised(load_notebook_node(job.notebook) if notebook is None else notebook), failure


def as_bytes(notebook: Any) -> bytes:
    """The notebook file, as papermill writes it."""
    from workbook.review.writing import written

    return written(notebook).encode()


def _death(fault: Exception) -> str:
    text = str(fault)
    return "the process that ran it died" if text == "Kernel died" else text


def _stopped(notebook: Any, why: str) -> Failure:
    """The failure at the cell that was running when the run was stopped; the cell then says so."""
    import nbformat

    running = [
        (at, cell)
        for at, cell in enumerate(notebook.cells, start=1)
        if cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("start_time")
    ]
    if not running:
        return Failure(0, "", why)
    at, cell = running[-1]
    cell.metadata.papermill["status"] = "failed"
    cell.metadata.papermill["exception"] = True
    cell.outputs.append(nbformat.v4.new_output("error", ename="Stopped", evalue=why, traceback=[why]))
    return Failure(at, _line(cell.source), why)


def _line(source: str) -> str:
    lines = [line.strip() for line in source.splitlines() if line.strip() and not line.strip().startswith("#")]
    line = lines[0] if lines else ""
    return line if len(line) <= 80 else line[:77] + "…"
