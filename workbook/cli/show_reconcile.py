"""What ``reconcile`` prints and writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from workbook import __version__
from workbook.checks import checks_table
from workbook.cli.options import print_json, records
from workbook.errors import UsageError
from workbook.money import to_decimal

if TYPE_CHECKING:
    from workbook.book import Book
    from workbook.sheets.reconciliation import About


def about(book: Book) -> About:
    """What finance's spreadsheet says of itself."""
    from workbook.sheets.reconciliation import About

    quality, rules, plans = book.quality, book.rules, book.facts.plans
    steps = sum(len(p.get("steps", ())) for p in plans)
    standing = book.reconcile.standing
    year = standing[(standing["period"] == book.facts.year).to_numpy()]
    facts = (
        ("Company", rules.book.name + (" (sample data: synthetic)" if rules.book.sample else "")),
        ("Node", f"{book.node} {book.tree.name(book.node)}"),
        ("As of", book.as_of.isoformat()),
        ("The plan is", str(book.reconcile.totals["plan_is"].iloc[0])),
        ("Tables", quality.snapshot if quality else "not known"),
        ("Rules", rules.hash),
        ("Decisions", str(len(book.facts.decisions.rows))),
        ("Plans", f"{len(plans):,}, saved, sent, returned or approved {steps:,} times: see Audit trail"),
        ("Data", quality.sentence if quality else "not known"),
        *(("Source", source.sentence) for source in (quality.imported.sources if quality and quality.imported else ())),
        ("Made by", f"territory-workbook {__version__}"),
    )
    return About(
        f"Reconciliation {book.facts.year}", book.node, book.facts.year, book.facts.currency, book.as_of, facts,
        checks_table(book.reconcile.checks),
        quality.faults if quality else pd.DataFrame({"fault": []}),
        year[["node", "period", "verdict", "sentence"]],
    )  # fmt: skip


def write(book: Book, out: Path) -> list[Path]:
    """The files at ``out``: a spreadsheet, all cells as CSV or Parquet, or all of it in a folder."""
    from workbook.sheets.exports import write_csv, write_parquet
    from workbook.sheets.reconciliation import write_reconciliation

    statement, currency = book.reconcile.statement, book.facts.currency
    writers = {".csv": write_csv, ".parquet": write_parquet}
    if out.suffix.lower() == ".xlsx":
        return [write_reconciliation(statement, about(book), out)]
    if out.suffix.lower() in writers:
        return [writers[out.suffix.lower()](book.reconcile.gap, out, currency)]
    if out.suffix and not out.is_dir():
        raise UsageError(f"cannot write {out.name}", remedy="Name a .xlsx, .csv or .parquet file, or a folder.")
    made = [write_reconciliation(statement, about(book), out / "reconciliation.xlsx")]
    frames = {"cells": book.reconcile.gap, "standing": book.reconcile.standing, **statement}
    for suffix, writer in writers.items():
        made += [writer(frame, out / f"{name}{suffix}", currency) for name, frame in frames.items()]
    return made


def answer(book: Book, written: list[Path], as_json: bool) -> int:
    """The standing of every node of the tree and every rep for the year; 1 when any is short."""
    rows = book.reconcile.standing
    year = rows[(rows["period"] == book.facts.year).to_numpy()]
    short = int((year["verdict"] == "short").sum())
    if as_json:
        keys = {"node": "node", "parent": "parent", "period": "period", "plan_amount": "plan", "target_amount": "target",
                "street_amount": "street", "projection_amount": "projection", "actual_amount": "actual", "verdict": "verdict"}  # fmt: skip
        plain = rows[list(keys)].rename(columns=keys)
        summary = {
            "year": book.facts.year,
            "currency": book.facts.currency,
            "plan_is": book.reconcile.totals["plan_is"].iloc[0],
            "verdicts": year["verdict"].value_counts().sort_index().to_dict(),
            "written": [str(p) for p in written],
        }
        print_json("reconcile", book=book.root, as_of=book.as_of, ok=not short, summary=summary, rows=records(plain))
    else:
        _show(book, year)
        for path in written[:3]:
            typer.echo(f"written: {path}")
        if len(written) > 3:
            typer.echo(f"… and {len(written) - 3} more there")
    return 1 if short else 0


def _show(book: Book, year: pd.DataFrame) -> None:
    nodes = book.reconcile.statement["by_node"]
    nodes = nodes[(nodes["node_kind"] != "rest").to_numpy()][["node", "name", "depth"]]
    table = Table(box=None, pad_edge=False)
    for name in ("node", "name"):
        table.add_column(name, no_wrap=True)
    for name in ("target", "plan", "gap", "booked"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict")
    top = int(nodes["depth"].min()) if len(nodes) else 0
    for row in nodes.merge(year, on="node", how="inner").itertuples():
        amounts = (row.target_amount, row.plan_amount, row.gap_amount, row.actual_amount)
        texts = ["–" if pd.isna(a) else f"{to_decimal(int(a), book.facts.currency):,}" for a in amounts]
        table.add_row("  " * (row.depth - top) + escape(row.node), escape(str(row.name)), *texts, row.verdict)
    console = Console()
    console = console if console.is_terminal else Console(width=max(console.width, 150))
    plan_is = book.reconcile.totals["plan_is"].iloc[0]
    console.print(
        f"{escape(book.rules.book.name)}, {book.facts.year}, {book.facts.currency}; plan: {plan_is}", highlight=False
    )
    console.print(table)
