"""The engagement notebook's sections: chart or table, and what it says here, in a sentence made of the numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.charts import engagement as charts
from workbook.engagement.changes import summary
from workbook.sections.activity import patterns
from workbook.sections.judgements import with_names
from workbook.show import Note, Table, checks


def _lacking(book: Book, what: str) -> list[Any]:
    return [Note(book.tables.lacks("activities", what) + ".", "warn")]


def _names(book: Book) -> pd.Series:
    return book.tables.reps.set_index("rep_id")["name"]


def _named(book: Book, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the account's or the rep's name beside the id."""
    key, table = ("account_id", "accounts") if "account_id" in rows else ("rep_id", "reps")
    names = book.tables[table].set_index(key)["name"]
    out = rows.copy()
    out.insert(1, "name", rows[key].map(names))
    return out


def touched(book: Book) -> list[Any]:
    """Real touches by day, and how much of what is recorded does not count."""
    if not book.tables.has("activities", "done_on"):
        return _lacking(book, "touches")
    stage = book.engagement
    done = int(book.tables.activities["done_on"].notna().sum())
    flagged = int((stage.integrity["level"] != "none").sum())
    text = (
        f"{len(stage.touches):,} of {done:,} activities done are real touches; {flagged:,} of all recorded are flagged."
    )
    return [Note(text), charts.touch_calendar(stage.daily()).figure]


def cadence(book: Book, count: int = 12) -> list[Any]:
    """The cadence board by rep, and the accounts most overdue, key accounts first."""
    if not book.tables.has("activities", "done_on"):
        return _lacking(book, "cadence")
    rows = book.engagement.cadence
    late = rows[rows["verdict"].isin(["warn", "fail"])]
    late = late.sort_values(["is_key", "overdue_days", "account_id"], ascending=[False, False, True], ignore_index=True)
    keys = rows[rows["is_key"]]
    text = f"{int((rows['verdict'] == 'ok').sum()):,} of {len(rows):,} accounts are on time. "
    text += f"{int((keys['verdict'] == 'fail').sum()):,} of {len(keys):,} key accounts fail."
    table = _named(book, late[["account_id", "class", "grade", "is_key", "last_touch_on", "overdue_days", "sentence"]])
    return [
        Note(text),
        charts.cadence_board(book.engagement.board()).figure,
        Table(table, book.facts.currency, "Most overdue, key accounts first", limit=count),
    ]


def integrity(book: Book, count: int = 10) -> list[Any]:
    """Why activities do not count: by sign, by rep with dated rows, and the accounts where most of them stand."""
    if not book.tables.has("activities"):
        return _lacking(book, "integrity")
    stage = book.engagement
    signals = stage.by_signal()
    if signals.empty:
        return [Note("No recorded activity is flagged.", "ok")]
    rows = _named(
        book, stage.reserved[["account_id", "rep_id", "level", "flagged", "real_touches", "first_on", "last_on"]]
    )
    return [
        charts.flagged_by_signal(signals).figure,
        *patterns(book),
        Table(rows, book.facts.currency, "Where flagged activities stand, by account and rep", limit=count),
    ]


def books(book: Book, count: int = 10) -> list[Any]:
    """Accounts held against accounts worked, and how unevenly they are spread."""
    stage = book.engagement
    if not book.tables.has("activities", "done_on") or stage.books.empty:
        return _lacking(book, "what is worked")
    sits = stage.books[stage.books["sits"]]
    kind = "warn" if len(sits) else "ok"
    reading = " ".join(f"{n}: {s}" for n, s in zip(sits["rep_id"].map(_names(book)), sits["sentence"], strict=True))
    parts = [
        Note(reading or "Nobody holds a large book and works little of it.", kind),
        charts.held_worked(stage.books, _names(book)).figure,
    ]
    if book.scope is None:
        parts.append(charts.lorenz_curves(stage.lorenz).figure)
    return parts


#: Styles of working from the one to be asked about first.
_STYLES = ("thin", "selective", "broad-acre", "intensive")


def depth(book: Book, count: int = 40) -> list[Any]:
    """How deeply and broadly each rep works, and the share of easy wins; who is to be asked about it first."""
    if not book.tables.has("activities", "done_on"):
        return _lacking(book, "depth and breadth")
    rows = _named(book, book.engagement.depth)
    rows = rows.assign(place=rows["style"].map({style: at for at, style in enumerate(_STYLES)}))
    by = ["low_hanging", "place", "worked_share", "touches_per_worked", "rep_id"]
    rows = rows.sort_values(by, ascending=[False, True, True, True, True], kind="stable", ignore_index=True)
    keep = [
        "name",
        "style",
        "worked_share",
        "touches_per_worked",
        "contacts_per_worked",
        "wins",
        "easy_wins",
        "low_hanging",
    ]
    told = "Intensive or broad-acre? Low-hanging fruit first, then the narrow, then the shallow"
    return [Table(rows[keep], book.facts.currency, told, limit=count)]


def top(book: Book) -> list[Any]:
    """The top accounts against the published criteria."""
    if not book.tables.has("activities", "done_on"):
        return _lacking(book, "activity in top accounts")
    rows = book.engagement.top_criteria
    if rows.empty:
        return [Note("None of the company's top accounts lies in this view.")]
    keep = [
        "account_id",
        "rank",
        "touches",
        "contacts",
        "in_person",
        "longest_gap_days",
        "next_step",
        "verdict",
        "sentence",
    ]
    good = int((rows["verdict"] == "ok").sum())
    return [
        Note(f"{good} of {len(rows)} top accounts meet every criterion.", "ok" if good == len(rows) else "warn"),
        Table(_named(book, rows[keep]), book.facts.currency, "Top accounts against the published criteria", limit=20),
    ]


