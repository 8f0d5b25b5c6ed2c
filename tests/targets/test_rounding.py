"""Controlled rounding: whole, exact, and near; also for hostile sizes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.targets.test_grid import parents
from workbook.targets.cascade import cascaded, normalised
from workbook.targets.grid import Branches
from workbook.targets.rounding import Fixed, rounded

ROOT = np.zeros(1, dtype=np.intp)


def by_year(slots: int) -> np.ndarray:
    return np.repeat(np.arange(slots), 12)


def cascade(up: list[int], totals: list[int], seed: int) -> tuple[Branches, np.ndarray, Fixed]:
    """A random cascade: leaf values whose sums per slot are the totals."""
    branches, _ = Branches.of(up)
    rng = np.random.default_rng(seed)
    weights = rng.random(len(branches)) * (rng.random(len(branches)) > 0.2)
    shares, silent = normalised(branches, weights)
    parent = np.maximum(branches.parent, 0)
    children = branches.sums_by_parent(np.ones(len(branches)))
    shares = np.where(silent[parent], 1 / np.maximum(children[parent], 1), shares)
    season = rng.random((len(totals), 12)) * (rng.random((len(totals), 12)) > 0.2) + 1e-9
    top = np.array(totals)[:, None] * season / season.sum(axis=1, keepdims=True)
    values = cascaded(branches, top.reshape(-1), shares)
    return branches, values, Fixed(ROOT, by_year(len(totals)), np.array([totals], dtype=np.int64))


amounts = st.one_of(st.integers(-3, 3), st.integers(-(10**11), 10**11), st.just(0), st.just(1))


@settings(max_examples=150, deadline=None)
@given(parents(), st.lists(amounts, min_size=1, max_size=3), st.integers(0, 2**31))
def test_everything_adds_up_and_every_cell_and_year_is_within_one_unit(
    up: list[int], totals: list[int], seed: int
) -> None:
    branches, values, fixed = cascade(up, totals, seed)
    whole = rounded(branches, values[branches.leaves], fixed)
    sums = branches.roll_up(whole)
    noise = 1e-3 if max(map(abs, totals)) > 10**6 else 1e-4
    assert sums[0].reshape(len(totals), 12).sum(axis=1).tolist() == totals
    assert np.abs(sums - values).max() < 1 + noise
    years = np.abs((sums - values).reshape(len(branches), len(totals), 12).sum(axis=2))
    assert years.max() < 1 + noise
    quarters = np.abs((sums - values).reshape(len(branches), len(totals), 4, 3).sum(axis=3))
    assert quarters[branches.leaves].max() < 1 + noise
    assert quarters[0].max() < 1 + noise
    exact_zero = values[branches.leaves] == 0
    assert (whole[exact_zero] == 0).all()


def test_it_is_exact_against_fractions_where_floats_have_no_say() -> None:
    """Thirds of 100 in 3 × 12 cells: every cell is 100/36, every row 100/3, every month 100/12."""
    branches = Branches.of([-1, 0, 0, 0])[0]
    values = np.full((3, 12), 100 / 36)
    whole = rounded(branches, values, Fixed(ROOT, by_year(1), np.array([[100]])))
    assert whole.sum() == 100
    assert set(whole.reshape(-1).tolist()) == {2, 3}
    assert all(abs(int(v) - Fraction(100, 3)) < 1 for v in whole.sum(axis=1))
    assert all(abs(int(v) - Fraction(100, 12)) < 1 for v in whole.sum(axis=0))


def test_one_cent_goes_to_one_cell_of_a_chain_ten_deep() -> None:
    branches = Branches.of([-1, *range(10)])[0]
    whole = rounded(branches, np.full((1, 12), 1 / 12), Fixed(ROOT, by_year(1), np.array([[1]])))
    assert sorted(whole.reshape(-1).tolist()) == [0] * 11 + [1]


def test_thousands_of_children_share_few_cents() -> None:
    n = 5000
    branches = Branches.of([-1, *[0] * n])[0]
    whole = rounded(branches, np.full((n, 12), 7 / (12 * n)), Fixed(ROOT, by_year(1), np.array([[7]])))
    assert whole.sum() == 7
    assert set(whole.sum(axis=1).tolist()) == {0, 1}
    assert set(whole.sum(axis=0).tolist()) <= {0, 1}


def test_a_company_of_one_node_keeps_its_quarters_within_a_unit() -> None:
    branches = Branches.of([-1])[0]
    whole = rounded(branches, np.full((1, 12), 100 / 12), Fixed(ROOT, by_year(1), np.array([[100]])))
    assert whole.reshape(4, 3).sum(axis=1).tolist() == [25, 25, 25, 25]


def test_whole_values_are_left_alone() -> None:
    branches = Branches.of([-1, 0, 0])[0]
    values = np.arange(24, dtype=float).reshape(2, 12) - 5
    total = np.array([[int(values.sum())]])
    assert (rounded(branches, values, Fixed(ROOT, by_year(1), total)) == values).all()


def test_held_nodes_keep_their_own_totals() -> None:
    branches = Branches.of([-1, 0, 0, 1, 1])[0]  # root; a with two leaves, b
    assert branches.parent.tolist() == [-1, 0, 1, 1, 0]
    values = np.full((3, 12), 0.5)
    fixed = Fixed(np.array([0, 1]), by_year(1), np.array([[6], [12]]))  # b has 6, a has 12
    whole = rounded(branches, values, fixed)
    assert whole[:2].sum() == 12
    assert whole[2].sum() == 6


def test_the_same_input_gives_the_same_numbers_and_is_not_touched() -> None:
    branches, values, fixed = cascade([-1, 0, 0, 1, 1, 2, 2, 2], [12345, 999], 5)
    leaves = values[branches.leaves]
    before = leaves.copy()
    assert (rounded(branches, leaves, fixed) == rounded(branches, leaves, fixed)).all()
    assert (leaves == before).all()


@pytest.mark.parametrize("total", [10**15, -(10**15)])
def test_very_large_amounts_still_add_up(total: int) -> None:
    branches, values, fixed = cascade([-1, 0, 0, 1, 1, 2], [total], 3)
    assert rounded(branches, values[branches.leaves], fixed).sum() == total
