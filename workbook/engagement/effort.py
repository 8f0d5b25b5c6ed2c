"""What a touch costs in time: minutes per kind, learned from the company's real touches; and touches by day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from workbook.engagement.log import Log
from workbook.rules.engagement import KINDS, EngagementRules


def effort(real: Log, rules: EngagementRules) -> pd.DataFrame:
    """Median minutes of a real touch by kind, company-wide.

    Columns kind, minutes (float), n (rows with minutes), source: "learned", or "rule" where fewer rows than the rule
    effort_rows have minutes.
    """
    kind, minutes = real.kind, real.minutes
    rows = []
    for at, name in enumerate(KINDS):
        known = minutes[(kind == at) & (minutes > 0)]
        learned = len(known) >= rules.effort_rows
        value = float(np.median(known)) if learned else float(rules.effort_minutes.get(name, 0.0))
        rows.append((name, value, len(known), "learned" if learned else "rule"))
    return pd.DataFrame(rows, columns=["kind", "minutes", "n", "source"])


def daily(touches: pd.DataFrame, as_of: date, days_back: int) -> pd.DataFrame:
    """Real touches per day of the last ``days_back`` days. Columns done_on (every day), touches."""
    every = pd.date_range(end=pd.Timestamp(as_of), periods=days_back, freq="D", unit="us", name="done_on")
    return touches.groupby("done_on").size().reindex(every, fill_value=0).rename("touches").reset_index()
