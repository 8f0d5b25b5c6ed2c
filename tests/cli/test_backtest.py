from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from workbook.cli.app import run


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Two accounts; one bought 100.00 a month for two years, the other 50.00 until a year ago."""
    tables = tmp_path / "tables"
    tables.mkdir()
    (tmp_path / "book.toml").write_text("[book]\nas_of = 2026-06-30\n", encoding="utf-8")
    frames = {
        "territories": "territory_id,name,parent_id\nCO,Company,\n",
        "reps": "rep_id,name,territory_id\nr,Rep,CO\n",
        "accounts": "account_id,name,territory_id,status\nX,Ex,CO,customer\nY,Why,CO,customer\n",
        "ownership": "account_id,rep_id,role,from_on\nX,r,owner,2024-01-01\nY,r,owner,2024-01-01\n",
        "products": "product_id,name\np,Pump\n",
    }
    for name, text in frames.items():
        (tables / f"{name}.csv").write_text(text, encoding="utf-8")
    months = pd.date_range("2024-07-10", periods=24, freq="30D")
    rows = [f"X,{m.date()},100.00" for m in months] + [f"Y,{m.date()},50.00" for m in months[:12]]
    (tables / "sales.csv").write_text("account_id,booked_on,amount\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def test_it_prints_each_level_beside_the_naive_methods(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["backtest", "--book", str(book), "--cut", "2025-06-30"]) == 0
    out = capsys.readouterr().out
    assert "projected on 2025-06-30 (rhythm)" in out
    assert "account quarter" in out
    assert "seasonal_naive" in out


def test_json_holds_one_object_with_the_summary_and_a_row_per_account(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backtest", "--book", str(book), "--cut", "2025-06-30", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["command"] == "backtest"
    assert {"wape", "wape_naive", "wape_seasonal_naive", "bias"} <= answer["summary"].keys()
    rows = {row["account_id"]: row for row in answer["rows"]}
    # After the cut X bought 12 times 100.00, Y nothing.
    assert rows["X"]["actual"] == 12 * 100_00
    assert rows["Y"]["actual"] == 0
    missed = sum(abs(r["actual"] - r["projected"]) for r in rows.values()) / sum(r["actual"] for r in rows.values())
    assert answer["summary"]["wape"] == pytest.approx(missed, abs=1e-6)


@pytest.mark.parametrize("cut", ["2026-06-01", "yesterday", "2001-01-01"])
def test_a_day_that_cannot_be_scored_is_wrong_usage(book: Path, cut: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["backtest", "--book", str(book), "--cut", cut]) == 2
    assert "error:" in capsys.readouterr().err
