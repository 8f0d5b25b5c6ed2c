"""Seconds and CPU seconds per document: the review engine against its peers, on one notebook, in the same run.

Each way runs in a process of its own with few and with more documents; the difference, per document, leaves its start out.
``python -m tests.benchmarks.bench_review 2000`` also watches the memory of 2,000 documents.
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
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TABLES, CHARTS = 10, 4
CELLS = [
    "import numpy as np\nimport pandas as pd\nfrom workbook.charts.style import axes\n"
    "rng = np.random.default_rng(len(node))\n"
    "frame = pd.DataFrame(rng.integers(0, 10**6, (200, 8)), columns=[f'amount {i}' for i in range(8)])",
    *[f"frame.nlargest(20 + {n}, 'amount {n % 8}')" for n in range(TABLES)],
    *[
        f"ax = axes(None, 7, 3)\nax.bar(range(12), frame['amount {n}'].head(12))\n"
        f"ax.plot(range(12), frame['amount {n + 1}'].head(12))\nax.set_title('chart {n} of ' + node)\nax.figure"
        for n in range(CHARTS)
    ],
]


def notebook(folder: Path) -> Path:
    """The notebook of the benchmark: one cell of data, ten tables, four charts."""
    import nbformat

    cells = [nbformat.v4.new_code_cell('node: str = "T"  # node', metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "bench.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def command_lines(source: Path, folder: Path, documents: int) -> None:
    """papermill's and nbconvert's command lines."""
    for n in range(documents):
        out = str(folder / f"{n}.ipynb")
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([sys.executable, "-m", "papermill", str(source), out, "-p", "node", f"T{n}"], **quiet)
        subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", out], **quiet)


def in_one_process(source: Path, folder: Path, documents: int) -> None:
    """papermill's API and nbconvert's exporter."""
    import papermill
    from nbconvert import HTMLExporter

    exporter = HTMLExporter()
    for n in range(documents):
        out = str(folder / f"{n}.ipynb")
        made = papermill.execute_notebook(str(source), out, parameters={"node": f"T{n}"}, progress_bar=False)
        (folder / f"{n}.html").write_text(exporter.from_notebook_node(made)[0], encoding="utf-8")


def ploomber(source: Path, folder: Path, documents: int) -> None:
    """ploomber-engine, which runs the cells in the calling process, and nbconvert's exporter."""
    from nbconvert import HTMLExporter
    from ploomber_engine import execute_notebook

    exporter = HTMLExporter()
    for n in range(documents):
        out = str(folder / f"{n}.ipynb")
        made = execute_notebook(str(source), out, parameters={"node": f"T{n}"}, progress_bar=False)
        (folder / f"{n}.html").write_text(exporter.from_notebook_node(made)[0], encoding="utf-8")


