"""A book to write in, servers of the forms, and a real headless Chromium."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.sample_copy import sample_copy
from workbook.forms.server import Serving, command, environment

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def book_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample book without anybody's decisions; the tests of a module share it, each with an account of its own."""
    return sample_copy(tmp_path_factory.mktemp("forms") / "book")


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[Any], seconds: float = 90) -> None:
    """Until the server answers anything, even a refusal."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(url)


@pytest.fixture(scope="module")
def served(book_root: Path) -> Iterator[Callable[..., str]]:
    """``served(token="", user_header="")`` gives the address of a page server, started once; all are stopped afterwards."""
    running: list[subprocess.Popen[bytes]] = []
    known: dict[tuple[Any, ...], str] = {}

    def start(token: str = "", **more: Any) -> str:
        wish = (token, *sorted(more.items()))
        if wish in known:
            return known[wish]
        serving = replace(Serving(book_root, "", free_port(), bool(token), "", 600), **more)
        process = subprocess.Popen(
            command(serving, token),
            env=environment(serving) | {"PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            start_new_session=True,
        )
        running.append(process)
        address = f"http://127.0.0.1:{serving.port}/"
        wait_for(address + "static/nothing", process)
        known[wish] = address
        return address

    yield start
    for process in running:
        end_group(process)


def end_group(process: subprocess.Popen[Any]) -> None:
    """End a server and every kernel it started."""
    import signal

    for each in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, each)
            process.wait(timeout=15)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("chromium is not there")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A tab; a request that leaves this machine fails the test."""
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    tab = context.new_page()
    tab.set_default_timeout(90_000)
    outside: list[str] = []
    tab.on(
        "request",
        lambda r: (
            None
            if r.url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))
            else outside.append(r.url)
        ),
    )
    yield tab
    context.close()
    assert outside == []


@pytest.fixture(scope="module")
def lab(book_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """``lab(name, *cells)`` gives the address of a new notebook with these cells in JupyterLab, started once."""
    folder = tmp_path_factory.mktemp("lab")
    port = free_port()
    arguments = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=lab",
        f"--ServerApp.root_dir={folder}", "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    more = {"WORKBOOK_BOOK": str(book_root), "JUPYTER_CONFIG_DIR": str(folder / ".config"), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(arguments, env={**os.environ, **more}, cwd=ROOT, start_new_session=True)

    def notebook(name: str, *cells: str) -> str:
        code = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        made = {
            "cells": [{**code, "id": f"c{at}", "source": text} for at, text in enumerate(cells)],
            "metadata": {"kernelspec": kernel},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        (folder / f"{name}.ipynb").write_text(json.dumps(made), encoding="utf-8")
        return f"http://127.0.0.1:{port}/lab/workspaces/{name}/tree/{name}.ipynb?token=lab"

    try:
        wait_for(f"http://127.0.0.1:{port}/api", process)
        yield notebook
    finally:
        end_group(process)


def run_until_shown(page: Any, selector: str, seconds: float = 25) -> Any:
    """Run the first cell, waiting so long each time, until its output shows; JupyterLab reports a kernel idle before it takes keys, and then drops them."""
    from playwright.sync_api import TimeoutError as NotShown

    page.locator(".jp-NotebookPanel .jp-CodeCell").first.wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").first.wait_for()
    for _ in range(4):
        for asked in page.locator(".jp-Dialog .jp-mod-accept").all():  # a slow kernel or file makes it ask
            asked.click()
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        try:
            page.locator(selector).first.wait_for(timeout=seconds * 1000)
            return page.locator(selector).first
        except NotShown:
            cells = page.locator(".jp-CodeCell").all_inner_texts()
    raise AssertionError(f"{selector} did not show; the cells read {cells}")
