"""Nothing waits for ever: peers that never answer, trickle, hang or cannot be ended are given up in time, with words."""

from __future__ import annotations

import importlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.resource_tracker import ensure_running
from pathlib import Path
from typing import Any

import pytest

from workbook.review.jobs import Job, result
from workbook.review.warm import pool as pools
from workbook.review.warm import processes, worker
from workbook.review.warm.processes import can_fork_safely, end_orphans
from workbook.review.warm.request import ServerError, answer, ask, asked, called
from workbook.review.warm.wire import Wire

from .conftest import cell, write_notebook
from .test_pool import _jobs

pytestmark = pytest.mark.skipif(bool(can_fork_safely()), reason=can_fork_safely() or "can fork")
SLEEP = [sys.executable, "-c", "import time; time.sleep(1000)"]


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[Path]:
    """The address of a server that takes one connection into its queue, and never answers."""
    address = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen(0)
        yield address


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing for long."""
    with subprocess.Popen(SLEEP) as process:
        yield process
        process.kill()


def test_a_server_that_never_answers_is_given_up_with_words(silent: Path) -> None:
    for _ in range(2):  # answered by nobody; then the queue is full, too
        with socket.socket(socket.AF_UNIX) as first:
            first.setblocking(False)
            start = time.monotonic()
            with pytest.raises(ServerError, match=r"did not answer for 0\.3 seconds"):
                called(silent, {"do": "work"}, 0.3)
            assert time.monotonic() - start < 3
            first.connect_ex(str(silent))


def test_a_request_larger_than_the_socket_holds_is_given_up_too(silent: Path) -> None:
    with pytest.raises(ServerError, match="did not answer"):
        called(silent, {"do": "kernel", "environment": "x" * 5_000_000}, 0.3)


def test_a_server_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="is gone"):
        called(tmp_path / "nobody", {"do": "work"}, 5)
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, pytest.raises(ServerError, match="is gone"):
        asked(ours, {"do": "tidy"}, 5)


def test_an_answer_that_trickles_in_does_not_stretch_its_time() -> None:
    ours, theirs = socket.socketpair()
    code = "import sys, time, socket\ns = socket.socket(fileno=int(sys.argv[1]))\nwhile s.send(b'.'): time.sleep(0.05)"
    with ours, theirs:
        process = subprocess.Popen([sys.executable, "-c", code, str(theirs.fileno())], pass_fds=[theirs.fileno()])
        try:
            ours.recv(1)
            start = time.monotonic()
            with pytest.raises(TimeoutError):
                answer(ours, 0.5)
            assert time.monotonic() - start < 3
        finally:
            process.kill()
            process.wait(10)


def test_a_request_larger_than_the_socket_holds_arrives_whole() -> None:
    ours, theirs = socket.socketpair()

    def reply() -> None:
        said, _ = answer(theirs, 20)
        ask(theirs, {"length": len(said["text"])})

    with ours, theirs, ThreadPoolExecutor(1) as pool:
        replied = pool.submit(reply)
        assert asked(ours, {"text": "x" * 3_000_000}, 20)[0] == {"length": 3_000_000}
        replied.result(20)


def test_an_answer_that_comes_before_the_request_is_done_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    send = socket.send_fds

    def quick(*sent: Any) -> int:
        done = send(*sent)
        theirs.sendall(b'{"refused": "at once"}\n')
        theirs.close()
        return done

    monkeypatch.setattr(socket, "send_fds", quick)
    with ours, pytest.raises(ServerError, match="at once"):
        asked(ours, {"do": "dance"}, 5)


def test_a_process_that_cannot_be_ended_is_left_after_a_while(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one of another user, or one that waits for a disk."""

    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    known = set(processes.children(os.getpid())) - {sleeper.pid}
    start = time.monotonic()
    end_orphans(known, 0.3)
    assert time.monotonic() - start < 3
    assert sleeper.poll() is None


def test_orphans_are_ended_and_reaped(sleeper: subprocess.Popen[bytes]) -> None:
    end_orphans(set(processes.children(os.getpid())) - {sleeper.pid})
    assert not Path(f"/proc/{sleeper.pid}").exists()


