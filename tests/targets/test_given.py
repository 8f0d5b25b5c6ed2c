"""Finance's numbers: what binds, what shapes, what does not agree."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from tests.targets.conftest import adds_up, year_of
from workbook.targets import Targets
from workbook.targets.given import given


def numbers(*rows: tuple[str, str, int], family: list[str | None] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["territory_id", "period", "amount"])
    return frame.assign(product_family=family) if family else frame


def sentences(stage: Targets, verdict: str) -> str:
    return " ".join(c.sentence for c in stage.checks if c.verdict == verdict)


def test_no_target_for_the_year_is_not_known_and_never_zero(targets: Callable[..., Targets]) -> None:
    stage = targets(frames={"targets": numbers(("CO", "FY2025", 100))})
    assert stage.allocation.empty
    assert stage.by_node.empty
    assert stage.checks[0].verdict == "not known"
    none = targets(frames={"targets": None})
    assert none.checks[0].sentence == "no targets table: the target of FY2026 not known"
    assert none.explain.empty
    assert none.fairness.empty
    assert none.scenarios.empty


def test_quarters_that_add_up_are_kept_and_a_year_that_differs_binds(targets: Callable[..., Targets]) -> None:
    quarters = [("CO", f"FY2026-Q{q}", a) for q, a in enumerate((100, 200, 300, 400), start=1)]
    stage = targets(frames={"targets": numbers(*quarters)})
    rows = stage.allocation.query("node == 'CO' and layer == 'target'")
    assert rows.groupby(rows["period"].str[-2:].astype(int).sub(1) // 3)["amount"].sum().tolist() == [
        100,
        200,
        300,
        400,
    ]
    bound = targets(frames={"targets": numbers(("CO", "FY2026", 2000), *quarters)})
    rows = bound.allocation.query("node == 'CO' and layer == 'target'")
    assert rows.groupby(rows["period"].str[-2:].astype(int).sub(1) // 3)["amount"].sum().tolist() == [
        200,
        400,
        600,
        800,
    ]
    assert "differ from FY2026 by -10.00 USD" in sentences(bound, "fail")


def test_months_without_a_number_are_left_out(targets: Callable[..., Targets]) -> None:
    stage = targets(frames={"targets": numbers(("CO", "FY2026-Q1", 300))})
    assert sorted(stage.allocation["period"].unique()) == ["FY2026-M01", "FY2026-M02", "FY2026-M03"]
    assert "no target for FY2026-M04" in sentences(stage, "warn")
    assert adds_up(stage)


def test_lower_numbers_that_agree_are_kept_exactly(targets: Callable[..., Targets]) -> None:
    stage = targets(
        frames={"targets": numbers(("CO", "FY2026", 120000), ("T1", "FY2026", 50001), ("R2", "FY2026-Q2", 7))}
    )
    assert year_of(stage)["T1"] == 50001
    rows = stage.allocation.query(
        "node == 'R2' and layer == 'target' and period in ['FY2026-M04','FY2026-M05','FY2026-M06']"
    )
    assert rows["amount"].sum() == 7
    assert year_of(stage)["CO"] == 120000
    assert adds_up(stage)


def test_lower_numbers_that_disagree_are_named_with_the_amount_and_not_used(targets: Callable[..., Targets]) -> None:
    stage = targets(frames={"targets": numbers(("CO", "FY2026", 100), ("R1", "FY2026", 70), ("R2", "FY2026", 55))})
    assert year_of(stage)["CO"] == 100
    assert "R1 FY2026" in sentences(stage, "fail")
    assert "0.25 USD" in sentences(stage, "fail")
    assert adds_up(stage)


def test_without_the_companys_number_it_is_the_sum_of_the_topmost(targets: Callable[..., Targets]) -> None:
    stage = targets(frames={"targets": numbers(("R1", "FY2026", 70), ("T1", "FY2026", 30), ("T3", "FY2026", 50))})
    found = year_of(stage)
    assert (found["CO"], found["R1"], found["T1"], found["T2"], found["T3"]) == (120, 70, 30, 40, 50)
    assert "sum of 2 nodes" in sentences(stage, "warn")


def test_families_by_year_and_quarters_for_all_are_both_kept(targets: Callable[..., Targets]) -> None:
    rows = numbers(
        ("CO", "FY2026", 600), ("CO", "FY2026", 400), ("CO", "FY2026-H1", 301), ("CO", "FY2026-H2", 699),
        family=["Pumps", "Valves", None, None],
    )  # fmt: skip
    stage = targets(frames={"targets": rows})
    own = stage.allocation.query("node == 'CO' and layer == 'target'")
    assert own.groupby("product_family")["amount"].sum().to_dict() == {"Pumps": 600, "Valves": 400}
    assert own[own["period"] <= "FY2026-M06"]["amount"].sum() == 301
    assert adds_up(stage)


def test_families_and_the_total_that_differ_are_compared(targets: Callable[..., Targets]) -> None:
    rows = numbers(("CO", "FY2026", 600), ("CO", "FY2026", 1000), family=["Pumps", None])
    stage = targets(frames={"targets": rows})
    assert year_of(stage)["CO"] == 600
    assert "10.00 USD for all, 6.00 USD by family" in sentences(stage, "fail")


def test_the_targets_table_is_not_changed(facts: Callable[..., object]) -> None:
    made = facts(frames={"targets": numbers(("CO", "fy2026-q1", 5), ("CO", "nonsense", 5))})
    before = made.tables.targets.copy()  # type: ignore[attr-defined]
    assert given(made).totals.tolist() == [5]  # type: ignore[union-attr, arg-type]
    pd.testing.assert_frame_equal(before, made.tables.targets)  # type: ignore[attr-defined]
