"""Edits on the tiny book: what people ask for, in any order, or refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.targets.conftest import adds_up, year_of
from workbook.errors import ConflictError, UsageError
from workbook.targets import Targets
from workbook.targets.allocated import Allocated, allocated
from workbook.targets.draft import Draft
from workbook.targets.edits import Edit, edits_of
from workbook.targets.giving import PinConflictError
from workbook.targets.previews import decisions_of, in_words, preview, without, worth_showing
from workbook.targets.stated import Stated, stated

Stages = Callable[..., Targets]
Said = tuple[str, str, dict[str, Any]]


def edit(action: str, node: str, period: str = "FY2026", **more: Any) -> Said:
    return "target_edit", node, {"action": action, "period": period, **more}


def strict(stage: Targets) -> Allocated:
    """The targets with all edits, or the refusal that anybody who records one gets."""
    methods, plan = stage.methods
    draft = stage.drafted(methods[plan])
    assert draft is not None
    return allocated(draft, edits_of(stage.facts.decisions.log("target_edit")))


def undoing(stage: Targets) -> tuple[Allocated, list[Edit]]:
    """The targets as they stand, and the edits that people recorded."""
    assert stage.allocated is not None
    return stage.allocated, edits_of(stage.facts.decisions.log("target_edit"))


def amount(stage: Targets, node: str, *months: str) -> int:
    rows = stage.allocation.query("layer == 'target'")
    return int(rows[(rows["node"] == node) & rows["period"].isin(months)]["amount"].sum())


def test_a_pin_holds_and_the_sibling_takes_it_up(targets: Stages) -> None:
    stage = targets(decisions=[edit("pin", "ann", amount=400_00)])
    found = year_of(stage)
    assert (found["ann"], found["ben"], found["T1"], found["T2"]) == (400_00, 200_00, 600_00, 400_00)
    assert adds_up(stage)


def test_absorbing_by_the_company_spreads_it_over_everybody(targets: Stages) -> None:
    stage = targets(decisions=[edit("pin", "T1", amount=300_00)], rules={"absorb": "company"})
    found = year_of(stage)
    assert (found["T1"], found["T2"], found["T3"]) == (300_00, 600_00, 300_00)  # 900 in proportion 400 : 200


def test_a_lone_rep_moves_the_territory_which_is_told(targets: Stages) -> None:
    stage = targets(decisions=[edit("pin", "B1", amount=500_00), edit("pin", "B2", amount=0)])
    found = year_of(stage)
    assert (found["T2"], found["T1"], found["R1"]) == (500_00, 500_00, 1000_00)
    assert any("could not stay" in c.sentence and "T2" in c.sentence for c in stage.checks)


def test_a_scale_multiplies_what_was_there_and_nested_scales_multiply(targets: Stages) -> None:
    stage = targets(decisions=[edit("scale", "T1", factor=1.2), edit("scale", "ann", factor=1.1)])
    found = year_of(stage)
    assert found["T1"] == 720_00
    assert found["ann"] == 495_00  # 375 × 1.2 × 1.1
    assert found["R1"] == 1000_00


def test_a_transfer_keeps_every_month_and_what_lies_above_both(targets: Stages) -> None:
    before, stage = targets(), targets(decisions=[edit("transfer", "ann", amount=60_01, to_node="cyd")])
    found = year_of(stage)
    assert (found["ann"], found["cyd"], found["R1"]) == (314_99, 460_01, 1000_00)
    for month in before.allocation["period"].unique():
        assert amount(before, "R1", month) == amount(stage, "R1", month)
        gone = amount(before, "ann", month) - amount(stage, "ann", month)
        assert gone == amount(stage, "cyd", month) - amount(before, "cyd", month)
    assert adds_up(stage)


def test_a_shift_moves_between_periods_and_the_year_stays(targets: Stages) -> None:
    stage = targets(decisions=[edit("shift", "dan", "FY2026-Q1", amount=10_00, to_period="FY2026-Q3")])
    assert amount(stage, "dan", "FY2026-M01", "FY2026-M02", "FY2026-M03") == 40_00
    assert amount(stage, "dan", "FY2026-M07", "FY2026-M08", "FY2026-M09") == 60_00
    assert year_of(stage)["dan"] == 200_00
    assert adds_up(stage)


def test_a_shift_against_finances_quarters_is_refused(targets: Stages) -> None:
    quarters = pd.DataFrame({"territory_id": "CO", "period": [f"FY2026-Q{q}" for q in (1, 2, 3, 4)], "amount": 300_00})
    stage = targets(
        frames={"targets": quarters}, decisions=[edit("shift", "dan", "FY2026-Q1", amount=10_00, to_period="FY2026-Q3")]
    )
    with pytest.raises(PinConflictError, match="the company's FY2026-Q1"):
        strict(stage)


def test_more_than_there_is_cannot_go(targets: Stages) -> None:
    stage = targets(decisions=[edit("transfer", "dan", amount=300_00, to_node="cyd")])
    with pytest.raises(PinConflictError) as refused:
        strict(stage)
    assert refused.value.amount == 100_00
    together = targets(
        decisions=[
            edit("transfer", "dan", amount=150_00, to_node="cyd"),
            edit("transfer", "dan", amount=150_00, to_node="ann"),
        ]
    )
    with pytest.raises(PinConflictError) as both:
        strict(together)
    assert len(both.value.labels) == 2


def test_a_lock_holds_while_others_move_and_a_transfer_from_it_is_refused(targets: Stages) -> None:
    lock = edit("lock", "ben", amount=225_00)
    stage = targets(decisions=[lock, edit("scale", "T1", factor=1.1)])
    assert year_of(stage)["ben"] == 225_00
    assert year_of(stage)["ann"] == 435_00
    with pytest.raises(PinConflictError, match="lock 1"):
        strict(targets(decisions=[lock, edit("transfer", "ben", amount=1, to_node="ann")]))


def test_pins_of_children_beyond_their_parent_name_all_of_them(targets: Stages) -> None:
    stage = targets(
        decisions=[edit("pin", "T1", amount=100_00), edit("pin", "ann", amount=80_00), edit("pin", "ben", amount=50_00)]
    )
    with pytest.raises(PinConflictError) as refused:
        strict(stage)
    assert {label.split(" (")[0] for label in refused.value.labels} == {"pin 1", "pin 2", "pin 3"}
    assert refused.value.amount == 30_00


def test_a_split_shares_an_account_among_its_holders(targets: Stages) -> None:
    """A2 has 100.00, of which ben as co-owner had a quarter."""
    stage = targets(decisions=[edit("split", "A2", shares={"ann": 0.4, "ben": 0.6})])
    parts = stage.by_node[stage.by_node["node"] == "A2"].set_index("parent")["target_amount"]
    assert parts.sum() == 100_00
    assert abs(parts["ben"] - 60_00) <= 12  # whole units in each of twelve months
    assert year_of(stage)["T1"] == 600_00
    assert adds_up(stage)
    with pytest.raises(UsageError, match="cyd does not hold A2"):
        strict(targets(decisions=[edit("split", "A2", shares={"cyd": 1.0})]))


def test_edits_that_the_data_have_overtaken_are_named_and_the_others_stand(targets: Stages) -> None:
    stage = targets(
        decisions=[
            edit("pin", "ann", amount=400_00),
            edit("pin", "gone", amount=5),
            edit("pin", "CO", amount=5),
            edit("fly", "ann"),
        ]
    )
    assert year_of(stage)["ann"] == 400_00
    assert adds_up(stage)
    told = [c.sentence for c in stage.checks if c.verdict == "fail"]
    assert len(told) == 3
    assert any("gone" in t for t in told)
    assert any("the company" in t for t in told)
    assert any("decision 4" in t for t in told)


def test_undo_takes_an_edit_back(targets: Stages) -> None:
    stage = targets(decisions=[edit("pin", "ann", amount=1), edit("undo", "ann", revision=1)])
    assert year_of(stage)["ann"] == 375_00
    assert stage.edits.empty


def test_an_edit_is_undone_while_another_cannot_be_met(targets: Stages) -> None:
    decisions = [edit("pin", "ann", amount=400_00), edit("pin", "gone", amount=5)]
    made, standing = undoing(targets(decisions=decisions))
    rows, after, decision = without(made, standing, 1)
    assert rows.set_index("node")["change_amount"].to_dict() == {"ann": -25_00, "ben": 25_00}
    assert decision.payload == {"action": "undo", "revision": 1}
    assert len(after.not_applied) == 1
    assert "pin 2 (gone FY2026)" in after.not_applied[0]
    assert without(made, standing, 2)[0].empty


def test_an_edit_that_speaks_of_another_year_can_be_undone(targets: Stages) -> None:
    made, standing = undoing(targets(decisions=[edit("pin", "ann", "FY2025-Q1", amount=5)]))
    assert made.not_applied == ["pin 1 (ann FY2025-Q1): FY2025-Q1 is not in FY2026. Targets are for FY2026."]
    rows, after, decision = without(made, standing, 1)
    assert rows.empty
    assert not after.not_applied
    assert decision.payload == {"action": "undo", "revision": 1}


def test_what_an_edit_kept_out_comes_in_when_it_is_undone(targets: Stages) -> None:
    """T1 has 600.00: 500.00 for ann leaves ben 100.00, so that 150.00 for ben cannot be."""
    decisions = [edit("pin", "T1", amount=600_00), edit("pin", "ann", amount=500_00), edit("pin", "ben", amount=150_00)]
    made, standing = undoing(targets(decisions=decisions))
    assert "miss by 50.00 USD" in made.not_applied[0]
    rows, after, _ = without(made, standing, 2)
    assert rows.set_index("node")["after_amount"].to_dict() == {"ann": 450_00, "ben": 150_00}
    assert not after.not_applied


def test_an_undo_that_another_edit_stands_on_is_refused_by_name(targets: Stages) -> None:
    """ann has 375.00, and 450.00 where ben is pinned at 150.00: 400.00 go to cyd only while that stands."""
    decisions = [edit("pin", "ben", amount=150_00), edit("transfer", "ann", amount=400_00, to_node="cyd")]
    made, standing = undoing(targets(decisions=decisions))
    with pytest.raises(ConflictError, match=r"without pin 1 .*: transfer 2 .*Undo them first"):
        without(made, standing, 1)
    assert not without(made, standing, 2)[1].not_applied


def test_faults_of_recorded_edits_speak_of_money_and_of_what_to_do(targets: Stages) -> None:
    told = targets(decisions=[edit("pin", "CO", amount=5)]).checks[0].sentence
    assert "they miss by 1,199.95 USD" in told
    assert told.endswith("Change or undo one of them.")
    with pytest.raises(PinConflictError, match=r"by 1,199\.95 USD"):
        strict(targets(decisions=[edit("pin", "CO", amount=5)]))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"amount": 300_00, "to_node": "cyd"}, "transfer 1 (dan to cyd FY2026) cannot be met, it misses by 100.00 USD. Change it."),
        ({"amount": 1, "to_node": "dan"}, "transfer 1 (dan to dan FY2026): dan is the same. Name two apart."),
    ],
)  # fmt: skip
def test_an_edit_that_is_not_applied_is_named_once(targets: Stages, more: dict[str, Any], told: str) -> None:
    made, _ = undoing(targets(decisions=[edit("transfer", "dan", **more)]))
    assert made.not_applied == [told]


def test_finances_numbers_are_solved_once_for_all_edits(targets: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(draft: Draft) -> Stated:
        calls.append(draft)
        return stated(draft)

    monkeypatch.setattr("workbook.targets.allocated.stated", counted)
    made, standing = undoing(targets(decisions=[edit("pin", "gone", amount=1), edit("pin", "ann", amount=1)]))
    preview(made, [Edit(0, "pin", "ben", "FY2026", amount=1)])
    without(made, standing, 2)
    assert len(calls) == 1


def test_an_edit_may_overrule_finance_below_the_company_but_not_the_company(targets: Stages) -> None:
    rows = pd.DataFrame({"territory_id": ["CO", "T1"], "period": "FY2026", "amount": [1200_00, 650_00]})
    stage = targets(frames={"targets": rows}, decisions=[edit("pin", "T1", amount=640_00)])
    assert year_of(stage)["T1"] == 640_00
    with pytest.raises(PinConflictError, match="the company"):
        strict(targets(decisions=[edit("pin", "CO", amount=5)]))


def test_the_order_of_entry_does_not_matter(targets: Stages) -> None:
    said = [
        edit("pin", "ann", "FY2026-Q1", amount=100_00),
        edit("scale", "T2", factor=0.9),
        edit("transfer", "ben", amount=10_00, to_node="dan"),
        edit("shift", "dan", "FY2026-M01", amount=5_00, to_period="FY2026-M02"),
    ]
    first = targets(decisions=said).by_node
    for order in list(permutations(said))[1::5]:
        pd.testing.assert_frame_equal(targets(decisions=list(order)).by_node, first)


nodes = st.sampled_from(["R1", "T1", "T2", "T3", "ann", "ben", "cyd", "A1", "C1"])
periods = st.sampled_from(["FY2026", "FY2026-H1", "FY2026-Q2", "FY2026-M05"])


@st.composite
def said(draw: st.DrawFn) -> Said:
    action = draw(st.sampled_from(["pin", "scale", "transfer", "shift"]))
    node, period = draw(nodes), draw(periods)
    if action == "pin":
        return edit("pin", node, period, amount=draw(st.integers(0, 300_00)))
    if action == "scale":
        return edit("scale", node, period, factor=draw(st.sampled_from([0.0, 0.5, 0.95, 1.3])))
    if action == "transfer":
        return edit("transfer", node, period, amount=draw(st.integers(-20_00, 20_00)), to_node=draw(nodes))
    return edit(
        "shift",
        node,
        "FY2026-Q1",
        amount=draw(st.integers(0, 20_00)),
        to_period=draw(st.sampled_from(["FY2026-Q3", "FY2026-M10"])),
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(said(), min_size=1, max_size=5))
def test_any_edits_keep_every_identity_or_are_refused_plainly(targets: Stages, edits: list[Said]) -> None:
    stage = targets(decisions=edits)
    try:
        rows = strict(stage).target
    except (PinConflictError, UsageError):
        return
    assert adds_up(stage)
    assert year_of(stage)["CO"] == 1200_00
    steps = stage.explain.query("layer == 'target'").groupby("node")["amount"].sum()
    assert steps.to_dict() == {n: a for n, a in year_of(stage).items() if n in steps.index}
    assert len(rows)


def test_edits_that_say_too_little_are_refused_with_what_is_missing() -> None:
    for payload, message in (
        ({"action": "pin", "node": "T1", "period": "FY2026"}, "amount"),
        ({"action": "transfer", "node": "T1", "period": "FY2026", "amount": 1}, "to_node"),
        ({"action": "split", "node": "A2", "period": "FY2026", "shares": {"ann": -1}}, "not negative"),
        ({"action": "raise", "node": "T1", "period": "FY2026"}, "not an edit"),
        ({"action": "pin", "node": "T1", "period": "2026", "amount": 1}, "not a period"),
        ({"action": "scale", "node": "T1", "period": "FY2026", "factor": float("nan")}, "cannot be"),
        ({"action": "pin", "node": "T1", "period": "FY2026", "amount": "much"}, "number"),
    ):
        with pytest.raises(UsageError, match=message):
            Edit.of(1, payload)


def test_an_edit_survives_its_decision() -> None:
    from datetime import datetime

    made = Edit(0, "transfer", "ann", "FY2026", "Pumps", None, 5, None, "ben")
    back = edits_of(decisions_of([made], "Kim", datetime(2026, 1, 1), "because"))
    assert (back[0].node, back[0].amount, back[0].to_node, back[0].family, back[0].by) == (
        "ann",
        5,
        "ben",
        "Pumps",
        "Kim",
    )


def test_a_preview_shows_what_would_change_and_changes_nothing(targets: Stages) -> None:
    stage = targets()
    made = stage.allocated
    assert made is not None
    rows, after = preview(made, [Edit(0, "pin", "ann", "FY2026", amount=400_00)])
    assert rows.set_index("node")["change_amount"].to_dict() == {"ann": 25_00, "ben": -25_00}
    assert year_of(stage)["ann"] == 375_00
    assert after.edits[-1].node == "ann"


@pytest.mark.parametrize(
    ("made", "label"),
    [
        (Edit(3, "pin", "T1", "FY2026-Q1", "Pumps", amount=5), "pin 3 (T1 FY2026-Q1 Pumps)"),
        (Edit(0, "transfer", "ann", "FY2026", amount=5, to_node="cyd"), "transfer (ann to cyd FY2026)"),
        (Edit(4, "shift", "ann", "FY2026-Q1", amount=5, to_period="FY2026-Q2"), "shift 4 (ann FY2026-Q1 to FY2026-Q2)"),
        (Edit(5, "scale", "T1", "FY2026", factor=1.07), "scale 5 (T1 FY2026 by 107%)"),
        (Edit(6, "split", "A2", "FY2026", shares=(("ann", 0.4), ("ben", 0.6))), "split 6 (A2 FY2026 ann=0.4, ben=0.6)"),
    ],
)
def test_an_edits_name_says_all_of_it_but_the_amount(made: Edit, label: str) -> None:
    assert made.label == label


def test_one_number_alone_that_cannot_be_is_told_in_the_singular(targets: Stages) -> None:
    with pytest.raises(
        PinConflictError, match=r"^transfer 1 \(dan to cyd FY2026\) cannot be met, it misses by 100\.00 USD"
    ):
        strict(targets(decisions=[edit("transfer", "dan", amount=300_00, to_node="cyd")]))
    with pytest.raises(UsageError, match="dan is the same"):
        strict(targets(decisions=[edit("transfer", "dan", amount=1, to_node="dan")]))


def test_what_is_small_beside_the_largest_change_is_told_and_not_listed() -> None:
    rows = pd.DataFrame({"change_amount": [5000_00, -4999_00, 0, -1_00, 2, 0], "period": "FY2026"})
    assert worth_showing(rows)["change_amount"].tolist() == [5000_00, -4999_00]
    assert in_words(rows, "EUR") == (
        "2 more change by 1.00 EUR at most, since months and product families keep the company's totals. "
        "2 more keep their FY2026 and change inside it, by month or product family."
    )
    assert (
        in_words(rows.iloc[:3], "EUR") == "1 more keeps its FY2026 and changes inside it, by month or product family."
    )
    assert in_words(rows.iloc[:2], "EUR") == ""
    assert in_words(rows.iloc[:0], "EUR") == "No territory's and no rep's number changes."


FINANCE = pd.DataFrame(
    [("CO", "FY2026", 1200_00), ("T1", "FY2026", 500_00), ("T2", "FY2026", 500_00), ("T3", "FY2026", 200_00)],
    columns=["territory_id", "period", "amount"],
)


def test_finances_other_numbers_stay_when_one_quarter_is_pinned(targets: Stages) -> None:
    stage = targets(frames={"targets": FINANCE}, decisions=[edit("pin", "T1", "FY2026-Q3", amount=200_00)])
    found = year_of(stage)
    assert (found["T1"], found["T2"], found["T3"]) == (500_00, 500_00, 200_00)
    assert amount(stage, "T1", "FY2026-M07", "FY2026-M08", "FY2026-M09") == 200_00
    assert adds_up(stage)


def test_a_pin_overrules_finances_number_and_only_its_siblings_give_way(targets: Stages) -> None:
    stage = targets(frames={"targets": FINANCE}, decisions=[edit("pin", "T1", amount=600_00)])
    found = year_of(stage)
    assert (found["T1"], found["T2"], found["T3"], found["R1"]) == (600_00, 400_00, 200_00, 1000_00)
    told = [c.sentence for c in stage.checks if c.name == "numbers beside edits"]
    assert told == ["1 number above or beside edits could not stay: finance's T2 FY2026."]


def test_a_change_of_total_keeps_the_proportions_that_finance_gave(targets: Stages) -> None:
    """Finance gave T1 500 where the cascade alone gives it 600: what R1 gains is shared 500 : 500, not 600 : 400."""
    stage = targets(
        frames={"targets": FINANCE}, rules={"absorb": "company"}, decisions=[edit("pin", "R1", amount=1100_00)]
    )
    found = year_of(stage)
    assert (found["T1"], found["T2"], found["T3"]) == (550_00, 550_00, 100_00)
