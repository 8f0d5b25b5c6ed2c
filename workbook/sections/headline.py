"""The headline of a node: target, plan, gap, odds; and the numbers that the index page shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from workbook.book import Book
from workbook.money import format_amount
from workbook.periods import parent
from workbook.portfolio import history
from workbook.sections.audience import Audience
from workbook.sections.judgements import judgements
from workbook.show import Figures

NO_PLANS = "projection, no account plans yet"


@dataclass(frozen=True)
class Headline:
    """The numbers of a node for the planned year, in minor units; None is not known."""

    target_amount: int | None
    street_amount: int | None
    plan_amount: int
    plan_is: str
    actual_amount: int
    last_year_amount: int

    @property
    def gap_amount(self) -> int | None:
        """Plan less target: negative is short."""
        return None if self.target_amount is None else self.plan_amount - self.target_amount


def headline_of(book: Book) -> Headline:
    """Target, street quota, plan, actuals to date and last year of the book's node."""
    year = book.facts.year
    target, street = _targets(book)
    sales = history.sales_by_period(book.tables.sales, book.facts.calendar, "year").set_index("period")["amount"]
    actual, before = (int(sales.get(p, 0)) for p in (year, book.facts.calendar.shift(year, -1)))
    lines = book.plans.lines
    planned = lines[lines["period"].map(lambda p: parent(p, "year") == year).to_numpy(bool)]
    if len(planned):
        return Headline(target, street, int(planned["amount"].sum()), "account plans", actual, before)
    return Headline(target, street, actual + _rest_of_year(book), NO_PLANS, actual, before)


def _targets(book: Book) -> tuple[int | None, int | None]:
    rows = book.targets.by_node
    own = rows[(rows["node"] == book.node).to_numpy() & (rows["period"] == book.facts.year).to_numpy()]
    if len(own):
        return int(own["target_amount"].iloc[0]), int(own["street_amount"].iloc[0])
    given = history.given_targets(book.tables.targets, book.node, "year").set_index("period")["amount"]
    return (int(given[book.facts.year]) if book.facts.year in given else None), None


def _rest_of_year(book: Book) -> int:
    """Projection of the months of the planned year that are not over yet."""
    year, now = book.facts.year, book.facts.calendar.period_of(book.as_of, "month")
    months = book.portfolio.projection_months
    rest = months[months["period"].map(lambda p: parent(p, "year") == year and p > now).to_numpy(bool)]
    return int(rest["projected_amount"].sum())


def headline(book: Book, audience: Audience) -> Figures:
    """The row of figures on top of a document."""
    numbers, currency = headline_of(book), book.facts.currency

    def money(amount: int | None) -> str:
        return format_amount(amount, currency, short=True)

    gap, target = numbers.gap_amount, numbers.target_amount
    ratio = f"{numbers.plan_amount / target:.0%} of target" if target else ""
    items = [("Target " + book.facts.year, money(target), "" if target is not None else "no target given for this node")]
    if audience.hedge and numbers.street_amount is not None and numbers.street_amount != target:
        items.append(("Street quota", money(numbers.street_amount), "target with hedge"))
    items += [
        ("Plan", money(numbers.plan_amount), numbers.plan_is),
        ("Gap", ("+" if gap and gap > 0 else "") + money(gap), ratio),
        ("Booked so far", money(numbers.actual_amount), f"as of {book.as_of:%Y-%m-%d}"),
        ("Last year", money(numbers.last_year_amount), book.facts.calendar.shift(book.facts.year, -1)),
    ]
    return Figures([*items, *_odds(book)])


def _odds(book: Book) -> list[tuple[str, str, str]]:
    odds = book.reconcile.odds
    own = odds[(odds["node"] == book.node).to_numpy() & (odds["period"] == book.facts.year).to_numpy()]
    if own.empty or own["target_probability"].isna().all():
        return []
    row = own.iloc[0]
    low, high = (format_amount(int(row[c]), book.facts.currency, short=True) for c in ("p10_amount", "p90_amount"))
    return [("Odds of target", f"{row['target_probability']:.0%}", f"8 of 10 outcomes: {low} to {high}")]


def summary(book: Book) -> dict[str, Any]:
    """What the index page shows of a document: level, name, target, plan, gap, and how many checks have which verdict."""
    numbers = headline_of(book)
    verdicts = Counter(check.verdict for check in judgements(book))
    return {
        "node": book.node,
        "name": book.tree.name(book.node),
        "level": book.tree.level(book.node),
        "target_amount": numbers.target_amount,
        "plan_amount": numbers.plan_amount,
        "plan_is": numbers.plan_is,
        "gap_amount": numbers.gap_amount,
        "ok": verdicts["ok"],
        "warn": verdicts["warn"],
        "fail": verdicts["fail"],
        "not_known": verdicts["not known"],
    }
