"""The territories notebook's sections: health, capacity, the proposal and its proof, what was decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.charts import territories as charts
from workbook.forms.territories import DesignSession, accounts_on_map, design_session
from workbook.money import format_amount
from workbook.sections.audience import AUDIENCES, Audience
from workbook.sections.borders import borders as borders
from workbook.sections.frame import show
from workbook.sections.judgements import with_names
from workbook.show import Note, Table, checks
from workbook.territories.families import reunions
from workbook.territories.frontier import frontier
from workbook.territories.handover import new_rep_book
from workbook.territories.moves import wins_sentence
from workbook.territories.sizing import sizes_sentence
from workbook.territories.solver import Effort, ready
from workbook.territories.staffing import in_words
from workbook.territories.tenure import tenure_sentence


def _money(currency: str) -> Callable[[int], str]:
    """How sentences of this page tell an amount."""
    return lambda amount: format_amount(amount, currency, short=True)


def health(book: Book, count: int = 20) -> list[Any]:
    """Every check of books and territories, the worst first."""
    found = book.territories.health
    bad = [c for c in found if c.verdict == "fail"]
    words = f"{len(bad)} of {len(found)} checks fail, {sum(c.verdict == 'warn' for c in found)} warn."
    return [Note(words, "fail" if bad else "ok"), checks(with_names(book, found), limit=count)]


def spread(book: Book) -> list[Any]:
    """How evenly the company's books are spread; names nobody."""
    rows = book.territories.spread
    rows = rows[
        rows["measure"].isin(["accounts", "sales_amount", "potential_amount", "hours", "key"]) & rows["n"].gt(1)
    ]
    table = rows[["level", "measure", "n", "cv", "gini", "max_min"]].round({"cv": 2, "gini": 2, "max_min": 1})
    return [Table(table, book.facts.currency, "Spread over reps and territories (0 is even; Gini 1: one has all)")]


def capacity(book: Book) -> list[Any]:
    """Hours needed against hours there are, by rep and by month."""
    rows = book.territories.capacity
    if rows.empty:
        return [Note("Nobody holds accounts here.")]
    parts: list[Any] = [charts.hours(rows).figure]
    if rows["available_hours"].isna().all():
        return [Note("The reps table has no selling hours: capacity not known.", "warn"), *parts]
    return [*parts, charts.staffing(book.territories.months).figure]


def tenure(book: Book, audience: Audience = AUDIENCES["manager"]) -> list[Any]:
    """What an account is worth against how long its rep is here (D9); single reps are shown only to who may see people."""
    rows, currency = book.territories.tenure, book.facts.currency
    told = Note(tenure_sentence(rows, _money(currency)))
    return [told, charts.tenure(rows, currency).figure] if audience.people and len(rows) else [told]


def size(book: Book) -> list[Any]:
    """The right book size with its working, and the people that each scenario of growth takes."""
    stage, currency = book.territories, book.facts.currency
    rows = stage.scenarios
    told = in_words(rows, _money(currency), book.tree.name)
    steps = stage.book_size.round({"value": 1})
    parts: list[Any] = [Table(steps, currency, "The right book size, step by step")]
    if steps["value"].isna().any():
        parts.append(
            Note(
                "The reps table has no selling_hours_per_week: set it there, or territories.capacity.hours_per_week in book.toml.",
                "warn",
            )
        )
    sizes = stage.book_sizes
    parts.append(Note(sizes_sentence(sizes, _money(currency))))
    shown = sizes.round({"deals_per_year": 2, "cycle_days": 0, "hours_per_year": 1, "right_size": 0, "books": 1})
    parts.append(Table(shown, currency, "The right book size by class and industry, with its working"))
    parts.append(Table(stage.needed, currency, "Reps and territories that the hours take, were borders free"))
    lacks = stage.lacking.drop(columns="node").round({"short_hours": 0})
    parts.append(Table(lacks, currency, "Who lacks hours, or accounts or potential against a fair share by hours"))
    parts += [Note(sentence) for sentence in told]
    keys = ["scenario", "growth_share"]
    columns = [
        "needed_hours",
        "available_hours",
        "reps",
        "hires",
        "short_hours",
        "uncovered_accounts",
        "uncovered_amount",
    ]
    sums = rows.groupby(keys, sort=False)[[*columns, "hire_cost_amount"]].sum(min_count=1).reset_index()
    parts.append(
        Table(sums, currency, "People by scenario of growth: what territories lack after colleagues within reach help")
    )
    if len(stage.hiring):
        parts.append(Table(stage.hiring, currency, "When to hire, so that the ramp ends in time"))
    if len(book.territories.first_success):
        parts.append(Table(book.territories.first_success, book.facts.currency, "New reps: days to the first won deal"))
    return parts


