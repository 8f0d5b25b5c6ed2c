from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.facts import Facts
from workbook.portfolio import Portfolio, overlap
from workbook.portfolio.bookings import Booked
from workbook.portfolio.deals import ANY_STAGE, deals, learn
from workbook.portfolio.overlap import on_top_share, with_on_top
from workbook.rules.portfolio import ProjectionRules
from workbook.tables.frames import Tables

RULES = ProjectionRules(deal_prior=10.0)
AS_OF = date(2026, 6, 30)


def _booked(tables: Tables) -> Booked:
    return Booked.of(tables)


def _rows(*given: tuple[str, str, float]) -> pd.DataFrame:
    """Deals as (status, stage, days)."""
    frame = pd.DataFrame(given, columns=["status", "stage", "cycle_days"])
    return frame.assign(
        opportunity_id=[f"O{i}" for i in range(len(frame))], account_id="A1", territory_id="T1", rep_id="ann",
        product_family="Pumps", segment="present customer", amount=1000_00, probability=np.nan,
        close_on=pd.NaT, slip_days=np.nan,
    ).astype({"close_on": "datetime64[us]"})  # fmt: skip


def test_rates_are_shrunk_step_by_step_towards_the_wider_group(portfolio: Portfolio) -> None:
    rates = portfolio.win_rates.set_index(["product_family", "segment", "stage"])["rate"]
    whole = (3 + 2 * 0.5) / (4 + 2)  # 3 of 4 won, a prior of two deals at one half
    assert rates["all", "all", ANY_STAGE] == pytest.approx(whole)
    # Deals with an account that had bought before: O1, O2 (Pumps) and O3 (Valves), all won.
    present = (3 + 10 * whole) / (3 + 10)
    assert rates["all", "present customer", ANY_STAGE] == pytest.approx(present)
    assert rates["Pumps", "present customer", ANY_STAGE] == pytest.approx((2 + 10 * present) / (2 + 10))


def test_the_interval_holds_the_rate_and_cycles_are_those_of_won_deals(portfolio: Portfolio) -> None:
    rates = portfolio.win_rates
    assert ((rates["low"] < rates["rate"]) & (rates["rate"] < rates["high"])).all()
    assert rates.loc[0, "cycle_days"] == 60
    assert rates.loc[rates["won"] == 0, "cycle_days"].isna().all()


def test_stages_are_learned_where_lost_deals_tell_where_they_were_lost() -> None:
    rows = _rows(
        *[("won", "closed won", 60)] * 10, *[("lost", "demo", 30)] * 10, *[("lost", "offer", 60)] * 5,
        ("open", "demo", 10), ("open", "offer", 40),
    )  # fmt: skip
    rates = learn(rows, RULES).rates
    of = rates[rates["product_family"] == "all"].set_index(["segment", "stage"])
    assert of.loc[("all", "demo"), "n"] == 25  # all reached the first stage
    assert of.loc[("all", "offer"), "n"] == 15  # those lost in demo did not reach it
    assert of.loc[("all", "offer"), "rate"] > of.loc[("all", "demo"), "rate"]
    odds = learn(rows, RULES).odds(rows[rows["status"] == "open"], AS_OF)
    assert odds["basis"].tolist() == ["learned", "learned"]


def test_a_final_stage_of_a_deal_reopened_on_a_past_day_is_no_working_stage() -> None:
    rows = _rows(("won", "Won", 60), ("lost", "Lost", 30), ("open", "Lost", 10), ("open", "Won", 10), ("open", "x", 1))
    assert set(learn(rows, RULES).rates["stage"]) == {ANY_STAGE}


