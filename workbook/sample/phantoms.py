"""Phantom activity: rows that reserve an account without any work behind them, in each of the ways that it happens."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from workbook.sample.accounts import Ints
from workbook.sample.company import DAYS, day
from workbook.sample.days import UNKNOWN, working
from workbook.sample.touches import PHANTOM

#: Makes the phantom rows of one rep: positions of accounts in, activities out (account positions repeat).
Maker = Callable[[Ints, np.random.Generator], pd.DataFrame]


def _rows(why: str, rows: Ints, subject: str, **columns: object) -> pd.DataFrame:
    count = len(rows)
    empty: dict[str, object] = {
        "row": rows, "kind": np.full(count, 4), "done": np.full(count, UNKNOWN), "due": np.full(count, UNKNOWN),
        "contact": np.full(count, -1), "deal": np.full(count, -1), "minutes": np.full(count, np.nan),
        "system": np.zeros(count, dtype=bool), "subject": np.full(count, subject, dtype=object),
        "outcome": np.full(count, "", dtype=object), "series": np.full(count, -1),
        "label": np.full(count, PHANTOM), "why": np.full(count, why, dtype=object),
    }  # fmt: skip
    return pd.DataFrame(empty | columns)


def fixed_interval(rows: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """A series per account, every 28 days to the day, all made at once, each ticked off on its due day."""
    begin = DAYS - 28 * 7 - rng.integers(0, 4)
    due = np.tile(begin + 28 * np.arange(8), len(rows))
    done = np.where(due <= DAYS, due, UNKNOWN)
    series = np.repeat(np.arange(len(rows)), 8)
    made = np.full(len(due), begin - 1)
    return _rows("fixed interval", np.repeat(rows, 8), "Follow up", due=due, done=done, created=made, series=series)


def never_closed(rows: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """A series per account, every 14 days, none of it ever done."""
    begin = DAYS - 14 * 11 - rng.integers(0, 9)
    due = np.tile(begin + 14 * np.arange(11), len(rows))
    series = np.repeat(np.arange(len(rows)), 11)
    made = np.full(len(due), begin - 3)
    return _rows("never closed", np.repeat(rows, 11), "Check in", due=due, created=made, series=series)


def bulk_created(rows: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """Two tasks on each account, all made on one day, due on scattered days, never done."""
    both = np.concatenate([rows, rows])
    due = working(day("2026-03-02") + rng.integers(0, 108, len(both)))
    return _rows("bulk created", both, "Touch base", due=due, created=np.full(len(both), day("2026-02-27")))


def bulk_closed(rows: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """Tasks made and due over months, all ticked off on one and the same day."""
    each = np.repeat(rows, 3)
    due = working(day("2025-10-06") + rng.integers(0, 160, len(each)))
    made = working(due - rng.integers(5, 40, len(each)))
    return _rows(
        "bulk closed", each, "Review account", due=due, created=made, done=np.full(len(each), day("2026-03-31"))
    )


def pushed(rows: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """One task an account, made about a year ago, its due date moved out again and again, still ahead."""
    made = working(DAYS - rng.integers(290, 440, len(rows)))
    due = working(DAYS + rng.integers(4, 75, len(rows)))
    return _rows("due date pushed", rows, "Reconnect", due=due, created=made)


def system(rows: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """Mails that a system logged by itself."""
    each = np.repeat(rows, 6)
    done = DAYS - rng.integers(0, 330, len(each))
    kind = np.full(len(each), 1)
    return _rows(
        "logged by system",
        each,
        "Newsletter",
        kind=kind,
        done=done,
        created=done,
        system=np.ones(len(each), dtype=bool),
    )


#: All kinds by the name that the stories file gives them.
MAKERS: dict[str, Maker] = {
    "fixed interval": fixed_interval,
    "never closed": never_closed,
    "bulk created": bulk_created,
    "bulk closed": bulk_closed,
    "due date pushed": pushed,
    "logged by system": system,
}
