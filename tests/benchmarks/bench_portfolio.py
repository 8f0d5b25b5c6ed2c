"""How long all of the portfolio takes, and how it grows: 10,000 to 1,000,000 accounts, beside pandas' bare sums of the same rows.

The ratio is the time of every noun of the stage over that of one groupby of the sales by account and month, in the same run;
memory is the peak of a process of its own. ``python -m tests.benchmarks.bench_portfolio 100000`` runs one size.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import date
from typing import Any

AS_OF = date(2026, 6, 30)
SIZES = (10_000, 100_000, 1_000_000)
NOUNS = (
    "families", "register", "win_rates", "deal_odds", "projection_months", "projection", "new_business", "grades",
    "key_accounts", "classes", "class_mix", "class_changes", "view", "segments", "whitespace", "territory_gaps",
    "market_scope", "hunting_farming",
)  # fmt: skip


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
                "minutes": rng.integers(5, 120, touches).astype("float64"),
            }
        ),
    }


def measured(accounts: int) -> dict[str, Any]:
    """Seconds per noun, seconds of the bare groupby, and peak memory of this process in GiB."""
    from workbook.facts import Facts
    from workbook.portfolio import Portfolio
    from workbook.rules import Rules
    from workbook.tables.frames import Tables

    tables = Tables.of(frames(accounts))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    start = time.process_time()
    month = tables.sales["booked_on"].dt.to_period("M")
    tables.sales.groupby(["account_id", month], observed=True)["amount"].sum()
    bare = time.process_time() - start
    stage = Portfolio(Facts(tables, Rules(), AS_OF))
    seconds = {}
    for name in NOUNS:
        start = time.process_time()
        getattr(stage, name)
        seconds[name] = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"accounts": accounts, "bare": bare, "nouns": seconds, "tables_gib": before, "peak_gib": peak}


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Print a table: accounts, seconds in all, over pandas' bare sums, peak memory; then the slowest nouns of the last size."""
    print(f"{'accounts':>10}{'seconds':>10}{'× bare sums':>13}{'GiB tables':>12}{'GiB peak':>10}")
    result: dict[str, Any] = {}
    for size in sizes:
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.bench_portfolio", "--one", str(size)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        result = json.loads(done.stdout.splitlines()[-1])
        whole = sum(result["nouns"].values())
        print(
            f"{size:>10,}{whole:>10.2f}{whole / result['bare']:>13.1f}{result['tables_gib']:>12.2f}{result['peak_gib']:>10.2f}"
        )
    for name, seconds in sorted(result.get("nouns", {}).items(), key=lambda item: -item[1])[:8]:
        print(f"{name:>28}{seconds:>8.2f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(int(sys.argv[2]))))
    else:
        main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
