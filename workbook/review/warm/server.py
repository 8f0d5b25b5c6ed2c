"""The fork server: one warm process per user (or per review), asked over a Unix socket for kernels and for workers.

One request per connection: ``{"do": "kernel", …}`` with the kernel's socket and standard files, or ``{"do": "work"}``, after
which the connection is the worker's. When a connection closes, what was started for it ends.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.errors import WorkbookError
from workbook.review.sharing import private_folder
from workbook.review.warm.processes import adopt_orphans, die_with_parent, end_orphans, kill_descendants, kill_group

IDLE_SECONDS = 900.0
_START_SECONDS = 60.0
#: Environment variables that change what is imported or how; another value means another server.
_TELLING = (
    "PYTHON",
    "MPL",
    "OMP_",
    "OPENBLAS",
    "MKL",
    "NUMBA",
    "LC_",
    "LANG",
    "IPYTHON",
    "JUPYTER",
    "VIRTUAL_ENV",
    "AWS_",
    "FSSPEC",
)

#: Servers that outlive this process.
_LASTING: list[subprocess.Popen[bytes]] = []


class ServerError(WorkbookError):
    """The fork server could not be started or refused."""


@dataclass
class RemoteKernel:
    """A kernel that a server forked; it ends when ``connection`` closes."""

    pid: int
    pidfd: int
    connection: socket.socket

    def reap(self) -> None:
        os.close(self.pidfd)
        self.connection.close()


def ask(connection: socket.socket, request: dict[str, Any], files: list[int] | None = None) -> None:
    """Send a request, with open files."""
    socket.send_fds(connection, [json.dumps(request).encode() + b"\n"], files or [])


def answer(connection: socket.socket, seconds: float | None = None) -> tuple[dict[str, Any], list[int]]:
    """One line from the other end and the files that came with it. Raises :class:`EOFError` when it is closed."""
    connection.settimeout(seconds)
    text, files = b"", []
    while not text.endswith(b"\n"):
        part, came, _, _ = socket.recv_fds(connection, 1 << 16, 8)
        if not part:
            raise EOFError
        text += part
        files += came
    connection.settimeout(None)
    return json.loads(text), files


def remote_start(memory_limit_mb: int = 0, address: Path | None = None) -> Any:
    """A function that forks a kernel at the user's server (started when there is none), as this process would start it."""
    where = address or user_server()

    def start(end: socket.socket) -> RemoteKernel:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(where))
        request = {
            "do": "kernel",
            "cwd": os.getcwd(),
            "environment": dict(os.environ),
            "memory_limit_mb": memory_limit_mb,
        }
        ask(connection, request, [end.fileno(), _number(sys.__stdout__, 1), _number(sys.__stderr__, 2)])
        said, files = answer(connection, _START_SECONDS)
        if "refused" in said:
            raise ServerError(said["refused"])
        return RemoteKernel(said["pid"], files[0], connection)

    return start


