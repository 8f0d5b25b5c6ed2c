"""History on a tiny book: two families, four quarters, one open deal overdue."""

from __future__ import annotations

from datetime import date

import pandas as pd

from workbook.periods import Calendar
from workbook.portfolio import history


def sales() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account_id": ["1", "1", "2", "2"],
            "booked_on": pd.to_datetime(["2025-07-15", "2026-01-10", "2026-06-30", "2025-06-30"]),
            "amount": [100, 250, -50, 70],
            "product_id": ["p", "q", None, "p"],
        }
    )


PRODUCTS = pd.DataFrame({"product_id": ["p", "q"], "family": ["Pumps", None]})


def test_sales_by_period_has_no_gaps() -> None:
    out = history.sales_by_period(sales(), Calendar(), "quarter")
    assert out["period"].tolist() == ["FY2025-Q2", "FY2025-Q3", "FY2025-Q4", "FY2026-Q1", "FY2026-Q2"]
    assert out["amount"].tolist() == [70, 100, 0, 250, -50]
    assert history.sales_by_period(sales()[:0], Calendar(), "quarter").empty


def test_product_mix_keeps_what_has_no_family() -> None:
    mix = history.product_mix(sales(), PRODUCTS, date(2026, 6, 30))
    assert dict(zip(mix["product_family"], mix["sales_12m_amount"], strict=True)) == {"no family": 200, "Pumps": 100}
    assert mix["sales_prior_12m_amount"].tolist() == [0, 70]


def test_given_targets_add_up_months_to_quarters_and_families_to_all() -> None:
    rows = [
        ("T", "FY2026-M01", 10, None), ("T", "FY2026-M02", 20, None), ("T", "FY2026-Q2", 7, "a"), ("T", "FY2026-Q2", 8, "b"),
        ("T", "FY2026-Q3", 99, None), ("T", "FY2026-Q3", 50, "a"), ("X", "FY2026-Q1", 1000, None),
    ]  # fmt: skip
    targets = pd.DataFrame(rows, columns=["territory_id", "period", "amount", "product_family"]).assign(measure=None)
    out = history.given_targets(targets, "T", "quarter")
    assert dict(zip(out["period"], out["amount"], strict=True)) == {"FY2026-Q1": 30, "FY2026-Q2": 15, "FY2026-Q3": 99}
    assert history.given_targets(targets, "T", "year")["amount"].tolist() == [144]
    assert history.given_targets(targets, "nowhere", "quarter").empty


def test_open_pipeline_counts_overdue_deals_in_the_running_quarter() -> None:
    deals = pd.DataFrame(
        {
            "stage": ["offer", "offer", "lead", "lead"],
            "status": ["open", "open", "open", "won"],
            "amount": [5, 7, 11, 1000],
            "close_on": pd.to_datetime(["2026-02-01", "2026-08-01", None, "2026-08-01"]),
        }
    )
    out = history.open_pipeline(deals, Calendar(), date(2026, 5, 1))
    rows = {(r.stage, r.period): (r.deals, r.amount, r.overdue) for r in out.itertuples()}
    assert rows == {
        ("offer", "FY2026-Q2"): (1, 5, 1),
        ("offer", "FY2026-Q3"): (1, 7, 0),
        ("lead", "no date"): (1, 11, 0),
    }


def deals(*rows: tuple[str, str, float | None, str]) -> pd.DataFrame:
    out = pd.DataFrame(rows, columns=["stage", "status", "probability", "created_on"])
    return out.assign(created_on=pd.to_datetime(out["created_on"]))


def test_stages_follow_each_other_by_probability_else_by_age() -> None:
    rows = deals(
        ("propose", "open", 0.5, "2026-03-01"),
        ("qualify", "open", 0.1, "2026-02-01"),
        ("negotiate", "open", 0.8, "2026-04-01"),
        ("won", "won", 1.0, "2025-01-01"),
    )
    assert history.stages(rows) == ["qualify", "propose", "negotiate"]
    rows.loc[0, "probability"] = None  # not every stage has one: the youngest first
    assert history.stages(rows) == ["negotiate", "propose", "qualify"]
    assert history.stages(rows[:0]) == []


def test_the_pipeline_by_quarter_has_no_gap_and_every_stage() -> None:
    rows = pd.DataFrame(
        {"stage": ["b", "a", "b"], "period": ["FY2027-Q1", "FY2026-Q3", "no date"], "amount": [5, 7, 1]}
    )
    out = history.pipeline_by_quarter(rows, ["a", "b", "c"])
    assert out.index.tolist() == ["FY2026-Q3", "FY2026-Q4", "FY2027-Q1", "no date"]
    assert out.to_numpy().tolist() == [[7, 0, 0], [0, 0, 0], [0, 5, 0], [0, 1, 0]]
    far = rows.assign(period=["FY2099-Q1", "FY2026-Q3", "no date"])
    assert history.pipeline_by_quarter(far, ["a", "b"]).index.tolist() == ["FY2026-Q3", "FY2099-Q1", "no date"]
