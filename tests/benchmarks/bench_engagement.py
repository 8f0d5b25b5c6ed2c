"""Portfolio and engagement at size: seconds and memory for a sample company, and how they grow from 10,000 accounts up.

    python -m tests.benchmarks.bench_engagement [ACCOUNTS …]     (10,000 and 100,000 when none are given)

Each size runs in a process of its own; loading the tables is timed apart. The peer of the same run is one plain pandas
``groupby(account_id, rep_id)`` over the activities: what any tool has to do at least. Goal: 1,000,000 accounts and 10,000,000
activities in under 60 s and 6 GiB on two cores.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (10_000, 100_000)


def measure(accounts: int) -> dict[str, float]:
    """Seconds per part, GiB at the peak, and the size, for one sample company of so many accounts."""
    from workbook.book import Book
    from workbook.sample.generator import write_sample
    from workbook.stage import noun

    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder), accounts=accounts, seed=1)
        out: dict[str, float] = {"accounts": accounts}
        start = time.perf_counter()
        book = Book.open(folder)
        out["load_s"] = time.perf_counter() - start
        out["activities"], out["reps"] = len(book.tables.activities), len(book.tables.reps)
        start = time.perf_counter()
        book.tables.activities.groupby(["account_id", "rep_id"])["done_on"].max()
        out["peer_s"] = time.perf_counter() - start
        for stage in ("portfolio", "engagement"):
            start = time.perf_counter()
            made = getattr(book, stage)
            for name, value in vars(type(made)).items():
                if isinstance(value, noun):
                    getattr(made, name)
            out[f"{stage}_s"] = time.perf_counter() - start
        out["peak_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return out


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Print one row per size, with the ratio to the peer and the growth against ten times fewer accounts."""
    head = (
        "accounts",
        "activities",
        "reps",
        "load s",
        "portfolio s",
        "engagement s",
        "both/peer",
        "growth",
        "peak GiB",
    )
    print("  ".join(h.rjust(12) for h in head))
    before = 0.0
    for size in sizes:
        code = f"import json; from tests.benchmarks.bench_engagement import measure; print(json.dumps(measure({size})))"
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        row = json.loads(done.stdout.splitlines()[-1])
        both = row["portfolio_s"] + row["engagement_s"]
        cells = (
            f"{row['accounts']:,}", f"{row['activities']:,}", f"{row['reps']:,}", f"{row['load_s']:.1f}", f"{row['portfolio_s']:.1f}",
            f"{row['engagement_s']:.1f}", f"{both / row['peer_s']:.1f}", f"{both / before:.1f}" if before else "–",
            f"{row['peak_gib']:.2f}",
        )  # fmt: skip
        print("  ".join(c.rjust(12) for c in cells), flush=True)
        before = both


if __name__ == "__main__":
    main(tuple(int(a.replace(",", "").replace("_", "")) for a in sys.argv[1:]) or SIZES)