def risks(book: Book, count: int = 10) -> list[Any]:
    """The leaver test with its worst cases in words, and large accounts on one thread."""
    stage, currency = book.engagement, book.facts.currency
    single = stage.single_threaded
    keep = ["account_id", "contacts", "people", "value_amount", "verdict", "sentence"]
    return [
        charts.leaver_bars(stage.leaver, currency, _names(book)).figure,
        _worst_leavers(book),
        Table(_named(book, single[keep]), currency, "Large accounts on one contact or one of us", limit=count),
    ]


def _worst_leavers(book: Book) -> Table | Note:
    """Who of the company's worst cases is in view: what would go, in a sentence each (A2)."""
    rows, count = book.engagement.leaver, book.rules.engagement.worst_leavers
    worst = rows[rows["worst"]]
    if len(rows) and worst.empty:
        return Note(f"Of the company's {count} worst cases none is in this view.", "ok")
    keep = ["rank", "name", "projected_amount", "sentence"]
    labels = {"name": "rep", "projected_amount": "projection", "sentence": "what would go"}
    told = f"The company's {count} worst cases" + (" that are in this view" if book.scope is not None else "")
    return Table(_named(book, worst)[keep], book.facts.currency, told, labels)


def loyalty(book: Book, count: int = 40) -> list[Any]:
    """NPS per rep with its interval, as a chart and in words, lowest first; then who has no answer."""
    rows = book.engagement.nps
    if not (rows["n"] > 0).any():
        return [Note("No NPS answers on record: NPS by rep not known.", "warn")]
    ordered = rows.sort_values(["nps", "n", "rep_id"], ascending=[True, False, True], kind="stable", ignore_index=True)
    ordered[["nps", "low", "high"]] = ordered[["nps", "low", "high"]].round() + 0.0  # no minus before a zero
    keep = ["name", "accounts", "n", "nps", "low", "high", "sentence"]
    sure = f"{book.rules.engagement.nps_confidence:.0%} interval"
    labels = {"name": "rep", "n": "answers", "nps": "NPS", "low": f"{sure} from", "high": "to"}
    return [
        charts.nps_by_rep(rows, _names(book)).figure,
        Table(_named(book, ordered)[keep], book.facts.currency, "NPS by rep, lowest first", labels, limit=count),
    ]


def winning(book: Book) -> list[Any]:
    """Prospects against the 12 to 15 touches, meetings per sale by product, and cost at risk by neglect."""
    if not book.tables.has("activities", "done_on"):
        return _lacking(book, "touches per prospect and meetings per sale")
    stage, rules, currency = book.engagement, book.rules.engagement, book.facts.currency
    learned = stage.touches_before_win.iloc[0]
    text = "How many touches this company's new clients took is not known."
    if learned["n"]:
        text = f"This company's {int(learned['n'])} new clients on record took {learned['median']:.0f} touches in the middle "
        text += f"(half of them {learned['low']:.0f} to {learned['high']:.0f})."
    low, high = rules.prospect_touches_low, rules.prospect_touches_high
    risk = stage.at_risk
    rows = _named(book, risk[["account_id", "touches", "hours", "cost_amount", "last_touch_on"]])
    return [
        Note(text),
        charts.prospect_touches(stage.prospects, low, high).figure,
        Table(stage.meetings_per_sale, currency, "What a won deal takes, company-wide (deals of two years)"),
        Table(rows, currency, "Neglected: what winning them has cost (estimate)", {"hours": "hours"}, limit=8),
    ]


def changed(book: Book, count: int = 10) -> list[Any]:
    """What changed since the last review (else lately), and at each account since the touch before its last."""
    stage, currency = book.engagement, book.facts.currency
    keep = ["account_id", "class", "grade", "sales_amount", "deals_won", "deals_lost", "nps_now", "sentence"]
    parts: list[Any] = [Note(summary(stage.since_review, currency))]
    for rows, caption in (
        (stage.since_review, "Look again: changed since the last review"),
        (stage.since_touch, "Look again: changed since the touch before the last"),
    ):
        again = rows[rows["look_again"].to_numpy(bool)]
        again = again.sort_values(["deals_won_amount", "account_id"], ascending=[False, True], ignore_index=True)
        told = f"{caption}, {len(again):,} of {len(rows):,} accounts"
        parts.append(Table(_named(book, again[keep]), currency, told, limit=count))
    return parts


def elsewhere(book: Book, count: int = 8) -> list[Any]:
    """What the rest of a family does elsewhere that can open an account here."""
    rows = book.engagement.sight
    if rows.empty:
        return [Note("Nothing happened lately in other parts of these accounts' families.")]
    keep = ["account_id", "signal", "on", "times", "sentence"]
    return [Table(_named(book, rows[keep]), book.facts.currency, "Openings by family", limit=count)]


def lists(book: Book, count: int = 10) -> list[Any]:
    """The first rows of the call list; ``workbook lists`` writes it as files."""
    if not book.tables.has("activities", "done_on"):
        return _lacking(book, "who is due")
    rows = book.engagement.list_of("due")
    keep = ["rep_name", "priority", "account_name", "action", "due_on", "contact_name", "reason"]
    return [Table(rows[keep], book.facts.currency, "To call, visit or message in the next four weeks", limit=count)]


def judged(book: Book) -> Table:
    """The checks of how accounts are worked."""
    return checks(with_names(book, book.engagement.checks), limit=20)
