"""How long all of portfolio and engagement takes, and how it grows: 10,000 to 1,000,000 accounts, beside pandas' bare sums.

    python -m tests.benchmarks.bench_portfolio [ACCOUNTS …]

A made-up company (8 sales lines and 10 activities per account, one rep per 200) is written as Parquet and loaded in a process of
its own, which computes every noun of both stages. Seconds are processor time; the ratio is over one groupby of the sales by account
and month and one of the activities by account and rep, in the same process; memory is that process's peak. Goal: 1,000,000
accounts, 10,000,000 activities and 5,000 reps in under 60 s and 6 GiB on two cores.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

AS_OF = date(2026, 6, 30)
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)


def frames(accounts: int, seed: int = 1) -> dict[str, Any]:
    """Tables of a made-up company: 40 % customers, 10 activities and 8 sales lines per account, one rep per 200 accounts."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    reps, territories = max(accounts // 200, 2), max(accounts // 2000, 2)
    ids = pd.Series(np.arange(accounts)).astype("str").radd("A")
    place = pd.Series([f"T{i}" for i in range(territories)], dtype="str")
    people = pd.Series([f"P{i}" for i in range(reps)], dtype="str")
    home = rng.integers(0, territories, accounts)
    customers = np.flatnonzero(rng.random(accounts) < 0.4)
    lines = 8 * accounts
    who = customers[np.minimum((rng.random(lines) ** 2 * len(customers)).astype(int), len(customers) - 1)]
    end = np.datetime64(AS_OF)
    sold = (end - rng.integers(0, 1095, lines)).astype("datetime64[us]")
    parent = np.where(rng.random(accounts) < 0.3, rng.integers(0, np.maximum(np.arange(accounts), 1)), -1)
    count = accounts // 5
    status = rng.choice(["won", "lost", "open"], count, p=[0.4, 0.4, 0.2])
    made = end - rng.integers(100, 900, count)
    closed = np.minimum(made + rng.integers(10, 400, count), end)
    touches = 10 * accounts
    text = pd.Series(["call", "email", "meeting", "visit", "task"], dtype="str")
    return {
        "territories": pd.DataFrame(
            {"territory_id": ["CO", *place], "name": ["Company", *place], "parent_id": [None, *["CO"] * territories]}
        ),
        "reps": pd.DataFrame(
            {"rep_id": people, "name": people, "territory_id": place.take(np.arange(reps) % territories).array}
        ),
        "accounts": pd.DataFrame(
            {
                "account_id": ids,
                "name": ids,
                "territory_id": place.take(home).array,
                "status": pd.Series(["prospect", "customer"], dtype="str")
                .take(np.isin(np.arange(accounts), customers).astype(int))
                .array,
                "parent_account_id": ids.take(np.maximum(parent, 0)).where(parent >= 0).array
                if accounts
                else ids.array,
                "industry": pd.Series([f"Industry {i}" for i in range(12)], dtype="str")
                .take(rng.integers(0, 12, accounts))
                .array,
                "employees": rng.integers(1, 5000, accounts),
                "potential_amount": rng.integers(1_000_00, 200_000_00, accounts),
                "nps": np.where(rng.random(accounts) < 0.3, rng.integers(0, 11, accounts), np.nan),
            }
        ),
        "ownership": pd.DataFrame(
            {
                "account_id": ids,
                "rep_id": people.take(rng.integers(0, reps, accounts)).array,
                "role": "owner",
                "from_on": np.datetime64("2024-01-01", "us"),
            }
        ),
        "products": pd.DataFrame(
            {"product_id": [f"p{i}" for i in range(20)], "name": "p", "family": [f"Family {i % 5}" for i in range(20)]}
        ),
        "sales": pd.DataFrame(
            {
                "account_id": ids.take(who).array,
                "booked_on": sold,
                "amount": rng.integers(50_00, 5_000_00, lines),
                "product_id": pd.Series([f"p{i}" for i in range(20)], dtype="str")
                .take(rng.integers(0, 20, lines))
                .array,
            }
        ),
        "contacts": pd.DataFrame(
            {"contact_id": ids, "account_id": ids.take(rng.integers(0, accounts, accounts)).array, "name": "n"}
        ),
        "opportunities": pd.DataFrame(
            {
                "opportunity_id": ids.iloc[:count].array,
                "account_id": ids.take(rng.integers(0, accounts, count)).array,
                "stage": "offer",
                "status": status,
                "amount": rng.integers(1_000_00, 50_000_00, count),
                "created_on": made.astype("datetime64[us]"),
                "close_on": (end + rng.integers(1, 300, count)).astype("datetime64[us]"),
                "closed_on": pd.Series(closed.astype("datetime64[us]")).where(status != "open"),
                "product_id": pd.Series([f"p{i}" for i in range(20)], dtype="str")
                .take(rng.integers(0, 20, count))
                .array,
            }
        ),
        "activities": pd.DataFrame(
            {
                "activity_id": pd.Series(np.arange(touches)).astype("str"),
                "account_id": ids.take(rng.integers(0, accounts, touches)).array,
                "rep_id": people.take(rng.integers(0, reps, touches)).array,
                "kind": text.take(rng.integers(0, 5, touches)).array,
                "done_on": (end - rng.integers(0, 730, touches)).astype("datetime64[us]"),
                "minutes": np.where(rng.random(touches) < 0.7, rng.integers(5, 120, touches), np.nan),
                "contact_id": ids.take(rng.integers(0, accounts, touches)).where(rng.random(touches) < 0.6).array,
                "source": pd.Series(["person", "system"], dtype="str")
                .take((rng.random(touches) < 0.05).astype(int))
                .array,
                "outcome": pd.Series(["agreed next step", "no answer", "sent offer", None], dtype="str")
                .take(rng.integers(0, 4, touches))
                .array,
            }
        ),
    }


