"""Segments by two or more dimensions that the book names, each with priority, channels and cadence (B1, B2)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.errors import RulesError
from workbook.money import exponent
from workbook.rules.portfolio import Dimension, SegmentRules, Treatment

JOIN = " × "
NOT_KNOWN = "not known"
_THIRDS = ("low", "middle", "high")


def account_view(register: pd.DataFrame, accounts: pd.DataFrame, parts: dict[str, pd.Series]) -> pd.DataFrame:
    """One row per account with every column that a dimension may name: the register's and the account's own, ``parts``
    (projected_amount, grade, class), growth_share (last 12 months over the 12 before) and wallet_share (of its potential).
    """
    own = [c for c in accounts.columns if c not in register.columns]
    frame = pd.concat([register.reset_index(drop=True), accounts[own].reset_index(drop=True)], axis=1)
    for name, values in parts.items():
        frame[name] = values.array
    last = frame["sales_12m_amount"].astype("float64")
    prior = frame["sales_prior_12m_amount"].astype("float64")
    potential = frame["potential_amount"].astype("Float64").astype("float64")
    frame["growth_share"] = ((last - prior) / prior.where(prior > 0)).astype("float64")
    frame["wallet_share"] = (last / potential.where(potential > 0)).astype("float64")
    return frame


def segments(view: pd.DataFrame, rules: SegmentRules, currency: str) -> pd.DataFrame:
    """One row per account: account_id, territory_id, segment (labels joined by ×), one column per dimension, priority,
    channels (best first, joined by commas), cadence_days.

    A figure without cut points is cut at the thirds of its positive values. What is missing is labelled "not known".
    """
    frame = view[["account_id", "territory_id"]].copy()
    names = []
    for dimension in rules.dimensions:
        label = (
            f"by_{dimension.name}" if dimension.name in ("account_id", "territory_id", "segment") else dimension.name
        )
        frame[label] = labels_of(view, dimension, currency)
        names.append(label)
    text = frame[names[0]]
    for name in names[1:]:
        text = text + JOIN + frame[name]
    frame["segment"] = text
    codes, distinct = pd.factorize(frame["segment"])
    fits = [treatment_of(str(segment), rules.treatments) for segment in distinct]
    frame["priority"] = np.array([t.priority for t in fits], dtype=np.int64)[codes]
    frame["channels"] = pd.Series([", ".join(t.channels) for t in fits], dtype="str").take(codes).array
    frame["cadence_days"] = np.array([t.cadence_days for t in fits], dtype=np.int64)[codes]
    return frame


def labels_of(view: pd.DataFrame, dimension: Dimension, currency: str) -> pd.Series:
    """The labels of one dimension. Raises :class:`RulesError` when the book has no such column."""
    if dimension.column not in view:
        raise RulesError(
            f"segments: dimension {dimension.name} names the column {dimension.column}, which accounts do not have",
            where="book.toml",
            remedy="Name a column of the accounts table, or one that docs/portfolio.md lists.",
        )
    values = view[dimension.column]
    if not (pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)):
        return values.astype("str").fillna(NOT_KNOWN).reset_index(drop=True)
    numbers = values.astype("Float64").astype("float64").to_numpy()
    cuts = edges_of(numbers, dimension, currency)
    labels = dimension.labels if len(dimension.labels) == len(cuts) + 1 else _band_names(len(cuts) + 1)
    found = np.digitize(np.nan_to_num(numbers), cuts)
    names = pd.Series([*labels, NOT_KNOWN], dtype="str")
    return names.take(np.where(np.isnan(numbers), len(labels), found)).reset_index(drop=True)


def edges_of(numbers: npt.NDArray[np.float64], dimension: Dimension, currency: str) -> npt.NDArray[np.float64]:
    """The cut points in force: the book's (amounts turned to minor units), else the thirds of the positive values."""
    if dimension.cuts:
        scale = 10 ** exponent(currency) if _is_amount(dimension.column) else 1
        return np.asarray(dimension.cuts, dtype=np.float64) * scale
    positive = numbers[numbers > 0]
    wanted = max(len(dimension.labels), 3)
    if not len(positive):
        return np.arange(1, wanted, dtype=np.float64)
    return np.quantile(positive, np.arange(1, wanted) / wanted)


def _is_amount(column: str) -> bool:
    return column.endswith("_amount") or column == "annual_revenue"


def _band_names(count: int) -> tuple[str, ...]:
    return _THIRDS if count == 3 else tuple(f"band {at + 1}" for at in range(count))


def treatment_of(segment: str, treatments: tuple[Treatment, ...]) -> Treatment:
    """The first treatment that fits: part by part, ``*`` fits any part, and a lone ``*`` any segment.

    >>> treatment_of("large × growing", (Treatment("large × *", 1), Treatment("*", 4))).priority
    1
    """
    parts = segment.split(JOIN)
    for treatment in treatments:
        wanted = treatment.segment.split(JOIN)
        if wanted == ["*"] or (
            len(wanted) == len(parts) and all(w in ("*", p) for w, p in zip(wanted, parts, strict=True))
        ):
            return treatment
    return Treatment()


def segment_grid(segmented: pd.DataFrame, view: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """The grid of segments: one column per dimension, accounts, sales_12m_amount, potential_amount (Int64, of those known;
    missing where none is), potential_known (accounts), priority, channels, cadence_days. One row per segment.
    """
    joined = segmented.assign(
        sales_12m_amount=view["sales_12m_amount"].array,
        potential_amount=view["potential_amount"].array,
        potential_known=view["potential_amount"].notna().array,
    )
    groups = joined.groupby([*names, "segment"], sort=True, as_index=False)
    grid = groups.agg(
        accounts=("account_id", "size"),
        sales_12m_amount=("sales_12m_amount", "sum"),
        potential_known=("potential_known", "sum"),
        priority=("priority", "first"),
        channels=("channels", "first"),
        cadence_days=("cadence_days", "first"),
    )
    potential = groups["potential_amount"].sum(min_count=1)["potential_amount"]
    grid["potential_amount"] = potential.astype("Int64").array
    return grid.sort_values(["priority", "segment"], kind="stable", ignore_index=True)