def test_a_server_that_does_not_stop_is_ended_with_all_under_it(silent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "STOP_SECONDS", 0.5)
    code = f"import subprocess; subprocess.Popen({SLEEP!r}, start_new_session=True); import time; time.sleep(1000)"
    process = subprocess.Popen([sys.executable, "-c", code])
    end = time.monotonic() + 30
    while not (below := processes.descendants(process.pid)) and time.monotonic() < end:
        time.sleep(0.05)
    start = time.monotonic()
    pools.stop(silent, process)
    assert time.monotonic() - start < 10
    assert process.returncode == -signal.SIGKILL
    while any(map(_lives, below)) and time.monotonic() < start + 20:
        time.sleep(0.05)
    assert not any(map(_lives, below))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class _Stem:
    """A stem that does not answer when asked to do ``fails``."""

    ended = 0

    def __init__(self, fails: str) -> None:
        self.fails = fails

    def can_fork(self, cache: str) -> bool:
        return self._do("load")

    def tidy(self) -> bool:
        return self._do("tidy")

    def _do(self, what: str) -> bool:
        if what == self.fails:
            raise ServerError(f"{what}: no answer")
        return True

    def end(self) -> None:
        type(self).ended += 1


@pytest.mark.parametrize(("fails", "engine"), [("load", "workbook-plain"), ("tidy", "warm"), ("", "warm")])
def test_a_worker_whose_stem_does_not_answer_makes_its_document_and_ends(
    fails: str, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engines = []

    def run(job: Job, engine: str = "workbook-plain", **_: object) -> object:
        engines.append(engine)
        return result(job)

    monkeypatch.setattr("workbook.review.execute.run_job", run)
    monkeypatch.setattr(worker, "kill_descendants", lambda _: None)
    (job,) = _jobs(tmp_path, 1)
    made, goes_on = worker.made(_Stem(fails), job, "")  # type: ignore[arg-type]
    assert (made.status, goes_on, engines) == ("done", fails == "", [engine])
    assert ("no answer" in capsys.readouterr().err) == bool(fails)


def test_a_worker_that_hangs_is_ended_by_its_own_clock() -> None:
    """Also where whoever started the review ignores the signal, and where a library hangs that asks no Python handler."""
    code = (
        "import ctypes, signal\nfrom workbook.review.warm.processes import ended_after\n"
        "signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
        "with ended_after(60):\n    pass\nwith ended_after(1):\n    ctypes.PyDLL(None).sleep(1000)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode == -signal.SIGALRM


def test_where_the_server_is_lost_the_rest_is_made_by_papermills_own_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pools, "SERVER_SECONDS", 0.3)
    monkeypatch.setattr(pools, "STOP_SECONDS", 0.3)
    plain: list[str] = []

    def lost(address: Path, *, private: bool) -> subprocess.Popen[bytes]:
        address.with_suffix(".log").write_text("last words\n")
        return subprocess.Popen(SLEEP)

    def plainly(work: list[Job], workers: int) -> Iterator[object]:
        plain.extend(job.node for job in work)
        return (result(job) for job in work)

    monkeypatch.setattr(pools, "launch", lost)
    monkeypatch.setattr(pools, "plain_pool", plainly)
    made = list(pools.warm_pool(_jobs(tmp_path, 3), 2))
    assert sorted(one.node for one in made) == sorted(plain) == ["T0", "T1", "T2"]
    said = capsys.readouterr().err
    assert said.count("papermill's own engine runs") == 1
    assert "last words" in said


def test_who_waits_for_another_to_start_the_users_server_gives_up_in_time(tmp_path: Path) -> None:
    import fcntl

    from workbook.review.warm.launching import locked

    path = tmp_path / "x.lock"
    with path.open("w") as held, path.open("w") as other:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ServerError, match=r"x\.lock"):
            locked(other, 0.3)
        fcntl.flock(held, fcntl.LOCK_UN)
        locked(other, 0.3)


