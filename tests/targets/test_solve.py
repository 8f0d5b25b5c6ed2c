"""Held numbers: met exactly, in any order, or refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.targets.test_grid import parents
from tests.targets.test_rounding import by_year, cascade
from workbook.targets.giving import PinConflictError
from workbook.targets.grid import Branches
from workbook.targets.rounding import rounded
from workbook.targets.skeleton import Held
from workbook.targets.solve import Solved, solved

YEAR = np.ones(12, dtype=bool)
#: root ─ a ─ (a1, a2) · b, positions 0 1 2 3 4; leaves a1, a2, b
TREE = Branches.of([-1, 0, 0, 1, 1])[0]


def month(*numbers: int) -> np.ndarray:
    mask = np.zeros(12, dtype=bool)
    mask[[n - 1 for n in numbers]] = True
    return mask


def even(*yearly: int) -> np.ndarray:
    return np.repeat(np.array(yearly)[:, None] // 12, 12, axis=1)


COMPANY = Held(0, YEAR, 4800, "the company", "company")
BASE = even(1200, 1200, 2400)


def years(amounts: np.ndarray) -> list[int]:
    return amounts.sum(axis=1).tolist()


def test_a_pin_is_met_and_siblings_take_it_up_when_the_number_above_stays() -> None:
    held = [COMPANY, Held(2, YEAR, 1500, "pin a1"), Held(1, YEAR, 2400, "a as it was", "keep")]
    made = solved(TREE, BASE, BASE.astype(float), held)
    assert years(made.amounts) == [1500, 900, 2400]
    assert made.given_way == ()


def test_without_that_everybody_takes_it_up_in_proportion() -> None:
    made = solved(TREE, BASE, BASE.astype(float), [COMPANY, Held(2, YEAR, 1500, "pin a1")])
    assert years(made.amounts) == [1500, 1100, 2200]  # 3300 in proportion 1 : 2


def test_a_number_above_gives_way_when_its_children_are_all_pinned() -> None:
    held = [
        COMPANY,
        Held(2, YEAR, 1500, "pin a1"),
        Held(3, YEAR, 1400, "pin a2"),
        Held(1, YEAR, 2400, "a as it was", "keep"),
    ]
    made = solved(TREE, BASE, BASE.astype(float), held)
    assert years(made.amounts) == [1500, 1400, 1900]
    assert made.given_way == ("a as it was",)


def test_pins_above_and_below_hold_together() -> None:
    held = [COMPANY, Held(1, YEAR, 3000, "pin a"), Held(2, YEAR, 500, "pin a1")]
    assert years(solved(TREE, BASE, BASE.astype(float), held).amounts) == [500, 2500, 1800]


def test_totals_that_cross_are_met_at_once() -> None:
    """a's first quarter and a1's whole year and a2's January: none contains another."""
    held = [
        COMPANY,
        Held(1, month(1, 2, 3), 900, "a in Q1"),
        Held(2, YEAR, 1000, "a1 in the year"),
        Held(3, month(1), 321, "a2 in January"),
    ]
    made = solved(TREE, BASE, BASE.astype(float), held).amounts
    assert made[:2, :3].sum() == 900
    assert made[0].sum() == 1000
    assert made[1, 0] == 321
    assert made.sum() == 4800
    assert (made >= 0).all()


def test_children_pinned_above_their_parent_are_refused_by_name_and_amount() -> None:
    held = [COMPANY, Held(1, YEAR, 2000, "pin a"), Held(2, YEAR, 1500, "pin a1"), Held(3, YEAR, 750, "pin a2")]
    with pytest.raises(PinConflictError) as refused:
        solved(TREE, BASE, BASE.astype(float), held)
    assert set(refused.value.labels) == {"pin a", "pin a1", "pin a2"}
    assert refused.value.amount == 250
    assert "250 minor units" in str(refused.value)


def test_two_amounts_for_one_number_are_refused() -> None:
    with pytest.raises(PinConflictError) as refused:
        solved(TREE, BASE, BASE.astype(float), [COMPANY, Held(2, YEAR, 5, "pin 1"), Held(2, YEAR, 9, "pin 2")])
    assert refused.value.amount == 4


def test_crossing_totals_that_cannot_be_are_refused_by_name() -> None:
    """a1 needs 3,000 in the year, but a has 500 in each half."""
    held = [
        COMPANY,
        Held(1, month(1, 2, 3, 4, 5, 6), 500, "a in H1"),
        Held(1, month(7, 8, 9, 10, 11, 12), 500, "a in H2"),
        Held(2, YEAR, 3000, "a1 in the year"),
    ]
    with pytest.raises(PinConflictError) as refused:
        solved(TREE, BASE, BASE.astype(float), held)
    assert {"a in H1", "a in H2", "a1 in the year"} <= set(refused.value.labels)
    assert refused.value.amount == 2000


def test_a_node_without_anything_takes_the_companys_profile_when_pinned() -> None:
    base = even(1200, 0, 3600)
    made = solved(TREE, base, base.astype(float), [COMPANY, Held(3, YEAR, 240, "pin a2")])
    assert made.amounts[1].tolist() == [20] * 12


