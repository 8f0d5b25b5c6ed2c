"""The odds: unbiased, repeatable, independent of order, and wide where little is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbook.book import Book
from workbook.reconcile import draws, kernels
from workbook.reconcile.odds import (
    Deals,
    Marks,
    Places,
    World,
    deal_spread,
    needed_hedge,
    shared,
    simulate,
    simulate_unit,
    spread_of_history,
)  # fmt: skip
from workbook.rules.reconcile import OddsRules

RULES = OddsRules(simulations=16_000)


def world(names: tuple[str, ...] = ("a", "b"), deal_sd: float = 0.5) -> World:
    deals = Deals(
        np.array([0, 0, 1]),
        np.array([1000.0, 400.0, 5000.0]),
        np.array([0.3, 0.9, 0.05]),
        np.array([[0.5, 0.5], [1.0, 0.0], [0.0, 0.4]]),
    )
    return World(
        names,
        np.array([[100.0, 0.0], [0.0, 0.0]]),
        np.array([[0.0, 50.0], [200.0, 300.0]]),
        deals,
        0.1,
        np.array([0.2, 0.3]),
        deal_sd,
    )


PLACES = Places((np.array([0, 1]), np.array([0, 2])), 3)
NONE = Marks(np.full((3, 3), np.nan), np.full((3, 3), np.nan))


def test_means_are_the_expected_amounts_whatever_the_shared_shocks() -> None:
    out = simulate(world(), PLACES, NONE, RULES, 7)
    first = 100 + 50 + 0.3 * 1000 + 0.9 * 400
    second = 200 + 300 + 0.05 * 5000 * 0.4
    assert out.mean[1, -1] == pytest.approx(first, rel=0.02)
    assert out.mean[2, -1] == pytest.approx(second, rel=0.02)
    assert out.mean[0, -1] == pytest.approx(out.mean[1, -1] + out.mean[2, -1], rel=1e-9)


def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads() -> None:
    one, two = (simulate(world(), PLACES, NONE, replace(RULES, threads=t), 7) for t in (1, 2))
    assert (one.p10 == two.p10).all()
    assert (one.company == two.company).all()
    assert not (simulate(world(), PLACES, NONE, RULES, 8).company == one.company).all()


def test_a_units_draws_do_not_depend_on_the_other_units() -> None:
    both = world()
    alone = replace(both, names=("b",), booked=both.booked[1:], run_rate=both.run_rate[1:], own_sd=both.own_sd[1:])
    common = shared(both, RULES, 7)
    here = simulate_unit(both, 1, common, np.array([], dtype=np.intp), 7)
    assert (here == simulate_unit(alone, 0, common, np.array([], dtype=np.intp), 7)).all()


def test_the_compiled_loop_gives_the_same_numbers() -> None:
    rng = np.random.default_rng(3)
    key = draws.keys("a", 30, 7)
    below = draws.limits(rng.random((30, 16)), rng.dirichlet(np.ones(5), 30)[:, :4])
    amount = rng.random(30) * 1e6
    assert (draws.won(key, amount, below, 1600) == kernels.won(key, amount, below, 1600)).all()


def test_deals_are_won_as_often_as_their_chance_says_and_independently() -> None:
    """Two deals of chance 0.3, of which half closes in the first period: shares 0.15 and 0.15, both won in 0.09 of the years."""
    below = draws.limits(np.full((2, 1), 0.3), np.full((2, 2), 0.5))
    both = draws.won(draws.keys("a", 2, 7), np.array([1.0, 10.0]), below, 200_000)
    assert both[:, 0].mean() == pytest.approx(0.15 * 11, rel=0.02)
    assert both[:, 1].mean() == pytest.approx(0.15 * 11, rel=0.02)
    assert (both.sum(axis=1) == 11).mean() == pytest.approx(0.09, rel=0.03)
    sure = draws.won(
        draws.keys("a", 2, 7), np.array([1.0, 10.0]), draws.limits(np.ones((2, 1)), np.array([[1.0], [0.0]])), 100
    )
    assert (sure == 1.0).all()


def test_draws_depend_on_seed_and_name_only() -> None:
    one = draws.keys("a", 3, 7)
    assert (one[:2] == draws.keys("a", 2, 7)).all()
    assert not (one == draws.keys("a", 3, 8)).any()
    assert not (one == draws.keys("b", 3, 7)).any()


def test_what_is_booked_is_certain() -> None:
    out = simulate(
        replace(
            world(),
            run_rate=np.zeros((2, 2)),
            deals=Deals(np.array([], dtype=np.intp), *(np.zeros(0),) * 2, np.zeros((0, 2))),
        ),
        PLACES,
        NONE,
        RULES,
        7,
    )
    assert out.p10[1].tolist() == out.p90[1].tolist() == [100.0, 0.0, 100.0]


def test_a_shared_shock_ties_units_together() -> None:
    loose, tied = (
        simulate(replace(world(), shared_sd=sd, own_sd=np.array([0.01, 0.01])), PLACES, NONE, RULES, 7)
        for sd in (0.0, 0.4)
    )
    assert tied.company.std() > loose.company.std()


def test_chances_of_target_and_plan() -> None:
    marks = Marks(np.array([[np.nan, np.nan, 0.0]] * 3), np.array([[np.nan, np.nan, 1e12]] * 3))
    out = simulate(world(), PLACES, marks, RULES, 7)
    assert out.target_chance[:, -1].tolist() == [1.0, 1.0, 1.0]
    assert out.plan_chance[:, -1].tolist() == [0.0, 0.0, 0.0]
    assert np.isnan(out.target_chance[:, 0]).all()


def test_the_needed_hedge_lifts_the_wanted_percentile_to_the_target() -> None:
    company = np.arange(1.0, 1001.0)
    hedge = needed_hedge(company, 400.0, 0.8)
    assert ((company * (1 + hedge)) >= 400.0).mean() == pytest.approx(0.8, abs=0.01)
    assert needed_hedge(company, 1.0, 0.8) == 0.0
    assert np.isnan(needed_hedge(np.zeros(10), 5.0, 0.8))


def test_short_history_falls_back_to_the_stated_floor_and_says_how_short() -> None:
    shared_sd, own, changes = spread_of_history(np.ones((3, 5)), OddsRules(unknown_spread=0.2))
    assert (shared_sd, changes) == (0.2, 1)
    assert own.tolist() == [0.4, 0.4, 0.4]
    seen, _, changes = spread_of_history(np.ones((3, 8)), OddsRules(unknown_spread=0.2))
    assert changes == 4
    assert seen == pytest.approx(np.sqrt(3 * 0.2**2 / 7))  # four changes of nothing, three of the default


def test_units_that_vary_more_get_a_wider_spread() -> None:
    rng = np.random.default_rng(1)
    calm, wild = (np.exp(rng.normal(0, sd, 16)) * 100 for sd in (0.02, 0.6))
    _, own, changes = spread_of_history(np.stack([calm * 100, wild]), OddsRules(least_spread=0.01))
    assert changes == 12
    assert own[1] > own[0]


def test_win_rates_that_swing_more_than_chance_have_a_shared_factor() -> None:
    steady = pd.DataFrame({"period": np.repeat(["a", "b", "c", "d"], 100), "won": np.tile([True, False], 200)})
    swinging = pd.DataFrame(
        {"period": np.repeat(["a", "b", "c", "d"], 100), "won": np.repeat([True, False, True, False], 100)}
    )
    assert deal_spread(steady) == 0.0
    assert deal_spread(swinging) > 1.0
    assert deal_spread(steady.head(5)) == 0.0


def test_one_unlikely_deal_is_a_chance_and_no_deal_is_none_known(make: Callable[..., Book]) -> None:
    """S sold nothing; one deal of 60 before was won, and its only open one, at 2 %, lies above the ninth of ten outcomes."""
    days = pd.date_range("2023-01-15", "2026-06-15", freq="MS")
    sales = pd.DataFrame([(a, d, 1001) for a in "12345" for d in days], columns=["account_id", "booked_on", "amount"])
    closed = pd.DataFrame(
        {"opportunity_id": [f"L{i}" for i in range(60)], "account_id": "1", "status": ["won"] + ["lost"] * 59}
    )
    closed = closed.assign(
        created_on="2025-01-01", close_on="2025-04-01", closed_on="2025-04-01", amount=100, stage="x"
    )
    deal = {
        "opportunity_id": "D",
        "account_id": "6",
        "status": "open",
        "created_on": "2026-06-01",
        "close_on": "2026-08-01",
    }
    deals = pd.concat([closed, pd.DataFrame([deal]).assign(amount=1_000_000, stage="x")], ignore_index=True)
    days_of = {c: pd.to_datetime(deals[c]) for c in ("created_on", "close_on", "closed_on")}

    def chance(opportunities: pd.DataFrame) -> float:
        rows = make(sales=sales, opportunities=opportunities).reconcile.odds
        (row,) = rows[((rows["node"] == "S") & (rows["period"] == "FY2026")).to_numpy()].itertuples()
        assert (row.p10_amount, row.p90_amount) == (0, 0)
        return float(row.target_probability)

    with_dates = deals.assign(**days_of)
    assert 0 < chance(with_dates) < 0.1
    assert np.isnan(chance(with_dates[with_dates["status"] != "open"]))