def test_a_deal_older_than_any_that_ever_closed_is_hardly_won() -> None:
    closed = [("won", "w", 50.0)] * 50 + [("lost", "l", 60.0)] * 50
    stale = [("open", "s", 400.0)] * 40
    rows = _rows(*closed, *stale, ("open", "s", 5.0))
    odds = learn(rows, RULES).odds(rows[rows["status"] == "open"], AS_OF)
    # 41 deals outlived the last event and none was won: a chance of 0, shrunk by a prior of 10 deals at the start's chance.
    assert odds["win_probability"].iloc[0] < 0.15
    # 50 of 140 that came to any age are won; the group's rate is a half: in odds, the young deal stays near the rate.
    assert odds["win_probability"].iloc[-1] == pytest.approx(0.5, abs=0.05)


def test_without_closed_deals_the_stated_probability_counts_else_the_published_rule() -> None:
    rows = _rows(("open", "s", 5.0), ("open", "s", 5.0)).assign(probability=[0.7, np.nan])
    odds = learn(rows, RULES).odds(rows, AS_OF)
    assert odds["basis"].tolist() == ["stated", "published rule"]
    assert odds["win_probability"].tolist() == [0.7, 0.2]
    assert odds["weighted_amount"].tolist() == [700_00, 200_00]


def test_an_overdue_or_missing_close_date_becomes_one_after_today(portfolio: Portfolio) -> None:
    rows = _rows(("won", "w", 60.0), ("open", "s", 20.0), ("open", "s", 20.0), ("open", "s", 20.0))
    rows["close_on"] = pd.to_datetime([None, "2026-01-01", None, "2026-09-01"])
    odds = learn(rows, RULES).odds(rows[rows["status"] == "open"], AS_OF)
    # The one won deal took 60 days; at an age of 20 days, 40 are left.
    assert odds["expected_close_on"].dt.date.astype(str).tolist() == ["2026-08-09", "2026-08-09", "2026-09-01"]


def test_deals_that_close_later_than_stated_push_open_ones_by_the_typical_slip(frames: dict[str, pd.DataFrame]) -> None:
    late = frames["opportunities"].copy()
    late["closed_on"] = late["closed_on"] + pd.Timedelta(days=10)
    tables = Tables.of({**frames, "opportunities": late})
    rows = deals(tables, _booked(tables), AS_OF)
    odds = learn(rows, RULES).odds(rows[rows["status"] == "open"], AS_OF)
    assert odds["expected_close_on"].dt.date.astype(str).tolist() == ["2026-08-25", "2027-09-25"]


def test_a_present_customers_deal_counts_in_part_a_new_customers_in_full(portfolio: Portfolio) -> None:
    odds = portfolio.deal_odds.set_index("opportunity_id")
    shared = with_on_top(portfolio.deal_odds, 0.25).set_index("opportunity_id")
    assert odds.loc["O5", "segment"] == "present customer"
    assert shared.loc["O5", "on_top_amount"] == pytest.approx(0.25 * odds.loc["O5", "weighted_amount"], abs=1)
    assert shared.loc["O6", "on_top_amount"] == odds.loc["O6", "weighted_amount"]


def test_the_share_on_top_is_the_rules_or_a_half_where_nothing_can_be_learned(facts: Facts) -> None:
    assert on_top_share(facts.tables, _booked(facts.tables), AS_OF, replace(RULES, pipeline_on_top_share=0.9)) == 0.9
    assert on_top_share(facts.tables, _booked(facts.tables), AS_OF, RULES) == 0.5


