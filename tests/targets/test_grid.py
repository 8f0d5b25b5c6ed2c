"""The tree as arrays, and sums up it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.errors import UsageError
from workbook.targets.grid import Branches, Cells


@st.composite
def parents(draw: st.DrawFn, most: int = 30) -> list[int]:
    """Parents of a random tree, each before its children; deep and wide ones alike."""
    n = draw(st.integers(1, most))
    return [-1, *(draw(st.integers(0, i - 1)) for i in range(1, n))]


@given(parents())
def test_a_subtree_is_a_slice_and_parents_stand_first(up: list[int]) -> None:
    branches, order = Branches.of(up)
    given_parent = {int(node): up[node] for node in order}
    for at in range(len(branches)):
        node = int(order[at])
        above = branches.parent[at]
        assert (int(order[above]) if above >= 0 else -1) == given_parent[node]
        below = {at}
        for later in range(at + 1, len(branches)):
            if int(branches.parent[later]) in below:
                below.add(later)
        assert below == set(range(at, int(branches.end[at])))


@given(parents(), st.integers(0, 2**31))
def test_rolling_up_adds_every_leaf_to_all_above_it(up: list[int], seed: int) -> None:
    branches, _ = Branches.of(up)
    leaves = np.random.default_rng(seed).integers(-50, 50, size=(len(branches.leaves), 3))
    sums = branches.roll_up(leaves)
    for at in range(len(branches)):
        inside = [i for i, leaf in enumerate(branches.leaves) if at <= leaf < branches.end[at]]
        assert (sums[at] == leaves[inside].sum(axis=0)).all()
    floats = branches.roll_up(leaves.astype(np.float64))
    assert np.allclose(floats, sums)


def test_a_circle_or_two_roots_are_refused() -> None:
    for wrong in ([-1, 2, 1], [-1, -1], [0], []):
        with pytest.raises(UsageError):
            Branches.of(wrong)


def test_cells_know_their_periods_and_families() -> None:
    cells = Cells("FY2026", (("bookings", "Pumps"), ("bookings", "Valves"), ("margin", "")))
    assert cells.mask("FY2026-Q2", "Valves").nonzero()[0].tolist() == [15, 16, 17]
    assert cells.mask("FY2026").sum() == 24  # all families of the first measure
    assert cells.mask("FY2026-M12", None, "margin").nonzero()[0].tolist() == [35]
    with pytest.raises(UsageError, match="not in FY2026"):
        cells.mask("FY2025-Q1")
    with pytest.raises(UsageError, match="no target for product family"):
        cells.mask("FY2026", "Hoses")
