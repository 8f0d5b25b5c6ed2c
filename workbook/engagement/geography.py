"""Places on the map: where an account is, where its rep's book has its middle, how far apart they are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

#: Mean radius of the earth in km (IUGG).
_EARTH_KM = 6371.0088


def places(accounts: pd.DataFrame) -> Floats:
    """Latitude and longitude of each account, shape (n, 2); NaN where not known. 0, 0 (the sea off Ghana) is not known."""
    at = accounts[["latitude", "longitude"]].to_numpy(dtype=np.float64)
    wrong = (np.abs(at[:, 0]) > 90) | (np.abs(at[:, 1]) > 180) | (at == 0).all(axis=1) | np.isnan(at).any(axis=1)
    return np.where(wrong[:, None], np.nan, at)


def distance_km(a: Floats, b: Floats) -> Floats:
    """Great-circle distance (haversine formula) of places of shape (…, 2).

    >>> round(float(distance_km(np.array([48.14, 11.58]), np.array([52.52, 13.41]))))
    504
    """
    a, b = np.radians(a), np.radians(b)
    across, along = (a - b)[..., 0], (a - b)[..., 1]
    h = np.sin(across / 2) ** 2 + np.cos(a[..., 0]) * np.cos(b[..., 0]) * np.sin(along / 2) ** 2
    return np.asarray(2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0))))


def middles(at: Floats, holder: npt.NDArray[np.intp], holders: int) -> Floats:
    """The middle of each holder's accounts (median latitude and longitude), shape (holders, 2); NaN without places."""
    frame = pd.DataFrame({"holder": holder, "latitude": at[:, 0], "longitude": at[:, 1]})
    frame = frame[(frame["holder"] >= 0) & frame["latitude"].notna()]
    middle = frame.groupby("holder")[["latitude", "longitude"]].median()
    return middle.reindex(range(holders)).to_numpy(dtype=np.float64)
