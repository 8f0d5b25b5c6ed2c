"""The sample company's plans, made by a seeded hand that fills the real templates: send, fill, collect, approve. Synthetic.

Two rounds: before the year everybody is asked, and most answer; in June some revise. One rep never answers, one plan does not
add up to its quota (the story ``short``), some are written once and left alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from workbook.errors import UsageError
from workbook.plans.stage import Plans
from workbook.sheets import desk
from workbook.sheets.collect import Terms
from workbook.sheets.sample_filling import Hand, Round
from workbook.store.plan import PlanRevision

#: Days of the two rounds, counted from the first day of the fiscal year and back from the book's day.
FIRST_DAYS, SECOND_DAYS = 20, 12
SHORT_SHARE = 0.70


def make_plans(root: Path, open_at: Callable[[date], Plans], folder: Path) -> Iterator[str]:
    """Both rounds and the managers' answers; yields what was done, in words. ``open_at`` opens the book as of a day."""
    from workbook.store.store import open_store

    store = open_store(root)
    if store.plans():
        yield "the sample's plans are there already"
        return
    stories = json.loads((root / "stories.json").read_text(encoding="utf-8"))
    short = {str(s["rep_id"]) for s in stories["stories"] if s["id"] == "short"}
    plans = open_at(date.max)
    seed, as_of = int(stories["seed"]), plans.facts.as_of
    start = plans.facts.calendar.bounds(plans.facts.year)[0]
    days = (start - timedelta(days=FIRST_DAYS), as_of - timedelta(days=SECOND_DAYS))
    for turn in _rounds(plans, seed, short, days):
        known = open_at(turn.on)
        outbox = desk.outbox_of(known, store.plans())
        reps = [r for r in turn.reps if r in outbox.reps()]
        files = desk.send(outbox, reps, folder / f"round-{turn.number}")
        for rep, path in zip(reps, files, strict=True):
            rng = np.random.default_rng([seed, turn.number, *rep.encode()])
            Hand(path, outbox, rep, rng, turn, SHORT_SHARE if rep in short else None).fill()
        saved = 0
        for state in ("submitted", "draft"):
            mine = [p for r, p in zip(reps, files, strict=True) if (r in turn.drafts) == (state == "draft")]
            at = datetime(turn.on.year, turn.on.month, turn.on.day, 16) + timedelta(days=5)
            collected, _ = desk.take_in(mine, outbox, store, Terms(at, "draft" if state == "draft" else "submitted"))
            if not collected.ok:
                raise UsageError(
                    f"the sample's hand made faults: {collected.faults[0]}", remedy="This is a fault of ours."
                )
            saved += len(collected.saves)
        yield f"round {turn.number}, {turn.on}: {len(files)} files sent, filled and collected, {saved} plans saved"
        at = datetime(turn.on.year, turn.on.month, turn.on.day, 10) + timedelta(days=8)
        yield f"managers: {_answers(store, plans, at, turn, short)}"


def _rounds(plans: Plans, seed: int, short: set[str], days: tuple[date, date]) -> list[Round]:
    first, second = days
    targets = plans.rep_targets[plans.rep_targets["period"] == plans.facts.year]
    reps = sorted(set(plans.known.register["owner_rep_id"].dropna()))
    rng = np.random.default_rng([seed, 77])
    mixed = [reps[i] for i in rng.permutation(len(reps)) if reps[i] not in short]
    silent, late = set(mixed[:1]), set(mixed[1:4])
    everybody = tuple(r for r in reps if r not in silent | late)
    again = set(mixed[4 : 4 + round(len(reps) * 0.45)]) | late
    return [
        Round(first, everybody, frozenset(), 1, targets),
        Round(second, tuple(r for r in reps if r in again - short), frozenset(sorted(late)[:1]), 2, targets),
    ]


def _answers(store: Any, plans: Plans, at: datetime, turn: Round, short: set[str]) -> str:
    home = dict(zip(plans.facts.tables.reps["rep_id"], plans.facts.tables.reps["territory_id"], strict=True))
    heads = plans.facts.tables.territories.set_index("territory_id")["manager_rep_id"]
    moved: list[tuple[PlanRevision, int]] = []
    for held in store.plans():
        if held.state != "submitted" or held.rep_id not in turn.reps:
            continue
        by = heads.get(home.get(held.rep_id, ""))
        signed = str(by) if isinstance(by, str) else "management"
        rest = int(held.rep_id[-1]) % 5 if held.rep_id[-1].isdigit() else 0
        state, comment = ("approved", "") if rest not in (3,) else ("submitted", "")
        if held.rep_id in short and turn.number == 1:
            state, comment = "returned", "The plan is 30 percent short of the quota: where shall the rest come from?"
        if state != "submitted":
            row = held.as_dict() | {"state": state, "saved_by": signed, "saved_at": at, "comment": comment}
            moved.append((PlanRevision(**(row | {"revision": 0})), held.revision))
    store.save_plans(moved)
    approved = sum(p.state == "approved" for p, _ in moved)
    return f"{approved} plans approved, {len(moved) - approved} returned"
