"""The gap on a tiny book: company CO, territories A (rep P1 with accounts 1, 2) and B (account 3 owned by P1 of A)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.reconcile.small import small_facts
from workbook.facts import Facts
from workbook.reconcile.bearable import Bearable, bearable
from workbook.reconcile.cube import MEASURES, Cube, Inputs, cube
from workbook.reconcile.gap import gap, gap_checks, standing
from workbook.rules.reconcile import ReconcileRules

OWNERS = pd.Series({"1": "P1", "2": "P1", "3": "P1"})
OUTLOOK = pd.DataFrame(
    {"account_id": ["1"], "period": ["FY2026-M07"], "product_family": ["Pumps"], "projected_amount": [50]}
)
ALLOCATION = pd.DataFrame(
    [
        ("CO", "FY2026-M01", "all", "target", 100),
        ("A", "FY2026-M01", "all", "target", 60),
        ("P1", "FY2026-M01", "all", "target", 60),
    ],
    columns=["node", "period", "product_family", "layer", "amount"],
)
LINES = pd.DataFrame(
    [
        ("1", "P1", "A", "FY2026-M01", "Pumps", 30),
        ("", "P1", "A", "FY2026-M12", None, 33),
        ("3", "P1", "B", "FY2026-M02", "Pumps", 40),
    ],
    columns=["account_id", "rep_id", "territory_id", "period", "product_family", "amount"],
)


#: Nothing is known of what nodes bear.
BEARS = (Bearable(np.full(8, np.nan), np.full(8, np.nan)), ReconcileRules())


@pytest.fixture
def facts() -> Facts:
    return small_facts([("1", "2026-01-05", 7), ("3", "2026-02-05", 11)])


def made(facts: Facts, lines: pd.DataFrame) -> Cube:
    return cube(facts, Inputs(OWNERS, lines, ALLOCATION, OUTLOOK), ("account plans", "projection"))


@pytest.mark.parametrize("territory", [None, "nowhere"])
def test_a_plan_of_which_account_and_rep_have_left_counts_at_the_company(facts: Facts, territory: str | None) -> None:
    """90: what was planned is never dropped; it is in the company's total and in nobody else's."""
    gone = pd.DataFrame([("99", "P99", territory, "FY2026-M02", "Pumps", 90)], columns=LINES.columns)
    both = pd.concat([LINES, gone], ignore_index=True)
    here, more = (made(facts, lines).cells["plan"].sum(axis=(1, 2)) for lines in (LINES, both))
    assert (more - here).tolist() == [90] + [0] * (len(here) - 1)


def test_every_parent_is_the_sum_of_its_children(facts: Facts) -> None:
    made_of = made(facts, LINES)
    nodes = made_of.nodes
    for measure in ("plan", "projection", "actual"):
        cells = made_of.cells[measure]
        for at in (0, 1):  # CO and A: everything lies at their children
            below = cells[nodes.parent == at].sum(axis=0)
            assert (cells[at] == below).all(), (measure, nodes.ids[at])


def test_what_is_not_yet_identified_counts_at_the_rep_and_accounts_elsewhere_at_their_territory(facts: Facts) -> None:
    year = gap(made(facts, LINES), "year").groupby("node")["plan_amount"].sum()
    assert year.to_dict() == {"CO": 103, "A": 63, "B": 40, "P1": 63, "1": 30, "3": 40}


def test_without_lines_the_plan_is_booked_plus_outlook(facts: Facts) -> None:
    year = gap(made(facts, LINES[:0]), "year").groupby("node")[["plan_amount", "actual_amount"]].sum()
    assert year.loc["A"].tolist() == [57, 7]
    assert year.loc["CO"].tolist() == [68, 18]


def test_a_node_without_target_has_none_and_not_a_zero(facts: Facts) -> None:
    frame = gap(made(facts, LINES), "year").groupby("node")["target_amount"].sum(min_count=1)
    assert frame["CO"] == 100
    assert pd.isna(frame["B"])


@pytest.mark.parametrize(
    ("plan", "verdict"), [(94, "short"), (95, "aligned"), (105, "aligned"), (106, "exceeds"), (200, "overreach")]
)
def test_verdicts_follow_the_published_tolerance(facts: Facts, plan: int, verdict: str) -> None:
    lines = LINES.head(1).assign(amount=plan)
    made_of = made(facts, lines)
    n = len(made_of.nodes)
    bearable = Bearable(np.full(n, 120.0), np.full(n, np.nan))
    rows = standing(made_of, bearable, ReconcileRules(), facts).set_index(["node", "period"])
    assert rows.loc[("CO", "FY2026"), "verdict"] == verdict
    assert rows.loc[("B", "FY2026"), "verdict"] == "no target" if ("B", "FY2026") in rows.index else True


@pytest.mark.parametrize(("capacity", "verdict"), [(150.0, "overreach"), (250.0, "exceeds"), (np.nan, "overreach")])
def test_an_overreach_is_more_than_history_and_capacity_bear(facts: Facts, capacity: float, verdict: str) -> None:
    made_of = made(facts, LINES.head(1).assign(amount=200))
    n = len(made_of.nodes)
    rows = standing(made_of, Bearable(np.full(n, 120.0), np.full(n, capacity)), ReconcileRules(), facts)
    row = rows.set_index(["node", "period"]).loc[("CO", "FY2026")]
    assert row["verdict"] == verdict
    assert ("capacity is not known" in row["sentence"]) == np.isnan(capacity)


def test_capacity_bears_the_projection_times_hours_had_over_hours_needed(facts: Facts) -> None:
    """P1 has 300 hours and needs 200 for a projection of 57 in A: 85.5. Without hours nothing is known."""
    made_of = made(facts, LINES)
    hours = pd.DataFrame({"rep_id": ["P1"], "available_hours": [300.0], "needed_hours": [200.0]})
    ids = made_of.nodes.ids.tolist()
    assert bearable(facts, made_of, hours).capacity[ids.index("A")] == pytest.approx(57 * 1.5)
    assert np.isnan(bearable(facts, made_of, hours.assign(available_hours=np.nan)).capacity[ids.index("A")])
    assert np.isnan(bearable(facts, made_of, hours.assign(needed_hours=0.0)).capacity[ids.index("A")])


def test_quarters_that_are_over_are_judged_by_what_was_booked(facts: Facts) -> None:
    """Booked 18 of 100 in the first quarter; the third has not begun, so nothing booked is not a zero."""
    rows = standing(made(facts, LINES), *BEARS, facts).set_index(["node", "period"])
    assert rows.loc[("CO", "FY2026-Q1"), "verdict"] == "missed"
    assert "booked 0 USD" in rows.loc[("CO", "FY2026-Q1"), "sentence"]
    assert rows.loc[("CO", "FY2026-Q1"), "actual_amount"] == 18
    assert pd.isna(rows.loc[("CO", "FY2026-Q3"), "actual_amount"])


def test_a_rep_without_a_plan_has_none_and_not_a_plan_of_nothing(facts: Facts) -> None:
    """P2 holds account 2 and wrote nothing; P1 did: the territory's plan is that of one rep of two, its meeting point expects both."""
    two = replace(
        facts, tables=replace(facts.tables, reps=pd.concat([facts.tables.reps, facts.tables.reps.assign(rep_id="P2")]))
    )
    owners = pd.Series({**OWNERS, "2": "P2"})
    outlook = pd.concat([OUTLOOK, OUTLOOK.assign(account_id="2", projected_amount=20)])
    made_of = cube(two, Inputs(owners, LINES, ALLOCATION, outlook), ("account plans", "projection"))
    rows = standing(made_of, *BEARS, two).set_index(["node", "period"])
    row = rows.loc[("P2", "FY2026")]
    assert pd.isna(row["plan_amount"])
    assert "no account plan yet" in row["sentence"]
    assert "of 1 of 2 reps" in rows.loc[("A", "FY2026"), "sentence"]
    ids = made_of.nodes.ids.tolist()
    assert made_of.expected()[[ids.index("P2"), ids.index("A")]].tolist() == [20, 63 + 20]
    with_plan = made(facts, LINES)
    assert with_plan.plan_known.all()


