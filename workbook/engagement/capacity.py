"""Capacity: the hours a rep has in the coming months, against the hours that the book needs."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.errors import DataError
from workbook.rules.territories import CapacityRules

Floats = npt.NDArray[np.float64]
_NEVER = np.datetime64("2200-01-01", "D")
_ALWAYS = np.datetime64("1900-01-01", "D")
#: Own columns of reps: when somebody is away.
ABSENT = ["absent_from_on", "absent_to_on"]


def sellers(reps: pd.DataFrame, owners: pd.Series, rules: CapacityRules, as_of: date) -> pd.DataFrame:
    """The people who hold a book: in a selling role, or with accounts; not those who have left without accounts.

    Columns rep_id, name, territory_id, role, hired_on, left_on, selling_hours_per_week, cost_per_hour, holds (accounts),
    present (bool: here on the as-of day), coming (bool: hired later); absent_from_on and absent_to_on where the book has the first
    (own columns of reps; without an end the absence lasts). Raises :class:`DataError` for a cell of these that is no date.
    """
    out = reps.copy()
    out["holds"] = out["rep_id"].map(owners.value_counts()).fillna(0).astype("int64")
    day = pd.Timestamp(as_of)
    out["coming"] = (out["hired_on"] > day).fillna(False)
    gone = (out["left_on"] <= day).fillna(False)
    out["present"] = ~out["coming"] & ~gone
    roles = {role.lower() for role in rules.selling_roles}
    sells = out["role"].fillna("rep").str.lower().isin(roles) & ~gone
    columns = ["rep_id", "name", "territory_id", "role", "hired_on", "left_on", "selling_hours_per_week"]
    columns += ["cost_per_hour", "holds", "present", "coming"]
    if ABSENT[0] in reps:
        out = out.assign(**{column: _own_days(reps, column) for column in ABSENT})
        columns += ABSENT
    return out.loc[sells | (out["holds"] > 0), columns].reset_index(drop=True)


def _own_days(reps: pd.DataFrame, column: str) -> pd.Series:
    """An own column of reps, which is read as text, as days."""
    text = reps.get(column, pd.Series(None, index=reps.index, dtype="object")).astype("object")
    some = text.where(text.notna() & text.astype(str).str.strip().ne(""), None)
    days = pd.to_datetime(some, format="ISO8601", errors="coerce")
    wrong = reps.loc[(days.isna() & some.notna()).to_numpy(), "rep_id"]
    if len(wrong):
        what = f"{column} of {', '.join(f'{rep} is {some[at]!r}' for at, rep in wrong.items())}: not a date"
        raise DataError(what, where="reps", remedy="Write it like 2026-07-01, or leave it blank.")
    return days


def months_ahead(as_of: date, count: int) -> npt.NDArray[np.datetime64]:
    """The edges of the ``count`` months after the as-of day: count + 1 days, the first is the day after it."""
    first = np.datetime64(as_of, "D") + 1
    month = first.astype("datetime64[M]")
    into = first - month.astype("datetime64[D]")
    edges = [
        np.minimum((month + i).astype("datetime64[D]") + into, (month + i + 1).astype("datetime64[D]") - 1)
        for i in range(count + 1)
    ]
    return np.array(edges, dtype="datetime64[D]")


def presence(people: pd.DataFrame, edges: npt.NDArray[np.datetime64]) -> Floats:
    """Shape (reps, months): the share of each month's days that a person is employed and not absent.

    Absence comes from the book's own columns absent_from_on and absent_to_on of reps, where they exist.
    """
    begin, end = _days(people, "hired_on", _ALWAYS), _days(people, "left_on", _NEVER)
    out = _overlap(begin, end, edges)
    if set(ABSENT) <= set(people.columns):
        gone = _days(people, "absent_from_on", _NEVER)
        back = np.where(gone == _NEVER, _NEVER, _days(people, "absent_to_on", _NEVER))
        out = np.clip(out - _overlap(gone, back, edges), 0.0, 1.0)
    return out


def _days(people: pd.DataFrame, column: str, missing: np.datetime64) -> npt.NDArray[np.datetime64]:
    values = pd.to_datetime(people[column]).to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(values), missing, values)


def _overlap(
    begin: npt.NDArray[np.datetime64], end: npt.NDArray[np.datetime64], edges: npt.NDArray[np.datetime64]
) -> Floats:
    """Shares of the months [edges[i], edges[i + 1]) that [begin, end] covers."""
    first, after = edges[:-1][None, :], edges[1:][None, :]
    days = (np.minimum(end[:, None] + 1, after) - np.maximum(begin[:, None], first)).astype(np.float64)
    return np.asarray(np.clip(days, 0.0, None) / (after - first).astype(np.float64))


def ramp_shares(people: pd.DataFrame, edges: npt.NDArray[np.datetime64], ramp: tuple[float, ...]) -> Floats:
    """Shape (reps, months): what a rep can carry by whole months since the hire (1 without a date), as published."""
    hired = pd.to_datetime(people["hired_on"]).to_numpy().astype("datetime64[M]")
    since = (edges[:-1].astype("datetime64[M]")[None, :] - hired[:, None]).astype(np.float64)
    shares = np.array([*ramp, 1.0])
    at = np.clip(np.nan_to_num(since, nan=len(ramp)), 0, len(ramp)).astype(np.intp)
    known = ~np.isnat(hired)
    return np.asarray(np.where(known[:, None], shares[at], 1.0))


def capacity(
    people: pd.DataFrame, load: pd.DataFrame, there: Floats, ramp: Floats, year: tuple[float, float | None]
) -> pd.DataFrame:
    """Hours that each rep has and needs over the months of ``there`` and ``ramp`` (shares of shape (reps, months)).

    ``load`` is the workload; ``year``: working weeks of a year, and hours per week where the rep has none.

    Columns rep_id, node, name, selling_hours (present time, before ramp), ramped_share, available_hours
    (selling × ramped), needed_hours, free_hours, load (needed / available), accounts, hired_on. Hours are NaN where the
    rep's hours per week are not known.
    """
    weeks, usual = year
    weekly = people["selling_hours_per_week"].to_numpy(dtype=np.float64)
    weekly = np.where(np.isnan(weekly), np.nan if usual is None else usual, weekly)
    months = there.shape[1]
    selling = weekly * weeks / 12 * there.sum(axis=1)
    present = there.sum(axis=1)
    ramped = np.where(present > 0, (there * ramp).sum(axis=1) / np.where(present > 0, present, 1.0), 0.0)
    needed = load.groupby("rep_id")["hours_per_year"].sum() * months / 12
    out = people[["rep_id", "territory_id", "name", "hired_on", "holds"]].rename(
        columns={"territory_id": "node", "holds": "accounts"}
    )
    out["selling_hours"] = selling
    out["ramped_share"] = ramped
    out["available_hours"] = selling * ramped
    out["needed_hours"] = needed.reindex(out["rep_id"]).fillna(0.0).to_numpy(dtype=np.float64)
    out["free_hours"] = out["available_hours"] - out["needed_hours"]
    room = out["available_hours"].to_numpy()
    out["load"] = np.where(room > 0, out["needed_hours"] / np.where(room > 0, room, 1.0), np.nan)
    return out
