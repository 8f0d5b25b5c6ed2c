"""The stem: kernels are forked from an idle process beside the worker, which ends with it and leaves nothing behind."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from workbook.review.warm import pool as pools
from workbook.review.warm.processes import can_fork_safely, children, descendants

from .conftest import cell, write_notebook
from .test_pool import _jobs

pytestmark = pytest.mark.skipif(bool(can_fork_safely()), reason=can_fork_safely() or "can fork")


def test_a_kernel_is_a_child_of_the_idle_process_and_not_of_its_worker(tmp_path: Path) -> None:
    (job,) = _jobs(tmp_path, 1)
    told = "import os\nos.getppid(), os.getpid()"
    write_notebook(Path(job.notebook), cell('node = "T"', "parameters"), cell(told), cell("'x' * 10"))
    before = set(descendants(os.getpid()))
    for made in pools.warm_pool([job], 1):
        assert made.failure is None
        shown = json.loads(Path(made.notebook).read_text(encoding="utf-8"))["cells"][-2]["outputs"][0]["data"]
        stem, kernel = json.loads("".join(shown["text/plain"]).replace("(", "[").replace(")", "]"))
        assert not Path(f"/proc/{kernel}").exists()
        assert len(children(stem)) == 1  # the worker
    end = time.monotonic() + 5
    while set(descendants(os.getpid())) - before and time.monotonic() < end:
        time.sleep(0.05)
    assert set(descendants(os.getpid())) <= before
