"""Fairness to newer reps: what an account of each book is worth against how long the rep is here (D9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

#: Fewer reps than this with a book and a hire date tell nothing.
_FEW = 5


def tenure(held: pd.DataFrame, people: pd.DataFrame, as_of: date, new_days: int) -> pd.DataFrame:
    """Per rep with accounts and a known hire date: tenure against the value of an account.

    ``held``: holdings per rep; ``people``: sellers. Columns rep_id, node, name, tenure_years, accounts,
    value_per_account_amount (projection of the book / accounts), new (hired at most ``new_days`` ago).
    """
    at = pd.Index(people["rep_id"]).get_indexer(pd.Index(held["rep_id"]))
    kept = (held["accounts"] > 0).to_numpy() & (at >= 0)
    rows, who = held[kept].reset_index(drop=True), people.iloc[at[kept]].reset_index(drop=True)
    days = (pd.Timestamp(as_of) - who["hired_on"]).dt.days
    worth = rows["projected_amount"].to_numpy(np.float64) / rows["accounts"].to_numpy(np.float64)
    out = pd.DataFrame(
        {
            "rep_id": who["rep_id"],
            "node": who["territory_id"],
            "name": who["name"],
            "tenure_years": days / 365.25,
            "accounts": rows["accounts"],
            "value_per_account_amount": np.rint(worth).astype(np.int64),
            "new": days <= new_days,
        }
    )
    return out[(days >= 0).to_numpy()].reset_index(drop=True)


def tenure_sentence(rows: pd.DataFrame, money: Callable[[int], str]) -> str:
    """The reading: Spearman's rank correlation of tenure and value, and the newer half beside the older; names nobody."""
    if len(rows) < _FEW:
        return f"Only {len(rows)} reps have a book and a known hire date: whether newer ones get poorer books is not known."
    older = (rows["tenure_years"] > rows["tenure_years"].median()).to_numpy()
    value = rows["value_per_account_amount"].to_numpy(np.float64)
    if np.ptp(value) == 0 or not older.any():
        return "Every book is worth the same per account, or every rep is here for the same time."
    found = spearmanr(rows["tenure_years"], value)
    text = f"An account is worth {money(round(float(np.median(value[~older]))))} in the middle of the books of the newer half of the reps "
    text += f"and {money(round(float(np.median(value[older]))))} in those of the longer serving; rank correlation of tenure and value "
    text += f"{found.statistic:+.2f} over {len(rows)} reps: "
    if found.pvalue >= 0.05:
        return text + "no more than chance."
    return text + ("newer reps hold the poorer books." if found.statistic > 0 else "newer reps hold the richer books.")
