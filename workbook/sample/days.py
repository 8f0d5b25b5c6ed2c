"""Days of the sample's history as numbers, and as the dates of its tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from workbook.sample.company import FIRST_DAY

#: A day that is not known.
UNKNOWN = -(10**6)


def dates(days: npt.NDArray[np.int64]) -> npt.NDArray[np.datetime64]:
    """Days of the sample's history as datetime64[us]; :data:`UNKNOWN` ones are missing."""
    known = np.asarray(days)
    stamps = FIRST_DAY + known.astype("timedelta64[D]")
    return np.where(known == UNKNOWN, np.datetime64("NaT", "D"), stamps).astype("datetime64[us]")


def working(days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The same days, with Saturdays and Sundays moved back to Friday (2023-01-01 was a Sunday)."""
    weekday = (days - 1) % 7
    return np.asarray(days - np.where(weekday >= 5, weekday - 4, 0))


def only(rows: npt.NDArray[np.bool_], values: Any) -> npt.NDArray[np.object_]:
    """``values`` where ``rows``, else None."""
    out = np.asarray(values).astype(object)
    out[~rows] = None
    return out
