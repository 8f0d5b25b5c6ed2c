"""Books that are cared for: what is valuable and left alone, what may rotate, and what is qualified out and replaced."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.checks import counted
from workbook.money import format_amount
from workbook.sections.people import name_of, names_of
from workbook.show import Note, Table


def neglected(book: Book, count: int = 10) -> list[Any]:
    """High value and not engaged: how many accounts, what they are worth, and the most valuable with who could work them."""
    if not book.tables.has("activities", "done_on"):
        return [Note(book.tables.lacks("activities", "what is left alone") + ".", "warn")]
    rows, days = book.engagement.neglected, book.rules.engagement.coverage_days
    if rows.empty:
        return [Note(f"Every account of high value had a real touch in {days} days.", "ok")]
    worth = format_amount(int(rows["value_amount"].sum()), book.facts.currency, short=True)
    where = rows["territory_id"].value_counts().sort_index()
    most = str(where.idxmax())
    text = f"{counted(len(rows), 'account')} of high value had no real touch in {days} days, worth {worth} a year. "
    text += f"The largest part, {int(where.max()):,}, lies in {book.tree.name(most)}. " if len(where) > 1 else ""
    text += f"For {int(rows['to_rep'].notna().sum()):,} somebody of the same territory has room."
    keep = ["account_id", "name", "rep", "value_amount", "last_touch_on", "outlook"]
    labels = {"outlook": "who could work it", "last_touch_on": "last touch", "value_amount": "worth a year"}
    text += " `workbook lists neglected` writes all of them."
    told = "High value and not engaged, most valuable first"
    return [Note(text, "warn"), Table(_named(book, rows)[keep], book.facts.currency, told, labels, limit=count)]


def keep_rule(book: Book, rep: str = "", count: int = 12) -> list[Any]:
    """Accounts that may rotate and who has room, and what if they all moved, of everybody and of one ``rep``."""
    if not book.tables.has("activities", "done_on"):
        return [Note(book.tables.lacks("activities", "keep rule") + ".", "warn")]
    stage, currency = book.engagement, book.facts.currency
    kept, moves = stage.keep, stage.rotation
    placed = int(moves["to_rep"].notna().sum())
    text = (
        f"{int(kept['keep'].sum()):,} of {len(kept):,} held accounts stay by the keep rule; {len(moves):,} may rotate, "
    )
    text += f"and a rep of the same territory has room for {placed:,} of them."
    what = stage.what_if.assign(name=names_of(book, stage.what_if["rep_id"]))
    keep = ["name", "leaving", "freed_hours", "leaving_value_amount", "arriving", "taken_hours", "free_hours_after"]
    names = book.tables.accounts.set_index("account_id")["name"]
    first = moves.assign(name=moves["account_id"].map(names))[["account_id", "name", "value_amount", "sentence"]]
    return [
        Note(text),
        Table(first, currency, "May rotate, most valuable first", limit=count),
        *_outside(book, len(moves) - placed, count),
        Table(what[keep], currency, "What if they all moved?", limit=count),
        *(_if_moved(book, rep, count) if rep else []),
    ]


def _if_moved(book: Book, rep: str, count: int) -> list[Any]:
    """What if only one rep's accounts that may rotate moved: what is freed, and who would take how many (D2)."""
    stage, who = book.engagement, name_of(book, rep)
    rows, own = stage.what_if_of(rep), stage.room[stage.room["rep_id"] == rep]
    if rows.empty:
        return [Note(f"{who} ({rep}): every account stays by the keep rule, nothing would move.", "ok")]
    left, accounts = rows[rows["rep_id"].isna()], int(rows["accounts"].sum())
    text = f"If only the {counted(accounts, 'account')} of {who} ({rep}) that may rotate moved, "
    text += f"{rows['hours'].sum():,.0f} hours would be freed"
    if len(own) and own["free_hours"].notna().all():
        now = float(own["free_hours"].iloc[0])
        text += f" (free hours from {now:,.0f} to {now + rows['hours'].sum():,.0f})"
    text += (
        f"; for {int(left['accounts'].sum()):,} of them ({left['hours'].sum():,.0f} hours) nobody in the territory has room."
        if len(left)
        else "."
    )
    taken = rows.assign(name=names_of(book, rows["rep_id"]).fillna("nobody has room"))
    keep = ["name", "accounts", "hours", "value_amount", "free_hours_after"]
    return [Note(text), Table(taken[keep], book.facts.currency, f"Who would take them from {who}", limit=count)]


def _outside(book: Book, unplaced: int, count: int) -> list[Any]:
    """The next best outside where nobody inside has room; only a node that holds both territories names people elsewhere."""
    rows = book.engagement.rotation_outside
    if rows.empty:
        told = f"For {unplaced:,} nobody of the territory has room; the node above sees who could take them."
        return [Note(told)] if unplaced and book.scope is not None else []
    names = book.portfolio.register.set_index("account_id")["name"]
    shown = rows.assign(name=rows["account"].map(names))[["name", "value_amount", "sentence"]]
    return [Table(shown, book.facts.currency, "The next best outside the territory", limit=count)]


def book_care(book: Book, count: int = 12) -> list[Any]:
    """Disqualified accounts that leave their books, and the best fitting free ones of the territory that could enter."""
    rows = book.engagement.book_care
    if rows.empty:
        return [Note("No disqualified account stands in anybody's book.", "ok")]
    leaving, entering = (int((rows["change"] == c).sum()) for c in ("leave", "enter"))
    text = f"{leaving:,} disqualified {_accounts(leaving)} to leave; {entering:,} free {_accounts(entering)} proposed instead."
    short = leaving - entering
    text += f" For {short:,} no free account of the territory is left." if short else ""
    keep = ["rep", "account_id", "name", "change", "fit_score", "value_amount", "sentence"]
    told = "Qualified out, and who could enter"
    labels = {"fit_score": "fit", "value_amount": "worth a year"}
    return [Note(text), Table(_named(book, rows)[keep], book.facts.currency, told, labels, limit=count)]


def _accounts(count: int) -> str:
    return "account is" if count == 1 else "accounts are"


def _named(book: Book, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the account's name, and the rep as :func:`~workbook.sections.people.names_of` says."""
    accounts = book.tables.accounts.set_index("account_id")["name"]
    return rows.assign(name=rows["account_id"].map(accounts), rep=names_of(book, rows["rep_id"]))
