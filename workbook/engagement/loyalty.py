"""Net Promoter Score read as a rating of the account manager and the relationship (A7): with n and an interval."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd

from workbook.engagement.log import NO_DAY, days
from workbook.rules.engagement import EngagementRules

#: Pseudo-observations of the adjusted Wald interval: detractors, passives, promoters (Rocks 2016, "(3, T)").
PSEUDO = (0.75, 1.5, 0.75)


def nps_interval(detractors: int, passives: int, promoters: int, *, confidence: float) -> tuple[float, float]:
    """Adjusted Wald interval of an NPS, in points from -100 to 100.

    Source: B. Rocks, Interval Estimation for the "Net Promoter Score", The American Statistician 70 (2016), 365-372.

    >>> [round(x) for x in nps_interval(2, 3, 5, confidence=0.9)]
    [-12, 58]
    """
    low, middle, high = detractors + PSEUDO[0], passives + PSEUDO[1], promoters + PSEUDO[2]
    n = low + middle + high
    score = (high - low) / n
    variance = (high + low) / n - score**2
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * (variance / n) ** 0.5
    return 100 * max(score - reach, -1.0), 100 * min(score + reach, 1.0)


def nps(accounts: pd.DataFrame, owners: pd.DataFrame, today: int, rules: EngagementRules) -> pd.DataFrame:
    """NPS per rep from the accounts the rep holds, from answers given while the rep held them.

    ``accounts``: account_id, nps, nps_on; ``owners``: account_id, owner_rep_id, owner_since. Columns rep_id, accounts, n,
    earlier (answers that rate a predecessor), nps, low, high (points; NaN with n = 0), sentence.
    """
    both = owners[["account_id", "owner_rep_id", "owner_since"]].merge(
        accounts[["account_id", "nps", "nps_on"]], on="account_id", how="left"
    )
    both = both[both["owner_rep_id"].notna()]
    answered = days(both["nps_on"]).astype(np.int64)
    fresh = both["nps"].notna().to_numpy() & ((answered == NO_DAY) | (answered >= today - rules.nps_days))
    since = days(both["owner_since"]).astype(np.int64)
    theirs = fresh & ((answered == NO_DAY) | (since == NO_DAY) | (answered >= since))
    score = both["nps"].to_numpy()
    counts = pd.DataFrame(
        {
            "rep_id": both["owner_rep_id"],
            "accounts": 1,
            "detractors": theirs & (score <= 6),
            "passives": theirs & (score > 6) & (score < 9),
            "promoters": theirs & (score >= 9),
            "earlier": fresh & ~theirs,
        }
    )
    out = counts.groupby("rep_id", sort=True).sum().astype("int64").reset_index()
    parts = out[["detractors", "passives", "promoters"]]
    out["n"] = parts.sum(axis=1)
    out["nps"] = 100 * (out["promoters"] - out["detractors"]) / out["n"].where(out["n"] > 0)
    bounds = [
        nps_interval(*map(int, row), confidence=rules.nps_confidence) if sum(row) else (np.nan, np.nan)
        for row in parts.itertuples(index=False)
    ]
    out["low"], out["high"] = [b[0] for b in bounds], [b[1] for b in bounds]
    out["sentence"] = pd.Series(
        [
            f"NPS {round(row.nps)} from {row.n} answers ({rules.nps_confidence:.0%} interval {round(row.low)} to {round(row.high)})"
            + (f"; {row.earlier} more rate a predecessor." if row.earlier else ".")
            if row.n
            else f"No answer rates this rep: NPS not known ({row.earlier} rate a predecessor)."
            for row in out.itertuples()
        ],
        index=out.index,
        dtype="str",
    )
    return out[["rep_id", "accounts", "n", "earlier", "nps", "low", "high", "sentence"]]
