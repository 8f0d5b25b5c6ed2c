"""The activities as arrays: one row each, keys as positions, days as whole numbers; what all engagement is counted on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.rules.engagement import KINDS, IntegrityRules

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

#: What a missing day becomes.
NO_DAY = np.iinfo(np.int32).min


def days(dates: pd.Series) -> Days:
    """Dates as days since 1970-01-01 (int32); a missing one is :data:`NO_DAY`."""
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
    """Days since 1970-01-01 as ISO texts, missing where :data:`NO_DAY`; quick where many days are the same."""
    found, which = np.unique(np.asarray(numbers).astype(np.int64), return_inverse=True)
    texts = np.datetime_as_string(found.astype("datetime64[D]")).astype(object)
    texts[found <= NO_DAY] = None
    return pd.Series(texts, dtype="str").take(which).reset_index(drop=True)


def positions(keys: pd.Series, index: pd.Index) -> Ints:
    """The position of each key in ``index``, -1 where it is missing or not there."""
    codes, values = pd.factorize(keys)
    at = np.append(index.get_indexer(values), -1)
    return at[codes]


def codes(keys: pd.Series) -> Ints:
    """Whole numbers that are equal where the keys are; -1 for a missing one."""
    return pd.factorize(keys)[0].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Log:
    """All activities in the order of the table. ``account`` and ``rep`` are positions in ``accounts`` and ``reps``.

    An activity done after ``today`` is open; one that no known account stands behind has account -1.
    """

    activities: pd.DataFrame
    accounts: pd.Index
    reps: pd.Index
    today: int

    @classmethod
    def of(cls, activities: pd.DataFrame, accounts: pd.Series, as_of: date) -> Log:
        """From the activities table and the ids of all accounts, in the order in which results are wanted."""
        reps = pd.Index(pd.factorize(activities["rep_id"])[1]).sort_values()
        return cls(activities, pd.Index(accounts), reps, day_number(as_of))

    def __len__(self) -> int:
        return len(self.activities)

    @cached_property
    def account(self) -> Ints:
        return positions(self.activities["account_id"], self.accounts)

    @cached_property
    def rep(self) -> Ints:
        return positions(self.activities["rep_id"], self.reps)

    @cached_property
    def kind(self) -> Ints:
        """Position in :data:`~workbook.rules.engagement.KINDS`."""
        return positions(self.activities["kind"], pd.Index(KINDS))

    @cached_property
    def _contacts(self) -> tuple[Ints, pd.Index]:
        found, ids = pd.factorize(self.activities["contact_id"])
        return found.astype(np.int64), pd.Index(ids)

    @property
    def contact(self) -> Ints:
        """Position in :attr:`contact_ids`; -1 where none is named."""
        return self._contacts[0]

    @property
    def contact_ids(self) -> pd.Index:
        """The contacts that activities name."""
        return self._contacts[1]

    @cached_property
    def done(self) -> Days:
        done = days(self.activities["done_on"])
        return np.where(done > self.today, NO_DAY, done).astype(np.int32)

    @cached_property
    def due(self) -> Days:
        return days(self.activities["due_on"])

    @cached_property
    def created(self) -> Days:
        return days(self.activities["created_on"])

    @cached_property
    def minutes(self) -> npt.NDArray[np.float64]:
        """Minutes; 0 where none are known."""
        return np.nan_to_num(self.activities["minutes"].to_numpy(dtype=np.float64), nan=0.0)

    @cached_property
    def by_system(self) -> Bools:
        return (self.activities["source"] == "system").to_numpy(dtype=bool, na_value=False)

    @cached_property
    def is_done(self) -> Bools:
        return self.done != NO_DAY

    @cached_property
    def pair(self) -> Ints:
        """One number per (account, rep)."""
        return self.account * (len(self.reps) + 1) + self.rep

    @cached_property
    def has_outcome(self) -> Bools:
        outcome = self.activities["outcome"]
        return outcome.notna().to_numpy() & (outcome.fillna("") != "").to_numpy(dtype=bool)

    def only(self, rows: Bools) -> Log:
        """The log of some rows; what is already known of them is kept."""
        part = Log(self.activities[rows], self.accounts, self.reps, self.today)
        for name in ("account", "rep", "kind", "done", "minutes"):
            part.__dict__[name] = getattr(self, name)[rows]
        part.__dict__["_contacts"] = (self.contact[rows], self.contact_ids)
        return part

    def since(self, back_days: int) -> Bools:
        """Which rows were done at most ``back_days`` before today."""
        return self.done.astype(np.int64) >= self.today - back_days

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

    def different(self, what: Ints, rows: Bools) -> Ints:
        """Per account: how many different values not below 0 ``what`` takes among ``rows``."""
        at = np.flatnonzero(rows & (self.account >= 0) & (what >= 0))
        size = int(what.max(initial=0)) + 1
        seen = pd.unique(self.account[at] * size + what[at])
        return np.bincount(seen // size, minlength=len(self.accounts))

    def is_kind(self, kinds: tuple[str, ...]) -> Bools:
        """Which rows are of one of these kinds."""
        wanted = np.array([kind in kinds for kind in KINDS] + [False])
        return wanted[self.kind]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What each row shows for itself.

    ``substance``: done, with minutes or an outcome (or a contact, where its kind records neither). ``empty``: none of the
    fields that are in use for its kind.
    """

    substance: Bools
    empty: Bools

    @classmethod
    def of(cls, log: Log, rules: IntegrityRules) -> Evidence:
        """A field is in use for a kind when enough rows of that kind fill it; for tasks, when enough rows of any do."""
        said = log.has_outcome.copy()
        unsure = np.flatnonzero(said & (log.minutes <= 0))
        if len(unsure):
            words = log.activities["outcome"].iloc[unsure].str.strip().str.lower()
            said[unsure[words.isin([*rules.empty_outcomes, ""]).to_numpy(dtype=bool)]] = False
        filled = {"minutes": log.minutes > 0, "outcome": said, "contact": log.contact >= 0}
        used = {name: _in_use(log, values, rules.in_use_share)[log.kind] for name, values in filled.items()}
        strong = (filled["minutes"] & used["minutes"]) | (filled["outcome"] & used["outcome"])
        asked = used["minutes"] | used["outcome"]
        substance = log.is_done & (strong | (~asked & used["contact"] & filled["contact"]))
        empty = (asked | used["contact"]) & ~(filled["minutes"] | filled["outcome"] | filled["contact"])
        return cls(substance, empty)


def _in_use(log: Log, filled: Bools, share: float) -> Bools:
    """Per kind (and one place more for an unknown kind): whether the field is in use; tasks follow the whole table."""
    done = log.is_done & ~log.by_system
    at = log.kind[done]
    rows = np.bincount(at[at >= 0], minlength=len(KINDS))
    hits = np.bincount(at[(at >= 0) & filled[done]], minlength=len(KINDS))
    used = hits >= np.maximum(rows * share, 1)
    overall = bool(hits.sum() >= max(rows.sum() * share, 1))
    used[KINDS.index("task")] = overall
    return np.append(used, overall)
