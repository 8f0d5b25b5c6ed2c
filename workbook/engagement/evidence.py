"""What each recorded activity shows for itself: minutes, an outcome, a contact; judged by the fields that are in use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.engagement.log import Bools, Log
from workbook.rules.engagement import KINDS, IntegrityRules


@dataclass(frozen=True, eq=False)
class Evidence:
    """What each row shows for itself.

    ``substance``: done, with minutes or an outcome (or a contact, where its kind records neither). ``empty``: none of the
    fields that are in use for its kind. ``missed``: an honest attempt that reached nobody.
    """

    substance: Bools
    empty: Bools
    missed: Bools

    @classmethod
    def of(cls, log: Log, rules: IntegrityRules) -> Evidence:
        """A field is in use for a kind when enough rows of that kind fill it; for tasks, when enough rows of any do."""
        at, words = pd.factorize(log.column("outcome"))
        plain = pd.Series(words, dtype="str").str.strip().str.lower()
        told = np.append(~plain.isin([*rules.empty_outcomes, ""]).to_numpy(dtype=bool), False)
        missed = np.append(plain.isin(rules.missed_outcomes).to_numpy(dtype=bool), False)
        said = told[at]
        filled = {"minutes": log.minutes > 0, "outcome": said, "contact": log.contact >= 0}
        used = {name: _in_use(log, values, rules.in_use_share)[log.kind] for name, values in filled.items()}
        strong = (filled["minutes"] & used["minutes"]) | (filled["outcome"] & used["outcome"])
        asked = used["minutes"] | used["outcome"]
        substance = log.is_done & (strong | (~asked & used["contact"] & filled["contact"]))
        empty = (asked | used["contact"]) & ~(filled["minutes"] | filled["outcome"] | filled["contact"])
        return cls(substance, empty, missed[at])


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
