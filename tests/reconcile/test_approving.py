"""Who approves what by its size: edits of targets and moves of accounts, where the rules say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from workbook.book import Book
from workbook.decisions import Decision
from workbook.reconcile.approving import edited_targets
from workbook.rules import Rules
from workbook.rules.reconcile import ReconcileRules, SignOffRules

Make = Callable[..., Book]
Decide = Callable[..., Decision]


def rules(**signed: bool) -> Rules:
    return replace(Rules(), reconcile=replace(ReconcileRules(), sign_off=SignOffRules(**signed)))


def test_an_edit_is_measured_against_the_target_without_it() -> None:
    """A's cascade gives 90 + 10, of which accounts worth 20 go in mid-year; a pin adds 20 and another takes 5: 15 of 80.

    B was not edited by name.
    """
    steps = [
        ("A", "base share", 90),
        ("A", "season", 10),
        ("A", "change of hands", -20),
        ("A", "edits", 20),
        ("A", "transfer 3", -5),
        ("B", "base share", 50),
        ("B", "edits", 7),
    ]
    explained = pd.DataFrame(steps, columns=["node", "step", "amount"]).assign(layer="target")
    (row,) = edited_targets(pd.DataFrame({"node": ["A"]}), explained).itertuples()
    assert (row.node, row.what, row.amount) == ("A", "target_edits", 15)
    assert row.change_share == pytest.approx(15 / 80)


def edit(decide: Decide, amount: int) -> Decision:
    return decide("target_edit", "Ann", "Kim", 3, "new plant", action="pin", period="FY2026", family="", amount=amount)


def test_edits_wait_for_the_role_that_their_size_asks_for(make: Make, decide: Decide) -> None:
    book = make()
    before = int(book.reconcile.statement["by_node"].set_index("node").loc["Ann", "target_amount"])
    changed = edit(decide, before + before // 10)
    assert make(decisions=[changed]).reconcile.approvals.empty  # the rules do not ask for it
    asked = rules(edits_approved=True)
    (row,) = make(decisions=[changed], rules=asked).reconcile.approvals.itertuples()
    assert (row.node, row.what, row.needs, row.state) == ("Ann", "target_edits", "director", "waiting")
    assert row.amount == before // 10
    points = make(decisions=[changed], rules=asked).reconcile.open_points
    (text,) = points.loc[(points["point"] == "to approve").to_numpy(), "sentence"]
    assert "edits of the target" in text
    assert "director approves it" in text

    def state(role: str, amount: int) -> str:
        given = decide(
            "approval", "Ann", "Ola", 5, what="target_edits", year="FY2026", amount=amount, role=role, answer="approved"
        )
        return str(make(decisions=[changed, given], rules=asked).reconcile.approvals["state"].iloc[0])

    assert state("director", before // 10) == "approved"
    assert state("manager", before // 10) == "waiting"
    assert state("director", before // 10 - 1) == "waiting"


def test_moves_wait_by_their_share_of_the_territorys_projection(make: Make, decide: Decide) -> None:
    """Account 4 of B goes to Ann of A."""
    moved = decide("move", "4", "Kim", 3, "closer", from_rep="Cid", to_rep="Ann", on="2026-07-01")
    assert make(decisions=[moved]).reconcile.approvals.empty
    book = make(decisions=[moved], rules=rules(moves_approved=True))
    (row,) = book.reconcile.approvals.itertuples()
    projection = book.portfolio.projection
    worth = int(projection.set_index("account_id").loc["4", "projected_amount"])
    assert (row.node, row.what, row.amount) == ("A", "moves", worth)
    home = projection[(projection["territory_id"] == "A").to_numpy()]["projected_amount"].sum()
    assert row.change_share == pytest.approx(worth / home)
    assert row.needs == "finance"
    assert any("accounts moved in" in reason for reason in book.reconcile.reasons_against("A"))
