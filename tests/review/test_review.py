"""``workbook review`` from end to end on the tiny book: documents, index, resume, failures, and nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from workbook.review.warm.processes import can_fork_safely

from .conftest import set_cells

warm = pytest.mark.skipif(bool(can_fork_safely()), reason=can_fork_safely() or "can fork")
ROOT = Path(__file__).resolve().parents[2]


def review(book: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and the JSON answer of ``workbook review --json``."""
    command = [sys.executable, "-m", "workbook", "review", "--book", str(book), "--json", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def files(folder: Path) -> dict[str, bytes]:
    """All documents of a folder, by name."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


@pytest.fixture
def folder(book: Path) -> Path:
    return book / "documents" / "2026-06-30"


@warm
def test_every_node_gets_its_documents_and_a_second_run_makes_only_what_changed(book: Path, folder: Path) -> None:
    code, first = review(book)
    assert (code, first["ok"]) == (0, True)
    assert [r["node"] for r in first["rows"]] == ["CO", "N", "S", "N1", "N2", "S1"]
    sold = {r["node"]: r["plan_amount"] for r in first["rows"]}
    assert sold == {"CO": 25025, "N": 22025, "S": 3000, "N1": 15025, "N2": 7000, "S1": 3000}
    made = files(folder)
    _offline_and_escaped(made)
    assert review(book)[1]["summary"]["unchanged"] == 6
    set_cells(book, "'changed'")
    _, planned = review(book, "--dry-run")
    assert [r["reason"] for r in planned["rows"]] == ["", *["the notebook changed"] * 5]
    assert files(folder) == made
    (folder / "N1.html").unlink()
    (book / "tables" / "sales.csv").write_text("account_id,booked_on,amount\nA1,2026-01-10,1.00\n", encoding="utf-8")
    _, planned = review(book, "--dry-run", "N1", "CO")
    assert {r["node"]: r["reason"] for r in planned["rows"]} == {
        "CO": "table sales changed",
        "N1": "N1.html is not there",
    }


def _offline_and_escaped(made: dict[str, bytes]) -> None:
    """No request to the web, nothing of data as markup, small, and marked as sample data."""
    for name, content in made.items():
        if name.endswith(".html"):
            text = content.decode()
            assert "http" not in re.sub(r"http-equiv", "", text), name
            assert "<script" not in text
            assert "North <two>" not in text
            assert "sample data" in text
            assert len(content) < 1_000_000
    assert b"North &lt;two&gt;" in made["index.html"]


@warm
def test_documents_are_the_same_bytes_from_both_engines_and_again(book: Path, tmp_path: Path) -> None:
    made = {}
    for name, engine in (("a", "warm"), ("b", "warm"), ("c", "papermill")):
        code, _ = review(book, "--engine", engine, "--out", str(tmp_path / name), "--workers", "2", "N1", "S1", "CO")
        assert code == 0
        made[name] = files(tmp_path / name)
    assert made["a"].keys() == {"index.html", *(f"{n}.{e}" for n in ("N1", "S1", "CO") for e in ("html", "ipynb"))}
    assert made["a"] == made["b"] == made["c"]


@warm
def test_a_document_that_fails_says_so_and_does_not_stop_the_others(book: Path, folder: Path) -> None:
    set_cells(
        book,
        "import os, signal, time",
        "{'N1': lambda: 1/0, 'N2': lambda: os.kill(os.getpid(), signal.SIGKILL),"
        " 'S1': lambda: time.sleep(99)}.get(node, lambda: 'fine')()",
    )
    rules = (book / "book.toml").read_text(encoding="utf-8") + "\n[review]\ntime_limit_seconds = 6\n"
    (book / "book.toml").write_text(rules, encoding="utf-8")
    code, told = review(book)
    by_node = {r["node"]: r for r in told["rows"]}
    assert (code, told["ok"], told["summary"]["failed"]) == (1, False, 3)
    assert [by_node[n]["status"] for n in ("CO", "N", "S")] == ["done"] * 3
    assert by_node["N1"]["failure"].endswith("ZeroDivisionError: division by zero")
    assert by_node["N2"]["failure"].endswith("the process that ran it died")
    assert by_node["S1"]["failure"].endswith("took longer than 6 seconds and was stopped")
    assert all(f"cell {4} " in by_node[n]["failure"].replace("cell 5 ", "cell 4 ") for n in ("N1", "N2", "S1"))
    index = (folder / "index.html").read_text(encoding="utf-8")
    for node in ("N1", "N2", "S1"):
        assert "not complete" in (folder / f"{node}.html").read_text(encoding="utf-8")
        assert node in index
    set_cells(book, "'mended'")
    assert review(book, "N1")[1]["rows"][0]["status"] == "done"


@warm
def test_ctrl_c_leaves_what_is_finished_and_no_process(book: Path, folder: Path) -> None:
    set_cells(book, "import time, subprocess\ntime.sleep(0 if node == 'S1' else 60)")
    command = [sys.executable, "-m", "workbook", "review", "--book", str(book)]
    environment = {**os.environ, "PYTHONFAULTHANDLER": "1"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # what a shell starts in the background ignores it
    )  # fmt: skip
    end = time.monotonic() + 120
    while not (folder / ".review" / "S1.json").exists() and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(1.0)
    ours = _mentioning(str(process.pid))
    os.killpg(process.pid, signal.SIGINT)
    assert process.stdout is not None
    try:
        code = process.wait(30)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # it tells where it stands
        pytest.fail(process.stdout.read().decode(errors="replace"))
    assert code == 130
    process.stdout.close()
    assert ours
    assert _mentioning(str(process.pid)) == []
    assert (folder / "S1.html").is_file()
    assert not [p for p in folder.iterdir() if p.name.startswith(".N")]
    assert "unchanged" in {r["status"] for r in review(book, "--dry-run")[1]["rows"]}


def _mentioning(owner: str) -> list[int]:
    """Fork servers (and what they forked) that were started for a process."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if "workbook.review.warm.server" in words and owner in words:
                found.append(int(folder.name))
    return found


def test_an_unknown_node_is_named_with_near_ones(book: Path) -> None:
    command = [sys.executable, "-m", "workbook", "review", "N11", "--book", str(book)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "N1" in done.stderr.split("N11")[1]


def test_an_unknown_parameter_is_refused_with_near_ones(book: Path) -> None:
    command = [sys.executable, "-m", "workbook", "run", "08", "-p", "nod", "N1", "--book", str(book)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "did you mean node?" in done.stderr
    assert not (book / "documents").exists()
