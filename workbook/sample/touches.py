"""Contacts and honest touches: calls, mails, meetings, visits, tasks, and real recurring work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.sample.accounts import CORE, DIVEST, NEW, STAR, Accounts, Ints
from workbook.sample.company import DAYS, Company, day
from workbook.sample.days import UNKNOWN, dates, only, working
from workbook.sample.orders import holder
from workbook.sample.words import OUTCOMES, SUBJECTS, TITLE_INFLUENCE, TITLE_ROLES, TITLES, people_names

KINDS = ("call", "email", "meeting", "visit", "task")
FIRST_TOUCH = day("2025-01-01")
#: By nature: touches a year, contacts beyond the first, chance of having a first contact.
PER_YEAR = (6.0, 8.5, 6.5, 4.2, 19.0, 1.0, 6.0)
MORE_CONTACTS = (1.0, 1.0, 0.6, 0.4, 0.2, 0.05, 0.9)
ANY_CONTACT = (1.0, 1.0, 0.95, 0.85, 1.0, 0.4, 1.0)
MINUTES = (26, 0, 70, 150, 35)
#: Labels of activities.
HONEST, RECURRING, PHANTOM = 0, 1, 2
COLUMNS = ("row", "rep", "kind", "done", "due", "contact", "deal", "minutes", "system", "subject", "outcome", "created",
           "series", "label", "why")  # fmt: skip


@dataclass(frozen=True)
class People:
    """Contacts of a run: those of account ``i`` are at positions ``first[i]`` to ``first[i] + count[i] - 1``."""

    first: Ints
    count: Ints

    @property
    def rows(self) -> Ints:
        """The account of each contact."""
        return np.repeat(np.arange(len(self.count)), self.count)


def people(made: Accounts, company: Company, rng: np.random.Generator) -> People:
    """How many contacts each account has: more at large customers, none in most of a cold book."""
    size = np.clip(np.log10(np.maximum(made.potential * made.wallet, 1)) - 4.3, 0, 3)
    extra = rng.poisson(np.array(MORE_CONTACTS)[made.nature] * (1 + 1.2 * size))
    count = np.where(rng.random(len(made)) < np.array(ANY_CONTACT)[made.nature], 1 + extra, 0)
    large = (made.nature == CORE) & (made.potential * made.wallet > 150e3)
    count = np.where(large, np.maximum(count, 4), count)
    count = np.where(~made.worked & (rng.random(len(made)) < 0.7), np.minimum(count, 1), count)
    count = np.where((made.owner == company.newcomer) & (rng.random(len(made)) < 0.85), 0, count)
    count[made.special.get("single", np.zeros(0, dtype=np.int64))] = 1
    return People(np.cumsum(count) - count, count)


def touches(made: Accounts, found: pd.DataFrame, known: People, rng: np.random.Generator) -> pd.DataFrame:
    """Ordinary touches since the first day of the record, and the pursuit of each new customer (12 to 15 touches)."""
    rate = np.array(PER_YEAR)[made.nature]
    size = np.clip(np.log10(made.potential * made.wallet + 1) - 4.3, -0.7, 1.6)
    rate = np.where(made.nature == CORE, rate * (1 + 0.75 * size), rate)
    zeal = rng.uniform(0.75, 1.3, int(made.owner.max()) + 1)
    rate = rate * zeal[made.owner] * made.worked
    rows = np.repeat(np.arange(len(made)), rng.poisson(rate * (DAYS - FIRST_TOUCH) / 365.0))
    days = FIRST_TOUCH + (rng.random(len(rows)) * (DAYS - FIRST_TOUCH + 1)).astype(np.int64)
    new = np.flatnonzero(made.nature == NEW)
    hunt = np.repeat(new, rng.integers(12, 16, len(new)))
    before = made.start[hunt] - 1 - (rng.random(len(hunt)) * 140).astype(np.int64)
    early = made.nature[rows] == NEW
    kept = ~early | (days > made.start[rows])
    rows, days = np.concatenate([rows[kept], hunt]), np.concatenate([days[kept], before])
    sure = np.repeat(made.special.get("worked", np.zeros(0, dtype=np.int64)), 3)
    rows = np.concatenate([rows, sure])
    days = working(np.concatenate([days, DAYS - rng.integers(5, 150, len(sure))]))
    rest = made.special.get("neglected", np.zeros(0, dtype=np.int64))
    kept = ~(np.isin(rows, rest) & (days > DAYS - 135))
    rows, days = rows[kept], days[kept]
    return _described(rows, days, made, known, found, rng)


def _described(
    rows: Ints, days: Ints, made: Accounts, known: People, found: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    count = len(rows)
    hunting = (made.nature[rows] == NEW) & (days < made.start[rows])
    costly, light = made.nature[rows] == DIVEST, made.nature[rows] == STAR
    kind = rng.choice(5, count, p=[0.44, 0.22, 0.17, 0.09, 0.08])
    kind = np.where(hunting & (kind == 4), 2, np.where(costly & (kind == 1), 3, kind))
    kind = np.where(light & np.isin(kind, (2, 3)), 0, kind)
    contact = np.where(
        (known.count[rows] > 0) & (rng.random(count) < 0.9),
        known.first[rows] + (rng.random(count) ** 1.5 * known.count[rows]).astype(np.int64),
        -1,
    )
    minutes = np.maximum(5, 5 * np.round(np.array(MINUTES)[kind] * np.exp(0.35 * rng.standard_normal(count)) / 5))
    lists = [np.array(SUBJECTS[k], dtype=object) for k in KINDS]
    ends = [np.array(OUTCOMES[k], dtype=object) for k in KINDS]
    draw, other = rng.random(count), rng.random(count)
    subject = np.select([kind == k for k in range(5)], [w[(draw * len(w)).astype(int)] for w in lists])
    outcome = np.select([kind == k for k in range(5)], [w[(other * len(w)).astype(int)] for w in ends])
    friday = days + (5 - (days - 1) % 7 - 1)
    rep = holder(rows, days, made)
    created = np.where((rep % 3 == 0) & (kind != 4), np.minimum(friday, DAYS), days)
    created = np.where(kind == 4, days - rng.integers(0, 9, count), created)
    return pd.DataFrame(
        {
            "row": rows, "rep": rep, "kind": kind, "done": days, "due": np.full(count, UNKNOWN),
            "contact": contact, "deal": _deal_of(rows, days, found, rng),
            "minutes": np.where(kind == 1, np.nan, minutes), "system": np.zeros(count, dtype=bool),
            "subject": subject, "outcome": outcome, "created": created, "series": np.full(count, -1),
            "label": np.full(count, HONEST), "why": np.full(count, "", dtype=object),
        }
    )  # fmt: skip


def _deal_of(rows: Ints, days: Ints, found: pd.DataFrame, rng: np.random.Generator) -> Ints:
    """Position of the account's last deal created by then and still alive, for most touches; else -1."""
    if found.empty:
        return np.full(len(rows), -1)
    order = np.lexsort((found["created"].to_numpy(), found["row"].to_numpy()))
    key = found["row"].to_numpy()[order] * 100_000 + found["created"].to_numpy()[order]
    at = np.searchsorted(key, rows * 100_000 + days, side="right") - 1
    near = order[np.maximum(at, 0)]
    same = (at >= 0) & (found["row"].to_numpy()[near] == rows) & (found["end"].to_numpy()[near] >= days)
    return np.where(same & (rng.random(len(rows)) < 0.75), near, -1)


