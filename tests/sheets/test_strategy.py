"""A rep's file starts from the end result, ties it to the strategy, and asks what the customer put into each deal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.plans.tiny import AS_OF, NOON, RULES, outbox, tables
from tests.sheets.files import Sheet, account, edit
from workbook.errors import RulesError
from workbook.facts import Facts
from workbook.plans.document import Commitment, plan_of
from workbook.rules import Rules
from workbook.rules.plans import PlansRules
from workbook.rules.reader import read
from workbook.sheets.collect import Collected, Terms, collect
from workbook.sheets.outbox import Outbox
from workbook.sheets.templates import write_file
from workbook.store.plan import PlanRevision

NAMED = ("Grow service", "Win second sites")


def box(objectives: tuple[str, ...], stored: dict[str, PlanRevision] | None = None) -> Outbox:
    rules = replace(RULES, plans=replace(RULES.plans, objectives=objectives))
    held = {i: p.as_dict() for i, p in (stored or {}).items()}
    return replace(outbox(held), facts=Facts(tables(), rules, AS_OF))


def sent(made: Outbox, folder: Path) -> Path:
    write_file(made.file("P-1"), folder / "P-1.xlsx")
    return folder / "P-1.xlsx"


def back(made: Outbox, path: Path, stored: dict[str, PlanRevision] | None = None) -> Collected:
    return collect((path,), made, stored or {}, Terms(NOON))


def plans(found: Collected) -> dict[str, Any]:
    return {s.plan.plan_id: plan_of(s.plan.as_dict()) for s in found.saves}


def fill(book: Any) -> None:
    account(book).put("A-2", strategy="win second sites", objective="A second plant by spring")
    Sheet(book["K1"], "strategy").put("text", strategy="Grow service")
    Sheet(book["Deals"], "deal").put("O-1#1", time="yes", people="YES", money="no")


def test_what_a_plan_serves_and_what_the_customer_gave_arrive(tmp_path: Path) -> None:
    made = box(NAMED)
    found = back(made, edit(sent(made, tmp_path), fill))
    assert found.faults == []
    saved = plans(found)
    assert (saved["A-1"].strategy, saved["A-2"].strategy) == ("Grow service", "Win second sites")
    assert saved["A-1"].commitments == (Commitment(deal="O-1", time=True, people=True),)
    assert saved["A-2"].objective == "A second plant by spring"


def test_it_goes_out_again_as_it_came_in_and_changes_nothing(tmp_path: Path) -> None:
    made = box(NAMED)
    first = back(made, edit(sent(made, tmp_path), fill))
    stored = {s.plan.plan_id: replace(s.plan, revision=1) for s in first.saves}
    again = box(NAMED, stored)
    path = sent(again, tmp_path)
    deals = Sheet(load_workbook(path)["Deals"], "deal")
    assert [deals.sheet.cell(deals.rows["O-1#1"], deals.columns[k]).value for k in ("time", "money", "people")] == [
        "yes", None, "yes",
    ]  # fmt: skip
    found = back(again, path, stored)
    assert found.faults == []
    assert [s.plan.plan_id for s in found.saves] == []


def test_an_objective_that_the_strategy_does_not_name_is_a_fault_of_its_cell(tmp_path: Path) -> None:
    made = box(NAMED)
    path = edit(sent(made, tmp_path), lambda b: account(b).put("A-2", strategy="My own idea"))
    found = back(made, path)
    ref = account(load_workbook(path)).ref("A-2", "strategy")
    assert [(f.sheet, f.cell, f.value, f.account_id) for f in found.faults] == [("Accounts", ref, "My own idea", "A-2")]
    assert "A-2" not in plans(found)
    assert "A-1" in plans(found)


def test_where_the_rules_name_none_the_reps_own_words_are_taken(tmp_path: Path) -> None:
    made = box(())
    found = back(made, edit(sent(made, tmp_path), lambda b: account(b).put("A-2", strategy="My own idea")))
    assert found.faults == []
    assert plans(found)["A-2"].strategy == "My own idea"


@pytest.mark.parametrize(("named", "lists"), [(NAMED, True), ((), False)])
def test_the_sheet_offers_the_list_only_where_there_is_one(
    named: tuple[str, ...], lists: bool, tmp_path: Path
) -> None:  # fmt: skip
    sheet = load_workbook(sent(box(named), tmp_path))["Accounts"]
    sources = {v.formula1 for v in sheet.data_validations.dataValidation}
    assert ("list_objectives" in sources) == lists
    assert "list_functions" in sources


def test_the_file_starts_from_the_end(tmp_path: Path) -> None:
    book = load_workbook(sent(box(NAMED), tmp_path))
    told = [str(c.value) for row in book["Start"].iter_rows() for c in row if c.value]
    steps = [t for t in told if t.startswith(("Start from the end", "Accounts:", "Deals:", "K sheets:"))]
    assert steps[0].startswith("Start from the end: your quota is below.")
    keys = [str(book["K1"].cell(r, 1).value) for r in range(1, book["K1"].max_row + 1)]
    order = [k.removeprefix("head:") for k in keys if k.startswith("head:")]
    assert order == ["objective", "strategy", "outcome", "section", "person", "action", "risk", "verified"]


def test_deals_come_in_the_order_of_what_customers_put_in() -> None:
    made = box(NAMED)
    known = made.known
    both = pd.concat([known.deals, known.deals.assign(opportunity_id="O-9")], ignore_index=True)
    wide = replace(known, deals=both, outcomes={**known.outcomes, "O-9": "open"})
    made = replace(made, known=wide, prefill=replace(made.prefill, known=wide))
    assert [d["deal"] for d in made.file("P-1").deals] == ["O-1", "O-9"]
    plan = made.prefill.account("A-1")
    marked = plan.model_copy(update={"commitments": (Commitment(deal="O-9", money=True),)})
    row = PlanRevision("P-1", "A-1", marked.as_json(), "draft", "P-1", NOON, revision=1)
    again = replace(made, stored={"A-1": row.as_dict()})
    assert [(d["deal"], d["money"]) for d in again.file("P-1").deals] == [("O-9", "yes"), ("O-1", "")]


def test_objectives_are_read_from_the_rules_and_each_stands_once() -> None:
    assert Rules().plans.objectives == ()
    assert "objectives = []" in Rules().toml()
    given = read(PlansRules, {"objectives": list(NAMED)}, where="plans")
    assert given.objectives == NAMED
    with pytest.raises(RulesError, match="names one twice"):
        read(PlansRules, {"objectives": ["Grow", "grow "]}, where="plans")
