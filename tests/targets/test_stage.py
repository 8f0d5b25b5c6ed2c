"""The stage on the tiny book: numbers reckoned by hand, missing tables, scopes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from tests.targets.conftest import Make, adds_up, tiny_frames, year_of
from workbook.stage import Scope
from workbook.targets import Targets

Stages = Callable[..., Targets]


def test_last_years_sales_bring_the_target_down_to_the_cent(targets: Stages) -> None:
    """1,200.00 over sales of 1,200.00: every account's target is its sales of last year."""
    found = year_of(targets())
    assert found == {
        "CO": 1200_00, "R1": 1000_00, "R2": 200_00, "T1": 600_00, "T2": 400_00, "T3": 200_00,
        "ann": 375_00, "ben": 225_00, "cyd": 400_00, "dan": 200_00,
        "A1": 300_00, "A2": 100_00, "A3": 200_00, "B1": 400_00, "B2": 0, "C1": 200_00, "C2": 0,
    }  # fmt: skip


def test_a_co_owned_account_is_split_by_share_and_counted_once(targets: Stages) -> None:
    rows = targets().by_node
    parts = rows[rows["node"] == "A2"].set_index("parent")["target_amount"]
    assert parts.to_dict() == {"ann": 75_00, "ben": 25_00}


def test_overlay_credit_stands_apart_from_every_sum(targets: Stages) -> None:
    stage = targets()
    assert stage.overlays[["account_id", "rep_id", "target_amount"]].to_numpy().tolist() == [["A1", "eve", 300_00]]
    assert "eve" not in set(stage.by_node["node"])
    assert "mia" not in set(stage.by_node["node"])  # a manager carries no quota


def test_an_account_nobody_holds_stands_under_its_territory(targets: Stages) -> None:
    rows = targets(rules={"basis": {"potential": 1.0}}).by_node.set_index("node")
    assert rows.loc["C2", "parent"] == "T3"


def test_columns_and_types_are_the_contract(targets: Stages) -> None:
    stage = targets()
    assert list(stage.allocation.columns[:8]) == [
        "node", "node_kind", "parent", "period", "product_family", "measure", "layer", "amount",
    ]  # fmt: skip
    assert stage.allocation["amount"].dtype == "int64"
    assert set(stage.allocation["layer"]) == {"target", "street"}
    assert set(stage.allocation["node_kind"]) == {"territory", "rep", "account"}
    first = stage.by_node.iloc[0]
    assert (first["node"], first["period"], first["last_year_amount"]) == ("CO", "FY2026", 1200_00)


def test_hedges_multiply_down_and_add_up_again(targets: Stages) -> None:
    stage = targets(rules={"hedge": {"region": 0.1, "territory": 0.2}, "attrition_share": 0.2})
    street = year_of(stage, "street")
    # 1 / (1 - 0.2) = 1.25; times 1.1 below regions; times 1.2 below territories
    assert street["ann"] == round(375_00 * 1.25 * 1.1 * 1.2)
    assert street["CO"] == street["R1"] + street["R2"]
    assert street["R1"] == round(1000_00 * 1.65)
    assert adds_up(stage)
    rows = stage.by_node
    assert (rows["hedge_amount"] == rows["street_amount"] - rows["target_amount"]).all()


def test_a_mix_of_bases_is_reckoned_by_hand(targets: Stages) -> None:
    """T1 to ann and ben: half by sales (375 : 225), half by hours (30 : 10)."""
    found = year_of(targets(rules={"basis_by_level": {"rep": {"last_year": 0.5, "capacity": 0.5}}}))
    assert found["ann"] == round(600_00 * (0.5 * 375 / 600 + 0.5 * 0.75))
    assert found["T1"] == 600_00


def test_a_missing_potential_takes_the_mean_and_is_listed(targets: Stages) -> None:
    stage = targets(rules={"basis": {"potential": 1.0}})
    listed = stage.fallbacks
    assert ("A3", "potential") in set(zip(listed["node"], listed["basis"], strict=True))
    assert adds_up(stage)


@pytest.mark.parametrize(
    "basis", ["even", "headcount", "trailing_12m", "accounts.potential_amount", "reps.selling_hours_per_week"]
)
def test_every_basis_cascades_exactly(targets: Stages, basis: str) -> None:
    stage = targets(rules={"basis": {basis: 1.0}, "season": "history"})
    assert year_of(stage)["CO"] == 1200_00
    assert adds_up(stage)


def test_headcount_counts_reps_and_even_counts_nodes(targets: Stages) -> None:
    heads = year_of(targets(rules={"basis": {"headcount": 1.0}}))
    assert (heads["R1"], heads["R2"]) == (900_00, 300_00)
    evenly = year_of(targets(rules={"basis": {"even": 1.0}}))
    assert (evenly["R1"], evenly["T1"], evenly["ann"]) == (600_00, 300_00, 150_00)
    assert evenly["dan"] == 600_00  # what nobody holds gets no even part beside reps


