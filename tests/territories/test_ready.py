"""The search is compiled once and kept, before the clock runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASK = """
from workbook.territories.solver import interior_kernels as inner, kernels, ready, rounding_kernels as rounding
print(ready.compiled())
ready.prepare()
made = [kernels.anneal, kernels.cheapest, kernels.reduced, kernels.descend, kernels.soft_loads]
made += [inner.central, inner.carried, inner.by_unit, inner.assembled, inner.stepped, inner.longest, rounding.found, rounding.written]
print(ready.compiled(), all(kernel.signatures for kernel in made), sum(kernels.anneal.stats.cache_hits.values()))
"""


def test_kernels_are_compiled_once_and_read_from_disk_the_next_time(tmp_path):
    told = []
    for _ in range(2):
        made = subprocess.run(
            [sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        told.append(made.stdout.split())
    assert told == [["False", "True", "True", "0"], ["True", "True", "True", "1"]]


NOWHERE = """
import numba.core.caching as caching
caching.CacheImpl._locator_classes = []
from workbook.reconcile import kernels as odds
from workbook.targets import kernels as rounding
from workbook.territories.solver import kernels, ready
print(ready.first_word())
ready.prepare()
print(repr(ready.first_word()), kernels.anneal.stats.cache_path, rounding.settle.stats.cache_path)
"""


def test_where_no_folder_can_be_written_it_works_and_says_so():
    # numba finds no folder for its cache: as in a read-only installation without a home
    made = subprocess.run(
        [sys.executable, "-c", NOWHERE], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    word, after = made.stdout.splitlines()
    assert "Set NUMBA_CACHE_DIR to a folder that can" in word
    assert after == "'' None None"
