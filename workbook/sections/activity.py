"""Recorded activity that is to be asked about: by rep and kind of sign, with dated rows, and how activity is reported."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.sections.audience import Audience
from workbook.sections.people import names_of
from workbook.show import Note, Table

ASK = (
    "A sign is a question, not a verdict: many have a good reason. Ask the rep what is behind it before anything else. "
    "What shows signs does not count as a touch."
)


def integrity(book: Book, audience: Audience) -> list[Any]:
    """Recorded activity that shows signs of recurring by itself or being empty; judgements on people for who may read them."""
    if not audience.people or not book.facts.tables.has("activities"):
        return []
    return patterns(book)


def patterns(book: Book, count: int = 12) -> list[Any]:
    """What shows the same signs, by rep, each in one sentence; and three dated rows of each as evidence."""
    rows, evidence = book.engagement.patterns, book.engagement.pattern_rows
    if rows.empty:
        return [Note("No recorded activity shows signs of recurring by itself or being empty.", "ok")]
    rows = _named(book, rows).assign(number=range(1, len(rows) + 1), signal_level=rows["level"])
    labels = {"number": "no.", "sentence": "what is on record", "signal_level": "signs"}
    keep = ["number", "rep", "sentence", "activities", "real_touches", "signal_level"]
    accounts = book.tables.accounts.drop_duplicates("account_id").set_index("account_id")["name"]
    key = ["territory_id", "rep_id", "signs"]
    shown = _named(book, evidence).merge(rows[[*key, "number"]], on=key)
    shown = shown.assign(account=shown["account_id"].map(accounts)).sort_values(
        "number", kind="stable", ignore_index=True
    )
    dated = ["number", "rep", "account", "activity_id", "kind", "subject", "created_on", "due_on", "done_on"]
    days = {"number": "of no.", "created_on": "made", "due_on": "due", "done_on": "done"}
    return [
        Note(ASK),
        Table(rows[keep], book.facts.currency, "Activity to ask about, by rep and sign", labels, limit=count),
        Table(
            shown.loc[(shown["number"] <= count).to_numpy(), dated], book.facts.currency,
            "Three rows of each, as they are on record", days, limit=3 * count,
        ),
    ]  # fmt: skip


def reported(book: Book, count: int = 30) -> list[Any]:
    """How activity in key accounts is reported, per rep: what of it has a contact, an outcome, minutes, and holds as real."""
    if not book.tables.has("activities", "done_on"):
        return [Note(book.tables.lacks("activities", "how activity in key accounts is reported") + ".", "warn")]
    rows = book.engagement.reporting
    if rows.empty:
        return [Note("No activity in a key account is on record for the last 12 months.", "warn")]
    shares = [c for c in rows.columns if c.endswith("_share")]
    ordered = rows.sort_values(["real_share", "rep_id"], kind="stable", ignore_index=True)
    unknown = [_REPORTED[c] for c in shares if rows[c].isna().all()]
    every = int(rows["activities"].sum())
    text = f"{(rows['activities'] * rows['real_share']).sum() / every:.0%} of {every:,} activities in key accounts in 12 months "
    text += "hold as real touches: somebody did them, and something shows it."
    text += f" Not in the export: {', '.join(unknown)}." if unknown else ""
    standing = book.engagement.standing
    holders = set(standing.loc[standing["is_key"].to_numpy(dtype=bool), "owner_rep_id"].dropna())
    silent = _named(book, pd.DataFrame({"rep_id": sorted(holders - set(rows["rep_id"]))}, dtype="str"))["rep"].tolist()
    text += f" Nothing is on record in the key accounts of {', '.join(silent)}." if silent else ""
    table = Table(
        _named(book, ordered)[["rep", "activities", *shares]], book.facts.currency,
        "Reporting of activity in key accounts, by rep, lowest first", _REPORTED, limit=count,
    )  # fmt: skip
    return [Note(text), table]


_REPORTED = {
    "with_contact_share": "names the contact",
    "with_outcome_share": "has an outcome",
    "with_minutes_share": "has minutes",
    "real_share": "holds as real",
}


def _named(book: Book, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the rep as :func:`~workbook.sections.people.names_of` says."""
    return rows.assign(rep=names_of(book, rows["rep_id"]))