def ploomber_twice(source: Path, folder: Path, documents: int) -> None:
    """Two processes of ploomber-engine at a time, each with half of the documents."""
    from multiprocessing import get_context

    halves = [folder / "a", folder / "b"]
    for half in halves:
        half.mkdir()
    started = [get_context("spawn").Process(target=ploomber, args=(source, half, documents // 2)) for half in halves]
    for process in started:
        process.start()
    for process in started:
        process.join()
        assert process.exitcode == 0


def ours(source: Path, folder: Path, documents: int, workers: int = 1) -> None:
    """The review engine: execution, HTML, stable bytes."""
    from workbook.review.jobs import Job
    from workbook.review.warm.pool import warm_pool

    jobs = [
        Job(f"T{n}", f"T{n}", "territory", str(source), {"node": f"T{n}"}, str(folder), str(folder), f"T{n}")
        for n in range(documents)
    ]
    failed = [made for made in warm_pool(jobs, workers) if made.failure]
    assert not failed, failed[0]


def two_workers(source: Path, folder: Path, documents: int) -> None:
    """The review engine with two workers."""
    ours(source, folder, documents, 2)


def plain(source: Path, folder: Path, documents: int) -> None:
    """The limit: a function that makes the same HTML document, byte for byte, and the text forms that an executed notebook
    holds beside it, in a forked process, without Jupyter.
    """
    _forked(folder, documents, _document)


def plain_page(source: Path, folder: Path, documents: int) -> None:
    """The same function without the text forms: less than an executed notebook and its document hold."""
    _forked(folder, documents, _page)


def _forked(folder: Path, documents: int, make: Callable[[Path, str, str], Any]) -> None:
    """``make`` for every document in a forked process of its own; the parent is as warm as the engine's."""
    import gc

    from workbook.review.warm.nursery import first_of_all

    page = _empty_page()
    first_of_all()
    gc.collect()
    gc.freeze()
    for at in range(documents):
        if pid := os.fork():
            if os.waitpid(pid, 0)[1]:
                raise RuntimeError("the plain function failed")
            continue
        make(folder, f"T{at}", page)
        os._exit(0)


def _empty_page() -> str:
    """A document of the review's template with nothing but a mark where its outputs stand."""
    import nbformat

    from workbook.review.render import Page, html

    mark = nbformat.v4.new_output("display_data", {"text/html": "OUTPUTS"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[mark])])
    text = html(notebook, Page("TITLE · review"))
    return text.replace('<div class="wb-output">OUTPUTS</div>', "OUTPUTS")


def _numbers(node: str) -> Any:
    import numpy as np
    import pandas as pd

    numbers = np.random.default_rng(len(node)).integers(0, 10**6, (200, 8))
    return pd.DataFrame(numbers, columns=[f"amount {i}" for i in range(8)])


def _drawn(frame: Any, n: int, node: str) -> str:
    from workbook.charts.style import axes
    from workbook.review.render import FILTERS

    drawing: Any = FILTERS["drawing"]
    ax: Any = axes(None, 7, 3)
    ax.bar(range(12), frame[f"amount {n}"].head(12))
    ax.plot(range(12), frame[f"amount {n + 1}"].head(12))
    ax.set_title(f"chart {n} of {node}")
    return f'<figure class="wb-chart">{drawing(ax.figure.svg())}</figure>'


def _page(folder: Path, node: str, page: str) -> list[Any]:
    """Write the HTML document; the frames that stand in it."""
    frame = _numbers(node)
    shown = [frame.nlargest(20 + n, f"amount {n % 8}") for n in range(TABLES)]
    parts = [f'<div class="wb-output">{one._repr_html_()}</div>' for one in shown]
    parts += [_drawn(frame, n, node) for n in range(CHARTS)]
    text = page.replace("OUTPUTS", "\n".join(parts)).replace("TITLE", node)
    (folder / f"{node}.html").write_text(text, encoding="utf-8")
    return shown


def _document(folder: Path, node: str, page: str) -> None:
    """Write the HTML document, and the text forms of its tables."""
    texts = [repr(one) for one in _page(folder, node, page)]
    (folder / f"{node}.json").write_text(json.dumps(texts), encoding="utf-8")


def same_documents(source: Path, folder: Path) -> bool:
    """Whether the engine and the plain function make the same HTML document."""
    made = []
    for name in ("ours, one worker", "plain forked function"):
        (folder / name).mkdir()
        WAYS[name][0](source, folder / name, 2)
        made.append((folder / name / "T1.html").read_bytes())
    return made[0] == made[1]


#: Name: what runs, with how few and how many documents.
WAYS: dict[str, tuple[Callable[[Path, Path, int], None], int, int]] = {
    "papermill CLI + nbconvert CLI": (command_lines, 0, 2),
    "papermill API + nbconvert": (in_one_process, 1, 4),
    "ploomber-engine + nbconvert": (ploomber, 1, 8),
    "ploomber-engine, two processes": (ploomber_twice, 2, 12),
    "ours, one worker": (ours, 2, 22),
    "ours, two workers": (two_workers, 2, 32),
    "plain forked function": (plain, 2, 22),
    "plain, HTML document only": (plain_page, 2, 22),
}


def measured(name: str, documents: int) -> tuple[float, float]:
    """Wall and CPU seconds of one way in a process of its own, all its descendants included."""
    if documents == 0:
        return 0.0, 0.0
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.bench_review", "--way", name, str(documents)]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{name} failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print seconds per document and ratios to ours with one worker; CPU also as a ratio to the plain function."""
    with TemporaryDirectory() as made:
        if not same_documents(notebook(Path(made)), Path(made)):
            raise RuntimeError("the plain function makes another document than the engine")
    rows = {}
    for name, (_, few, many) in WAYS.items():
        if name.startswith("ploomber") and find_spec("ploomber_engine") is None:
            print(f"{name}: not installed, left out")
            continue
        low, high = measured(name, few), measured(name, many)
        rows[name] = tuple((b - a) / (many - few) for a, b in zip(low, high, strict=True))
    one, limit = rows["ours, one worker"], rows["plain forked function"]
    print(f"\nReview: {TABLES} tables, {CHARTS} charts, executed notebook and HTML, per document")
    print(f"{'':32}{'seconds':>9}{'CPU s':>9}{'x ours':>9}{'CPU / plain':>13}")
    for name, (wall, cpu) in rows.items():
        print(f"{name:32}{wall:9.3f}{cpu:9.3f}{wall / one[0]:9.2f}{cpu / limit[1]:13.2f}")


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
        source = notebook(folder)
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
            WAYS[sys.argv[2]][0](notebook(Path(work)), Path(work), int(sys.argv[3]))
    elif sys.argv[1:]:
        memory(int(sys.argv[1]))
    else:
        main()
