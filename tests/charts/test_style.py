"""Charts are vectors, the same bytes every time, with text for those who cannot see them."""

from __future__ import annotations

import pandas as pd

from workbook.charts import history
from workbook.charts.style import Picture

FRAME = pd.DataFrame(
    {
        "period": ["FY2026-Q1", "FY2026-Q2"],
        "amount": [100_00, 250_00],
        "target_amount": pd.array([120_00, None], dtype="Int64"),
    }
)


def test_a_chart_is_a_labelled_vector_with_text_as_text() -> None:
    figure = history.sales_against_target(FRAME, "USD").figure
    assert isinstance(figure, Picture)
    bundle = figure._repr_mimebundle_()
    assert bundle["text/plain"] == "Sales by quarter against target"
    assert 'aria-label="Sales by quarter against target"' in bundle["image/svg+xml"]
    assert ">2026</text>" in bundle["image/svg+xml"]
    assert len(bundle["image/svg+xml"]) < 40_000


def test_the_same_frame_gives_the_same_bytes() -> None:
    first, second = (history.sales_against_target(FRAME, "USD").figure.svg() for _ in range(2))
    assert first == second


def test_a_name_never_becomes_markup() -> None:
    frame = pd.DataFrame(
        {
            "product_family": ["<script>x</script>"],
            "sales_12m_amount": [5],
            "sales_prior_12m_amount": [3],
            "sales_12m_share": [1.0],
        }
    )
    assert "<script>" not in history.product_mix(frame, "USD").figure.svg()