def weekly_calls(rows: Ints, made: Accounts, known: People, rng: np.random.Generator) -> pd.DataFrame:
    """Honest recurring work: a real call each week, at times a day late or left out, with minutes and outcomes."""
    weeks = (DAYS - day("2025-09-01")) // 7
    begin = day("2025-09-01") + np.arange(len(rows)) % 5
    due = (begin[:, None] + 7 * np.arange(weeks)[None, :]).ravel()
    series = np.repeat(np.arange(len(rows)), weeks)
    kept = rng.random(len(due)) > 0.1
    due, series = due[kept], series[kept]
    count = len(due)
    done = np.minimum(working(due + rng.choice(3, count, p=[0.8, 0.14, 0.06])), DAYS)
    at = rows[series]
    words = np.array(
        ["Orders for the week", "Spare parts list", "Price agreed", "Open points closed", "Line 2 check"], dtype=object
    )
    return pd.DataFrame(
        {
            "row": at, "rep": made.owner[at], "kind": np.zeros(count, dtype=np.int64), "done": done, "due": due,
            "contact": known.first[at] + rng.integers(0, 99, count) % np.maximum(known.count[at], 1),
            "deal": np.full(count, -1), "minutes": np.maximum(10, 5 * np.round(rng.normal(26, 9, count) / 5)),
            "system": np.zeros(count, dtype=bool), "subject": np.full(count, "Weekly call", dtype=object),
            "outcome": words[rng.integers(0, 5, count)], "created": done, "series": series,
            "label": np.full(count, RECURRING), "why": np.full(count, "weekly call", dtype=object),
        }
    )  # fmt: skip