def _number(stream: Any, otherwise: int) -> int:
    try:
        return int(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return otherwise


def is_our_python(kernel_name: str) -> bool:
    """Whether a kernel's name stands for ipykernel in this very Python."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        command = KernelSpecManager().get_kernel_spec(kernel_name).argv
    except NoSuchKernel:
        return False
    return "ipykernel_launcher" in command and command[0] in ("python", "python3", sys.executable)


def user_server() -> Path:
    """The socket of the user's server for this code, these libraries and settings; starts it when it does not answer."""
    import fcntl

    folder = private_folder()
    address = folder / f"{server_key()}.sock"
    with (folder / f"{server_key()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _answers(address):
            _LASTING.append(launch(address, private=False))
    return address


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.settimeout(5)
            connection.connect(str(address))
            ask(connection, {"do": "hello"})
            return "hello" in answer(connection, 5)[0]
        except (OSError, EOFError, ValueError):
            return False


def server_key() -> str:
    """Stands for all that a warm process has fixed: program, libraries, and telling environment variables."""
    import hashlib

    from workbook.review.state import program_hash, versions

    telling = sorted((k, v) for k, v in os.environ.items() if k.startswith(_TELLING))
    text = json.dumps([program_hash(), versions(), sys.executable, sys.flags.hash_randomization, telling])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def launch(address: Path, *, private: bool) -> subprocess.Popen[bytes]:
    """Start a server and wait until it listens. Raises :class:`ServerError` with its last words.

    A private server ends with this process.
    """
    command = [sys.executable, "-m", "workbook.review.warm.server", str(address)]
    with (address.with_suffix(".log")).open("wb") as log:
        process = subprocess.Popen(
            [*command, *(["--private", str(os.getpid())] if private else [])],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env={**os.environ, "PYTHONPATH": _python_path()},
        )
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if address.exists() and _answers(address):
            return process
        if process.poll() is not None:
            break
        time.sleep(0.02)
    words = address.with_suffix(".log").read_text(errors="replace").strip().splitlines()
    raise ServerError(f"the kernel server did not start: {words[-1] if words else 'no message'}")


def _python_path() -> str:
    """The search path of this process, so that the server imports the same package."""
    package = str(Path(__file__).resolve().parents[3])
    return os.pathsep.join([package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])


class Server:
    """Accepts connections, forks what they ask for, and ends it when they close."""

    def __init__(self, listener: socket.socket, owner: int = 0) -> None:
        from workbook.review.warm.nursery import Nursery

        self.listener, self.owner = listener, owner
        self.nursery = Nursery.prepare()
        self.selector = selectors.DefaultSelector()
        self.born: dict[int, tuple[socket.socket | None, int]] = {}  # pidfd: connection, pid
        self.busy = time.monotonic()

    def run(self) -> None:
        """Serve until idle for long, or until the owner is gone."""
        self.listener.listen(64)
        self.selector.register(self.listener, selectors.EVENT_READ, self._accept)
        while self.owner or self.born or time.monotonic() - self.busy < IDLE_SECONDS:
            for key, _ in self.selector.select(timeout=5.0):
                key.data(key.fileobj)

    def _accept(self, listener: Any) -> None:
        connection, _ = listener.accept()
        self.busy = time.monotonic()
        uid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
        try:
            if uid != os.getuid():
                raise EOFError
            request, files = answer(connection, 5)
            getattr(self, f"_{request.pop('do')}", self._unknown)(connection, request, files)
        except (EOFError, OSError, ValueError):
            connection.close()

    def _hello(self, connection: socket.socket, request: dict[str, Any], files: list[int]) -> None:
        ask(connection, {"hello": os.getpid()})
        connection.close()

    def _unknown(self, connection: socket.socket, request: dict[str, Any], files: list[int]) -> None:
        ask(connection, {"refused": "no such request"})
        connection.close()

    def _kernel(self, connection: socket.socket, request: dict[str, Any], files: list[int]) -> None:
        from workbook.review.warm.nursery import Birth

        end = socket.socket(fileno=files[0])
        try:
            pid = self.nursery.start(end, Birth(**request, files=tuple(files[1:])))
        except WorkbookError as fault:
            ask(connection, {"refused": str(fault)})
            connection.close()
            return
        finally:
            end.close()
            for file in files[1:]:
                os.close(file)
        pidfd = os.pidfd_open(pid)
        ask(connection, {"pid": pid}, [pidfd])
        self.selector.register(connection, selectors.EVENT_READ, lambda _: self._end(pidfd))
        self._watch(pidfd, connection, pid)

    def _work(self, connection: socket.socket, request: dict[str, Any], files: list[int]) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                die_with_parent(parent)
                self.selector.close()
                self.listener.close()
                from workbook.review.warm.worker import work

                work(connection, self.nursery)
            except BaseException:
                traceback.print_exc()  # into the server's log
            finally:
                os._exit(0)
        ask(connection, {"pid": pid})
        connection.close()
        self._watch(os.pidfd_open(pid), None, pid)

    def _stop(self, connection: socket.socket, request: dict[str, Any], files: list[int]) -> None:
        connection.close()
        raise SystemExit

    def _watch(self, pidfd: int, connection: socket.socket | None, pid: int) -> None:
        self.born[pidfd] = (connection, pid)
        self.selector.register(pidfd, selectors.EVENT_READ, lambda _: self._end(pidfd))

    def _end(self, pidfd: int) -> None:
        """A process ended, or nobody wants it any more: end its group, reap it, forget it."""
        if pidfd not in self.born:
            return
        connection, pid = self.born.pop(pidfd)
        kill_group(pid)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
        end_orphans({known for _, known in self.born.values()})
        self.selector.unregister(pidfd)
        os.close(pidfd)
        if connection is not None:
            self.selector.unregister(connection)
            connection.close()
        self.busy = time.monotonic()


def main() -> None:
    """``python -m workbook.review.warm.server SOCKET [--private PID]``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address", type=Path)
    parser.add_argument("--private", type=int, default=0)
    given = parser.parse_args()
    if given.private:
        die_with_parent(given.private)
    adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    given.address.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(given.address))
    os.chmod(given.address, 0o600)
    try:
        Server(listener, given.private).run()
    finally:
        given.address.unlink(missing_ok=True)
        kill_descendants(os.getpid())


if __name__ == "__main__":
    main()
