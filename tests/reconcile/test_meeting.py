"""The meeting point: the best numbers that add up, checked against the matrix form of the literature, and whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.book import Book
from workbook.reconcile.meeting import Ladder, kept_positive, reconciled, whole
from workbook.reconcile.track import track


def random_tree(seed: int, count: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.array([-1] + [int(rng.integers(0, i)) for i in range(1, count)], dtype=np.intp)


def summing(parent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The summing matrix S (nodes × leaves) of the literature."""
    leaves = np.flatnonzero(~np.isin(np.arange(len(parent)), parent))
    matrix = np.zeros((len(parent), len(leaves)))
    for column, leaf in enumerate(leaves):
        at = int(leaf)
        while at >= 0:
            matrix[at, column] = 1
            at = int(parent[at])
    return matrix, leaves


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 25))
def test_two_passes_give_what_the_matrix_gives(seed: int, count: int) -> None:
    """S (S' W⁻¹ S)⁻¹ S' W⁻¹ y, with W diagonal."""
    parent = random_tree(seed, count)
    rng = np.random.default_rng(seed + 1)
    mean, variance = rng.uniform(10, 1000, count), rng.uniform(1, 400, count)
    matrix, _ = summing(parent)
    inner = np.isin(np.arange(count), parent)
    variance[inner & (rng.random(count) < 0.3)] = np.inf  # nothing is said there
    weight = np.where(np.isfinite(variance), 1 / variance, 0.0)
    normal = matrix.T @ (weight[:, None] * matrix)
    wanted = matrix @ np.linalg.solve(normal, matrix.T @ (weight * mean))
    made = reconciled(Ladder.of(parent), np.where(np.isfinite(variance), mean, 0.0), variance)
    assert made == pytest.approx(wanted, rel=1e-8)


def test_the_surer_side_gives_way_less() -> None:
    """Root says 90 (error 1), leaves 60 and 40 (variance 1 and 9): the ten too many come from the root by 1/11, leaves by 1/11 and 9/11."""
    made = reconciled(Ladder.of(np.array([-1, 0, 0])), np.array([90.0, 60.0, 40.0]), np.array([1.0, 1.0, 9.0]))
    assert made == pytest.approx([90 + 10 / 11, 60 - 10 / 11, 40 - 90 / 11])


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.booleans())
def test_whole_numbers_add_up_within_one_unit(seed: int, count: int, negative: bool) -> None:
    parent = random_tree(seed, count)
    ladder = Ladder.of(parent)
    matrix, leaves = summing(parent)
    rng = np.random.default_rng(seed)
    exact = matrix @ rng.uniform(-50 if negative else 0, 50, len(leaves))
    made = whole(ladder, exact)
    children = np.zeros(count, dtype=np.int64)
    np.add.at(children, parent[1:], made[1:])
    inner = np.isin(np.arange(count), parent)
    assert (children[inner] == made[inner]).all()
    assert np.abs(made - exact).max() <= 1 + 1e-6


def test_nothing_falls_below_zero_and_totals_stay() -> None:
    ladder = Ladder.of(np.array([-1, 0, 0, 0]))
    assert kept_positive(ladder, np.array([9.0, -3.0, 4.0, 8.0])).tolist() == [9.0, 0.0, 3.0, 6.0]


def test_the_proposal_adds_up_everywhere_and_says_why(company: Book) -> None:
    rows = company.reconcile.meeting_point.set_index("node")
    assert rows.loc["CO", "proposal_amount"] == rows.loc[["N", "S"], "proposal_amount"].sum()
    assert rows.loc["A", "proposal_amount"] == rows.loc[["Ann", "Bob"], "proposal_amount"].sum()
    for node, row in rows.iterrows():
        low, high = sorted((row["target_amount"], row["plan_amount"]))
        assert low <= row["split_amount"] <= high, node
        assert abs(2 * row["split_amount"] - low - high) <= 2, node
    assert "no record, error taken as 10%" in rows.loc["A", "sentence"]
    assert "replayed year" in rows.loc["A", "sentence"]
    months = company.reconcile.meeting_months
    assert months.groupby("node")["proposal_amount"].sum().to_dict() == rows["proposal_amount"].to_dict()


def test_a_scoped_proposal_names_nobody_else(company: Book) -> None:
    rows = company.scoped("A").reconcile.meeting_point
    assert set(rows["node"]) == {"A", "Ann", "Bob"}


def test_a_record_is_shrunk_to_its_level_and_the_default() -> None:
    """Two nodes of one level; three default cases of 10 %: the level's bias is (0.2 + 0.2) / (2 + 3) = 0.08."""
    made = track(np.array([[0.2, 0.2], [np.nan, np.nan]]), np.array([1, 1]), 0.1, 3.0, "past year")
    assert made.bias == pytest.approx([(0.4 + 3 * 0.08) / 5, 0.08])
    assert made.count.tolist() == [2, 0]
    assert made.error[1] == pytest.approx(np.sqrt((2 * (0.2 - 0.128) ** 2 + 3 * 0.01) / 5))
    nothing = track(np.full((2, 0), np.nan), np.array([0, 1]), 0.15, 3.0, "past year")
    assert nothing.error == pytest.approx([0.15, 0.15])
    assert nothing.bias.tolist() == [0.0, 0.0]
