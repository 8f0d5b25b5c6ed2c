"""Sending plan files and taking them back in, for a book: what the commands and the sample's hand call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbook.facts import Facts
from workbook.places import safe_name
from workbook.plans.stage import Plans
from workbook.sheets.collect import Collected, Terms, collect, save
from workbook.sheets.marking import write_marked
from workbook.sheets.outbox import Outbox
from workbook.sheets.templates import write_file
from workbook.store.plan import PlanRevision


def outbox_of(plans: Plans, stored: Iterable[PlanRevision] | None = None) -> Outbox:
    """The outbox of a book's plans. ``stored``: the store's current revisions; those known on the book's day by default."""
    rows = [p.as_dict() for p in stored] if stored is not None else list(plans.facts.plans)
    return Outbox(plans.facts, plans.known, plans.prefill, {str(r["account_id"] or r["rep_id"]): r for r in rows})


def reps_of(facts: Facts, outbox: Outbox, names: Sequence[str]) -> list[str]:
    """Reps with accounts by rep id or by node; all of them when nothing is named."""
    every = outbox.reps()
    if not names:
        return every
    home = dict(zip(facts.tables.reps["rep_id"], facts.tables.reps["territory_id"], strict=True))
    wanted: set[str] = set()
    for name in names:
        if name in outbox.people:
            wanted |= {outbox.file(name).rep_id}
        else:
            inside = set(facts.tree.below(name))
            wanted |= {rep for rep in every if home.get(rep) in inside}
    return sorted(wanted)


def send(outbox: Outbox, reps: Sequence[str], folder: Path, tell: Callable[[str], None] | None = None) -> list[Path]:
    """Write one file per rep into ``folder``; returns the files."""
    written = []
    for rep in reps:
        path = folder / f"{safe_name(rep)}.xlsx"
        write_file(outbox.file(rep), path)
        written.append(path)
        if tell:
            tell(rep)
    return written


def take_in(
    paths: Sequence[Path], outbox: Outbox, store: Any, terms: Terms, *, dry_run: bool = False
) -> tuple[Collected, list[Path]]:
    """Read files, save what is good (unless ``dry_run``), write marked copies of those with errors; returns both."""
    stored = {p.plan_id: p for p in store.plans()} if store is not None else {}
    outbox = replace(outbox, stored={i: p.as_dict() for i, p in stored.items()})
    collected = collect(paths, outbox, stored, terms)
    if not dry_run and store is not None:
        save(collected.saves, store)
    marked = [] if dry_run else [made for file in collected.rejected() if (made := write_marked(file)) is not None]
    return collected, marked
