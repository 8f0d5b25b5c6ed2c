"""The projection's error beside methods of statsforecast, on one book and one past day.

    python -m tests.benchmarks.bench_projection [BOOK [CUT]]     (the sample company, a year before its as-of day)

Each account's months up to the cut go to AutoTheta, AutoETS and CrostonOptimized; their 12 months after it are scored as
``workbook backtest`` scores the projection. Without statsforecast installed only the workbook's own methods are shown.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]


def peers(months: Any) -> dict[str, Any]:
    """Method -> sums of the 12 months ahead (n,), from ``months`` (n, months) in order of time."""
    import numpy as np
    import pandas as pd
    from statsforecast import StatsForecast
    from statsforecast.models import AutoETS, AutoTheta, CrostonOptimized

    count, width = months.shape
    frame = pd.DataFrame(
        {"unique_id": np.repeat(np.arange(count), width), "ds": np.tile(np.arange(width), count), "y": months.ravel()}
    )
    models = [AutoTheta(season_length=12), AutoETS(season_length=12), CrostonOptimized()]
    ahead = StatsForecast(models=models, freq=1, n_jobs=1).forecast(df=frame, h=12)
    ahead = ahead.reset_index() if "unique_id" not in ahead else ahead
    return {str(m): ahead.groupby("unique_id")[str(m)].sum().clip(lower=0).to_numpy() for m in models}


def main(folder: str, cut: str | None) -> None:
    """Print WAPE per account and bias over all accounts that had bought by the cut."""
    import numpy as np

    from workbook.book import Book
    from workbook.portfolio.backtest import backtest
    from workbook.portfolio.bookings import Booked, history

    facts = Book.open(folder).facts
    start = time.process_time()
    result = backtest(facts, date.fromisoformat(cut) if cut else None)
    spent = time.process_time() - start
    actual = result.rows["actual"].to_numpy(float)
    said: dict[str, Any] = {
        name: result.rows[name].to_numpy(float) for name in ("projected", "seasonal_naive", "naive")
    }
    print(f"{result.cut}: {len(actual):,} accounts; workbook's three methods {spent:.1f} s of processor time")
    if find_spec("statsforecast"):
        past = history(Booked.of(facts.tables), result.cut, facts.rules.portfolio.projection.history_months)
        start = time.process_time()
        said |= peers(past.months[:, : min(past.span, past.months.shape[1])][:, ::-1])
        print(f"statsforecast's three methods {time.process_time() - start:.1f} s")
    else:
        print("statsforecast is not installed: pip install statsforecast")
    for name, amounts in said.items():
        wape, bias = (
            np.abs(actual - amounts).sum() / np.abs(actual).sum(),
            (amounts.sum() - actual.sum()) / actual.sum(),
        )
        print(f"{name:>18} WAPE {wape:6.1%}  bias {bias:+6.1%}")


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else str(HERE / "data/sample"), sys.argv[2] if sys.argv[2:] else None)
