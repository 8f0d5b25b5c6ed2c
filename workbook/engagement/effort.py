"""What a touch costs in time: minutes per kind, learned from the company's real touches."""

from __future__ import annotations

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
