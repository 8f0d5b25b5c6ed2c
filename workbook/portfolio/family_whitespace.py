"""Whitespace of whole families: which product families some members buy and others could (C3, C10)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from workbook.keys import coded, repeated
from workbook.money import format_amount
from workbook.portfolio.families import kin_here
from workbook.portfolio.whitespace import Compared, Floats, Ints, gaps_of
from workbook.rules.portfolio import WhitespaceRules

#: Accounts whose gaps are worked at once.
_BLOCK = 50_000
_SUMS = ["members", "members_buying", "members_lacking", "bought_amount", "gap_amount", "worth"]


def family_whitespace(
    accounts: pd.DataFrame, family: pd.DataFrame, compared: Compared, rules: WhitespaceRules
) -> pd.DataFrame:
    """Of families with several members, per territory and product family: family_id, territory_id, product_family, members,
    members_buying, members_lacking (with a gap to their own peers), bought_amount, gap_amount (summed over those), worth (gap ×
    penetration, the share of the peers that buy it).

    Every gap counts here, not only the largest of each account; disqualified members are left out.
    """
    bought = compared.bought
    live = accounts["disqualified_on"].isna().to_numpy()
    rows = np.flatnonzero((family["members"] > 1).to_numpy() & live)
    kinds = len(bought.families)
    group = kin_here(pd.factorize(family["family_id"].take(rows))[0], family["territory_id"].take(rows))
    first = np.unique(group, return_index=True)[1]
    sums = np.zeros((len(_SUMS), len(first) * kinds))
    for start in range(0, len(rows), _BLOCK):
        some = slice(start, start + _BLOCK)
        amounts, gap, worth = _every_gap(rows[some], compared, rules)
        cell = (group[some, None] * kinds + np.arange(kinds)).ravel()
        for into, part in zip(sums, (np.ones_like(gap), amounts > 0, gap > 0, amounts, gap, worth), strict=True):
            np.add.at(into, cell, part.ravel().astype(np.float64))
    lead = rows[first]
    out = pd.DataFrame(
        {
            "family_id": family["family_id"].take(np.repeat(lead, kinds)).array,
            "territory_id": repeated(family["territory_id"]).take(np.repeat(lead, kinds)),
            "product_family": coded(bought.families, np.tile(np.arange(kinds), len(lead))),
        }
    )
    for name, whole in zip(_SUMS, sums, strict=True):
        out[name] = whole if name == "worth" else np.rint(whole).astype(np.int64)
    return out


def family_matrix(
    accounts: pd.DataFrame, family: pd.DataFrame, compared: Compared, rules: WhitespaceRules, family_id: str
) -> pd.DataFrame:
    """One family, member by member: account_id, territory_id, product_family, bought_amount, gap_amount (to the member's own
    peers; 0 where there is none). One row per member that is not disqualified and product family.
    """
    live = accounts["disqualified_on"].isna().to_numpy()
    rows = np.flatnonzero((family["family_id"] == family_id).to_numpy() & live)
    amounts, gap, _ = _every_gap(rows, compared, rules)
    kinds = compared.bought.families
    member = np.repeat(rows, len(kinds))
    return pd.DataFrame(
        {
            "account_id": accounts["account_id"].take(member).array,
            "territory_id": accounts["territory_id"].take(member).array,
            "product_family": pd.Series(kinds, dtype="str").take(np.tile(np.arange(len(kinds)), len(rows))).array,
            "bought_amount": amounts.ravel(),
            "gap_amount": gap.ravel(),
        }
    )


def _every_gap(rows: Ints, compared: Compared, rules: WhitespaceRules) -> tuple[Ints, Ints, Floats]:
    """Of some accounts by product family: bought, gap (every one, not only the largest of each account), worth of the gap."""
    amounts, group, kinds = compared.bought.amounts[rows], compared.peers.group[rows], len(compared.bought.families)
    gap, worth = np.zeros(amounts.shape, dtype=np.int64), np.zeros(amounts.shape)
    if kinds and len(rows):
        at, kind, value = gaps_of(amounts, group, compared.figures, replace(rules, per_account=kinds))
        gap[at, kind], worth[at, kind] = compared.figures[2][group[at], kind] - amounts[at, kind], value
    return amounts, gap, worth


def family_plays(rows: pd.DataFrame, names: pd.Series, currency: str) -> pd.DataFrame:
    """Cross-sell and upsell per family, best first: rank, family_id, family_name, product_family, kind (cross-sell where no member
    buys it, spread where some do, upsell where all do), members, members_buying, members_lacking, bought_amount, gap_amount,
    penetration (of the members' peers, by gap), sentence. ``rows`` as above, in scope; ``names`` by family_id.
    """
    whole = rows.groupby(["family_id", "product_family"], sort=True)[_SUMS].sum().reset_index()
    whole = whole[(whole["members"] > 1) & (whole["gap_amount"] > 0)]
    whole = whole.sort_values(["worth", "family_id"], ascending=[False, True], kind="stable").reset_index(drop=True)
    whole["rank"] = np.arange(1, len(whole) + 1)
    whole["family_name"] = whole["family_id"].map(names).astype("str")
    whole["penetration"] = whole["worth"] / whole["gap_amount"]
    none, every = whole["members_buying"] == 0, whole["members_buying"] == whole["members"]
    whole["kind"] = pd.Series(
        np.select([none, every], ["cross-sell", "upsell"], "spread"), index=whole.index, dtype="str"
    )
    whole["sentence"] = pd.Series(
        [
            f"{r.members_buying} of {r.members} members buy {r.product_family}; {r.members_lacking} could buy more: "
            f"{r.penetration:.0%} of their comparable accounts buy it, {format_amount(r.gap_amount, currency, short=True)} "
            "a year more in sum."
            for r in whole.itertuples()
        ],
        dtype="str",
    )
    columns = [
        "rank", "family_id", "family_name", "product_family", "kind", "members", "members_buying", "members_lacking",
        "bought_amount", "gap_amount", "penetration", "sentence",
    ]  # fmt: skip
    return whole[columns]
