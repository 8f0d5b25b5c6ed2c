"""The activities as arrays: one row each, keys as positions, days as whole numbers; what all engagement is counted on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.keys import positions
from workbook.rules.engagement import KINDS

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
Places = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

#: What a missing day becomes.
NO_DAY = np.iinfo(np.int32).min


def days(dates: pd.Series) -> Days:
    """Dates as days since 1970-01-01 (int32); a missing one is :data:`NO_DAY`. Where all are missing, it is held once."""
    if dates.isna().all():
        return np.broadcast_to(np.int32(NO_DAY), len(dates))
    whole = dates.to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.where(whole < NO_DAY, NO_DAY, whole).astype(np.int32)


def day_number(day: date) -> int:
    """A day as days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def dates(numbers: npt.ArrayLike) -> pd.Series:
    """Days since 1970-01-01 as dates (datetime64[us]); :data:`NO_DAY` becomes missing."""
    whole = np.asarray(numbers).astype(np.int64)
    made = whole.astype("datetime64[D]").astype("datetime64[us]")
    made[whole <= NO_DAY] = np.datetime64("NaT", "us")
    return pd.Series(made)


def day_text(numbers: npt.ArrayLike) -> pd.Series:
    """Days since 1970-01-01 as ISO texts, missing where :data:`NO_DAY`."""
    whole = np.asarray(numbers).astype(np.int64)
    known = whole[whole > NO_DAY]
    first, last = (int(known.min()), int(known.max())) if len(known) else (0, 0)
    every = np.datetime_as_string(np.arange(first, last + 1).astype("datetime64[D]"))
    texts = pd.Series([*every.tolist(), None], dtype="str")
    return texts.take(np.where(whole > NO_DAY, whole - first, len(every))).reset_index(drop=True)


def distinct(values: Ints) -> Ints:
    """The different values, sorted."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def codes(keys: pd.Series) -> Ints:
    """Whole numbers that are equal where the keys are; -1 for a missing one."""
    return pd.factorize(keys)[0].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Log:
    """All activities in the order of the table. ``account`` and ``rep`` are positions in ``accounts`` and ``reps``.

    An activity done after ``today`` is open; one that no known account stands behind has account -1. ``rows`` names the rows
    of the table that the log holds, None for all.
    """

    activities: pd.DataFrame
    accounts: pd.Index
    reps: pd.Index
    today: int
    rows: Bools | Ints | None = None

    @classmethod
    def of(cls, activities: pd.DataFrame, accounts: pd.Series, as_of: date) -> Log:
        """From the activities table and the ids of all accounts, in the order in which results are wanted."""
        reps = pd.Index(pd.factorize(activities["rep_id"])[1]).sort_values()
        return cls(activities, pd.Index(accounts), reps, day_number(as_of))

    def __len__(self) -> int:
        return len(self.done)

    def column(self, name: str) -> pd.Series:
        """A column of the log's rows."""
        values = self.activities[name]
        return values if self.rows is None else values[self.rows].reset_index(drop=True)

    @cached_property
    def account(self) -> Ints:
        return positions(self.column("account_id"), self.accounts)

    @cached_property
    def rep(self) -> Places:
        return positions(self.column("rep_id"), self.reps).astype(np.int32)

    @cached_property
    def kind(self) -> npt.NDArray[np.int8]:
        """Position in :data:`~workbook.rules.engagement.KINDS`."""
        return positions(self.column("kind"), pd.Index(KINDS)).astype(np.int8)

    @cached_property
    def _contacts(self) -> tuple[Places, pd.Index]:
        found, ids = pd.factorize(self.column("contact_id"))
        return found.astype(np.int32), pd.Index(ids)

    @property
    def contact(self) -> Places:
        """Position in :attr:`contact_ids`; -1 where none is named."""
        return self._contacts[0]

    @property
    def contact_ids(self) -> pd.Index:
        """The contacts that activities name."""
        return self._contacts[1]

    @cached_property
    def done(self) -> Days:
        done = days(self.column("done_on"))
        return np.where(done > self.today, NO_DAY, done).astype(np.int32)

    @cached_property
    def due(self) -> Days:
        return days(self.column("due_on"))

    @cached_property
    def created(self) -> Days:
        return days(self.column("created_on"))

    @property
    def minutes(self) -> npt.NDArray[np.float64]:
        """Minutes; 0 where none are known. Made anew each time, like :attr:`pair`."""
        return np.nan_to_num(self.column("minutes").to_numpy(dtype=np.float64), nan=0.0)

    @cached_property
    def by_system(self) -> Bools:
        return (self.column("source") == "system").to_numpy(dtype=bool, na_value=False)

    @cached_property
    def is_done(self) -> Bools:
        return self.done != NO_DAY

    @property
    def pair(self) -> Ints:
        """One number per (account, rep), made anew each time: it is quicker made than kept."""
        return self.account * (len(self.reps) + 1) + self.rep

    @cached_property
    def has_outcome(self) -> Bools:
        outcome = self.column("outcome")
        return (outcome != "").to_numpy(dtype=bool, na_value=False) & outcome.notna().to_numpy()

    def only(self, rows: Bools) -> Log:
        """The log of some rows; what is already known of them is kept."""
        held = rows if self.rows is None else np.flatnonzero(self.rows)[rows]
        part = Log(self.activities, self.accounts, self.reps, self.today, held)
        for name in ("account", "rep", "kind", "done"):
            part.__dict__[name] = getattr(self, name)[rows]
        part.__dict__["_contacts"] = (self.contact[rows], self.contact_ids)
        return part

    def since(self, back_days: int) -> Bools:
        """Which rows were done at most ``back_days`` before today."""
        return self.done >= self.today - back_days

    def last(self, rows: Bools | None = None) -> Days:
        """Per account: the day of its last row (among ``rows``), :data:`NO_DAY` where it has none."""
        known = self.account >= 0 if rows is None else rows & (self.account >= 0)
        out = np.full(len(self.accounts), NO_DAY, dtype=np.int32)
        np.maximum.at(out, self.account[known], self.done[known])
        return out

    def count(self, rows: Bools | None = None) -> Ints:
        """Per account: how many rows it has (among ``rows``)."""
        known = self.account >= 0 if rows is None else rows & (self.account >= 0)
        return np.bincount(self.account[known], minlength=len(self.accounts))

    def different(self, what: Places, rows: Bools) -> Ints:
        """Per account: how many different values not below 0 ``what`` takes among ``rows``."""
        at = np.flatnonzero(rows & (self.account >= 0) & (what >= 0))
        size = int(what.max(initial=0)) + 1
        seen = distinct(self.account[at] * size + what[at])
        return np.bincount(seen // size, minlength=len(self.accounts))

    def is_kind(self, kinds: tuple[str, ...]) -> Bools:
        """Which rows are of one of these kinds."""
        wanted = np.array([kind in kinds for kind in KINDS] + [False])
        return wanted[self.kind]
