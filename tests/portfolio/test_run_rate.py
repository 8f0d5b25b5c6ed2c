from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.portfolio.bookings import Booked, History, history
from workbook.portfolio.run_rate import (
    OVERDUE_NAMES,
    Smoothing,
    ahead_index,
    cycles,
    in_rhythm,
    kept_shares,
    levels,
    naive,
    run_rate,
    season_index,
    seasonal_naive,
    smoothing_of,
)
from workbook.rules.portfolio import ProjectionRules
from workbook.tables.frames import Tables

RULES = ProjectionRules()
EVEN = np.ones(12)


def made(*rows: list[float]) -> History:
    """A history from months of amounts, oldest first."""
    months = np.array([row[::-1] for row in rows], dtype=float)
    bought = months != 0
    first = months.shape[1] - 1 - bought[:, ::-1].argmax(1)
    return History(
        date(2026, 6, 30), np.arange(len(rows)), ("all",), months,
        months.sum(1, keepdims=True), first, int(first.max()) + 1,
    )  # fmt: skip


def test_naive_repeats_the_mean_of_the_last_quarter() -> None:
    assert naive(made([0] * 9 + [3, 6, 0]), 4).tolist() == [[3, 3, 3, 3]]


def test_seasonal_naive_repeats_last_years_months_in_their_order() -> None:
    year = list(range(1, 13))
    assert seasonal_naive(made([0] * 12 + year), 24).tolist() == [year + year]


def test_credits_do_not_make_a_negative_forecast() -> None:
    past = made([5] * 9 + [-30, -30, -30])
    assert (naive(past, 12) == 0).all()
    assert (seasonal_naive(past, 12) >= 0).all()
    rate = run_rate(past, 12, RULES)
    assert (rate.gross + rate.loss >= 0).all()


def test_the_cycle_is_an_accounts_own_gap_shrunk_to_the_companys() -> None:
    quarterly = [6 if at % 3 == 2 else 0 for at in range(36)]
    once = [0] * 30 + [5] + [0] * 5
    # Of the two accounts only the first has gaps, of 3 months: typical is 3. Own: (2·3 + 33) / (2 + 12 - 1) = 3; once: 2·3/2 = 3.
    cycle, overdue = cycles(made(quarterly, once), RULES)
    assert cycle.tolist() == [3, 3]
    assert [OVERDUE_NAMES[i] for i in overdue] == [
        "on time",
        "late",
    ]  # last orders 0 and 5 months back, of a cycle of 3


def test_a_new_customer_is_its_own_group() -> None:
    past = made([6 if at % 3 == 2 else 0 for at in range(36)], [0] * 34 + [5, 5])
    assert [OVERDUE_NAMES[i] for i in cycles(past, RULES)[1]] == ["on time", "new"]


def test_the_level_is_a_mean_over_whole_cycles_newer_ones_weighing_more() -> None:
    past = made([0, 0, 3, 0, 0, 9, 0, 0, 9])  # three quarters: 3, 9, 9
    cycle = np.array([3])
    # weight 0.5: (9·1 + 9·0.5 + 3·0.25) / (1 + 0.5 + 0.25) per quarter, a third of it per month
    expected = (9 + 4.5 + 0.75) / 1.75 / 3
    assert levels(past, cycle, EVEN, Smoothing(0.5, 0.0)) == pytest.approx([expected])


def test_a_level_counts_only_cycles_since_the_first_order() -> None:
    past = made([0] * 33 + [0, 0, 9])
    assert levels(past, np.array([3]), EVEN, Smoothing(0.1, 0.0)) == pytest.approx([3.0])
    assert levels(past, np.array([3]), EVEN, Smoothing(0.1, 1.0)) == pytest.approx(
        [9 / 12]
    )  # the plain mean is thinned
    assert levels(past, np.array([3]), EVEN, Smoothing(0.1, 0.5)) == pytest.approx([(3 + 9 / 12) / 2])


