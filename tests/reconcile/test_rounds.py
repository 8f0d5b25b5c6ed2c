"""Rounds and sign-off on the small company: who moved by how much, what is open, what may be signed, what changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from workbook.book import Book
from workbook.decisions import Decision
from workbook.errors import UsageError
from workbook.reconcile.rounds import Wish, checked
from workbook.reconcile.seal import numbers_hash
from workbook.rules import Rules
from workbook.rules.reconcile import ReconcileRules, SignOffRules

Make = Callable[..., Book]
Decide = Callable[..., Decision]
LOOSE = Rules(reconcile=ReconcileRules(sign_off=SignOffRules(plans_required=False)))


def talk(decide: Decide, *, answer: str = "accept") -> list[Decision]:
    """Target of A 120,000; the manager proposes 118,000, Ann counters 110,000, the manager 114,000, Ann accepts."""
    common = {"year": "FY2026"}
    return [
        decide("meeting_point", "A", "Kim", 1, action="propose", side="manager", amount=118_000, **common),
        decide("meeting_point", "A", "Ann", 2, action="counter", side="rep", amount=110_000, **common),
        decide("meeting_point", "A", "Ann", 2, "one deal slipped", action="comment", side="rep", amount=None, **common),
        decide("meeting_point", "A", "Kim", 3, action="counter", side="manager", amount=114_000, **common),
        decide("meeting_point", "A", "Ann", 4, action=answer, side="rep", amount=None, **common),
    ]


def test_who_moved_by_how_much_in_each_round(make: Make, decide: Decide) -> None:
    rows = make(decisions=talk(decide)).reconcile.rounds
    assert rows["round"].tolist() == [1, 2, 2, 3, 3]
    plan = make().reconcile.totals.set_index("node").loc["A", "plan_amount"]
    numbers = rows[rows["action"].isin(["propose", "counter"])]["moved_amount"].tolist()
    assert numbers == [118_000 - 120_000, 110_000 - plan, 114_000 - 118_000]
    (state,) = make(decisions=talk(decide)).reconcile.talks.itertuples()
    assert (state.state, state.rounds, state.amount, state.from_above_amount) == ("accepted", 3, 114_000, -6_000)
    assert state.change_share == pytest.approx(0.05)


def test_a_talk_of_another_year_does_not_count(make: Make, decide: Decide) -> None:
    old = [replace(d, payload={**d.payload, "year": "FY2025"}) for d in talk(decide)]
    assert make(decisions=old).reconcile.rounds.empty


def test_the_size_of_the_change_says_who_approves(make: Make, decide: Decide) -> None:
    rules = SignOffRules()
    assert [rules.approver(s) for s in (0.0, 0.05, 0.051, 0.15, 0.4, 3.0)] == ["manager", "manager", "director", "director", "finance", "finance"]  # fmt: skip
    assert rules.may_approve("finance", 0.01)
    assert not rules.may_approve("manager", 0.06)
    assert not rules.may_approve("nobody", 0.01)
    (row,) = make(decisions=talk(decide)).reconcile.approvals.itertuples()
    assert (row.needs, row.state) == ("manager", "waiting")


def test_an_approval_holds_for_its_amount_only(make: Make, decide: Decide) -> None:
    def approved(amount: int, role: str) -> str:
        given = decide("approval", "A", "Ola", 5, what="meeting_point", year="FY2026", amount=amount, role=role, answer="approved")  # fmt: skip
        return str(make(decisions=[*talk(decide), given]).reconcile.approvals["state"].iloc[0])

    assert approved(114_000, "manager") == "approved"
    assert approved(113_999, "manager") == "waiting"
    assert approved(114_000, "rep") == "waiting"


def test_open_points_say_whom_they_wait_for(make: Make, decide: Decide) -> None:
    points = make(decisions=talk(decide)[:2]).reconcile.open_points.set_index("node")
    assert points.loc["A", "waits_for"] == "manager"
    assert points.loc["A", "days_open"] == 28
    assert bool(points.loc["A", "late"])
    assert points.loc["CO", "point"] == "short"  # a plan of half the target and nothing proposed
    after = make(decisions=talk(decide)).reconcile.open_points.set_index("node")
    assert after.loc["A", "point"] == "to approve"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish("accept", "B", "rep"), "nothing of B waits"),
        (Wish("counter", "A", "rep", 1), "the rep's number waits for the manager's or finance's answer"),
        (Wish("propose", "A", "manager", 1), "waits for an answer"),
        (Wish("refuse", "A", "manager"), "needs words"),
        (Wish("propose", "B", "manager"), "needs an amount"),
        (Wish("shout", "B", "manager"), "cannot be"),
    ],
)
def test_what_cannot_be_said_is_refused_with_a_reason(make: Make, decide: Decide, wish: Wish, words: str) -> None:
    talks = make(decisions=talk(decide)[:2]).reconcile.talks  # Ann's number waits for the manager
    with pytest.raises(UsageError, match=words):
        checked(wish, talks, signed=False)
    with pytest.raises(UsageError, match="signed off"):
        checked(Wish("propose", "B", "manager", 5), talks, signed=True)


def sealed(book: Book, decide: Decide, node: str) -> Decision:
    return decide("sign_off", node, "Fin", 20, **book.reconcile.seal_of(node), role="finance")


def agreed(decide: Decide, node: str, amount: int) -> list[Decision]:
    common = {"year": "FY2026", "amount": amount}
    return [
        decide("meeting_point", node, "Kim", 5, action="propose", side="manager", **common),
        decide("meeting_point", node, "Ann", 6, action="accept", side="rep", year="FY2026", amount=None),
        decide("approval", node, "Ola", 7, what="meeting_point", role="finance", answer="approved", **common),
    ]


def test_a_node_may_not_be_signed_while_something_is_open(make: Make, decide: Decide) -> None:
    reasons = " ".join(make().reconcile.reasons_against("CO"))
    assert "no account plans" in reasons
    assert "short" in reasons
    assert "Not signed off below it: N, S" in reasons
    assert "2 points below it are open: " in " ".join(make().reconcile.reasons_against("A"))
    one = [*agreed(decide, "A", 60_000), *agreed(decide, "Ann", 60_000)]
    assert "1 point below it is open: " in " ".join(make(decisions=one, rules=LOOSE).reconcile.reasons_against("A"))
    settled = [d for n in ("A", "Ann", "Bob") for d in agreed(decide, n, 60_000)]
    assert make(decisions=settled, rules=LOOSE).reconcile.reasons_against("A") == []


def test_a_signed_node_shows_what_changed_since(make: Make, decide: Decide) -> None:
    book = make(rules=LOOSE)
    signed = make(decisions=[sealed(book, decide, "A"), sealed(book, decide, "B")], rules=LOOSE)
    assert signed.reconcile.sign_offs["state"].tolist() == ["signed", "signed"]
    targets = book.tables.targets.copy()
    targets.loc[targets["territory_id"] == "A", "amount"] += 1_200
    targets.loc[targets["territory_id"] == "B", "amount"] -= 1_200
    later = make(decisions=[sealed(book, decide, "A")], rules=LOOSE, targets=targets)
    row = later.reconcile.sign_offs.iloc[0]
    assert row["state"] == "changed"
    assert any("--change" in r for r in later.reconcile.reasons_against("A"))
    differs = later.reconcile.changes_of("A")
    assert sum(d["after"] - d["before"] for d in differs if d["measure"] == "target") == 1_200
    request = decide("change_request", "A", "Kim", 21, "merger", year="FY2026", differences=differs)
    last = make(decisions=[sealed(book, decide, "A"), request], rules=LOOSE, targets=targets)
    assert not any("--change" in r for r in last.reconcile.reasons_against("A"))
    shown = last.reconcile.change_requests
    assert (shown["after_amount"] - shown["before_amount"])[shown["measure"] == "target"].sum() == 1_200


def test_the_hash_is_of_the_nodes_numbers_only(company: Book) -> None:
    cube = company.reconcile.cube
    cells = {m: c.copy() for m, c in cube.cells.items()}
    ids = list(cube.nodes.ids)
    for node in ("6", "Dee", "S", "CO"):
        cells["target"][ids.index(node), 3, 0] += 7
    cells["actual"] += 1
    other = replace(cube, cells=cells)
    same = [numbers_hash(cube, n) == numbers_hash(other, n) for n in ("A", "N", "B", "Ann", "S", "CO", "Dee")]
    assert same == [True, True, True, True, False, False, False]
    assert numbers_hash(cube, "A", 5) != numbers_hash(cube, "A")