def test_what_is_not_touched_keeps_every_cell() -> None:
    base = BASE.copy()
    base[2, 0] += 7
    base[2, 1] -= 7
    held = [COMPANY, Held(2, YEAR, 1201, "pin a1"), Held(1, YEAR, 2400, "a as it was", "keep")]
    made = solved(TREE, base, base.astype(float), held)
    assert (made.amounts[2] == base[2]).all()


def test_nothing_falls_below_zero_to_make_room_for_a_number_that_no_other_contains() -> None:
    """Two families, 4,800 and 14,400 in the year, 4,800 of both in each quarter: a1 cannot have 1,000,000,000 of both."""
    base, family = np.hstack([BASE, 3 * BASE]), np.arange(24) // 12
    quarters = [np.tile(month(q, q + 1, q + 2), 2) for q in (1, 4, 7, 10)]
    company = [Held(0, m, int(base[:, m].sum()), "company", "company") for m in (family == 0, family == 1, *quarters)]
    with pytest.raises(PinConflictError) as refused:
        solved(TREE, base, base.astype(float), [*company, Held(2, family >= 0, 10**9, "pin a1")])
    assert refused.value.amount == 10**9 - 19_200
    made = solved(TREE, base, base.astype(float), [*company, Held(2, family >= 0, 19_200, "pin a1")]).amounts
    assert years(made) == [19_200, 0, 0]
    credit = [*company, Held(2, family >= 0, -1200, "credit"), Held(1, family >= 0, 9600, "a as it was", "keep")]
    assert years(solved(TREE, base, base.astype(float), credit).amounts) == [-1200, 10_800, 9600]


def test_a_pin_may_be_negative() -> None:
    held = [COMPANY, Held(2, YEAR, -120, "credit"), Held(1, YEAR, 2400, "a as it was", "keep")]
    assert years(solved(TREE, BASE, BASE.astype(float), held).amounts) == [-120, 2520, 2400]


@st.composite
def problems(draw: st.DrawFn) -> tuple[Branches, np.ndarray, np.ndarray, list[Held]]:
    """A random cascade with random pins (some with the numbers above kept), not always possible."""
    slots = draw(st.integers(1, 2))
    totals = draw(st.lists(st.one_of(st.integers(0, 5), st.integers(0, 10**9)), min_size=slots, max_size=slots))
    branches, values, fixed = cascade(draw(parents(15)), totals, draw(st.integers(0, 2**31)))
    base = rounded(branches, values[branches.leaves], fixed)
    sums = branches.roll_up(base)
    kind = by_year(slots)
    quarter = np.arange(12 * slots) % 12 // 3
    cuts = [quarter == q for q in range(4)] if draw(st.booleans()) else [kind >= 0]
    parts = [(kind == k) & cut for k in range(slots) for cut in cuts]
    held = [Held(0, part, int(sums[0, part].sum()), f"company {n}", "company") for n, part in enumerate(parts)]
    spans = [range(12), range(6), range(3, 6), [5]]
    for number in range(draw(st.integers(1, 4))):
        node = draw(st.integers(0, len(branches) - 1))
        months = np.isin(np.arange(12 * slots) % 12, list(draw(st.sampled_from(spans))))
        mask = months & (np.isin(kind, draw(st.lists(st.integers(0, slots - 1), min_size=1, unique=True))))
        amount = int(sums[node, mask].sum() * draw(st.sampled_from([0.0, 0.5, 0.9, 1.0, 1.1, 1.7, 9.0]))) + draw(
            st.integers(0, 2)
        )
        held.append(Held(node, mask, amount, f"pin {number}"))
        if draw(st.booleans()):
            held += [
                Held(u, mask, int(sums[u, mask].sum()), f"keep {number} {u}", "keep") for u in branches.path(node)[1:-1]
            ]
    return branches, base, values[branches.leaves], held


def answer(*problem: object) -> tuple[Solved | None, PinConflictError | None]:
    """What solving gives: a solution or a refusal."""
    try:
        return solved(*problem), None  # type: ignore[arg-type]
    except PinConflictError as refused:
        return None, refused


@settings(max_examples=120, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_held_numbers_hold_exactly_or_are_refused_whatever_the_order(
    problem: tuple[Branches, np.ndarray, np.ndarray, list[Held]], random: object
) -> None:
    branches, base, weights, held = problem
    shuffled = list(held)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    made, refused = answer(branches, base, weights, held)
    other, again = answer(branches, base, weights, shuffled)
    if made is None or other is None:
        assert refused is not None
        assert again is not None
        assert refused.labels
        assert (again.labels, again.amount) == (refused.labels, refused.amount)
        return
    sums = branches.roll_up(made.amounts)
    for one in held:
        if one.kind != "keep":
            assert int(sums[one.node, one.columns].sum()) == one.amount
    assert (made.amounts >= 0).all()
    assert (other.amounts == made.amounts).all()
    assert other.given_way == made.given_way
