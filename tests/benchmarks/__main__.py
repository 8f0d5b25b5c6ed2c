"""``python -m tests.benchmarks [NAME …]``: every benchmark in a process of its own; each prints ratios against a peer of the same run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


def main(names: list[str]) -> int:
    """Run the named benchmarks (all when none is named); returns how many failed."""
    here = Path(__file__).parent
    known = sorted(path.stem.removeprefix("bench_") for path in here.glob("bench_*.py"))
    unknown = set(names) - set(known)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "workbook", "--help"], check=True, capture_output=True)
    bare = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    print(f"workbook --help: {bare - start:.2f} s; python alone: {time.perf_counter() - bare:.2f} s", flush=True)
    failed = 0
    for name in names or known:
        print(f"\n== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"tests.benchmarks.bench_{name}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
