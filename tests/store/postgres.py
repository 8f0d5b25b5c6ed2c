"""A PostgreSQL server for the tests: one per session, in a folder of its own, stopped at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def programs() -> Path | None:
    """The folder of the server's programs, or None where they are not installed."""
    found = shutil.which("initdb")
    return Path(found).parent if found else next((p for p in PLACES if (p / "initdb").exists()), None)


def _server_user() -> str | None:
    """A server must not run as root; then the first of these accounts that exists runs it."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody", "daemon") if name in known)


@contextmanager
def server(bin: Path) -> Iterator[str]:
    """A running server; yields the URL of its superuser's database."""
    user = _server_user()
    folder = Path(tempfile.mkdtemp(prefix="wb-pg-", dir="/tmp"))
    data, home = folder / "data", dict(os.environ, LC_ALL="C", HOME=str(folder))
    data.mkdir()
    data.chmod(0o700)
    if user:
        shutil.chown(folder, user)
        shutil.chown(data, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*command: str) -> None:
        done = subprocess.run(command, user=user, cwd=folder, env=home, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")

    try:
        run(str(bin / "initdb"), "-D", str(data), "-U", "boss", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
        run(str(bin / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://boss@127.0.0.1:{port}/postgres"
        finally:
            run(str(bin / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