def session(book: Book, seconds: float) -> DesignSession:
    """The live design session; who has to wait for the compiler is told so before."""
    if word := ready.first_word():
        show(Note(word))
    return design_session(book, seconds)


def proposed(held: DesignSession, count: int = 15) -> list[Any]:
    """The proposal's proof, its largest moves, and what it leaves undone."""
    made = held.proposal
    columns = ["account_id", "name", "from_rep", "to_rep", "undo_points", "told"]
    top = made.moves[columns].round({"undo_points": 2})
    notes = [Note(note[:1].upper() + note[1:] + ".", "warn") for note in made.notes]
    table = Table(top.rename(columns={"told": "why"}), held.currency, "Moves, those first that help most", limit=count)
    return [charts.proof(made.solution.steps).figure, *notes, table, *_start_books(held)]


def _start_books(held: DesignSession, count: int = 8) -> list[Any]:
    """The book that each rep new within a year, or still to come, would start with: warm and cold accounts (A10)."""
    stage, made = held.book.territories, held.proposal
    hired = pd.to_datetime(stage.people["hired_on"])
    new = stage.people[(hired > pd.Timestamp(held.book.as_of) - pd.Timedelta(days=365)).to_numpy(dtype=bool)]
    parts: list[Any] = []
    for rep in new.itertuples():
        rows = new_rep_book(stage.company.accounts, made.moves, str(rep.rep_id))
        if not rows["coming"].any():
            continue
        warm = int(rows["warm"].sum())
        caption = (
            f"Start book of {rep.name} ({rep.rep_id}): {warm} warm and {len(rows) - warm} cold accounts after the moves"
        )
        columns = ["account_id", "name", "warm", "coming", "class", "sales_12m_amount", "potential_amount"]
        shown = rows.sort_values("coming", ascending=False, kind="stable")[columns]
        parts.append(Table(shown, held.currency, caption, {"coming": "comes now"}, limit=count))
    return parts


def on_map(book: Book, held: DesignSession) -> list[Any]:
    """The map after the proposal, moves ringed."""
    rows, reps = accounts_on_map(book, held.proposal)
    if rows.empty:
        return [Note("No coordinates are known: no map, and travel does not count.")]
    return [charts.book_map(rows, reps, held.proposal.moves["account_id"].tolist()).figure]


def tradeoff(held: DesignSession, seconds: float) -> list[Any]:
    """Balance against disruption, to choose from."""
    curve = frontier(
        held.proposal.design, Effort(seconds=seconds, seed=held.rules.seed, limit=held.rules.clock(seconds))
    )
    return [charts.tradeoff(curve).figure]


def moves(book: Book, count: int = 20) -> list[Any]:
    """What was decided, what waits for the CRM, and wins of moved accounts against those that stayed."""
    decided, waiting = book.territories.moves, book.territories.pending_moves
    wins = book.territories.moved_wins
    words = (
        f"{len(decided):,} moves decided, {len(waiting):,} not in the CRM yet."
        if len(decided)
        else "No move is decided yet."
    )
    columns = ["account_id", "from_rep", "to_rep", "on", "decided_by", "reason"]
    parts: list[Any] = [Note(words)]
    if len(waiting):
        parts.append(Table(pd.DataFrame(waiting[columns]), book.facts.currency, "Waiting for the CRM", limit=count))
    parts.append(Note(wins_sentence(wins)))
    if wins["accounts"].iloc[0] > 0:
        compare = wins.drop(columns=["days", "too_early"]).round(
            {"wins_per_account_before": 3, "wins_per_account_after": 3}
        )
        parts.append(
            Table(compare, book.facts.currency, "Deals won half a year before and after a change of hands (company)")
        )
    return parts


def families(book: Book, held: DesignSession, count: int = 8) -> list[Any]:
    """Families that several reps hold after the proposal, the cheapest to bring together first."""
    rows = reunions(book.territories.company, held.proposal, book.territories.names)
    if rows.empty:
        return [Note("Every family is with one rep.", "ok")]
    tags = rows["family_id"] + "=" + rows["to_rep"]
    table = rows.assign(tag=tags)[["tag", "sentence"]]
    return [
        Table(
            table, held.currency, f"{len(rows)} families with several reps", {"sentence": "what it takes"}, limit=count
        )
    ]