def test_a_kernel_that_reads_nothing_is_given_up_and_nothing_of_a_wire_stays_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from nbclient.exceptions import DeadKernelError

    from workbook.review.warm import client as clients

    monkeypatch.setattr(clients, "READ_SECONDS", 0.3)
    before = os.listdir("/proc/self/fd")
    manager = clients.WarmManager(lambda end: clients.ForkedKernel(os.getpid(), os.pidfd_open(os.getpid())))
    ours, theirs = socket.socketpair()
    with theirs:
        client = clients.WarmClient(manager, clients.Wire(ours, clients.READ_SECONDS))
        with pytest.raises(DeadKernelError, match=r"read nothing for 0\.3 seconds"):
            client.execute("x" * 5_000_000)
        client.stop_channels()
    assert os.listdir("/proc/self/fd") == before


def test_a_wire_sends_more_than_a_socket_holds_to_who_reads_slowly() -> None:
    ours, theirs = socket.socketpair()
    sender, reader = Wire(ours, 20), Wire(theirs)
    got: list[tuple[str, dict[str, object], list[bytes]]] = []
    with ours, theirs, ThreadPoolExecutor(1) as pool:
        sent = pool.submit(sender.send, "shell", {"text": "é" * 2_000_000}, [b"12", b""])
        end = time.monotonic() + 20
        while not got and time.monotonic() < end:
            time.sleep(0.001)
            got += reader.received()
        sent.result(20)
        sender.close()
        reader.close()
    assert got == [("shell", {"text": "é" * 2_000_000}, [b"12", b""])]


PROCESSES = """
import atexit, os, time
from workbook.review.jobs import result

def hangs_at_its_end(connection):
    atexit.register(time.sleep, 1000)
    try:
        while True:
            connection.send(result(connection.recv()))
    except EOFError:
        pass

def never_answers(connection):
    connection.recv()
    time.sleep(1000)

def dies_at_one(connection):
    try:
        while (job := connection.recv()).node != "T1":
            connection.send(result(job))
    except EOFError:
        return
    os._exit(1)
"""


@pytest.mark.parametrize(
    ("process", "failed"),
    [("hangs_at_its_end", {}), ("dies_at_one", {"T1": "died"}), ("never_answers", dict.fromkeys(("T0", "T1", "T2"), "in time"))],
)  # fmt: skip
def test_a_process_of_papermills_own_engine_that_hangs_or_dies_costs_its_own_document(
    process: str, failed: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbook.review import pool

    (tmp_path / "processes_for_this_test.py").write_text(PROCESSES)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(pool, "serve", getattr(importlib.import_module("processes_for_this_test"), process))
    monkeypatch.setattr(pool, "END_SECONDS", 1.0)
    if process == "never_answers":
        monkeypatch.setattr(Job, "most_seconds", 1.0)
    ensure_running()  # the one process that spawning leaves for the next time
    before = set(processes.descendants(os.getpid()))
    made = {one.node: str(one.failure or "") for one in pool.plain_pool(_jobs(tmp_path, 3), 2)}
    sys.modules.pop("processes_for_this_test")
    assert made.keys() == {"T0", "T1", "T2"}
    assert {node for node, why in made.items() if why} == set(failed)
    assert all(failed[node] in made[node] for node in failed)
    assert not any(_lives(pid) for pid in set(processes.descendants(os.getpid())) - before)


def test_a_review_that_is_left_early_ends_its_processes_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbook.review import pool

    ensure_running()
    before = set(processes.descendants(os.getpid()))
    source = write_notebook(
        tmp_path / "n.ipynb", cell('node = "T"', "parameters"), cell("import time; time.sleep(int(node))")
    )
    jobs = [Job(n, n, "t", str(source), {"node": n}, str(tmp_path), str(tmp_path), n) for n in ("0", "1000")]
    results = pool.plain_pool(jobs, 2)
    assert next(results).node == "0"
    start = time.monotonic()
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 25
    assert not any(_lives(pid) for pid in set(processes.descendants(os.getpid())) - before)


def test_a_server_that_ends_leaves_the_socket_of_the_one_in_its_place(tmp_path: Path) -> None:
    """One that was too busy to answer is taken for dead, and another is started at its address."""
    from workbook.review.warm.launching import launch

    address = tmp_path / "s"
    for replaced in (False, True):
        process = launch(address, private=True)
        if replaced:
            address.unlink()
            address.touch()
        process.terminate()
        assert process.wait(30) == 0
        assert address.exists() == replaced
