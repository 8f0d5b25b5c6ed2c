"""Accounts on loan: who holds them in which role, from when to when, and why they changed hands (A1, A9)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.sections.people import names_of
from workbook.show import Note, Table

LABELS = {
    "from_on": "from", "to_on": "to", "previous_rep_id": "before", "rep_id": "on loan to",
    "reason": "why it changed hands",
}  # fmt: skip


def loan_table(book: Book, rows: pd.DataFrame, caption: str, count: int = 15, *, named: bool = True) -> Table:
    """Loans with people named as the reader may see them; ``named``: with the accounts, too."""
    shown = rows.assign(
        name=rows["account_id"].map(book.tables.accounts.set_index("account_id")["name"]),
        role=rows["role"].str.replace("_", "-"),
        rep_id=names_of(book, rows["rep_id"]),
        previous_rep_id=names_of(book, rows["previous_rep_id"]),
        reason=rows["reason"].where(rows["reason"] != ""),
    )
    keep = ["account_id", "name", "role", "rep_id", "from_on", "to_on", "share", "previous_rep_id", "reason", "state"]
    empty = [c for c in ("to_on", "share", "previous_rep_id", "reason") if shown[c].isna().all()]
    empty += ["state"] if (shown["state"] == "now").all() else []
    empty += [] if named else ["account_id", "name"]
    return Table(shown[[c for c in keep if c not in empty]], book.facts.currency, caption, LABELS, limit=count)


def on_loan(book: Book, count: int = 12) -> list[Any]:
    """How the accounts are lent: in all, to several people, and what changed hands in a year with its reason."""
    if not book.tables.has("ownership"):
        return [Note(book.tables.lacks("ownership", "who holds which account"), "warn")]
    rows = book.territories.loans
    now = rows[(rows["state"] == "now").to_numpy()]
    held = now[(now["role"] == "owner").to_numpy()]
    several = now["account_id"].value_counts()
    several_now = now[now["account_id"].isin(several[several > 1].index)]
    since = pd.Timestamp(book.as_of) - pd.DateOffset(years=1)
    changed = rows[((rows["from_on"] > since) & rows["previous_rep_id"].notna()).to_numpy()]
    told = (changed["reason"] != "").sum()
    accounts = len(book.tables.accounts)
    text = (
        f"The company owns {accounts:,} accounts; {held['account_id'].nunique():,} are on loan to {held['rep_id'].nunique():,} people, "
        f"{accounts - held['account_id'].nunique():,} to nobody. {several_now['account_id'].nunique():,} are lent to several people. "
        f"{len(changed):,} changed hands in the last year or will"
        + (f", {int(told):,} with a reason on record." if len(changed) else ".")
        + (" Moves recorded by `workbook design --accept` keep theirs." if len(changed) > told else "")
    )
    recent = changed.sort_values(["from_on", "account_id"], ascending=[False, True], kind="stable", ignore_index=True)
    shared = several_now.reset_index(drop=True)
    return [
        Note(text, "warn" if len(changed) > told else "note"),
        loan_table(book, recent, "Changed hands in the last year, latest first", count),
        loan_table(book, shared, "On loan to several people", count),
    ]
