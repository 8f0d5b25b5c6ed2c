"""The sample company to write in: a copy without anybody's decisions, caches and documents."""

from __future__ import annotations

import shutil
from pathlib import Path

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"


def sample_copy(target: Path) -> Path:
    """Copy the sample book to ``target`` and return it."""
    kept_out = shutil.ignore_patterns("documents", ".cache", "*.sqlite*", ".drafts")
    shutil.copytree(SAMPLE, target, ignore=kept_out)
    return target
