"""Files for people's own tools: no text can become a formula, however the frame holds its texts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from workbook.keys import coded
from workbook.sheets.exports import write_csv, write_parquet

TEXTS = ["=1+1", "Pumps", "@SUM(A1)"]


@pytest.fixture(params=["texts", "texts held as numbers"])
def frame(request: pytest.FixtureRequest) -> pd.DataFrame:
    held = pd.Series(TEXTS, dtype="str") if request.param == "texts" else coded(TEXTS, np.arange(3))
    return pd.DataFrame({"product_family": held, "amount": [1250, -5, 0]})


def test_a_text_that_looks_like_a_formula_is_quoted(frame: pd.DataFrame, tmp_path: Path) -> None:
    lines = write_csv(frame, tmp_path / "out.csv", "USD").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == ["'=1+1,12.50", "Pumps,-0.05", "'@SUM(A1),0.00"]


def test_parquet_holds_plain_texts_and_exact_decimals(frame: pd.DataFrame, tmp_path: Path) -> None:
    table = pq.read_table(write_parquet(frame, tmp_path / "out.parquet", "USD"))
    assert table.column("product_family").to_pylist() == TEXTS
    assert [str(v) for v in table.column("amount").to_pylist()] == ["12.50", "-0.05", "0.00"]
    assert str(table.schema.field("product_family").type) in ("string", "large_string")
