"""Rep files of 40 accounts out and in again, against bare XlsxWriter and bare openpyxl read-only on the same cells, same run.

    python -m tests.benchmarks.bench_plans [FILES]

Aims: out at most 1.3 × bare XlsxWriter, in not slower than bare openpyxl read-only.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from openpyxl import load_workbook

from tests.plans import tiny
from workbook.facts import Facts
from workbook.plans.known import Known, repeat_business
from workbook.plans.prefill import Prefill
from workbook.sheets.collect import Terms, collect
from workbook.sheets.outbox import Outbox
from workbook.sheets.templates import write_file
from workbook.tables.frames import Tables

ACCOUNTS = 40
FAMILIES = ("Pumps", "Valves", "Filters")


def company(reps: int) -> Outbox:
    """A synthetic company: every rep holds 40 accounts, one of them a key account, with repeat business, deals, whitespace."""
    rng = np.random.default_rng(1)
    count = reps * ACCOUNTS
    ids = [f"A-{i:06d}" for i in range(count)]
    owners = [f"P-{i // ACCOUNTS:05d}" for i in range(count)]
    base = tiny.tables()
    tables = Tables.of(
        {n: f for n, f in base.frames().items() if n in base.given}
        | {"reps": pd.DataFrame({"rep_id": sorted(set(owners)), "name": sorted(set(owners)), "territory_id": "T-1"})}
    )
    months = pd.concat(
        [
            pd.DataFrame({"account_id": ids, "period": f"FY{y}-M{m:02d}", "product_family": f, "loss_amount": 0,
                          "run_rate_amount": rng.integers(0, 90_000, count)})
            for y, m in [(2026, m) for m in range(7, 13)] + [(2027, m) for m in range(1, 7)]
            for f in FAMILIES[:2]
        ]
    )  # fmt: skip
    h = tiny.horizon()
    small = tiny.known(h)
    deals = pd.DataFrame(
        {
            "opportunity_id": [f"O-{i:06d}" for i in range(count // 4)], "account_id": ids[:: 4][: count // 4], "product_family": "Pumps",
            "stage": "offer", "amount": 90_000, "win_probability": 0.4, "weighted_amount": 36_000, "next_step": "Call",
            "expected_close_on": pd.Timestamp("2026-09-01"), "pushes": pd.array([0] * (count // 4), dtype="Int64"), "status": "open",
        }
    )  # fmt: skip
    white = pd.DataFrame(
        {
            "account_id": ids,
            "product_family": "Filters",
            "sized_amount": pd.array([5000] * count, dtype="Int64"),
            "rank": 1,
        }
    )
    register = pd.DataFrame(
        {"account_id": ids, "name": [f"Customer {i}" for i in range(count)], "territory_id": "T-1", "owner_rep_id": owners,
         "sales_12m_amount": rng.integers(0, 10**7, count), "sales_prior_12m_amount": 0, "open_amount": 0}
    )  # fmt: skip
    facts = Facts(tables, tiny.RULES, tiny.AS_OF)
    known = Known(
        register=register, classes=small.classes[:0], grades=small.grades[:0], whitespace=white, deals=deals, outcomes={},
        key_accounts=pd.DataFrame({"account_id": ids[::ACCOUNTS], "rank": 1}), cadence=small.cadence[:0],
        contacts=small.contacts[:0], repeat=repeat_business(tiny.sold()[:0], months, h, facts.calendar, tiny.AS_OF),
        targets=small.targets,
    )  # fmt: skip
    return Outbox(facts, known, Prefill(known, tiny.RULES.plans, h, facts.calendar), {})


def cells_of(path: Path) -> dict[str, list[tuple[int, int, Any]]]:
    """Every cell of a file: row, column, value (a formula as its text)."""
    book = load_workbook(path)
    return {
        s.title: [
            (c.row - 1, c.column - 1, c.value)
            for row in s.iter_rows()
            for c in row
            if c.has_style or c.value is not None
        ]
        for s in book
    }


def bare_out(cells: dict[str, list[tuple[int, int, Any]]], path: Path) -> None:
    """The same cells by XlsxWriter alone, one format; in memory as ours, which is its faster way."""
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        style = book.add_format({"border": 1})
        for name, rows in cells.items():
            sheet = book.add_worksheet(name)
            for row, column, value in rows:
                if value is None:
                    sheet.write_blank(row, column, None, style)
                elif isinstance(value, str):
                    (sheet.write_formula if value.startswith("=") else sheet.write_string)(row, column, value, style)
                elif isinstance(value, int | float):
                    sheet.write_number(row, column, value, style)
                else:
                    sheet.write_datetime(row, column, value, style)


def bare_in(path: Path) -> int:
    """Every cell's value by openpyxl read-only alone."""
    book = load_workbook(path, read_only=True, data_only=True)
    found = sum(value is not None for sheet in book for row in sheet.iter_rows(values_only=True) for value in row)
    book.close()
    return found


def _timed(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main(files: int = 100) -> None:
    """Print seconds and ratios for ``files`` files (1,000 by hand), seconds of the processor, in turns."""
    outbox = company(files)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        reps = outbox.reps()
        write_file(outbox.file(reps[0]), place / "warm.xlsx")
        cells = cells_of(place / "warm.xlsx")
        bare_out(cells, place / "warm-bare.xlsx")
        sums = dict.fromkeys(("out", "bare out", "in", "bare in"), 0.0)
        for start in range(0, files, 25):
            part = reps[start : start + 25]
            paths = [place / f"{rep}.xlsx" for rep in part]
            sums["out"] += _timed(
                lambda p=paths, r=part: [write_file(outbox.file(x), y) for x, y in zip(r, p, strict=True)]
            )
            sums["bare out"] += _timed(lambda r=part: [bare_out(cells, place / f"{x}-bare.xlsx") for x in r])
            found = []
            sums["in"] += _timed(lambda p=paths, f=found: f.append(collect(p, outbox, {}, Terms(tiny.NOON))))
            assert found[0].ok
            assert len(found[0].saves) == len(part) * (ACCOUNTS + 1)
            sums["bare in"] += _timed(lambda p=paths: [bare_in(x) for x in p])
    many = sum(len(rows) for rows in cells.values())
    print(f"{files} files of {ACCOUNTS} accounts, {many} cells each")
    for ours, peer, aim in (("out", "bare out", 1.3), ("in", "bare in", 1.0)):
        print(
            f"{ours:<4} {sums[ours]:8.2f} s  {peer} {sums[peer]:8.2f} s  ratio {sums[ours] / sums[peer]:.2f}  (aim at most {aim})"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
