"""Sections on plans say what is there, and why something is not."""

from __future__ import annotations

from datetime import datetime

import pytest

from workbook.book import Book
from workbook.plans.document import Planned, TerritoryPlan
from workbook.sample import write_sample
from workbook.sections import audience_of, planning, together
from workbook.store import PlanRevision, open_store


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Book:
    root = tmp_path_factory.mktemp("planning") / "book"
    write_sample(root)
    return Book.open(root)


def test_without_a_store_every_section_says_what_to_do(bare: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBOOK_STORE", raising=False)
    sections = (planning.plan_sources, planning.plan_quality, planning.actions_due, planning.plan_changes)
    for section in sections:
        assert "workbook plans send" in repr(section(bare)[0]), section.__name__
    for section in (together.plan_parts, together.territory_plans):
        assert repr(section(bare)[0]).endswith("yet."), section.__name__
    assert "0 of 30 reps have sent" in repr(planning.plan_status(bare)[0])
    assert "No key account" in repr(planning.plan_cards(bare))
    assert "plans sent" in repr(planning.plan_judged(bare))
    assert planning.plan_behaviour(bare)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The sample company, with territory plans of P-21 (T-06) and P-29 (T-09) in their words."""
    root = tmp_path_factory.mktemp("planned") / "book"
    write_sample(root)
    rows = []
    for rep, amount in (("P-21", 1_000_01), ("P-29", 0)):
        bare = Planned(period="FY2026-Q4", source="not_identified", amount=amount)
        plan = TerritoryPlan(
            rep_id=rep, year="FY2026", approach="Fewer accounts, deeper", help_wanted=f"Service days for {rep}",
            amounts=(bare,) if amount else (),
        )  # fmt: skip
        rows.append((PlanRevision(rep, "", plan.as_json(), "submitted", rep, datetime(2026, 6, 1, 9)), 0))
    open_store(root).save_plans(rows)
    return Book.open(root)


def test_a_territory_prints_its_reps_plans_in_their_words(planned: Book) -> None:
    text = "\n".join(map(repr, together.territory_plans(planned.scoped("T-06"))))
    for said in (
        "Fewer accounts, deeper",
        "Service days for P-21",
        "nothing written",
        "1.00 k USD in FY2026",
        "submitted",
    ):
        assert said in text
    assert "P-29" not in text


def test_a_reps_copy_shows_the_parts_of_a_plan_without_single_reps(planned: Book) -> None:
    rep = audience_of("rep")
    territory = repr(together.plan_parts(planned.scoped("T-06"), rep))
    assert "1,000.01" in territory
    assert "rep" not in together.plan_parts(planned.scoped("T-06"), rep)[0].frame["kind"].tolist()
    assert set(together.plan_parts(planned.scoped("R-2"), rep)[0].frame["kind"].dropna()) == {"team"}
    assert "rep" in together.plan_parts(planned.scoped("T-06"))[0].frame["kind"].tolist()
    said, told = (repr(together.territory_plans(planned.scoped("T-06"), audience_of(a))) for a in ("rep", "manager"))
    assert "Service days for P-21" in said
    assert "1.00 k USD" in told
    assert "1.00 k USD" not in said


def test_a_node_lists_its_parts_with_sums_and_says_that_they_add_up(planned: Book) -> None:
    table, note = together.plan_parts(planned)
    rows = table.frame.set_index("part")
    assert rows["plan_amount"].iloc[-1] == rows["plan_amount"].iloc[:-1].sum() == 1_000_01
    assert "Larkfield Fluid Systems in all" in rows.index
    assert note.kind == "ok"
    assert "of the plans of 1 rep, to the cent" in note.text
    wanted = "\n".join(map(repr, together.territory_plans(planned)))
    assert "Service days for P-21" in wanted
    assert "Service days for P-29" in wanted
    assert "2 reps have written a territory plan; 2 of them ask others for help" in wanted
