"""What ``workbook design`` shows and records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import typer

from workbook import periods
from workbook.book import Book
from workbook.checks import counted
from workbook.cli.options import print_json, records
from workbook.decisions import signed_at
from workbook.errors import ConflictError, UsageError
from workbook.money import format_amount
from workbook.territories import daily
from workbook.territories.decide import Answer, decisions
from workbook.territories.families import reunions, together
from workbook.territories.proposal import Proposal
from workbook.territories.wishes import Wishes
from workbook.territories.words import headline

#: Moves printed one by one; all of them are in the files of ``--out`` and in ``--json``.
_LINES = 40
#: More moves than this are not recorded without ``--limit``.
_MANY = 100
#: What ``--json`` says of a move.
_ROWS = [
    "account_id",
    "name",
    "from_rep",
    "to_rep",
    "told",
    "step",
    "undo_points",
    "hours",
    "sales_12m_amount",
    "not_before",
]
#: Families printed one by one.
_FAMILIES = 15


@dataclass(frozen=True)
class Asked:
    """The options that shape a proposal, as given."""

    across: str | None
    seconds: float | None
    seed: int | None
    lock: tuple[str, ...]
    pin: tuple[str, ...]
    forbid: tuple[str, ...]
    leaver: str | None
    fill: str | None
    rotate: bool
    reunite: tuple[str, ...] = ()
    limit: int | None = None


@dataclass(frozen=True)
class Said:
    """The options that answer it."""

    accept: bool
    by: str
    on: str | None
    refuse: tuple[str, ...]
    out: Path | None


def run(
    where: tuple[Path | None, str | None, str | None], asked: Asked, said: Said, show: tuple[bool, bool, bool]
) -> int:
    """Propose, show, and record what is accepted."""
    curve, families, as_json = show
    if said.accept and not said.by.strip():
        raise UsageError("--accept needs --by", remedy='Say who decides: --by "Kim Lee".')
    book = Book.open(where[0], as_of=where[1], node=where[2])
    made = _proposal(book, asked)
    if said.accept and len(made.moves) > max(_MANY, asked.limit or 0):
        raise UsageError(
            f"--accept would record {len(made.moves):,} moves at once",
            remedy=f"Say how many are meant, the most helpful first: --limit 30, or --limit {len(made.moves)} for all.",
        )
    written, recorded = _answered(book, made, said)
    summary = {k: v for k, v in made.summary.items() if k != "by_measure"}
    summary |= {"proposal": made.id, "accepted": bool(said.accept), "files": written, "notes": list(made.notes)}
    if curve:
        summary["curve"] = records(_curve(book, made, asked))
    offers = reunions(book.territories.company, made, book.territories.names) if families else None
    if offers is not None:
        summary["families"] = records(offers)
    if said.accept:
        summary["recorded"] = recorded
    if as_json:
        rows = made.moves[_ROWS].rename(columns={"told": "reason"})
        print_json("design", book=book.root, as_of=book.as_of, ok=True, summary=summary, rows=records(rows))
        return 0
    _print(book, made)
    for row in summary.get("curve", ()):
        typer.echo(
            f"  balance × {row['factor']:<5g} {row['moved']:>6,} moves {row['moved_sales_share']:>6.1%} of sales   "
            f"balance {row['balance_points']:8.2f} points, disruption {row['disruption_points']:7.2f}"
        )
    if offers is not None:
        _print_families(offers)
    if said.accept:
        typer.echo(f"{recorded}: proposal {made.id}, decided by {said.by}")
    for path in written:
        typer.echo(f"wrote {path}")
    return 0


def _proposal(book: Book, asked: Asked) -> Proposal:
    from workbook.territories.solver import Effort, ready

    rules = book.rules.territories.design
    if asked.across is not None:
        if asked.across not in ("territory", "team", "region", "company"):
            raise UsageError(f"--across is {asked.across!r}", remedy="Use territory, team, region or company.")
        rules = replace(rules, across=asked.across)
    accounts = book.territories.company.accounts
    known = set(accounts["account_id"])
    pins, forbids = _pairs(asked.pin, "--pin"), _pairs(asked.forbid, "--forbid")
    if twice := sorted({a for a, rep in pins if dict(pins)[a] != rep}):
        raise ConflictError(f"{', '.join(twice)} is pinned to more than one rep", remedy="Drop one of each.")
    strange = sorted({*asked.lock, *(a for a, _ in pins), *(a for a, _ in forbids)} - known)
    if strange:
        raise UsageError(f"there is no account {', '.join(strange)}", remedy="See `workbook check`.")
    wishes = Wishes(frozenset(asked.lock), dict(pins), frozenset(forbids), limit=asked.limit)
    people = set(book.territories.company.people["rep_id"])
    for rep in (asked.leaver, asked.fill, *(rep for _, rep in forbids)):
        if rep is not None and rep not in people:
            raise UsageError(f"{rep} is nobody who holds a book here", remedy="Name a seller of the reps table.")
    if asked.leaver and not accounts["rep_id"].eq(asked.leaver).any():
        raise UsageError(f"{asked.leaver} holds no accounts here", remedy="There is no book to empty.")
    for text in asked.reunite:
        family, _, rep = (part.strip() for part in text.partition("="))
        wishes = together(accounts, family, rep or None, wishes)
    if asked.rotate:
        wishes = daily.rotate(accounts, wishes)
    if asked.leaver:
        wishes = daily.empty(accounts, asked.leaver, wishes)
    if asked.fill:
        wishes = daily.fill(asked.fill, wishes)
    seconds, seed = asked.seconds or rules.seconds, rules.seed if asked.seed is None else asked.seed
    effort = Effort(seconds=seconds, seed=seed, limit=rules.clock(seconds))
    if word := ready.first_word():
        typer.echo(word, err=True)
    return book.territories.propose(wishes, effort, rules)


def _pairs(given: tuple[str, ...], option: str) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in given]
    wrong = [text for text, (a, sign, b) in zip(given, pairs, strict=True) if not (a.strip() and sign and b.strip())]
    if wrong:
        raise UsageError(f"{option} {wrong[0]!r} is not two parts", remedy=f"Write it like {option} A-0001=P-11.")
    return [(a.strip(), b.strip()) for a, _, b in pairs]


def _answered(book: Book, made: Proposal, said: Said) -> tuple[list[str], str]:
    """Record what is accepted and write the files; their paths, and what was recorded in words."""
    refused = dict(_pairs(said.refuse, "--refuse"))
    on = periods.day(said.on) if said.on else book.as_of + timedelta(days=1)
    if on < book.as_of:
        raise UsageError(
            f"--on {on} lies before {book.as_of}, as of which the book is read", remedy="Name a later day."
        )
    if said.out is not None:
        try:
            said.out.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise UsageError(
                f"--out {said.out} cannot be a folder: {fault.strerror}", remedy="Name another."
            ) from fault
    if said.accept:
        from workbook.store import open_store

        answer = Answer(said.by, signed_at(book.as_of, datetime.now()), on, refused)
        rows = decisions(made, answer)
        open_store(book.root).record_all(rows)
    moves = made.without(set(refused))
    recorded = _recorded(made, moves, refused)
    if said.out is None or moves.empty:
        return [], recorded
    from workbook.sheets.moves import write_hand_overs, write_owners
    from workbook.territories.handover import hand_over

    lines = book.plans.lines if len(book.facts.plans) else None
    handed = hand_over(moves, book.facts, book.portfolio.register, on, lines)
    paths = [write_owners(moves, said.out / "owners.csv", on)]
    paths += write_hand_overs(handed, said.out, book.as_of, book.facts.currency)
    return [str(path) for path in paths], recorded


def _recorded(made: Proposal, moves: pd.DataFrame, refused: dict[str, str]) -> str:
    """How many moves are recorded, and which are refused, those of the same family with them."""
    out = sorted(set(made.moves["account_id"]) - set(moves["account_id"]))
    told = ", ".join(f"{account} ({refused.get(account, 'same family')})" for account in out)
    return f"{counted(len(moves), 'move')} recorded" + (f", {len(out)} refused: {told}" if out else "")


def _curve(book: Book, made: Proposal, asked: Asked) -> Any:
    from workbook.territories.frontier import frontier
    from workbook.territories.solver import Effort

    rules = book.rules.territories.design
    seconds, seed = asked.seconds or rules.seconds, rules.seed if asked.seed is None else asked.seed
    return frontier(made.design, Effort(seconds=seconds, seed=seed, limit=rules.clock(seconds)))


def _print(book: Book, made: Proposal) -> None:
    summary, currency = made.summary, book.facts.currency

    def money(amount: int) -> str:
        return format_amount(amount, currency, short=True)

    for line in headline(summary, money):
        typer.echo(line)
    for name, (before, after) in summary["by_measure"].items():
        if max(before, after) >= 0.005:
            typer.echo(f"  {name:<14} {before:9.2f} → {after:8.2f}")
    for note in made.notes:
        typer.echo(f"note: {note}")
    for move in made.moves.head(_LINES).itertuples():
        giver = move.from_rep if isinstance(move.from_rep, str) else "-"
        typer.echo(f"{move.account_id:<12} {giver:<8} → {move.to_rep:<8} {move.name}: {move.told}")
    if len(made.moves) > _LINES:
        typer.echo(
            f"and {counted(len(made.moves) - _LINES, 'more move')}: --out DIR writes them all, --json lists them"
        )


def _print_families(offers: pd.DataFrame) -> None:
    """Families that several reps hold, the cheapest to bring together first."""
    typer.echo(
        f"{len(offers)} families are with several reps"
        + (", the cheapest to bring together first:" if len(offers) else ".")
    )
    for row in offers.head(_FAMILIES).itertuples():
        typer.echo(f"--reunite {row.family_id}={row.to_rep:<8} {row.sentence}")
    if len(offers) > _FAMILIES:
        typer.echo(f"and {len(offers) - _FAMILIES} more: --json lists them")
