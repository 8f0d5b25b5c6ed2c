"""Market scope, hunting and farming, and the class mix, per node of the tree (A12, A13, C7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.facts import Facts
from workbook.keys import positions
from workbook.money import format_amount
from workbook.portfolio.classes import CLASSES
from workbook.rules.portfolio import ClassRules, ScopeRules
from workbook.tables.frames import Tables
from workbook.tree import Tree


def engaged(tables: Tables, as_of: date, rules: ScopeRules) -> pd.Series | None:
    """Whether each account is actively engaged (bool, in the accounts' order): a done touch by a person within
    ``engaged_days``, or an open deal. None where the book has neither activities nor opportunities.
    """
    if not tables.given & {"activities", "opportunities"}:
        return None
    since = pd.Timestamp(as_of) - pd.Timedelta(days=rules.engaged_days)
    done, here = tables.activities, np.zeros(len(tables.accounts) + 1, dtype=bool)
    lately = np.flatnonzero((done["done_on"] > since).to_numpy())
    rows = done[["source", "kind"]].take(lately)
    person = ~rows.isin({"source": ["system"], "kind": ["task"]}).any(axis=1).to_numpy()
    here[tables.account_at("activities")[lately[person]]] = True
    opened = (tables.opportunities["status"] == "open").to_numpy(dtype=bool, na_value=False)
    here[tables.account_at("opportunities")[opened]] = True
    return pd.Series(here[:-1], index=tables.accounts.index)


def market_scope(register: pd.DataFrame, active: pd.Series | None, facts: Facts, rules: ScopeRules) -> pd.DataFrame:
    """Market potential per node: node, accounts, potential_known, potential_amount, owned_amount, engaged_amount (Int64,
    missing where not known), owned_share, engaged_share (of the potential), sales_12m_amount (of the accounts whose potential is
    known), sold_share, sentence.

    Only accounts with a known potential count in the amounts; disqualified accounts are no market.
    """
    rows, tree = register[~register["disqualified"]], facts.tree
    known = rows["potential_amount"].notna().to_numpy()
    amount = rows["potential_amount"].fillna(0).to_numpy(np.int64)
    held = rows["owner_rep_id"].notna().to_numpy()
    sold = np.where(known, rows["sales_12m_amount"].to_numpy(np.int64), 0)
    counts = [np.ones(len(rows), np.int64), known.astype(np.int64), amount, np.where(held, amount, 0), sold]
    if active is not None:
        counts.append(np.where(active[~register["disqualified"].to_numpy()].to_numpy(), amount, 0))
    sums = by_node(rows["territory_id"], np.column_stack(counts), tree)
    frame = pd.DataFrame({"node": tree.ids.astype(str), "accounts": sums[:, 0], "potential_known": sums[:, 1]})
    none = sums[:, 1] == 0
    for name, column in (("potential_amount", 2), ("owned_amount", 3), ("engaged_amount", 5)):
        values = pd.array(sums[:, column] if column < sums.shape[1] else np.zeros(len(sums), np.int64), dtype="Int64")
        values[none if column < sums.shape[1] else np.ones(len(sums), dtype=bool)] = pd.NA
        frame[name] = values
    whole = frame["potential_amount"].astype("Float64").replace(0, pd.NA)
    frame["owned_share"] = (frame["owned_amount"] / whole).astype("Float64").to_numpy(np.float64, na_value=np.nan)
    frame["engaged_share"] = (frame["engaged_amount"] / whole).astype("Float64").to_numpy(np.float64, na_value=np.nan)
    frame["sales_12m_amount"] = sums[:, 4]
    frame["sold_share"] = (frame["sales_12m_amount"] / whole).astype("Float64").to_numpy(np.float64, na_value=np.nan)
    told = [_market_sentence(row, facts.currency, rules.engaged_days) for row in frame.itertuples()]
    return frame.assign(sentence=told)


def _market_sentence(row: Any, currency: str, engaged_days: int) -> str:
    if row.potential_amount is pd.NA:
        return "How large the market is, is not known: no account here has a potential."
    if not row.potential_amount:
        return f"No market: the potentials known here ({row.potential_known:,} of {row.accounts:,} accounts) are all 0."
    engaged_words = (
        f"{row.engaged_share:.0%} actively engaged (a touch in {engaged_days} days, or an open deal)"
        if row.engaged_share == row.engaged_share
        else "how much is engaged is not known"
    )
    some = (
        ""
        if row.potential_known == row.accounts
        else f" ({row.potential_known:,} of {row.accounts:,} accounts have a potential)"
    )
    return (
        f"The market is {format_amount(int(row.potential_amount), currency, short=True)} a year in {row.accounts:,} accounts{some}: "
        f"{row.owned_share:.0%} of it is owned by somebody, {engaged_words}, and the last 12 months sold {row.sold_share:.0%} of it."
    )


def hunting_farming(register: pd.DataFrame, active: pd.Series | None, facts: Facts, rules: ScopeRules) -> pd.DataFrame:
    """Farming (established customers) and hunting (prospects and customers of at most ``new_customer_days``) per node:
    node, kind, accounts, sales_12m_amount, open_amount, engaged_accounts (Int64), accounts_share, sales_share.
    """
    tree = facts.tree
    since = pd.Timestamp(facts.as_of) - pd.Timedelta(days=rules.new_customer_days)
    rows = register[~register["disqualified"]]
    touched = (
        np.zeros(len(rows), np.int64) if active is None else active[~register["disqualified"].to_numpy()].to_numpy()
    )
    old = (rows["first_sale_on"] <= since).to_numpy()
    parts = []
    for kind, here in (("farming", old), ("hunting", ~old)):
        values = np.column_stack(
            [here, here * rows["sales_12m_amount"].to_numpy(), here * rows["open_amount"].to_numpy(), here * touched]
        ).astype(np.int64)
        sums = by_node(rows["territory_id"], values, tree)
        parts.append(
            pd.DataFrame(
                {
                    "node": tree.ids.astype(str), "kind": kind, "accounts": sums[:, 0], "sales_12m_amount": sums[:, 1],
                    "open_amount": sums[:, 2], "engaged_accounts": pd.array(sums[:, 3], dtype="Int64"),
                }
            )
        )  # fmt: skip
    frame = pd.concat(parts, ignore_index=True)
    if active is None:
        frame["engaged_accounts"] = pd.array([pd.NA] * len(frame), dtype="Int64")
    for name in ("accounts", "sales_12m_amount"):
        whole = frame.groupby("node")[name].transform("sum")
        frame[f"{name.removesuffix('_12m_amount')}_share"] = (frame[name] / whole.where(whole != 0)).astype("float64")
    order = np.tile(np.arange(len(tree)), 2)
    return frame.iloc[np.lexsort((np.repeat([0, 1], len(tree)), order))].reset_index(drop=True)


def class_mix(classes: pd.DataFrame, tree: Tree, rules: ClassRules) -> pd.DataFrame:
    """Accounts by class per node against the target mix: node, class, accounts, share, target_share."""
    place = positions(classes["class"], pd.Index(CLASSES))
    values = (place[:, None] == np.arange(len(CLASSES))[None, :]).astype(np.int64)
    sums = by_node(classes["territory_id"], values, tree)
    whole = sums.sum(1, keepdims=True)
    share = np.divide(sums, whole, out=np.full(sums.shape, np.nan), where=whole > 0)
    return pd.DataFrame(
        {
            "node": np.repeat(tree.ids.astype(str), len(CLASSES)),
            "class": np.tile(np.array(CLASSES), len(tree)),
            "accounts": sums.ravel(),
            "share": share.ravel(),
            "target_share": np.tile([rules.target_mix.get(name, 0.0) for name in CLASSES], len(tree)),
        }
    ).astype({"node": "str", "class": "str"})


def by_node(territory: pd.Series, values: npt.NDArray[np.int64], tree: Tree) -> npt.NDArray[np.int64]:
    """Values per account (n, k), summed by territory and up the tree (nodes, k)."""
    at = positions(territory, pd.Index(tree.ids.astype(str)))
    sums = np.zeros((len(tree), values.shape[1]), dtype=np.int64)
    for column in range(values.shape[1]):
        np.add.at(sums[:, column], at[at >= 0], values[at >= 0, column])
    return tree.roll_up(sums)