def test_a_rep_whose_plan_only_meets_the_target_is_told_so(facts: Facts) -> None:
    made_of = made(facts, LINES.head(1).assign(amount=60))
    n = len(made_of.nodes)
    rows = standing(made_of, Bearable(np.full(n, np.nan), np.full(n, np.nan)), ReconcileRules(), facts)
    (check,) = [c for c in gap_checks(rows, "FY2026", {"P1": "Ann"}) if c.subject == "P1"]
    assert check.verdict == "warn"
    assert "expected to exceed" in check.sentence
    assert check.numbers["gap_amount"] == 0


def test_all_measures_are_whole_numbers(facts: Facts) -> None:
    assert all(made(facts, LINES).cells[m].dtype == np.int64 for m in MEASURES)


def test_the_steps_of_the_bridge_add_up_to_the_plan_and_the_target(facts: Facts) -> None:
    from workbook.reconcile.bridge import bridge

    lines = LINES.assign(source=["run_rate", "not_identified", "opportunity"])
    outlook = OUTLOOK.assign(run_rate_amount=55, loss_amount=-5, pipeline_amount=0)
    for given in (lines, lines[:0]):
        steps = bridge(facts, made(facts, given), given, outlook)
        for _, part in steps.groupby("node"):
            plan = part[part["step"] == "plan"]["amount"].iloc[0]
            at = part["step"].tolist().index("plan")
            assert part["amount"].iloc[:at].sum() == plan
            if "target" in part["step"].tolist():
                assert plan + part["amount"].iloc[at + 1] == part["amount"].iloc[-1]


def test_coverage_is_measured_against_the_deals_own_chances(facts: Facts) -> None:
    from workbook.reconcile.bridge import coverage, coverage_checks

    outlook = OUTLOOK.assign(run_rate_amount=10, loss_amount=0, pipeline_amount=0)
    deals = pd.DataFrame(
        {
            "account_id": ["1"],
            "amount": [90],
            "weighted_amount": [30],
            "expected_close_on": pd.to_datetime(["2026-09-01"]),
        }
    )
    rows = coverage(facts, made(facts, LINES), outlook, deals).set_index("node")
    assert rows.loc["CO", "to_win_amount"] == 100 - 18 - 10
    assert rows.loc["CO", "coverage"] == pytest.approx(90 / 72)
    assert rows.loc["CO", "needed_coverage"] == pytest.approx(3.0)
    assert pd.isna(rows.loc["B", "to_win_amount"])
    (check, _) = coverage_checks(rows.reset_index(), {"CO": "Company"}, "USD")
    assert check.verdict == "fail"
    assert "3.0 times what is missing is needed, there is 1.2 times" in check.sentence
