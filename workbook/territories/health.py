"""Health of territories and books: every check, and how evenly the company's books are spread."""

from __future__ import annotations

import pandas as pd

from workbook.checks import Check, Verdict
from workbook.rules.territories import HealthRules
from workbook.territories import books as book_checks
from workbook.territories import mixes
from workbook.territories.spread import hours_by_node, spreads
from workbook.territories.standing import Books


def health(books: Books, changed: dict[str, pd.DataFrame], rates: pd.DataFrame) -> list[Check]:
    """Every check of every rep and territory.

    ``changed``: changes of owner by column (``rep_id``, ``territory_id``), columns holder and on; ``rates``: win rates.
    """
    hours = books.capacity.set_index("rep_id")["available_hours"]
    by_capacity = hours.reindex(books.held["rep_id"]["rep_id"]).reset_index(drop=True)
    weight = by_capacity if by_capacity.notna().all() else None
    out = book_checks.size_checks(books)
    out += book_checks.balance_checks(books, "rep_id", weight)
    out += book_checks.fairness_checks(books)
    out += mixes.invest_checks(books, rates)
    territory = _territory_hours(books)
    for by in ("rep_id", "territory_id"):
        out += mixes.class_checks(books, by)
        out += mixes.hunting_checks(books, by)
        out += book_checks.neglect_checks(books, by)
        out += book_checks.static_checks(books, by, changed[by])
    out += book_checks.balance_checks(books, "territory_id", territory)
    return out


def _territory_hours(books: Books) -> pd.Series | None:
    """Available hours of each territory's people, aligned with the holdings; None where some are not known."""
    own = hours_by_node(books.capacity, books.held["territory_id"]["territory_id"]).reset_index(drop=True)
    return own if own.notna().all() and (own > 0).all() else None


def company_spread(books: Books) -> pd.DataFrame:
    """Spread of every measure over reps and over territories: level, measure, n, mean, cv, gini, lowest, highest, max_min."""
    return pd.concat(
        [spreads(books.held["rep_id"], "rep"), spreads(books.held["territory_id"], "territory")], ignore_index=True
    )


def spread_checks(table: pd.DataFrame, rules: HealthRules, subject: str) -> list[Check]:
    """The company's balance in one sentence per level: coefficient of variation of sales, potential and workload."""
    out = []
    for level, part in table.groupby("level", sort=True):
        rows = part[part["measure"].isin(["sales_amount", "potential_amount", "hours"]) & part["cv"].notna()]
        if rows.empty:
            out.append(Check.not_known(f"balance of {level} books", "Nothing to compare.", subject))
            continue
        worst = float(rows["cv"].max())
        verdict: Verdict = "fail" if worst > rules.cv_fail else "warn" if worst > rules.cv_warn else "ok"
        told = ", ".join(
            f"{book_checks.NAMES[m]} {cv:.0%} (Gini {g:.2f})"
            for m, cv, g in zip(rows["measure"], rows["cv"], rows["gini"], strict=True)
        )
        text = f"Variation between {level} books: {told}."
        numbers = {f"{m}_cv": float(cv) for m, cv in zip(rows["measure"], rows["cv"], strict=True)}
        out.append(Check(f"balance of {level} books", verdict, text, numbers, part.reset_index(drop=True), subject))
    return out
