"""Serving the forms by Voilà: on this machine only, offline, with idle kernels ended."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from workbook.errors import UsageError
from workbook.forms.page import USER_HEADER
from workbook.places import shipped


@dataclass(frozen=True)
class Serving:
    """What is served, where, and to whom. With ``user_header`` the proxy before it decides who is there; ``idle_seconds`` ends a
    page's kernel after so long without a connection (Voilà itself does not when a tab is closed)."""

    root: Path
    as_of: str
    port: int
    token: bool
    user_header: str
    idle_seconds: int


def command(serving: Serving, token: str) -> list[str]:
    """Voilà's command line for the page of account plans."""
    page = shipped("templates", "serve", "pages") / "account-plans.ipynb"
    arguments = [
        sys.executable, "-m", "voila", str(page),
        "--Voila.ip=127.0.0.1",
        f"--port={serving.port}",
        "--Voila.port_retries=0",
        "--no-browser",
        "--template=workbook",
        "--strip_sources=True",
        "--show_tracebacks=False",
        f"--MappingKernelManager.cull_idle_timeout={serving.idle_seconds}",
        f"--MappingKernelManager.cull_interval={max(min(serving.idle_seconds // 2, 60), 1)}",
        "--MappingKernelManager.cull_connected=False",
        "--VoilaConfiguration.multi_kernel_manager_class=workbook.forms.kernels.PatientKernels",
    ]  # fmt: skip
    arguments.append(f"--Voila.token={token}")
    if serving.user_header:
        arguments.append(f"--VoilaConfiguration.http_header_envs=['{serving.user_header}']")
    return arguments


def environment(serving: Serving) -> dict[str, str]:
    """The environment of the server: the book, the header, our own page template before Voilà's."""
    name = serving.user_header
    if name and not all(c.isalnum() or c in "-_" for c in name):
        raise UsageError(f"{name!r} is not a header's name", remedy="Use letters, digits and hyphens.")
    paths = [str(shipped("templates", "serve")), os.environ.get("JUPYTER_PATH", "")]
    kept = {k: v for k, v in os.environ.items() if k != USER_HEADER}
    return {
        **kept,
        "JUPYTER_PATH": os.pathsep.join(filter(None, paths)),
        "WORKBOOK_BOOK": str(serving.root),
        "WORKBOOK_AS_OF": serving.as_of,
        **({USER_HEADER: name} if name else {}),
    }


def must_be_free(port: int) -> None:
    """Raise :class:`UsageError` when something else answers at the port."""
    with socket.socket() as asked:
        if asked.connect_ex(("127.0.0.1", port)) == 0:
            raise UsageError(f"port {port} is in use", remedy="End what uses it, or choose another by --port.")


def serve_pages(serving: Serving, *, browser: bool = False) -> int:
    """Run the server until it is stopped (Ctrl-C, or a signal to end); returns its exit code. Raises :class:`UsageError` for a port in use."""
    must_be_free(serving.port)
    token = secrets.token_urlsafe(24) if serving.token else ""
    address = f"http://127.0.0.1:{serving.port}/" + (f"?token={token}" if token else "")
    print(f"account plans: {address}\nstop with Ctrl-C", flush=True)
    if browser:
        import webbrowser

        webbrowser.open(address)
    process = subprocess.Popen(command(serving, token), env=environment(serving))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else the server would outlive this
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait(timeout=20)
        return 0
