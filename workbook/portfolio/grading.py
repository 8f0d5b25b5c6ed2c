"""The grade A to D of an account from its contact points, projected revenue and Net Promoter answer (A6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.keys import said
from workbook.money import format_amount
from workbook.rules.portfolio import GradeRules

Floats = npt.NDArray[np.float64]
LETTERS = ("D", "C", "B", "A")


def projection_bands(projected: pd.Series, rules: GradeRules) -> tuple[int, int, int]:
    """The projected amounts from which an account gets 1, 2 and 3 points, as published or by share of revenue.

    By share: with accounts sorted from the largest, 3 points go to those that make the first half of all projected revenue
    (the first of ``projection_bands_share``), and so on. An amount of 0 never earns a point.
    """
    if rules.projection_bands_amount:
        low, middle, high = rules.projection_bands_amount
        return low, middle, high
    amounts = np.sort(projected.dropna().to_numpy(np.int64))[::-1]
    amounts = amounts[amounts > 0]
    if not len(amounts):
        return 1, 1, 1
    before = (np.cumsum(amounts) - amounts) / amounts.sum()
    high, middle, low = (int(amounts[before < share][-1]) for share in rules.projection_bands_share)
    return low, middle, high


def grades(
    register: pd.DataFrame, projection: pd.DataFrame, rules: GradeRules, as_of: date, currency: str
) -> pd.DataFrame:
    """One row per account: account_id, territory_id, grade (A to D), score (0 to 100), contact_points, projection_points,
    nps_points (0 to 3, NaN where not known), partial, sentence.

    The score is the weighted mean of the points there are, over 3; a missing criterion is left out and said so. Where all are
    missing (a projected_amount may be, too) the grade is missing.
    """
    bands = projection_bands(projection["projected_amount"], rules)
    oldest = pd.Timestamp(as_of) - pd.Timedelta(days=rules.nps_valid_days)
    nps = register["nps"].where(register["nps_on"].isna() | (register["nps_on"] >= oldest))
    points = np.column_stack(
        [
            _points(register["contacts"].to_numpy(np.float64, na_value=np.nan), rules.contacts_bands),
            _points(projection["projected_amount"].astype("Float64").to_numpy(np.float64, na_value=np.nan), bands),
            _points(nps.to_numpy(np.float64), rules.nps_bands),
        ]
    )
    weights = np.array([rules.contacts_weight, rules.projection_weight, rules.nps_weight])
    used = np.isfinite(points) * weights
    score = np.nansum(np.nan_to_num(points) * used, axis=1) / np.maximum(used.sum(1), 1e-12) / 3 * 100
    nothing = ~(used > 0).any(1)
    step = np.digitize(np.round(score, 9), (rules.c_score, rules.b_score, rules.a_score))
    partial = (~np.isfinite(points) & (weights > 0)).any(1)
    frame = pd.DataFrame(
        {
            "account_id": register["account_id"],
            "territory_id": register["territory_id"],
            "grade": pd.Series(np.where(nothing, None, np.array(LETTERS, dtype=object)[step]), dtype="str"),
            "score": np.where(nothing, np.nan, score),
            "contact_points": points[:, 0],
            "projection_points": points[:, 1],
            "nps_points": points[:, 2],
            "partial": partial,
        }
    )
    told = frame[["grade", "contact_points", "projection_points", "nps_points", "partial"]].assign(
        contacts=register["contacts"].array,
        projected=_three_digits(projection["projected_amount"]).array,
        nps=nps.array,
    )
    frame["sentence"] = said(told, lambda rows: _sentences(rows, currency))
    return frame


def _points(values: Floats, bands: tuple[float, ...]) -> Floats:
    return np.where(np.isfinite(values), np.digitize(values, bands), np.nan)


def _sentences(rows: pd.DataFrame, currency: str) -> pd.Series:
    people = _phrases(rows["contacts"], lambda n: f"{int(n)} contact{'' if n == 1 else 's'}", "contacts not known")
    money = _phrases(
        rows["projected"],
        lambda n: f"{format_amount(int(n), currency, short=True)} projected",
        "projection not known",
    )
    answer = _phrases(rows["nps"], lambda n: f"NPS answer {n:g}", "no valid NPS answer")
    marks = [
        _phrases(rows[c], lambda n: f" ({int(n)} of 3 points)", " (left out)")
        for c in ("contact_points", "projection_points", "nps_points")
    ]
    head = "Grade " + rows["grade"].fillna("not known") + ": "
    text = head + people + marks[0] + ", " + money + marks[1] + ", " + answer + marks[2]
    end = np.where(rows["partial"], "; graded from the rest.", ".")
    return text + np.where(rows["grade"].isna(), ".", end)


def _three_digits(amounts: pd.Series) -> pd.Series:
    known = amounts.fillna(0).to_numpy(np.int64)
    unit = (10 ** np.maximum(np.floor(np.log10(np.maximum(np.abs(known), 1))) - 2, 0)).astype(np.int64)
    rounded = pd.Series(np.rint(known / unit).astype(np.int64) * unit, dtype="Int64")
    return rounded.where(amounts.notna().to_numpy())


def _phrases(values: pd.Series, say: Callable[[Any], str], missing: str) -> pd.Series:
    """A phrase per value, made once per distinct value."""
    codes, distinct = pd.factorize(values)
    phrases = pd.Series([*(say(v) for v in distinct), missing], dtype="str")
    return phrases.take(np.where(codes < 0, len(distinct), codes)).reset_index(drop=True)


def key_accounts(register: pd.DataFrame, projection: pd.DataFrame, grade: pd.DataFrame, count: int) -> pd.DataFrame:
    """Accounts graded A or among the ``count`` largest by projected revenue, largest first: account_id, territory_id,
    name, owner_rep_id, rank, grade, projected_amount, why. Disqualified accounts are not key.
    """
    frame = register[["account_id", "territory_id", "name", "owner_rep_id", "disqualified"]].copy()
    frame["projected_amount"] = projection["projected_amount"].to_numpy()
    frame["grade"] = grade["grade"].array
    frame = frame[~frame.pop("disqualified")].sort_values(
        ["projected_amount", "account_id"], ascending=[False, True], kind="stable", ignore_index=True
    )
    frame["rank"] = np.arange(1, len(frame) + 1)
    top = (frame["rank"] <= count) & (frame["projected_amount"] > 0)
    graded = frame["grade"] == "A"
    place = "number " + frame["rank"].astype("str") + " by projected revenue"
    frame["why"] = np.select([top & graded, graded], ["graded A and " + place, "graded A"], place)
    return frame[top | graded].reset_index(drop=True)
