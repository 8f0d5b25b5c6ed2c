"""Past one machine: a real Dask scheduler and workers as processes of their own, one killed in the middle; shared storage."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from workbook.errors import UsageError
from workbook.review import cluster as cluster_module
from workbook.review.jobs import Job
from workbook.review.sharing import local_book
from workbook.review.storage import Folder
from workbook.review.warm.processes import can_fork_safely

from .conftest import set_cells
from .test_pool import _jobs
from .test_review import ROOT, files, review

distributed = pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(bool(can_fork_safely()), reason=can_fork_safely() or "can fork"),
]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _started(*command: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _ended(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def _listening(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(port)


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime folder of its own (with a short path: sockets need one), so that the test's kernel servers are ended."""
    folder = Path(tempfile.mkdtemp())
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    yield folder
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode()
            except OSError:
                continue
            if "workbook.review.warm.server" in words and str(folder) in words:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(entry.name), signal.SIGTERM)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def scheduler(runtime: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler without workers."""
    port = _free_port()
    process = _started(
        "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"
    )
    _listening(port)
    yield f"tcp://127.0.0.1:{port}", process
    _ended(process)


def _worker(address: str, name: str) -> subprocess.Popen[bytes]:
    """A worker of one thread."""
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", name)
    return _started("-m", "distributed.cli.dask_worker", address, *options)


@pytest.fixture
def cluster(scheduler: tuple[str, subprocess.Popen[bytes]]) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers."""
    workers = [_worker(scheduler[0], f"w{n}") for n in range(2)]
    yield scheduler[0], workers
    for process in workers:
        _ended(process)


def test_a_cluster_makes_the_same_documents_though_a_worker_is_killed(
    book: Path, tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, workers = cluster
    set_cells(book, "import time, pathlib\n(pathlib.Path('..') / f'seen-{node}').touch()\ntime.sleep(1.5)\nnode")
    killer = _started("-c", _KILLER, str(book.parent), str(workers[0].pid))
    code, told = review(book, "--scheduler", address, "--out", str(tmp_path / "far"))
    assert (code, told["summary"]["done"]) == (0, 6), told
    assert killer.wait(60) == 0
    assert workers[0].poll() is not None
    review(book, "--out", str(tmp_path / "near"))
    assert files(tmp_path / "far") == files(tmp_path / "near")


#: Kills a worker as soon as two documents have been started, of which it has one.
_KILLER = """
import os, pathlib, signal, sys, time
end = time.monotonic() + 120
while len(list(pathlib.Path(sys.argv[1]).glob('seen-*'))) < 2:
    assert time.monotonic() < end
    time.sleep(0.05)
os.killpg(int(sys.argv[2]), signal.SIGKILL)
"""


def test_a_cluster_that_is_not_there_or_has_no_workers_says_so(
    scheduler: tuple[str, subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 2.0)
    for address, why in ((scheduler[0], "no worker came"), (f"tcp://127.0.0.1:{_free_port()}", "no scheduler answers")):
        with pytest.raises(UsageError, match=f"{why}.*{address}|{why}.*2 seconds"):
            list(cluster_module.cluster_pool(address)(_jobs(tmp_path, 2), 2))


def test_a_cluster_that_makes_no_document_any_more_is_given_up(
    scheduler: tuple[str, subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker stands still, as on a machine that hangs; then its scheduler ends."""
    address, process = scheduler
    worker = _worker(address, "w")
    jobs = _jobs(tmp_path, 2)
    try:
        with distributed.Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(1, timeout=60)
        os.killpg(worker.pid, signal.SIGSTOP)
        with monkeypatch.context() as patched:
            patched.setattr(cluster_module, "CONNECT_SECONDS", 4.0)
            patched.setattr(Job, "most_seconds", 0.5)
            failed = list(cluster_module.cluster_pool(address)(jobs, 2))
        assert [one.node for one in failed] == ["T0", "T1"]
        assert all("made no document for 5 seconds" in str(one.failure) for one in failed)
        results = cluster_module.cluster_pool(address)(jobs, 2)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(next, results)
            time.sleep(2)
            _ended(process)
            assert "could run it" in str(first.result(120).failure)
        assert len(list(results)) == 1
    finally:
        _ended(worker)


@pytest.fixture
def bucket(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Any]]:
    """A bucket on a local S3 server in a process of its own."""
    port = _free_port()
    server = _started("-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
    _listening(port)
    settings = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    system = s3fs.S3FileSystem()
    system.mkdir("plans")
    yield "s3://plans", system
    s3fs.S3FileSystem.clear_instance_cache()
    _ended(server)


def test_a_book_and_its_documents_may_be_on_shared_storage(book: Path, tmp_path: Path, bucket: tuple[str, Any]) -> None:
    address, system = bucket
    for path in sorted(p for p in book.rglob("*") if p.is_file()):
        system.pipe_file(f"plans/tiny/{path.relative_to(book).as_posix()}", path.read_bytes())
    command = [sys.executable, "-m", "workbook", "review", "N1", "CO", "--book", f"{address}/tiny"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    far = Folder.at(f"{address}/tiny/documents/2026-06-30")
    assert re.search(r"index: s3://plans/tiny/documents/2026-06-30/index\\.html", done.stdout) or far.has("index.html")
    review(book, "N1", "CO", "--out", str(tmp_path / "near"))
    near = files(tmp_path / "near")
    assert {name: far.read(name) for name in near} == near
    again = subprocess.run([*command, "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert "0 to do, 2 unchanged" in again.stdout


def test_a_copy_of_a_shared_book_is_fetched_once_and_anew_when_it_changes(runtime: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe_file("/b/book.toml", b"[book]\n")
    memory.pipe_file("/b/tables/sales.csv", b"1")
    memory.pipe_file("/b/documents/x.html", b"no")
    first = local_book("memory://b")
    assert sorted(p.name for p in first.rglob("*") if p.is_file()) == ["book.toml", "sales.csv"]
    assert local_book("memory://b") == first
    memory.pipe_file("/b/tables/sales.csv", b"22")
    assert local_book("memory://b") != first
    memory.rm("/b", recursive=True)
