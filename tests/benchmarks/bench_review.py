"""Seconds and CPU seconds per document: the review engine against its peers, on three notebooks, in the same run.

Each way runs in a process of its own with few and with more documents; the difference, per document, leaves its start out. The
engine with one worker and the plain function run in turns, three times, so that a machine that is slow for a while is slow for both.
``python -m tests.benchmarks.bench_review matplotlib`` takes one of the notebooks only (others are ``light`` and ``review``),
``… 2000`` watches the memory of 2,000 documents.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from tests.benchmarks.review_notebooks import MADE, Kind, text_forms
from tests.benchmarks.review_real import Real

ROOT = Path(__file__).resolve().parents[2]
KINDS: dict[str, Kind] = {**MADE, "review": Real()}


def command_lines(kind: Kind, folder: Path, documents: int) -> None:
    """papermill's and nbconvert's command lines."""
    source = kind.written(folder)
    for n in range(documents):
        out = str(folder / f"{n}.ipynb")
        given = [part for name, value in kind.parameters(n).items() for part in ("-r", name, value)]
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([sys.executable, "-m", "papermill", str(source), out, *given], **quiet)
        subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", out], **quiet)


def in_one_process(kind: Kind, folder: Path, documents: int) -> None:
    """papermill's API and nbconvert's exporter."""
    import papermill
    from nbconvert import HTMLExporter

    exporter, source = HTMLExporter(), str(kind.written(folder))
    for n in range(documents):
        out = str(folder / f"{n}.ipynb")
        made = papermill.execute_notebook(source, out, parameters=kind.parameters(n), progress_bar=False)
        (folder / f"{n}.html").write_text(exporter.from_notebook_node(made)[0], encoding="utf-8")


def ploomber(kind: Kind, folder: Path, documents: int) -> None:
    """ploomber-engine, which runs the cells in the calling process, and nbconvert's exporter."""
    from nbconvert import HTMLExporter
    from ploomber_engine import execute_notebook

    exporter, source = HTMLExporter(), str(kind.written(folder))
    for n in range(documents):
        out = str(folder / f"{n}.ipynb")
        made = execute_notebook(source, out, parameters=kind.parameters(n), progress_bar=False)
        (folder / f"{n}.html").write_text(exporter.from_notebook_node(made)[0], encoding="utf-8")


