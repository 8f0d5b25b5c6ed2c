"""What people decided of a proposal is kept: refused moves do not come back, and a move is over once the CRM went on."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pandas as pd

from tests.territories.tiny import stage, tables
from workbook.decisions import Decision, Decisions
from workbook.sections.audience import AUDIENCES
from workbook.sections.territory import moves_ahead
from workbook.territories.decide import Answer, decisions
from workbook.territories.solver import Effort
from workbook.territories.wishes import Wishes, refusals

QUICK = Effort(seconds=0.3, limit=60.0)
MOVE = {"from_rep": "R1", "to_rep": "R2", "on": "2026-02-01", "proposal": "x"}


def test_a_refused_move_is_not_proposed_again_unless_it_is_pinned():
    book = stage()
    made = book.propose(Wishes(), QUICK)
    first = made.moves.iloc[0]
    rows = decisions(made, Answer("Kim", datetime(2026, 6, 30), date(2026, 7, 1), {first["account_id"]: "promised"}))
    said = Decisions.of([row for row in rows if row.kind == "proposal"])
    family = set(made.moves.loc[made.moves["unit"] == first["unit"], "account_id"])
    assert set(refusals(said)) == {(account, first["to_rep"]) for account in family}
    again = stage(decisions=said).propose(Wishes(), QUICK)
    here = again.moves[again.moves["account_id"].isin(family)]
    assert not here["to_rep"].eq(first["to_rep"]).any()
    assert any(f"{first['account_id']} → {first['to_rep']} (promised, Kim, 2026-06-30)" in note for note in again.notes)
    pinned = stage(decisions=said).propose(Wishes(pins=dict.fromkeys(family, first["to_rep"])), QUICK)
    assert pinned.moves.set_index("account_id").loc[sorted(family), "to_rep"].eq(first["to_rep"]).all()
    assert not any("refused before" in note for note in pinned.notes)


def moved(*owners: tuple[str, str]) -> list[str]:
    """Accounts whose accepted move (R1 → R2 from 2026-02-01) waits, when A1's owners are R1 and then these (rep, from)."""
    begun = pd.to_datetime(["2021-01-01", *[day for _, day in owners]])
    ended = [*(begun[1:] - pd.Timedelta(days=1)), pd.NaT]
    own = pd.DataFrame(
        {
            "account_id": "A1",
            "rep_id": ["R1", *[rep for rep, _ in owners]],
            "role": "owner",
            "from_on": begun,
            "to_on": ended,
        }
    )
    rest = tables().ownership
    held = pd.concat([rest[rest["account_id"] != "A1"], own], ignore_index=True)
    said = Decisions.of([Decision("move", "A1", MOVE, "kim", datetime(2026, 1, 20), "", 1)])
    return stage(tables(ownership=held), said).pending_moves["account_id"].tolist()


def test_a_move_waits_until_the_crm_shows_it_and_not_again_when_the_crm_goes_on():
    assert moved() == ["A1"]
    assert moved(("R2", "2026-02-01")) == []
    assert moved(("R2", "2026-02-01"), ("R3", "2026-05-01")) == []
    assert moved(("R3", "2026-05-01")) == []
    assert moved(("R3", "2026-01-25")) == ["A1"]


def test_a_review_names_the_accounts_that_will_change_hands_and_nobody_of_another_territory():
    """A1 goes to Raj, who works here, A2 to Kim, who does not."""
    here = tables()
    said = [
        Decision("move", account, {**MOVE, "to_rep": rep, "on": "2026-07-01"}, "kim", datetime(2026, 6, 20), "", 1)
        for account, rep in (("A1", "R2"), ("A2", "R3"))
    ]
    scoped = SimpleNamespace(accounts=here.accounts, reps=here.reps[here.reps["territory_id"] == "T1"])
    made = stage(here, Decisions.of(said))
    book: Any = SimpleNamespace(territories=made, tables=scoped, facts=made.facts)
    shown = moves_ahead(book, AUDIENCES["manager"])
    assert shown.frame["from_rep"].tolist() == ["Ann", "Ann"]
    assert shown.frame["to_rep"].tolist() == ["Raj", "a colleague in another territory"]
    assert shown.caption.startswith("2 accounts will change hands")
    few = next(audience for audience in AUDIENCES.values() if not audience.people)
    assert "Raj" not in repr(moves_ahead(book, few))
    assert moves_ahead(SimpleNamespace(territories=stage(here)), few) is None  # type: ignore[arg-type]
