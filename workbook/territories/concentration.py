"""Concentration: how much of a book's or node's sales hangs on its largest accounts, and the largest on how many threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbook.checks import Check
from workbook.money import format_amount
from workbook.rules.territories import HealthRules
from workbook.tree import Tree

COLUMNS = ["node", "largest_id", "sales_amount", "largest_share", "three_share", "five_share", "thread", "verdict", "sentence"]  # fmt: skip


def concentration(
    accounts: pd.DataFrame, threads: pd.Series, tree: Tree, rules: HealthRules, currency: str
) -> pd.DataFrame:
    """Per rep and node with sales in the last 12 months: columns :data:`COLUMNS`, shares of its sales, the largest account's key.

    ``accounts``: account_id, name, rep_id, territory_id, sales_12m_amount, elsewhere (bool: not where its rep works; a rep's row does
    not name such an account, as other territories read it). ``threads``: by account, on what a single-threaded
    one hangs. A warning where the largest brings more than ``concentration_share``, where it is single-threaded and brings more
    than ``thread_share``, or where the five largest of a node of the tree bring more than ``five_share``.
    """
    rows = accounts[["account_id", "name", "rep_id", "territory_id", "sales_12m_amount", "elsewhere"]]
    rows = rows.sort_values(["sales_12m_amount", "account_id"], ascending=[False, True], kind="stable")
    paths = {t: tree.path(t) for t in rows["territory_id"].unique()}
    depth = max(map(len, paths.values()), default=0)
    found = [_shares(rows, rows["rep_id"]).assign(is_rep=True)]
    for level in range(depth):
        at = {t: path[level] for t, path in paths.items() if len(path) > level}
        found.append(_shares(rows, rows["territory_id"].map(at)).assign(is_rep=False))
    out = pd.concat(found, ignore_index=True)
    out = out[out["sales_amount"] > 0].reset_index(drop=True)
    out["thread"] = out["largest_id"].map(threads).astype("str").fillna("")
    alone = out["largest_share"] > rules.concentration_share
    alone |= (out["thread"] != "") & (out["largest_share"] > rules.thread_share)
    few = ~out["is_rep"] & (out["five_share"] > rules.five_share) & (out["accounts"] > 5)
    out["verdict"] = pd.Series(np.where(alone | few, "warn", "ok"), dtype="str")
    away = set(rows.loc[rows["elsewhere"].to_numpy(dtype=bool), "account_id"])
    hidden = out["is_rep"] & out["largest_id"].isin(away)
    out["largest_name"] = out["largest_name"].mask(hidden, "An account in another territory")
    out["largest_id"] = out["largest_id"].mask(hidden, "")
    out["sentence"] = [_sentence(row, currency) for row in out.itertuples()]
    return out[COLUMNS]


def _shares(rows: pd.DataFrame, holder: pd.Series) -> pd.DataFrame:
    """Sales per holder and the part of the largest, three and five largest; ``rows`` come largest first."""
    rows = rows.assign(node=holder)[holder.notna().to_numpy()]
    groups = rows.groupby("node", sort=True)
    rank = groups.cumcount()
    total = groups["sales_12m_amount"].sum()
    out = pd.DataFrame(
        {"node": total.index.astype("str"), "sales_amount": total.to_numpy(), "accounts": groups.size().to_numpy()}
    )
    whole = total.where(total > 0).astype("float64")
    for name, count in (("largest", 1), ("three", 3), ("five", 5)):
        top = rows[rank < count].groupby("node")["sales_12m_amount"].sum()
        out[f"{name}_share"] = (top / whole).to_numpy()
    first = rows[rank == 0].set_index("node").reindex(total.index)
    out["largest_id"], out["largest_name"] = first["account_id"].to_numpy(), first["name"].to_numpy()
    return out.astype({"largest_id": "str", "largest_name": "str"})


def _sentence(row: Any, currency: str) -> str:
    told = (
        f"{row.largest_name} brings {row.largest_share:.0%} of {format_amount(int(row.sales_amount), currency, short=True)} "
        f"of sales, the three largest {row.three_share:.0%}, the five largest {row.five_share:.0%}."
    )
    return told + (f" {row.largest_name} hangs on {row.thread}." if row.thread else "")


def thread_words(single: pd.DataFrame) -> pd.Series:
    """On what each single-threaded account hangs, by account: "one contact and one of us"."""
    contact = single["contacts"].map({0: "no contact", 1: "one contact"})
    person = (single["people"] <= 1).map({True: "one of us"})
    words = [" and ".join(w for w in pair if isinstance(w, str)) for pair in zip(contact, person, strict=True)]
    return pd.Series(words, index=pd.Index(single["account_id"]), dtype="str")


def concentration_checks(table: pd.DataFrame, holders: list[str]) -> list[Check]:
    """The table as checks about ``holders``; not known where there are no sales."""
    known = {row.node: row for row in table.itertuples()}
    out = []
    for holder in holders:
        row = known.get(holder)
        if row is None:
            out.append(Check.not_known("concentration", "No sales in the last 12 months.", holder))
            continue
        numbers = {c: getattr(row, c) for c in ("largest_share", "three_share", "five_share", "sales_amount")}
        numbers["single_threaded"] = row.thread != ""
        out.append(Check("concentration", row.verdict, row.sentence, numbers, subject=holder))
    return out
