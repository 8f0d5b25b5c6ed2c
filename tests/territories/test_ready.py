"""The search is compiled once and kept, before the clock runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASK = """
from workbook.territories.solver import kernels, ready
print(ready.compiled())
ready.prepare()
print(ready.compiled(), sum(kernels.anneal.stats.cache_hits.values()))
"""


def test_kernels_are_compiled_once_and_read_from_disk_the_next_time(tmp_path):
    told = []
    for _ in range(2):
        made = subprocess.run(
            [sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        told.append(made.stdout.split())
    assert told == [["False", "True", "0"], ["True", "True", "1"]]