def write(accounts: int, folder: str) -> None:
    """The made-up company's tables as Parquet."""
    for name, frame in frames(accounts).items():
        frame.to_parquet(Path(folder) / f"{name}.parquet", index=False)


def measured(folder: str) -> dict[str, Any]:
    """Seconds per noun, seconds of the bare groupbys, GiB of the tables and at the peak of this process."""
    import pyarrow.parquet as pq

    from workbook.engagement import Engagement
    from workbook.facts import Facts
    from workbook.portfolio import Portfolio
    from workbook.rules import Rules
    from workbook.stage import noun
    from workbook.tables.frames import Tables

    files = sorted(Path(folder).glob("*.parquet"))
    tables = Tables.of({f.stem: pq.read_table(f).to_pandas(self_destruct=True, split_blocks=True) for f in files})
    loaded = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    portfolio = Portfolio(Facts(tables, Rules(), AS_OF))
    seconds: dict[str, dict[str, float]] = {}
    for stage in (portfolio, Engagement(portfolio.facts, portfolio)):
        own = seconds.setdefault(type(stage).__name__, {})
        for name in dir(type(stage)):
            if isinstance(getattr(type(stage), name), noun):
                start = time.process_time()
                getattr(stage, name)
                own[name] = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    start = time.process_time()
    tables.sales.groupby(["account_id", tables.sales["booked_on"].dt.to_period("M")])["amount"].sum()
    tables.activities.groupby(["account_id", "rep_id"])["done_on"].max()
    bare = time.process_time() - start
    return {"bare": bare, "nouns": seconds, "tables_gib": loaded, "peak_gib": peak}


def _asked(arguments: list[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bench_portfolio", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Print a row per size: seconds of each stage, their ratio to the bare sums, growth per account, memory; then the slowest nouns."""
    heads = ("accounts", "portfolio s", "engagement s", "both s", "× bare sums", "µs/account", "GiB tables", "GiB peak")
    print("".join(h.rjust(14) for h in heads))
    result: dict[str, Any] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            _asked(["--write", str(size), folder])
            result = json.loads(_asked(["--one", folder]).splitlines()[-1])
        one, two = (sum(result["nouns"][name].values()) for name in ("Portfolio", "Engagement"))
        cells = (
            f"{size:,}", f"{one:.1f}", f"{two:.1f}", f"{one + two:.1f}", f"{(one + two) / result['bare']:.1f}",
            f"{(one + two) / size * 1e6:.0f}", f"{result['tables_gib']:.2f}", f"{result['peak_gib']:.2f}",
        )  # fmt: skip
        print("".join(c.rjust(14) for c in cells), flush=True)
    every = [(s, f"{stage}.{name}") for stage, nouns in result.get("nouns", {}).items() for name, s in nouns.items()]
    for seconds, name in sorted(every, reverse=True)[:16]:
        print(f"{name:>40}{seconds:>8.2f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(sys.argv[2])))
    elif sys.argv[1:2] == ["--write"]:
        write(int(sys.argv[2]), sys.argv[3])
    else:
        main(tuple(int(size.replace(",", "").replace("_", "")) for size in sys.argv[1:]) or SIZES)
