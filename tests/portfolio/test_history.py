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