def call_days(rows: Ints, made: Accounts, known: People, rng: np.random.Generator) -> pd.DataFrame:
    """Honest bulk: a rep calls many accounts on one day, and each call has its contact, minutes and outcome."""
    count = len(rows)
    when = np.full(count, day("2026-05-12"))
    words = np.array(["Wants samples", "No need now", "Asked for offer", "Left message"], dtype=object)
    return pd.DataFrame(
        {
            "row": rows, "rep": made.owner[rows], "kind": np.zeros(count, dtype=np.int64), "done": when,
            "due": np.full(count, UNKNOWN), "contact": known.first[rows], "deal": np.full(count, -1),
            "minutes": rng.choice([5.0, 10.0, 15.0, 20.0], count), "system": np.zeros(count, dtype=bool),
            "subject": np.full(count, "Filter campaign", dtype=object), "outcome": words[rng.integers(0, 4, count)],
            "created": when, "series": np.full(count, -1), "label": np.full(count, RECURRING),
            "why": np.full(count, "call day", dtype=object),
        }
    )  # fmt: skip


def next_tasks(found: pd.DataFrame, made: Accounts, known: People, rng: np.random.Generator) -> pd.DataFrame:
    """Honest open tasks: the next step of a share of the open deals, due soon, made lately, with contact and deal."""
    rows = found["row"].to_numpy()
    fit = (
        (found["status"].to_numpy() == 0)
        & (known.count[rows] > 0)
        & made.worked[rows]
        & (found["created"].to_numpy() < DAYS - 12)
    )
    at = np.flatnonzero(fit & (rng.random(len(found)) < 0.3))
    count, rows = len(at), rows[at]
    words = np.array(["Send offer", "Confirm visit", "Call about terms", "Plan trial"], dtype=object)
    return pd.DataFrame(
        {
            "row": rows, "rep": made.owner[rows], "kind": np.full(count, 4), "done": np.full(count, UNKNOWN),
            "due": working(DAYS + rng.integers(2, 30, count)), "contact": known.first[rows], "deal": at,
            "minutes": np.full(count, np.nan), "system": np.zeros(count, dtype=bool),
            "subject": words[rng.integers(0, 4, count)], "outcome": np.full(count, "", dtype=object),
            "created": working(DAYS - rng.integers(0, 12, count)), "series": np.full(count, -1),
            "label": np.full(count, HONEST), "why": np.full(count, "", dtype=object),
        }
    )  # fmt: skip


def contacts_frame(
    known: People, acts: pd.DataFrame, ids: npt.NDArray[np.object_], made: Accounts, company: Company
) -> pd.DataFrame:
    """The contacts table; the last contact is the last real touch with that person."""
    rng = np.random.default_rng([company.seed, 17, int(made.numbers[0])])
    rows, count = known.rows, len(ids)
    real = acts[(acts["contact"] >= 0) & (acts["label"] != PHANTOM) & (acts["done"] > UNKNOWN)]
    last = np.full(count, UNKNOWN)
    np.maximum.at(last, real["contact"].to_numpy(), real["done"].to_numpy())
    title = rng.integers(0, len(TITLES), count)
    title = np.where(np.arange(count) == known.first[rows], np.array([0, 1, 3])[rng.integers(0, 3, count)], title)
    warm = np.array([0.4, 0.5, -0.1, 0.0, 0.1, 0.0, 0.4])[made.nature[rows]]
    influence = np.array(TITLE_INFLUENCE)[title] + 0.1 * rng.integers(-1, 2, count)
    return pd.DataFrame(
        {
            "contact_id": ids,
            "account_id": made.ids[rows],
            "name": people_names(count, rng),
            "title": np.array(TITLES, dtype=object)[title],
            "role": np.array(TITLE_ROLES, dtype=object)[title],
            "influence": np.round(np.clip(influence, 0.1, 1.0), 1),
            "support": np.round(np.clip(warm + 0.35 * rng.standard_normal(count), -1, 1), 1) + 0.0,
            "last_contact_on": dates(last),
            "owner_rep_id": only(~made.free[rows], company.rep_ids[made.owner[rows]]),
        }
    )
