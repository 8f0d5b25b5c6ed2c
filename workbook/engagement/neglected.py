"""High value and not engaged (D5): the accounts themselves, with who could work them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.depth import account_value, high_value
from workbook.engagement.log import NO_DAY, Log, dates
from workbook.keys import positions
from workbook.money import format_amount
from workbook.rules.engagement import EngagementRules


def neglected(
    standing: Standing, real: Log, takers: pd.DataFrame, rules: EngagementRules, currency: str
) -> pd.DataFrame:
    """The company's most valuable accounts without a real touch for too long, most valuable first.

    The same accounts as the check *engagement of high value*: the top ``high_value_share``, no touch by anybody in
    ``coverage_days``; disqualified ones are left out. ``takers``: account_id, to_rep, to_name of the accounts that may rotate
    (:func:`workbook.engagement.rotation.rotation`). Columns account_id, territory_id, rep_id (missing where nobody holds it), value_amount,
    last_touch_on, untouched_days (Int64, missing without a touch), to_rep (who of the territory could work it), outlook (the
    same in words), sentence.
    """
    frame = standing.frame
    last = real.last().astype(np.int64)
    at = np.flatnonzero(high_value(frame, rules.high_value_share) & (last < real.today - rules.coverage_days))
    value = account_value(frame)[at]
    order = np.argsort(-value, kind="stable")
    at, value = at[order], value[order]
    out = frame[["account_id", "territory_id", "owner_rep_id"]].iloc[at].rename(columns={"owner_rep_id": "rep_id"})
    out = out.reset_index(drop=True).assign(value_amount=value, last_touch_on=dates(last[at]))
    gone = pd.Series(real.today - last[at], dtype="Int64")
    out["untouched_days"] = gone.where(pd.Series(last[at] != NO_DAY))
    moving = positions(out["account_id"], takers["account_id"])
    out["to_rep"], who = (takers[column].array.take(moving, allow_fill=True) for column in ("to_rep", "to_name"))
    rows = zip(out["rep_id"], who, moving >= 0, strict=True)
    out["outlook"] = pd.Series([_outlook(*row) for row in rows], dtype="str")
    said = zip(out["value_amount"], out["untouched_days"], out["outlook"], strict=True)
    out["sentence"] = pd.Series([_sentence(*row, currency) for row in said], dtype="str")
    return out


def _outlook(rep: str, taker: str, asked: bool) -> str:
    """Who could work it: nobody holds it, it stays by the keep rule, or who of the territory has room."""
    if pd.isna(rep):
        return "nobody holds it"
    if not asked:
        return "it stays with its rep by the keep rule"
    return "nobody of the territory has room" if pd.isna(taker) else f"{taker} has room for it"


def _sentence(value: int, days: int, outlook: str, currency: str) -> str:
    """ "Worth 40 k USD a year, no real touch for 140 days; Ann Lee has room for it." """
    touched = "no real touch on record" if pd.isna(days) else f"no real touch for {days} days"
    return f"Worth {format_amount(value, currency, short=True)} a year, {touched}; {outlook}."
