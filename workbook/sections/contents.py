"""What is in the book: its tables, how far they reach, the rules in force."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.money import format_amount
from workbook.sections.frame import Title
from workbook.show import Table
from workbook.tables.schema import TABLES


def company_title(book: Book) -> Title:
    """Whose book it is, which year is planned, as of when."""
    rules = book.rules.book
    first, last = book.facts.calendar.bounds(book.facts.year)
    lines = [
        f"plans {book.facts.year}, {first:%Y-%m-%d} to {last:%Y-%m-%d}, amounts in {rules.currency}",
        f"as of {book.as_of:%Y-%m-%d}",
    ]
    return Title(rules.name, lines, rules.sample)


def tables_overview(book: Book) -> Table:
    """The ten tables: whether they are there, rows, optional columns not given."""
    rows = []
    for name, table in TABLES.items():
        frame = book.tables[name]
        there = name in book.tables.given
        blank = [c.name for c in table.columns if there and not c.filled and frame[c.name].isna().all()]
        rows.append((name, len(frame) if there else None, "" if there else "missing", ", ".join(blank), table.help))
    frame = pd.DataFrame(rows, columns=["table", "rows", "state", "columns without any value", "what it holds"])
    return Table(frame.astype({"rows": "Int64"}), book.facts.currency, f"Tables, as known on {book.as_of:%Y-%m-%d}")


def history_reach(book: Book) -> Table:
    """First and last date of what has dates, and how many months lie between."""
    spans = (
        ("sales", "booked_on"),
        ("opportunities", "created_on"),
        ("activities", "done_on"),
        ("ownership", "from_on"),
        ("accounts", "nps_on"),
    )
    rows = []
    for table, column in spans:
        days = book.tables[table][column].dropna()
        first, last = (days.min(), days.max()) if len(days) else (pd.NaT, pd.NaT)
        months = (last.year - first.year) * 12 + last.month - first.month + 1 if len(days) else None
        rows.append((f"{table}.{column}", first, last, months, len(book.tables[table]) - len(days)))
    frame = pd.DataFrame(rows, columns=["date", "first_on", "last_on", "months", "rows without it"])
    return Table(frame.astype({"months": "Int64"}), book.facts.currency, "How far the history reaches")


def rules_in_force(book: Book) -> Table:
    """Every published rule with its value and what it means."""
    rows: list[tuple[str, str, str]] = []
    for section in fields(book.rules):
        _walk(section.name, getattr(book.rules, section.name), rows, book.facts.currency)
    frame = pd.DataFrame(rows, columns=["rule", "value", "meaning"])
    return Table(frame, book.facts.currency, f"Rules in force ({book.rules.hash})", limit=400)


def _walk(path: str, rules: Any, rows: list[tuple[str, str, str]], currency: str) -> None:
    for field in fields(rules):
        value = getattr(rules, field.name)
        if is_dataclass(value):
            _walk(f"{path}.{field.name}", value, rows, currency)
            continue
        amount = field.metadata.get("amount") and isinstance(value, int)
        text = format_amount(value, currency) if amount else _plain(value)
        rows.append((f"{path}.{field.name}", text, str(field.metadata.get("help", ""))))


def _plain(value: Any) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        return " ".join(f"{f.name} {_plain(getattr(value, f.name))}" for f in fields(value))
    if isinstance(value, dict):
        return ", ".join(f"{k} {_plain(v)}" for k, v in value.items()) or "none"
    if isinstance(value, tuple | list):
        return "; ".join(_plain(v) for v in value) or "none"
    return "none" if value is None else str(value)
