"""Open deals by the customer's own commitment: what the customer has put in, its time, its money, its people, comes first (E5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from workbook.plans.document import COMMITTED, AccountPlan, PlanDocument

COLUMNS: dict[str, str] = {
    "opportunity_id": "str", "account_id": "str", "territory_id": "str", "rep_id": "str", "product_family": "str",
    "stage": "str", "amount": "int64", "weighted_amount": "int64", "planned_amount": "int64",
    "expected_close_on": "datetime64[us]", "time": "bool", "money": "bool", "people": "bool", "marks": "int64",
    "in_plan": "bool",
}  # fmt: skip


def commitment(
    stored: Iterable[tuple[Mapping[str, Any], PlanDocument]], deals: pd.DataFrame, year: str
) -> pd.DataFrame:
    """Open deals, those to which the customer has committed most first, then by weighted amount: columns of :data:`COLUMNS`.

    ``deals``: portfolio.deal_odds. ``marks`` counts time, money and people as the account's plan says, 0 to 3; ``in_plan`` is
    false where the account has no plan, so that nobody could say. ``planned_amount``: what plans of the year count on it.
    """
    plans = [doc for _, doc in stored if isinstance(doc, AccountPlan)]
    said = {row.deal: row for doc in plans for row in doc.commitments}
    counted: dict[str, int] = {}
    for doc in plans:
        for a in doc.amounts:
            if a.source == "opportunity" and a.period.startswith(year):
                counted[a.reference] = counted.get(a.reference, 0) + a.amount
    ids = deals["opportunity_id"].tolist()
    out = deals.drop(columns=[c for c in deals.columns if c not in COLUMNS]).reset_index(drop=True)
    for name in COMMITTED:
        out[name] = [deal in said and bool(getattr(said[deal], name)) for deal in ids]
    out["marks"] = out[list(COMMITTED)].sum(axis=1)
    out["planned_amount"] = [counted.get(deal, 0) for deal in ids]
    out["in_plan"] = deals["account_id"].isin({doc.account_id for doc in plans}).to_numpy()
    out = out.reindex(columns=list(COLUMNS)).astype(COLUMNS)
    order = ["marks", "weighted_amount", "opportunity_id"]
    return out.sort_values(order, ascending=[False, False, True], kind="stable", ignore_index=True)
