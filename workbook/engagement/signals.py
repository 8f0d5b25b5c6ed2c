"""Signals that recorded activity only reserves an account (D8): each is one small function from the log to its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.engagement.evidence import Evidence
from workbook.engagement.log import NO_DAY, Bools, Days, Ints, Log, codes, distinct
from workbook.rules.engagement import KINDS, IntegrityRules


@dataclass(frozen=True, eq=False)
class Series:
    """Rows that belong together: a series_id, else the same account, rep, kind and subject.

    ``of`` holds each row's series. The other arrays have one entry per series: ``rows``, ``past`` rows, the share with
    substance among those that
    have come due (``honest``), the usual ``interval`` in days (0 without one) and the share of gaps that equal it (``regular``).
    """

    of: Ints
    rows: Ints
    past: Ints
    honest: npt.NDArray[np.float64]
    interval: Ints
    regular: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Suspicion:
    """The log with its evidence and series, as the signals read it.

    ``unproven`` rows are a person's, lack substance and do not belong to an honest series; only they can show a signal (but for
    *system*).
    """

    log: Log
    evidence: Evidence
    rules: IntegrityRules

    @cached_property
    def series(self) -> Series:
        return _series(self.log, self.evidence, self.rules)

    @cached_property
    def unproven(self) -> Bools:
        series = self.series
        honest = (series.honest >= self.rules.honest_share)[series.of]
        return ~self.evidence.substance & ~honest & ~self.log.by_system

    @cached_property
    def came_due(self) -> Bools:
        """Which rows are done, or should be."""
        log = self.log
        return log.is_done | ((log.due != NO_DAY) & (log.due <= log.today))

    @cached_property
    def made_with(self) -> Ints:
        """How many unproven rows of the same rep and kind were created on the same day; 0 where that batch is worked: enough
        of what has come due shows substance, or too little has come due to tell."""
        log = self.log
        batch = log.rep.astype(np.int64) * len(KINDS) + log.kind
        unproven = _same_day(batch, log.created, self.unproven)
        at = np.flatnonzero(unproven >= self.rules.bulk_rows)
        if len(at):
            keys = pd.factorize(batch * 4_000_000 + log.created)[0]
            due = np.bincount(keys[self.came_due], minlength=keys.max() + 1)
            real = np.bincount(keys[self.evidence.substance], minlength=keys.max() + 1)
            idle = (real < self.rules.honest_share * due) & (due >= self.rules.bulk_due_share * np.bincount(keys))
            unproven[at[~idle[keys[at]]]] = 0
        return unproven

    @cached_property
    def closed_with(self) -> Ints:
        """How many unproven rows of the same rep were closed on the same day."""
        return _same_day(self.log.rep, self.log.done, self.unproven)

    @cached_property
    def late_days(self) -> Ints:
        """For open rows: days since their date, not below 0; else 0."""
        log = self.log
        late = np.maximum(log.today - log.due.astype(np.int64), 0)
        return np.where(log.is_done | (log.due == NO_DAY), 0, late)

    @cached_property
    def open_for(self) -> Ints:
        """For open rows: days from creation to the due date as it stands; else 0."""
        log = self.log
        known = ~log.is_done & (log.created != NO_DAY) & (log.due != NO_DAY)
        return np.where(known, log.due.astype(np.int64) - log.created, 0)


def by_system(s: Suspicion) -> Bools:
    """A system did it, not a person."""
    return s.log.by_system


def empty(s: Suspicion) -> Bools:
    """No contact, outcome or minutes, though the book records them."""
    return s.unproven & s.evidence.empty


def at_fixed_interval(s: Suspicion) -> Bools:
    """One of a series that recurs by the calendar."""
    at = s.series
    recurs = (at.rows >= s.rules.series_rows) & (at.regular >= s.rules.regular_share) & (at.past > 0)
    return s.unproven & recurs[at.of]


def created_in_bulk(s: Suspicion) -> Bools:
    """Created on one day with many others like it."""
    return s.made_with >= s.rules.bulk_rows


def closed_in_bulk(s: Suspicion) -> Bools:
    """Closed on one day with many others like it."""
    return s.closed_with >= s.rules.bulk_rows


def never_closed(s: Suspicion) -> Bools:
    """Still open long after its date."""
    return s.unproven & (s.late_days > s.rules.open_days)


def pushed_for_ever(s: Suspicion) -> Bools:
    """An open row, alone in its series, whose date lies long after its creation, or whose pushes are recorded."""
    pushed = (s.open_for > s.rules.pushed_days) & (s.series.rows == 1)[s.series.of]
    if "pushes" in s.log.activities:
        times = pd.to_numeric(s.log.activities["pushes"], errors="coerce").fillna(0).to_numpy()
        pushed = pushed | ((times >= s.rules.pushed_times) & ~s.log.is_done)
    return s.unproven & pushed


#: name of a signal -> (its function, its points in the rules, what it says in a sentence)
SIGNALS: dict[str, tuple[Callable[[Suspicion], Bools], str, str]] = {
    "system": (by_system, "system_points", "done by a system, not by a person"),
    "fixed interval": (at_fixed_interval, "interval_points", "one of {series} that recur every {interval} days"),
    "created in bulk": (created_in_bulk, "created_points", "made on one day with {made} others like it"),
    "closed in bulk": (closed_in_bulk, "closed_points", "closed on one day with {closed} others like it"),
    "never closed": (never_closed, "open_points", "open {late} days after its date"),
    "pushed": (pushed_for_ever, "pushed_points", "its date moved out and out ({pushed} days after it was made)"),
    "empty": (empty, "empty_points", "no contact, outcome or minutes"),
    "nothing real": (lambda s: np.zeros(len(s.log), bool), "reserve_points", "nothing real by the rep on the account"),
}


def _same_day(rep: Ints | Days, day: npt.NDArray[np.int32], among: Bools) -> Ints:
    counts = np.zeros(len(rep), dtype=np.int64)
    at = np.flatnonzero(among & (day != NO_DAY) & (rep >= 0))
    if len(at):
        _, place, size = np.unique(
            rep[at].astype(np.int64) * 1_000_000 + day[at], return_inverse=True, return_counts=True
        )
        counts[at] = size[place]
    return counts


def _series(log: Log, evidence: Evidence, rules: IntegrityRules) -> Series:
    """Series are looked for only among (account, rep) pairs with a row that lacks substance; all else is series 0."""
    of = np.zeros(len(log), dtype=np.int64)
    if not len(log):
        return Series(of, *(np.zeros(1, np.int64),) * 2, np.ones(1), np.zeros(1, np.int64), np.zeros(1))
    bare = distinct(log.pair[~evidence.substance])
    at = np.flatnonzero(pd.Series(log.pair).isin(bare).to_numpy())
    named = codes(log.column("series_id").iloc[at])
    subject = codes(log.column("subject").iloc[at].str.strip().str.lower())
    alike = (codes(pd.Series(log.pair[at])) * 8 + log.kind[at] + 1) * (subject.max(initial=0) + 2) + subject + 1
    keys, _ = pd.factorize(np.where(named >= 0, -1 - named, alike))
    of[at] = keys + 1
    count = int(keys.max(initial=-1)) + 2
    rows = np.bincount(of, minlength=count)
    came = log.is_done | ((log.due != NO_DAY) & (log.due <= log.today))
    old = (log.created != NO_DAY) & (log.today - log.created.astype(np.int64) > rules.pushed_days)
    past = np.bincount(of, weights=came | old, minlength=count)
    shown = np.bincount(of, weights=evidence.substance, minlength=count)
    honest = shown / np.maximum(past, 1)
    honest[0] = 1.0
    day = np.where(log.due[at] != NO_DAY, log.due[at], log.done[at])
    interval, regular = _intervals(of[at], day, count)
    return Series(of, rows, past.astype(np.int64), honest, interval, regular)


def _intervals(of: Ints, day: npt.NDArray[np.int32], count: int) -> tuple[Ints, npt.NDArray[np.float64]]:
    """The median gap between the different days of a series, and the share of gaps within a day (or a tenth) of it."""
    known = day != NO_DAY
    pairs = distinct(of[known] * 4_000_000 + (day[known].astype(np.int64) + 1_000_000))
    owner, when = pairs // 4_000_000, pairs % 4_000_000
    same = np.flatnonzero(owner[1:] == owner[:-1]) + 1
    gap, who = when[same] - when[same - 1], owner[same]
    order = np.lexsort((gap, who))
    sizes = np.bincount(who, minlength=count)
    first = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    usual = np.zeros(count, dtype=np.int64)
    has = sizes > 0
    usual[has] = gap[order][(first + sizes // 2)[has]]
    near = np.abs(gap - usual[who]) <= np.maximum(usual[who] // 10, 1)
    regular = np.bincount(who, weights=near, minlength=count) / np.maximum(sizes, 1)
    regular[sizes < 3] = 0.0
    return usual, regular