def test_bases_that_are_not_there_say_so_and_split_evenly(targets: Stages) -> None:
    stage = targets(rules={"basis": {"pipeline": 0.5, "projection": 0.5}})
    told = {c.name: c.sentence for c in stage.checks if c.verdict == "not known"}
    assert "opportunities" in told["basis pipeline"]
    assert "basis projection" in told
    assert year_of(stage)["R1"] == 600_00


def test_a_book_without_history_people_or_owners_still_adds_up(targets: Stages) -> None:
    frames = tiny_frames()
    empty = {name: frames[name].iloc[:0] for name in ("sales", "ownership", "reps")}
    stage = targets(frames=empty, rules={"season": "history"})
    assert year_of(stage)["CO"] == 1200_00
    assert adds_up(stage)
    assert stage.by_node["last_year_amount"].isna().all()
    assert stage.fairness.empty
    assert any("evenly" in c.sentence for c in stage.checks)


def test_missing_values_everywhere_are_borne(targets: Stages) -> None:
    frames = tiny_frames()
    reps = frames["reps"].assign(hired_on=pd.NaT, role=None, selling_hours_per_week=float("nan"))
    accounts = frames["accounts"].assign(potential_amount=None)
    stage = targets(
        frames={"reps": reps, "accounts": accounts},
        rules={"basis": {"last_year": 0.5, "potential": 0.25, "capacity": 0.25}},
    )
    assert adds_up(stage)
    assert stage.fairness["potential_index"].isna().all()
    assert stage.fairness["capacity_index"].isna().all()
    assert {c.verdict for c in stage.fairness_checks} <= {"ok", "warn", "not known"}


def test_zero_and_negative_targets_add_up(targets: Stages) -> None:
    for amount in (0, 1, -1, -777):
        rows = pd.DataFrame({"territory_id": ["CO"], "period": ["FY2026"], "amount": [amount]})
        stage = targets(frames={"targets": rows}, rules={"hedge": {"region": 0.5}})
        assert year_of(stage)["CO"] == amount
        assert adds_up(stage)


def test_a_445_calendar_prorates_and_adds_up(targets: Stages) -> None:
    stage = targets(
        book={"fiscal_pattern": "4-4-5", "fiscal_start_month": 2}, rules={"season": "history"}, as_of=date(2026, 1, 20)
    )
    assert year_of(stage)["CO"] == 1200_00
    assert adds_up(stage)


def test_depth_ends_the_cascade_and_keeps_the_numbers(targets: Stages) -> None:
    whole = year_of(targets())
    for depth, kinds in (("rep", {"territory", "rep"}), ("territory", {"territory"})):
        stage = targets(rules={"depth": depth})
        assert set(stage.by_node["node_kind"]) == kinds
        assert year_of(stage)["T1"] == whole["T1"]
        assert adds_up(stage)


def test_too_many_accounts_end_the_cascade_at_reps_and_are_told(targets: Stages) -> None:
    stage = targets(rules={"accounts_at_most": 3})
    assert set(stage.by_node["node_kind"]) == {"territory", "rep"}
    assert any("more than 3 accounts" in c.sentence for c in stage.checks)
    assert year_of(stage)["T1"] == 600_00


def test_a_scoped_stage_shows_only_its_own_rows(targets: Stages) -> None:
    stage = targets()
    scope = Scope.of(stage.facts, "T1")
    view = stage.scoped(scope, stage.facts, None)
    assert set(view.by_node["node"]) == {"T1", "ann", "ben", "A1", "A2", "A3"}
    assert set(view.explain["node"]) == {"T1", "ann", "ben"}
    told = " ".join(view.explain["sentence"])
    for other in ("T2", "T3", "cyd", "dan", "B1"):
        assert other not in told
    assert view.explain_node("T2").empty
    assert view.allocated is None  # the grid of the whole company is not handed out


def test_the_same_book_gives_the_same_frames(targets: Stages) -> None:
    pd.testing.assert_frame_equal(targets().allocation, targets().allocation)
    shuffled = {
        name: frame.sample(frac=1.0, random_state=3)
        for name, frame in tiny_frames().items()
        if name in ("accounts", "ownership", "sales", "reps")
    }
    pd.testing.assert_frame_equal(targets().by_node, targets(frames=shuffled).by_node)


def test_tables_are_not_changed(facts: Make) -> None:
    made = facts()
    before = {name: frame.copy() for name, frame in made.tables.frames().items()}
    stage = Targets(made)
    _ = stage.allocation, stage.fairness, stage.overlays, stage.scenarios
    for name, frame in made.tables.frames().items():
        pd.testing.assert_frame_equal(before[name], frame)