def ploomber_twice(kind: Kind, folder: Path, documents: int) -> None:
    """Two processes of ploomber-engine at a time, each with half of the documents."""
    from multiprocessing import get_context

    halves = [folder / "a", folder / "b"]
    for half in halves:
        half.mkdir()
    started = [get_context("spawn").Process(target=ploomber, args=(kind, half, documents // 2)) for half in halves]
    for process in started:
        process.start()
    for process in started:
        process.join()
        assert process.exitcode == 0


def ours(kind: Kind, folder: Path, documents: int, workers: int = 1) -> None:
    """The review engine: execution, HTML, stable bytes."""
    from workbook.review.jobs import Job
    from workbook.review.warm.pool import warm_pool

    source = str(kind.written(folder))
    jobs = [
        Job(f"T{n}", f"T{n}", "territory", source, kind.parameters(n), str(folder), str(folder), f"T{n}")
        for n in range(documents)
    ]
    failed = [made for made in warm_pool(jobs, workers) if made.failure]
    assert not failed, failed[0]


def two_workers(kind: Kind, folder: Path, documents: int) -> None:
    """The review engine with two workers."""
    ours(kind, folder, documents, 2)


def plain(kind: Kind, folder: Path, documents: int) -> None:
    """The limit: the same without Jupyter."""
    kind.plain(folder, documents, texts=True)


def plain_page(kind: Kind, folder: Path, documents: int) -> None:
    """The plain function without the text forms: less than an executed notebook and its document hold."""
    kind.plain(folder, documents, texts=False)


def same_documents(kind: Kind, folder: Path) -> bool:
    """Whether the engine and the plain function make the same HTML document and text forms."""
    made = []
    for name in ("ours, one worker", "plain forked function"):
        (folder / name).mkdir()
        run(name, kind, folder / name, 2)
        made.append(((folder / name / "T1.html").read_bytes(), text_forms(folder / name, "T1")))
    return made[0] == made[1]


#: Name: what makes documents, with how few and how many of them.
WAYS: dict[str, tuple[Callable[[Kind, Path, int], None], int, int]] = {
    "papermill CLI + nbconvert CLI": (command_lines, 0, 2),
    "papermill API + nbconvert": (in_one_process, 1, 4),
    "ploomber-engine + nbconvert": (ploomber, 1, 8),
    "ploomber-engine, two processes": (ploomber_twice, 2, 12),
    "ours, one worker": (ours, 6, 36),
    "ours, two workers": (two_workers, 6, 66),
    "plain forked function": (plain, 6, 36),
    "plain, HTML document only": (plain_page, 6, 36),
}
#: What is compared most closely runs in turns, so many times.
CLOSELY, ROUNDS = ("ours, one worker", "plain forked function"), 3


def run(name: str, kind: Kind, folder: Path, documents: int) -> None:
    """Make so many documents in one way."""
    WAYS[name][0](kind, folder, documents)


def measured(name: str, kind: str, documents: int) -> tuple[float, float]:
    """Wall and CPU seconds of one way in a process of its own, all its descendants included."""
    if documents == 0:
        return 0.0, 0.0
    module = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.bench_review"]
    start = time.perf_counter()
    process = subprocess.Popen([*module, "--way", name, kind, str(documents)], cwd=ROOT, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{name} failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


def per_document(name: str, kind: str) -> tuple[float, float]:
    """Wall and CPU seconds of one more document."""
    _, few, many = WAYS[name]
    low, high = measured(name, kind, few), measured(name, kind, many)
    return (high[0] - low[0]) / (many - few), (high[1] - low[1]) / (many - few)


def installed(name: str) -> bool:
    """Whether what a way needs is there."""
    return not name.startswith("ploomber") or find_spec("ploomber_engine") is not None


def compare(kind: str) -> None:
    """Print seconds per document and ratios to ours with one worker; CPU also as a ratio to the plain function."""
    with TemporaryDirectory() as made:
        if not same_documents(KINDS[kind], Path(made)):
            raise RuntimeError("the plain function makes another document than the engine")
    rows = {name: per_document(name, kind) for name in WAYS if name not in CLOSELY and installed(name)}
    turns = [[per_document(name, kind) for name in CLOSELY] for _ in range(ROUNDS)]
    for name, of_turns in zip(CLOSELY, zip(*turns, strict=True), strict=True):
        rows[name] = (mean(wall for wall, _ in of_turns), mean(cpu for _, cpu in of_turns))
    one, limit = rows["ours, one worker"], rows["plain forked function"]
    print(f"\nReview: {KINDS[kind].title}, executed notebook and HTML, per document")
    print(f"{'':32}{'seconds':>9}{'CPU s':>9}{'x ours':>9}{'CPU / plain':>13}")
    for name in WAYS:
        if name not in rows:
            print(f"{name:32}  not installed, left out")
            continue
        wall, cpu = rows[name]
        print(f"{name:32}{wall:9.3f}{cpu:9.3f}{wall / one[0]:9.2f}{cpu / limit[1]:13.2f}", flush=True)


def memory(documents: int) -> None:
    """Print the largest memory of the pool's processes at the start, in the middle and at the end of many documents."""
    from workbook.review.warm.processes import descendants

    def resident() -> int:
        total = 0
        for pid in descendants(os.getpid()):
            try:
                fields = Path(f"/proc/{pid}/statm").read_text().split()
                total = max(total, int(fields[1]) * os.sysconf("SC_PAGE_SIZE"))
            except OSError:
                continue
        return total >> 20

    from workbook.review.jobs import Job
    from workbook.review.warm.pool import warm_pool

    with TemporaryDirectory() as made:
        folder = Path(made)
        source = KINDS["light"].written(folder)
        jobs = [
            Job(f"T{n}", f"T{n}", "territory", str(source), {"node": f"T{n}"}, made, made, f"T{n % 10}")
            for n in range(documents)
        ]
        seen = []
        for at, one in enumerate(warm_pool(jobs, 2), start=1):
            assert one.failure is None
            if at in (20, documents // 2, documents - 5):
                seen.append(resident())
        print(f"\nLargest process after 20, half and all of {documents} documents (MB): {json.dumps(seen)}")


if __name__ == "__main__":
    if "--way" in sys.argv:
        with TemporaryDirectory() as work:
            run(sys.argv[2], KINDS[sys.argv[3]], Path(work), int(sys.argv[4]))
    elif sys.argv[1:] and sys.argv[1] not in KINDS:
        memory(int(sys.argv[1]))
    else:
        for asked in sys.argv[1:] or KINDS:
            compare(asked)
