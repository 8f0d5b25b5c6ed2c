"""Fork servers: the user's own, found or started, and private ones that end with the process that started them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from workbook.review.sharing import private_folder
from workbook.review.warm.request import ServerError, called

START_SECONDS = 60.0
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


def user_server() -> Path:
    """The socket of the user's server for this code, these libraries and settings; starts it when it does not answer."""
    folder, key = private_folder(), server_key()
    address = folder / f"{key}.sock"
    with (folder / f"{key}.lock").open("w") as lock:
        locked(lock, START_SECONDS + 30)
        if not _answers(address):
            _LASTING.append(launch(address, private=False))
    return address


def locked(lock: IO[str], seconds: float) -> None:
    """Hold the lock of a file until it is closed. Raises :class:`ServerError` where another has it for so many seconds."""
    import fcntl

    end = time.monotonic() + seconds
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise ServerError(
                    f"another process has been starting the kernel server for {seconds:g} seconds",
                    remedy=f"End it, or remove {lock.name}.",
                ) from None
            time.sleep(0.05)


def _answers(address: Path) -> bool:
    try:
        connection, said, _ = called(address, {"do": "hello"}, 5)
    except (ServerError, ValueError):
        return False
    connection.close()
    return "hello" in said


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
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if address.exists() and _answers(address):
            return process
        if process.poll() is not None:
            break
        time.sleep(0.02)
    process.kill()
    process.wait(10)
    words = address.with_suffix(".log").read_text(errors="replace").strip().splitlines()
    raise ServerError(f"the kernel server did not start: {words[-1] if words else 'no message'}")


def _python_path() -> str:
    """The search path of this process, so that the server imports the same package."""
    package = str(Path(__file__).resolve().parents[3])
    return os.pathsep.join([package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])
