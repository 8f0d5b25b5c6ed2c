"""How evenly something is spread: index, coefficient of variation, Gini, largest against smallest."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

#: What books are compared by.
MEASURES = (
    "accounts",
    "sales_amount",
    "potential_amount",
    "projected_amount",
    "hours",
    "key",
    "core",
    "invest",
    "opportunistic",
    "divest",
)


def gini(values: npt.ArrayLike) -> float:
    """Gini's coefficient of values ≥ 0 (Gini, 1912): 0 all equal, towards 1 one has all; NaN without any.

    >>> round(gini([1, 1, 1, 3]), 4)
    0.25
    """
    x = np.sort(np.asarray(values, dtype=np.float64))
    x = x[~np.isnan(x)]
    if len(x) == 0 or x.sum() <= 0:
        return float("nan")
    rank = np.arange(1, len(x) + 1)
    return float((2 * rank - len(x) - 1) @ x / (len(x) * x.sum()))


def spread(values: npt.ArrayLike) -> dict[str, float]:
    """n, mean, cv (standard deviation / mean), gini, lowest, highest, max_min (highest / lowest; missing where the lowest is zero)."""
    x = np.asarray(values, dtype=np.float64)
    x = x[~np.isnan(x)]
    if len(x) == 0:
        return {
            "n": 0,
            "mean": np.nan,
            "cv": np.nan,
            "gini": np.nan,
            "lowest": np.nan,
            "highest": np.nan,
            "max_min": np.nan,
        }
    mean, low, high = float(x.mean()), float(x.min()), float(x.max())
    ratio = high / low if low > 0 else np.nan
    cv = float(x.std() / mean) if mean > 0 else np.nan
    return {"n": len(x), "mean": mean, "cv": cv, "gini": gini(x), "lowest": low, "highest": high, "max_min": ratio}


def holdings(accounts: pd.DataFrame, by: str, holders: pd.Series) -> pd.DataFrame:
    """What each holder holds: one row per value of ``holders``, columns ``by`` and the measures that can be computed.

    ``accounts``: per account the holder in column ``by``, and sales_12m_amount, projected_amount, potential_amount,
    hours_per_year, class, is_key. Potential is missing where nobody's is known.
    """
    frame = pd.DataFrame(
        {
            by: accounts[by],
            "accounts": 1,
            "sales_amount": accounts["sales_12m_amount"].astype("int64"),
            "projected_amount": accounts["projected_amount"].fillna(0).astype("int64"),
            "potential_amount": accounts["potential_amount"].fillna(0).astype("int64"),
            "hours": accounts["hours_per_year"].astype("float64"),
            "key": accounts["is_key"].fillna(False).astype("int64"),
            **{
                name: accounts["class"].eq(name).astype("int64")
                for name in ("core", "invest", "opportunistic", "divest")
            },
        }
    )
    out = frame.groupby(by).sum().reindex(pd.Index(holders, name=by), fill_value=0)
    out = out.reset_index()
    if accounts["potential_amount"].isna().all():
        out["potential_amount"] = pd.array([pd.NA] * len(out), dtype="Int64")
    return out


def indexes(held: pd.DataFrame, by: str, weight: pd.Series | None = None) -> pd.DataFrame:
    """Value / mean × 100 of each holder and measure (long): ``by``, measure, value, fair, index.

    ``weight`` (aligned with ``held``): each holder's part of the capacity, by which the fair value is set; equal parts
    without it. The index is missing where the mean is zero or not known.
    """
    share = np.full(len(held), 1.0 / max(1, len(held)))
    if weight is not None and float(weight.sum()) > 0:
        share = weight.to_numpy(dtype=np.float64) / float(weight.sum())
    parts = []
    for measure in MEASURES:
        value = held[measure].to_numpy(dtype=np.float64, na_value=np.nan)
        fair = np.nansum(value) * share if not np.isnan(value).all() else np.full(len(value), np.nan)
        index = np.where(fair > 0, value / np.where(fair > 0, fair, 1.0) * 100, np.nan)
        parts.append(pd.DataFrame({by: held[by], "measure": measure, "value": value, "fair": fair, "index": index}))
    return pd.concat(parts, ignore_index=True)


def spreads(held: pd.DataFrame, level: str) -> pd.DataFrame:
    """Spread of every measure over the holders: level, measure, n, mean, cv, gini, lowest, highest, max_min."""
    rows = [
        {"level": level, "measure": measure, **spread(held[measure].to_numpy(dtype=np.float64, na_value=np.nan))}
        for measure in MEASURES
    ]
    return pd.DataFrame(rows)


def hours_by_node(capacity: pd.DataFrame, nodes: Iterable[str]) -> pd.Series:
    """The available hours of each node's people, by node in the given order: nothing where nobody works, missing where the hours of
    one are not known.
    """
    hours = capacity["available_hours"].groupby(capacity["node"]).sum()
    unknown = capacity.loc[capacity["available_hours"].isna(), "node"]
    at = pd.Index(nodes)
    return hours.reindex(at, fill_value=0.0).mask(at.isin(unknown))
