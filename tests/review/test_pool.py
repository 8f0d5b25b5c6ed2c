"""The local pool of warm workers: memory stays flat, results of the first document are handed on, a lost server is no loss."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import psutil  # noqa: F401 (loaded while the platform is still told truly)
import pytest

import workbook.book
from workbook.book import Book
from workbook.review.jobs import Job
from workbook.review.warm import pool as pools
from workbook.review.warm.preload import Kept, save
from workbook.review.warm.processes import can_fork_safely, descendants
from workbook.review.warm.request import ServerError
from workbook.review.watching import memory_of

from .conftest import cell, write_notebook

pytestmark = pytest.mark.skipif(bool(can_fork_safely()), reason=can_fork_safely() or "can fork")


def _jobs(folder: Path, documents: int) -> list[Job]:
    source = write_notebook(folder / "n.ipynb", cell('node = "T"', "parameters"), cell("'x' * 100_000"), cell("node"))
    return [
        Job(
            f"T{n}",
            f"T{n}",
            "territory",
            str(source),
            {"node": f"T{n}"},
            str(folder),
            str(folder),
            f"T{n % 5}",
            time_limit_seconds=100,
        )
        for n in range(documents)
    ]


def _largest_mb(others: set[int]) -> int:
    sizes = [0]
    for pid in set(descendants(os.getpid())) - others:
        try:
            sizes.append(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
        except OSError:
            continue
    return max(sizes) >> 20


def test_memory_stays_flat_over_many_documents(tmp_path: Path) -> None:
    seen = []
    others = set(descendants(os.getpid()))  # servers and browsers of other tests
    for at, made in enumerate(pools.warm_pool(_jobs(tmp_path, 60), 2), start=1):
        assert made.failure is None
        if at in (20, 55):
            seen.append(_largest_mb(others))
    assert seen[0] > 50
    assert seen[1] - seen[0] < 15
    assert set(descendants(os.getpid())) <= others


def test_where_no_server_starts_papermills_own_engine_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ServerError("no")

    monkeypatch.setattr(pools, "launch", refuse)
    made = list(pools.warm_pool(_jobs(tmp_path, 1), 1))
    assert [one.status for one in made] == ["done"]
    assert "papermill's own engine runs" in capsys.readouterr().err


def test_random_numbers_are_those_of_the_node_without_warm_kernels_too(tmp_path: Path) -> None:
    source = write_notebook(
        tmp_path / "odd {x}" / "n.ipynb",
        cell('node = "T"', "parameters"),
        cell("'random' in globals(), 'numpy' in globals()"),
        cell("import random, numpy\n[random.random(), numpy.random.random()]"),
    )
    jobs = [
        Job(node, node, "territory", str(source), {"node": node}, str(tmp_path), str(tmp_path), stem)
        for node, stem in (("A", "one"), ("A", "two"), ("B", "three"))
    ]
    assert all(one.failure is None for one in pools.plain_pool(jobs, 2))
    cells = {job.stem: nbformat.read(tmp_path / f"{job.stem}.ipynb", 4).cells for job in jobs}
    drawn = {stem: shown[-1].outputs[0].data["text/plain"] for stem, shown in cells.items()}
    assert drawn["one"] == drawn["two"] != drawn["three"]
    assert cells["one"][-2].outputs[0].data["text/plain"] == "(False, False)"


def test_the_time_limit_holds_without_warm_kernels(tmp_path: Path) -> None:
    source = write_notebook(tmp_path / "n.ipynb", cell('node = "T"', "parameters"), cell("while True: pass"))
    job = Job("A", "A", "territory", str(source), {}, str(tmp_path), str(tmp_path), "A", time_limit_seconds=3)
    (made,) = pools.plain_pool([job], 1)
    assert "longer than 3 seconds" in str(made.failure)


def test_the_memory_limit_holds_without_warm_kernels(tmp_path: Path) -> None:
    hog = "import subprocess, sys\n'shown'"
    child = "subprocess.run([sys.executable, '-c', 'import time; b = bytearray(b\"x\") * (600 << 20); time.sleep(60)'])"
    for at, source in enumerate(("hog = bytearray(b'x') * (600 << 20)\nimport time; time.sleep(60)", child)):
        path = write_notebook(tmp_path / f"{at}.ipynb", cell('node = "T"', "parameters"), cell(hog), cell(source))
        job = Job("A", "A", "territory", str(path), {}, str(tmp_path), str(tmp_path), "A", memory_limit_mb=400)
        (made,) = pools.plain_pool([job], 1)
        assert made.failure is not None
        assert made.failure.cell == 3
        assert made.failure.error == "took more than 400 MB of memory and was stopped"
        assert "'shown'" in (tmp_path / "A.html").read_text(encoding="utf-8").replace("&#39;", "'")


def test_memory_counts_all_that_a_process_started_alike_on_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', {!r}], stdin=0))"
    hog = "b = bytearray(b'x') * (200 << 20); print(1, flush=True); input()"
    command = [sys.executable, "-c", code.format(hog)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        here = memory_of(process.pid)
        monkeypatch.setattr(sys, "platform", "darwin")
        elsewhere = memory_of(process.pid)
        process.communicate(b"\n", timeout=60)
    assert 200 << 20 < here < 300 << 20
    assert abs(here - elsewhere) < 8 << 20
    assert memory_of(process.pid) == 0


def test_what_one_document_computed_for_the_company_the_next_finds_there(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook.book, "KEPT", {})
    first = Book.open(book, node="N1")
    register = first.portfolio.register
    save(tmp_path / "kept", 10**9)
    monkeypatch.setattr(workbook.book, "KEPT", None)
    kept = Kept(tmp_path / "kept")
    assert kept.load()
    assert not kept.load()
    again = Book.open(book, node="N1")
    whole = workbook.book.KEPT[book.resolve(), again.as_of]  # type: ignore[index]
    assert "register" in whole.portfolio.made
    assert again.portfolio.register.equals(register)
    assert set(again.portfolio.register["account_id"]) == {"A1", "A2"}
    assert Book.open(book, as_of="2026-03-31").facts is not whole.facts
