"""Overlay credit: people who help on accounts that others own. Kept apart, never part of any sum."""

from __future__ import annotations

import pandas as pd

from workbook.facts import Facts


def overlays(facts: Facts, by_node: pd.DataFrame) -> pd.DataFrame:
    """Overlay and sponsor seats with the account's target beside them: account_id, rep_id, territory_id, role, from_on,
    target_amount (the whole account's, counted once, with its owners; never added here), sentence.
    """
    rows = facts.tables.ownership
    first, last = (pd.Timestamp(d) for d in facts.calendar.bounds(facts.year))
    rows = rows[rows["role"].isin(["overlay", "sponsor"]) & (rows["from_on"] <= last) & ~(rows["to_on"] < first)]
    target = by_node[by_node["node_kind"] == "account"].groupby("node")["target_amount"].sum()
    where = facts.tables.accounts.set_index("account_id")["territory_id"]
    made = pd.DataFrame(
        {
            "account_id": rows["account_id"],
            "rep_id": rows["rep_id"],
            "territory_id": rows["account_id"].map(where).astype("str"),
            "role": rows["role"],
            "from_on": rows["from_on"],
            "target_amount": rows["account_id"].map(target).astype("Int64"),
        }
    )
    made["sentence"] = "Credit beside the owner's: it counts in no total."
    return made.sort_values(["account_id", "rep_id", "role"], kind="stable").reset_index(drop=True)
