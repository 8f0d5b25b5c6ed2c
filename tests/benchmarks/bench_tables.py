"""Import and check of a million accounts and ten million activities, against DuckDB's bare read of the same files."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

STEPS = ("bare", "import", "check", "open")


def make_export(folder: Path, accounts: int) -> None:
    """Canonical CSV files: ``accounts`` accounts, ten activities and one sale each, 500 accounts a rep."""
    reps = max(accounts // 500, 4)
    with duckdb.connect() as db:

        def write(name: str, select: str) -> None:
            db.execute(f"copy ({select}) to '{folder / name}.csv' (format csv, header true)")

        write(
            "territories",
            "select 'CO' as territory_id, 'Company' as name, null as parent_id union all "
            "select 'T-' || i, 'Territory ' || i, 'CO' from range(200) r(i)",
        )
        write(
            "reps",
            f"select 'P-' || i as rep_id, 'Rep ' || i as name, 'T-' || i % 200 as territory_id, "
            f"date '2015-01-01' + (i % 3000)::int as hired_on from range({reps}) r(i)",
        )
        write(
            "accounts",
            f"select 'A-' || lpad(i::varchar, 8, '0') as account_id, md5((i // 2)::varchar)[:12] || ' trading ' || i as name, "
            f"'T-' || (i % {reps}) % 200 as territory_id, case when i % 3 = 0 then 'prospect' else 'customer' end as status, "
            "'Industry ' || i % 20 as industry, i % 5000 as employees, (i % 100000) * 100.25 as annual_revenue, 'US' as country, "
            f"'City ' || i % 900 as city, 25 + (i % 2000) / 100 as latitude, -70 - (i % 5000) / 100 as longitude from range({accounts}) r(i)",
        )
        write(
            "ownership",
            f"select 'A-' || lpad(i::varchar, 8, '0') as account_id, 'P-' || i % {reps} as rep_id, 'owner' as role, "
            f"date '2022-01-01' + (i % 900)::int as from_on from range({accounts}) r(i)",
        )
        write(
            "products",
            "select 'PR-' || i as product_id, 'Product ' || i as name, 'Family ' || i % 5 as family from range(50) r(i)",
        )
        write(
            "sales",
            f"select 'A-' || lpad(i::varchar, 8, '0') as account_id, date '2023-01-01' + (i * 7 % 1200)::int as booked_on, "
            f"((i * 37) % 1000000) / 100 as amount, 'PR-' || i % 50 as product_id, 'P-' || i % {reps} as rep_id from range({accounts}) r(i)",
        )
        write("activities", f"select 'V-' || lpad(i::varchar, 9, '0') as activity_id, 'A-' || lpad((i % {accounts})::varchar, 8, '0') as account_id, "
              f"'P-' || i % {accounts} % {reps} as rep_id, ['call', 'email', 'meeting', 'visit', 'task'][1 + i % 5] as kind, "
              "date '2023-01-01' + (i * 11 % 1200)::int as done_on, i % 90 as minutes, 'person' as source, 'Subject ' || i % 1000 as subject, "
              f"date '2023-01-01' + (i * 11 % 1200)::int as created_on from range({accounts * 10}) r(i)")  # fmt: skip


def step(name: str, work: Path) -> None:
    """One step in a process of its own, so that its peak memory is its own."""
    if name == "bare":
        with duckdb.connect() as db:
            for path in sorted((work / "export").glob("*.csv")):
                db.execute(f"create table {path.stem} as select * from read_csv('{path}')")
    elif name == "import":
        from workbook.crm.mapping import find_mapping
        from workbook.crm.run import import_export

        import_export(find_mapping("plain"), work / "export", work / "book")
    elif name == "check":
        from workbook.tables.load import assess

        assess(work / "plain" / "tables", "USD")
    elif name == "open":
        from workbook.tables.load import load_tables

        load_tables(work / "plain" / "tables", "USD")


def measure(name: str, work: Path) -> tuple[float, float, float]:
    """Seconds, processor seconds and peak GiB of a step."""
    began = time.perf_counter()
    made = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.bench_tables", "--step", name, "--work", str(work)]
    )
    _, status, used = os.wait4(made.pid, 0)
    if status:
        raise SystemExit(f"{name} failed")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024**2


def main(arguments: list[str] | None = None) -> None:
    """Print a table of seconds, ratio to the bare read, and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--step", choices=STEPS)
    parser.add_argument("--work", type=Path)
    given = parser.parse_args(arguments)
    if given.step:
        step(given.step, given.work)
        return
    with tempfile.TemporaryDirectory(dir=given.work) as name:
        work = Path(name)
        (work / "export").mkdir()
        make_export(work / "export", given.accounts)
        (work / "plain").mkdir()
        (work / "plain" / "tables").symlink_to(work / "export")
        size = sum(p.stat().st_size for p in (work / "export").iterdir()) / 1e6
        print(f"{given.accounts:,} accounts, {given.accounts * 10:,} activities, {size:,.0f} MB of CSV")
        print(f"{'step':8} {'seconds':>8} {'ratio':>6} {'cpu s':>7} {'ratio':>6} {'peak GiB':>9}")
        base = (0.0, 0.0)
        for part in STEPS:
            seconds, cpu, peak = measure(part, work)
            base = base if base[0] else (seconds, cpu)
            ratios = f"{seconds:8.1f} {seconds / base[0]:6.2f} {cpu:7.1f} {cpu / base[1]:6.2f} {peak:9.2f}"
            print(f"{part:8} {ratios}", flush=True)


if __name__ == "__main__":
    main()
