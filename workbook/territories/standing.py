"""What the territories stage knows of every account: one frame from the portfolio's and engagement's nouns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from workbook.engagement.depth import high_value
from workbook.rules.engagement import EngagementRules
from workbook.rules.territories import HealthRules


def accounts_frame(register: pd.DataFrame, load: pd.DataFrame, **parts: pd.DataFrame) -> pd.DataFrame:
    """Per account of the register: its columns, then class, grade, is_key, projected_amount, hours_per_year, rep_id,
    last_touch_on, keep (missing where not known). ``parts``: classes, grades, key_accounts, projection, cadence, keep.
    """
    ids = register["account_id"]
    out = register.copy()
    out["rep_id"] = out["owner_rep_id"]
    out["class"] = _of(ids, parts["classes"], "class")
    out["grade"] = _of(ids, parts["grades"], "grade")
    out["projected_amount"] = _of(ids, parts["projection"], "projected_amount").fillna(0).astype("int64")
    out["is_key"] = ids.isin(parts["key_accounts"]["account_id"])
    out["hours_per_year"] = load["hours_per_year"].to_numpy()
    out["last_touch_on"] = _of(ids, parts["cadence"], "last_touch_on")
    out["keep"] = _of(ids, parts["keep"], "keep").astype("object")
    return out


def _of(ids: pd.Series, frame: pd.DataFrame, column: str) -> pd.Series:
    values = frame.drop_duplicates("account_id").set_index("account_id")[column]
    return values.reindex(ids).set_axis(ids.index)


@dataclass(frozen=True, eq=False)
class Books:
    """What health is judged on.

    ``accounts``: :func:`accounts_frame` · ``capacity``: per rep · ``people``: the sellers · ``held``: holdings per rep and
    per territory by column (``rep_id``, ``territory_id``) · ``worked``: the rules of engagement · ``year``: by what the hours of capacity make a year's · ``mix``: the wanted class mix · ``knows_touches``.
    """

    accounts: pd.DataFrame
    capacity: pd.DataFrame
    people: pd.DataFrame
    held: dict[str, pd.DataFrame]
    mix: dict[str, float]
    knows_touches: bool
    as_of: date
    rules: HealthRules
    worked: EngagementRules
    currency: str
    year: float = 1.0

    def high_value(self) -> pd.Series:
        """Which accounts belong to the most valuable, by the published share; disqualified ones are not asked about."""
        return pd.Series(high_value(self.accounts, self.worked.high_value_share), index=self.accounts.index)

    def groups(self, by: str, rows: pd.Series | None = None) -> dict[str, pd.DataFrame]:
        """The accounts (or those of a mask) of each holder."""
        frame = self.accounts if rows is None else self.accounts[rows.to_numpy(dtype=bool)]
        return {str(key): part for key, part in frame.groupby(by, sort=True)}