def _company(extra: float, count: int = 40) -> Tables:
    """``count`` accounts sold 100 a month for three years; half closed a deal of 1,200 in each of the last three quarters, and bought
    ``extra`` more on that day."""
    ids = [f"X{i}" for i in range(count)]
    months = pd.date_range("2023-07-01", "2026-06-01", freq="MS") + pd.Timedelta(days=14)
    sales = pd.DataFrame([(a, m, 100_00) for a in ids for m in months], columns=["account_id", "booked_on", "amount"])
    dealt = ids[: count // 2]
    ends = (("2025-08-01", "2025-11-15"), ("2025-11-01", "2026-02-15"), ("2026-02-01", "2026-05-15"))
    more = pd.DataFrame(
        [(a, pd.Timestamp(end), int(extra * 100)) for a in dealt for _, end in ends],
        columns=["account_id", "booked_on", "amount"],
    )
    past = [(f"W{i}", a, "won", "2024-09-01", "2024-11-01") for i, a in enumerate(ids)]
    now = [(f"N{i}-{end}", a, "won", start, end) for i, a in enumerate(dealt) for start, end in ends]
    rows = pd.DataFrame(past + now, columns=["opportunity_id", "account_id", "status", "created_on", "closed_on"])
    rows["created_on"], rows["closed_on"] = pd.to_datetime(rows["created_on"]), pd.to_datetime(rows["closed_on"])
    rows = rows.assign(stage="x", amount=1200_00, close_on=rows["closed_on"])
    return Tables.of(
        {
            "territories": pd.DataFrame({"territory_id": ["CO"], "name": ["c"], "parent_id": [None]}),
            "reps": pd.DataFrame({"rep_id": ["r"], "name": ["r"], "territory_id": ["CO"]}),
            "accounts": pd.DataFrame({"account_id": ids, "name": ids, "territory_id": "CO", "status": "customer"}),
            "ownership": pd.DataFrame(columns=["account_id", "rep_id", "role", "from_on"]),
            "products": pd.DataFrame(columns=["product_id", "name"]),
            "sales": pd.concat([sales, more]),
            "opportunities": rows,
        }
    )


def test_deals_that_came_on_top_of_the_run_rate_teach_a_larger_share_than_those_that_did_not() -> None:
    none, full = (on_top_share(t, _booked(t), AS_OF, RULES) for t in (_company(0), _company(1200)))
    assert none < 0.1
    assert full > 0.4  # the first quarter's all on top, those after in part: by then the run-rate holds some of them


def test_a_share_learned_from_every_second_account_knows_its_present_customers_by_all() -> None:
    tables = _company(1200)  # half of those that closed deals stand at even places
    booked, then = _booked(tables), date(2026, 3, 31)
    whole = overlap._quarter(tables, (booked, booked, 1), then, RULES)
    half = overlap._quarter(tables, (booked, booked.every(2), 2), then, RULES)
    assert whole is not None
    assert half is not None
    assert half[0] == pytest.approx(whole[0] / 2)


def test_deals_that_come_every_quarter_are_in_the_run_rate_already() -> None:
    """All sales are deals: 300 per quarter and account for three years, and the next deal always open."""
    ids = [f"X{i}" for i in range(30)]
    ends = pd.date_range("2023-08-15", "2026-05-15", freq="3MS") + pd.Timedelta(days=14)
    rows = [(f"{a}-{end:%y%m}", a, "won", end - pd.Timedelta(days=80), end) for a in ids for end in ends]
    deals = pd.DataFrame(rows, columns=["opportunity_id", "account_id", "status", "created_on", "closed_on"])
    deals = deals.assign(stage="x", amount=300_00, close_on=deals["closed_on"])
    sales = deals.rename(columns={"closed_on": "booked_on"})[["account_id", "booked_on", "amount"]]
    company = _company(0, len(ids))
    tables = Tables.of({**company.frames(), "sales": sales, "opportunities": deals})
    assert on_top_share(tables, _booked(tables), AS_OF, RULES) < 0.1


@given(
    st.lists(
        st.tuples(st.sampled_from(["won", "lost", "open"]), st.sampled_from(["a", "b", "won"]), st.integers(0, 500)),
        min_size=1,
        max_size=40,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_deals_give_probabilities_and_exact_amounts(given_: list[tuple[str, str, int]]) -> None:
    rows = _rows(*[(status, stage, float(days)) for status, stage, days in given_])
    odds = learn(rows, RULES).odds(rows[rows["status"] == "open"], AS_OF)
    assert odds["win_probability"].between(0, 1).all()
    assert odds["weighted_amount"].between(0, 1000_00).all()
    assert (odds["expected_close_on"] > pd.Timestamp(AS_OF)).all()
