"""``workbook serve`` as a process: a port that is taken, and an end that leaves nothing behind."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.forms.conftest import ROOT, end_group, free_port, wait_for
from workbook.errors import UsageError
from workbook.forms.server import Serving, serve_pages


def answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is in use"):
            serve_pages(Serving(tmp_path, "", port, True, "", 600))


def test_a_signal_to_end_ends_the_server_too(book_root: Path) -> None:
    port = free_port()
    arguments = [sys.executable, "-m", "workbook", "serve", "--book", str(book_root), "--port", str(port)]
    process = subprocess.Popen(arguments, cwd=ROOT, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/static/nothing", process)
        process.terminate()
        process.wait(timeout=60)
        end = time.monotonic() + 30
        while answers(port):
            assert time.monotonic() < end, "the server outlives its command"
            time.sleep(0.2)
    finally:
        end_group(process)