def test_a_clear_season_is_found_and_damped_by_its_evidence() -> None:
    year = [10.0] * 11 + [130.0]
    season = season_index(made(*[year * 3] * 20), RULES)
    alone = season_index(made(year * 3), RULES)
    assert alone[0] == pytest.approx(1 + 5.5 * 24 / 36 / 21)  # one account makes hardly a season
    # 24 months of ratios against the prior of 12, 20 equal accounts against the prior of 20: 1 + (6.5 - 1) · 2/3 · 1/2
    assert season[0] == pytest.approx(1 + 5.5 * 24 / 36 / 2)
    assert season.mean() == pytest.approx(1.0)
    assert ahead_index(season, 12)[11] == season[0]


def test_under_two_years_no_season_is_learned() -> None:
    assert (season_index(made(([10.0] * 11 + [130.0]) * 3).before(13), RULES) == 1).all()


def test_an_account_that_buys_each_july_is_projected_into_july() -> None:
    july = [1200.0] + [0.0] * 11
    flat = np.full((1, 12), 100.0)
    out = in_rhythm(flat, made(july * 3), RULES)
    assert out.sum() == pytest.approx(1200)
    # Both years agree fully: the profile weighs orders/(orders + 4) = 1/5, the even season the rest.
    assert out[0, 0] == pytest.approx(0.8 * 100 + 0.2 * 1200)


def test_an_account_without_a_repeating_pattern_is_left_even() -> None:
    one, other = [1200.0] + [0.0] * 11, [0.0] * 6 + [1200.0] + [0.0] * 5
    flat = np.full((1, 12), 100.0)
    assert in_rhythm(flat, made(one + other + one), RULES) == pytest.approx(flat)


def test_without_enough_history_nothing_is_taken_as_lost() -> None:
    past = made([5.0] * 12)
    assert (kept_shares(past, EVEN, 12, (RULES, Smoothing(0.5, 0.0))) == 1).all()


def test_customers_that_fall_away_teach_a_loss_that_grows_with_time() -> None:
    rows = [[10.0] * stop + [0.0] * (36 - stop) for stop in range(14, 36)]
    kept = kept_shares(made(*rows), EVEN, 12, (RULES, Smoothing(0.5, 0.0)))
    on_time = kept[0]
    assert on_time[0] < 1
    assert on_time[11] < on_time[0]
    assert (kept[2] <= 1).all()


def test_steady_customers_teach_no_loss() -> None:
    rows = [[10.0 + at] * 36 for at in range(5)]
    assert kept_shares(made(*rows), EVEN, 12, (RULES, Smoothing(0.5, 0.0)))[0] == pytest.approx(np.ones(12))


def test_the_smoothing_is_learned_and_rules_overrule_it() -> None:
    rng = np.random.default_rng(1)
    noisy = made(*(rng.gamma(1.0, 100.0, 36).tolist() for _ in range(60)))
    assert smoothing_of(noisy, EVEN, RULES).weight <= 0.2  # no pattern but noise: long memory
    jumped = made(*([float(a)] * 20 + [float(b)] * 16 for a, b in rng.integers(1, 500, (60, 2)).tolist()))
    assert smoothing_of(jumped, EVEN, RULES).weight >= 0.5  # levels that jump: short memory
    fixed = replace(RULES, rhythm_weight=0.3, plain_share=0.0)
    assert smoothing_of(jumped, EVEN, fixed) == Smoothing(0.3, 0.0)


@pytest.mark.parametrize("method", ["rhythm", "seasonal_naive", "naive"])
def test_each_method_gives_a_run_rate_and_no_gain_called_a_loss(frames: dict[str, pd.DataFrame], method: str) -> None:
    past = history(Booked.of(Tables.of(frames)), date(2026, 6, 30), 36)
    rate = run_rate(past, 24, replace(RULES, method=method))
    assert rate.gross.shape == (len(past), 24)
    assert (rate.loss <= 0).all()
    assert (method == "rhythm") == bool(rate.loss.any())


@given(st.lists(st.lists(st.integers(-50, 200), min_size=36, max_size=36), min_size=1, max_size=6))
def test_any_history_gives_finite_run_rates_that_are_not_negative(rows: list[list[int]]) -> None:
    kept = [[float(v) for v in row] for row in rows if any(row)]
    if not kept:
        return
    rate = run_rate(made(*kept), 12, RULES)
    assert np.isfinite(rate.gross).all()
    assert np.isfinite(rate.loss).all()
    assert (rate.gross + rate.loss >= -1e-9).all()
    assert (rate.loss <= 0).all()
