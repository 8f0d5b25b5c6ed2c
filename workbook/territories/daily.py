"""Small daily uses of the design: rotate, fill a book, open one for a hire, empty a leaver's."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from workbook.territories.wishes import Wishes


def rotate(accounts: pd.DataFrame, wishes: Wishes) -> Wishes:
    """Only the accounts that failed the keep rule, and those that nobody holds, may move."""
    failed = accounts.loc[(accounts["keep"].eq(False) | accounts["rep_id"].isna()).to_numpy(dtype=bool), "account_id"]
    return replace(wishes, free=frozenset(failed))


def fill(rep: str, wishes: Wishes) -> Wishes:
    """Only one rep may receive accounts: fill a book, or open one for a hire."""
    return replace(wishes, takers=frozenset({rep}))


def empty(accounts: pd.DataFrame, rep: str, wishes: Wishes) -> Wishes:
    """A leaver's book goes to others; nothing else moves but what was free before."""
    held = accounts.loc[accounts["rep_id"].eq(rep).to_numpy(dtype=bool), "account_id"]
    return replace(wishes, leaving=wishes.leaving | {rep}, free=frozenset(held) | (wishes.free or frozenset()))
