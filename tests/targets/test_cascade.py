"""Shares of siblings and their fallbacks."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.targets.test_grid import parents
from workbook.targets.cascade import cascaded, mixed, reshaped
from workbook.targets.grid import Branches

NAN = float("nan")
#: root with three children
FLAT = Branches.of([-1, 0, 0, 0])[0]


def shares(**bases: tuple[float, list[float]]) -> object:
    return mixed(
        FLAT,
        {name: np.array([0.0, *values]) for name, (_, values) in bases.items()},
        {name: np.full(4, weight) for name, (weight, _) in bases.items()},
    )


def test_bases_are_normalised_before_they_are_weighted() -> None:
    made = shares(sales=(0.75, [10, 30, 60]), heads=(0.25, [1, 1, 0]))
    # 0.75 * 0.1 + 0.25 * 0.5 = 0.2; 0.75 * 0.3 + 0.125 = 0.35; 0.75 * 0.6 = 0.45
    assert np.allclose(made.values[1:], [0.2, 0.35, 0.45])


def test_a_missing_value_takes_its_siblings_mean_and_is_listed() -> None:
    made = shares(sales=(1.0, [10, NAN, 30]))
    assert np.allclose(made.values[1:], [1 / 6, 2 / 6, 3 / 6])
    assert made.filled["sales"].tolist() == [False, False, True, False]


def test_a_basis_that_is_zero_for_all_drops_out_and_the_rest_keep_their_proportion() -> None:
    made = shares(sales=(0.5, [0, 0, 0]), heads=(0.3, [1, 1, 2]), room=(0.2, [NAN, NAN, NAN]))
    assert np.allclose(made.values[1:], [0.25, 0.25, 0.5])
    assert made.dropped["sales"][0]
    assert made.dropped["room"][0]
    assert not made.even.any()


def test_no_basis_at_all_splits_evenly_and_says_so() -> None:
    made = shares(sales=(1.0, [0, NAN, 0]))
    assert np.allclose(made.values[1:], 1 / 3)
    assert made.even.tolist() == [True, False, False, False]


def test_negative_values_count_as_zero_and_are_listed() -> None:
    made = shares(sales=(1.0, [-5, 10, 30]))
    assert np.allclose(made.values[1:], [0, 0.25, 0.75])
    assert made.clipped["sales"].tolist() == [False, True, False, False]


def test_ramp_reshapes_a_month_and_stays_away_where_nobody_is_left() -> None:
    factors = np.ones((4, 12))
    factors[1, 0], factors[1:, 1] = 0.5, 0.0
    alike = np.repeat([[1.0], [0.5], [0.25], [0.25]], 12, axis=1)
    made, nobody = reshaped(FLAT, alike, factors)
    assert np.allclose(made[1:, 0], [1 / 3, 1 / 3, 1 / 3])  # 0.25 : 0.25 : 0.25
    assert np.allclose(made[1:, 1], [0.5, 0.25, 0.25])
    assert nobody[0].tolist() == [False, True, *[False] * 10]


@settings(deadline=None)
@given(parents(), st.integers(0, 2**31))
def test_shares_of_siblings_add_up_to_one_whatever_is_missing(up: list[int], seed: int) -> None:
    branches, _ = Branches.of(up)
    rng = np.random.default_rng(seed)
    n = len(branches)
    values = rng.choice([0.0, NAN, -1.0, 2.0, 5.0], size=(2, n))
    weights = {"a": rng.choice([0.0, 1.0], size=n), "b": rng.choice([0.0, 0.3], size=n)}
    made = mixed(branches, {"a": values[0], "b": values[1]}, weights)
    assert (made.values >= 0).all()
    sums = branches.sums_by_parent(made.values)
    assert np.allclose(sums[~branches.is_leaf], 1.0)
    down = cascaded(branches, np.full(12, 100.0), made.values)
    assert np.allclose(branches.roll_up(down[branches.leaves]), down)
