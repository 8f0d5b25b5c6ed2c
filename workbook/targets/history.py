"""What was sold at each node before, exact: sales of accounts at their holders of today, summed up the tree."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.money import apportion
from workbook.targets.company import kept_to
from workbook.targets.draft import Draft

Int64s = npt.NDArray[np.int64]


def by_holder(draft: Draft, amounts: pd.Series) -> Int64s:
    """Whole amounts per account_id at every node of a draft (n,); co-owned ones are split by credit to the minor unit."""
    company = draft.prepared.company
    seats = company.seats
    value = seats["account_id"].map(amounts).fillna(0).to_numpy(dtype=np.int64)
    credit = seats["credit_share"].to_numpy()
    shared = seats["account_id"].duplicated(keep=False).to_numpy()
    for rows in seats[shared].groupby("account_id", sort=True).indices.values():
        at = np.flatnonzero(shared)[rows]
        value[at] = apportion(int(value[at[0]]), credit[at])
    leaf = np.zeros(len(company.nodes), dtype=np.int64)
    leaf[seats["position"].to_numpy()] = value
    total = company.nodes.branches.roll_up(leaf[company.nodes.branches.leaves])
    return total[kept_to(company.nodes, draft.depth)].astype(np.int64)
