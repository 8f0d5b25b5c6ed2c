"""The headline of a node: target, plan, gap, odds; and the numbers that the index page shows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.checks import chance
from workbook.money import format_amount
from workbook.reconcile.totals import PLANS
from workbook.sections.audience import Audience
from workbook.sections.judgements import judgements
from workbook.show import Figures


def row_of(book: Book) -> Any:
    """The totals of the book's own node: a row of ``reconcile.totals``."""
    totals = book.reconcile.totals
    return next(totals[(totals["node"] == book.node).to_numpy()].itertuples())


def known(amount: Any) -> int | None:
    """An amount that may be missing, as an int or None."""
    return None if pd.isna(amount) else int(amount)


def headline(book: Book, audience: Audience) -> Figures:
    """The row of figures on top of a document."""
    row, currency = row_of(book), book.facts.currency

    def money(amount: int | None) -> str:
        return format_amount(amount, currency, short=True)

    gap, target, street = known(row.gap_amount), known(row.target_amount), known(row.street_amount)
    plan = known(row.plan_amount)
    word = "target" if audience.hedge else "quota"
    ratio = f"{plan / target:.0%} of {word}" if target and plan is not None else ""
    items = [
        (
            f"{word.capitalize()} {book.facts.year}",
            money(target),
            "" if target is not None else f"no {word} given for this node",
        )
    ]
    if audience.hedge and street is not None and street != target:
        items.append(("Street quota", money(street), "target with hedge"))
    items += [
        ("Plan", "none yet" if plan is None else money(plan), _plan(book, row.plan_is)),
        ("Gap", ("+" if gap and gap > 0 else "") + money(gap), ratio),
        _booked(book, money(row.actual_amount)),
        ("Last year", money(row.last_year_amount), _last_year(book)),
    ]
    return Figures([*items, *_odds(book, word)])


def _booked(book: Book, amount: str) -> tuple[str, str, str]:
    """What is booked; before the year begins nothing can be, which is no zero."""
    first = book.facts.calendar.bounds(book.facts.year)[0]
    if book.as_of < first:
        return "Booked so far", "not begun", f"{book.facts.year} begins {first:%Y-%m-%d}"
    return "Booked so far", amount, f"as of {book.as_of:%Y-%m-%d}"


def _plan(book: Book, plan_is: str) -> str:
    """What the plan is; how many reps have written one, while some have not."""
    if plan_is != PLANS:
        return plan_is
    written = book.plans.status["planned_amount"].notna()
    return plan_is if written.all() else f"{plan_is} of {int(written.sum())} of {len(written)} reps"


def _last_year(book: Book) -> str:
    """The year before, and until when it is known while it is not over."""
    year = book.facts.calendar.shift(book.facts.year, -1)
    return f"{year} until {book.as_of:%Y-%m-%d}" if book.as_of < book.facts.calendar.bounds(year)[1] else year


def _odds(book: Book, word: str) -> list[tuple[str, str, str]]:
    odds = book.reconcile.odds
    own = odds[(odds["node"] == book.node).to_numpy() & (odds["period"] == book.facts.year).to_numpy()]
    if own.empty or known(row_of(book).target_amount) is None:
        return []
    row = own.iloc[0]
    if pd.isna(row["target_probability"]):
        return [(f"Odds of {word}", "not known", "no sale and no deal to simulate from")]
    low, high = (format_amount(int(row[c]), book.facts.currency, short=True) for c in ("p10_amount", "p90_amount"))
    said = chance(float(row["target_probability"]))
    return [(f"Odds of {word}", said, f"8 of 10 outcomes: {low} to {high}")]


def summary(book: Book) -> dict[str, Any]:
    """What the index page shows of a document: level, name, target, plan, gap, and how many checks have which verdict."""
    row = row_of(book)
    verdicts = Counter(check.verdict for check in judgements(book))
    return {
        "node": book.node,
        "name": row.name,
        "level": row.level,
        "target_amount": known(row.target_amount),
        "plan_amount": known(row.plan_amount),
        "plan_is": row.plan_is,
        "gap_amount": known(row.gap_amount),
        "actual_amount": int(row.actual_amount),
        "projection_amount": int(row.projection_amount),
        "ok": verdicts["ok"],
        "warn": verdicts["warn"],
        "fail": verdicts["fail"],
        "not_known": verdicts["not known"],
    }
