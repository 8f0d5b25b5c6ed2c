"""Books that are cared for: what is valuable and left alone, and what is qualified out and replaced."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.checks import counted
from workbook.money import format_amount
from workbook.sections.people import names_of
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
