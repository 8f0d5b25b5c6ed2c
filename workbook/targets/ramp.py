"""Ramp: what new reps, open positions and leavers can carry, month by month."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.facts import Facts

Floats = npt.NDArray[np.float64]


def ramp(facts: Facts, reps: pd.DataFrame, shares_by_month: tuple[float, ...]) -> Floats:
    """What each rep can carry in each month of the planned year, as a share (reps, 12).

    Before the hire and after leaving nothing; in the month of either the share of its days; after the hire
    ``shares_by_month`` by whole months since then. A rep without a date of hire carries all. ``reps``: hired_on, left_on.
    """
    starts = np.array(facts.calendar.starts(int(facts.year[2:])), dtype="datetime64[D]")
    first, last = starts[:-1], starts[1:] - np.timedelta64(1, "D")
    days = (last - first).astype(int) + 1
    hired = reps["hired_on"].to_numpy().astype("datetime64[D]")[:, None]
    left = reps["left_on"].to_numpy().astype("datetime64[D]")[:, None]
    hired = np.where(np.isnat(hired), np.datetime64("1900-01-01"), hired)
    left = np.where(np.isnat(left), np.datetime64("2200-01-01"), left)
    begin, end = np.maximum(first[None, :], hired), np.minimum(last[None, :], left)
    there = np.clip((end - begin).astype(int) + 1, 0, None) / days[None, :]
    shares = np.array([*shares_by_month, 1.0])
    months = _months_between(hired, begin)
    return there * shares[np.clip(months, 0, len(shares) - 1)]


def _months_between(earlier: npt.NDArray[np.datetime64], later: npt.NDArray[np.datetime64]) -> npt.NDArray[np.intp]:
    a, b = earlier.astype("datetime64[M]"), later.astype("datetime64[M]")
    months = (b - a).astype(np.intp)
    day_a = (earlier - a.astype("datetime64[D]")).astype(int)
    day_b = (later - b.astype("datetime64[D]")).astype(int)
    return months - (day_b < day_a)
