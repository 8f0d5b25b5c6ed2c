"""Planned amounts as rows that add up: every plan's amounts, spread over months to the minor unit, and rolled up the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbook.money import Int64s, apportion
from workbook.periods import Calendar, children
from workbook.plans.document import PlanDocument
from workbook.tree import Tree

COLUMNS = (
    "account_id", "rep_id", "territory_id", "period", "product_family", "source", "reference", "amount", "state", "planned_in",
)  # fmt: skip


def planned(
    plans: Iterable[tuple[Mapping[str, Any], PlanDocument]], owners: pd.DataFrame, reps: pd.DataFrame
) -> pd.DataFrame:
    """Every planned amount as the rep wrote it: columns of :data:`COLUMNS` but period, with ``planned_in`` its period.

    ``owners``: account_id, owner_rep_id, territory_id (the register); an account's amounts count for who holds it now, a
    territory plan's for the rep's node (``reps``: rep_id, territory_id).
    """
    rows = [
        (doc.account_id, doc.rep_id, row["state"], p.period, p.product_family, p.source, p.reference, p.amount)
        for row, doc in plans
        for p in doc.amounts
    ]
    names = ["account_id", "rep_id", "state", "planned_in", "product_family", "source", "reference", "amount"]
    frame = pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[:-1], "str") | {"amount": "int64"})
    held = owners.drop_duplicates("account_id").set_index("account_id")
    home = reps.drop_duplicates("rep_id").set_index("rep_id")["territory_id"]
    now = frame["account_id"].map(held["owner_rep_id"])
    frame["rep_id"] = now.where(now.notna(), frame["rep_id"]).astype("str")
    territory = frame["account_id"].map(held["territory_id"])
    frame["territory_id"] = territory.where(territory.notna(), frame["rep_id"].map(home)).astype("str")
    return frame


def lines(amounts: pd.DataFrame, shape: pd.DataFrame) -> pd.DataFrame:
    """Planned amounts by month; each amount's months add up to it exactly.

    ``shape``: account_id, period (month), weight – how an account's year runs; an account without one is spread evenly.
    Returns :data:`COLUMNS`, in the order of the plans, months in order.
    """
    if amounts.empty:
        return pd.DataFrame({c: pd.Series(dtype="int64" if c == "amount" else "str") for c in COLUMNS})
    weight = shape.assign(month=shape["period"].str[-3:]).pivot_table("weight", "account_id", "month", aggfunc="sum")
    weight = weight.reindex(amounts["account_id"].unique()).reindex(columns=[f"M{m:02d}" for m in range(1, 13)])
    known = weight.fillna(0.0).clip(lower=0.0).loc[amounts["account_id"]].to_numpy(dtype=np.float64)
    months = [children(period, "month") for period in amounts["planned_in"]]
    inside = np.zeros((len(amounts), 12), dtype=bool)
    for period in amounts["planned_in"].unique():
        at = [int(m[-2:]) - 1 for m in children(period, "month")]
        inside[np.ix_((amounts["planned_in"] == period).to_numpy(), at)] = True
    spread = _spread(amounts["amount"].to_numpy(dtype=np.int64), np.where(inside, known, 0.0), inside)
    counts = [len(m) for m in months]
    out = amounts.loc[amounts.index.repeat(counts)].reset_index(drop=True)
    out["period"] = pd.Series([m for inside in months for m in inside], dtype="str")
    out["amount"] = spread[inside]
    out = out[(out["amount"] != 0).to_numpy()].reset_index(drop=True)
    return out[list(COLUMNS)]


def _spread(amounts: Int64s, weights: np.ndarray[Any, np.dtype[np.float64]], inside: np.ndarray[Any, Any]) -> Int64s:
    """Each row's amount over its months (``inside``) by weight, evenly where no weight is known: largest remainder, exact.

    Weights are taken at 16 bits, so that every product stays within int64 for amounts up to 10^14 minor units; larger ones
    go through :func:`workbook.money.apportion`.
    """
    top = weights.max(axis=1, keepdims=True)
    whole = np.rint(np.divide(weights, top, out=np.zeros_like(weights), where=top > 0) * 65535).astype(np.int64)
    whole = np.where(whole.sum(axis=1, keepdims=True) > 0, whole, inside.astype(np.int64))
    total, size = whole.sum(axis=1), np.abs(amounts)
    out = np.zeros_like(whole)
    big = size > 10**14
    shares, rest = np.divmod(size[~big, None] * whole[~big], total[~big, None])
    order = np.argsort(np.argsort(-rest, axis=1, kind="stable"), axis=1, kind="stable")
    out[~big] = shares + (order < (size[~big] - shares.sum(axis=1))[:, None])
    for row in np.flatnonzero(big):
        out[row] = apportion(int(size[row]), whole[row])
    return np.where(amounts[:, None] < 0, -out, out)


def season(sales: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """How each account's year runs: columns account_id, period (a month of any year), weight (sales of that month of the year).

    ``sales``: account_id, booked_on, amount. Months are told by their number; the year is of no account.
    """
    if sales.empty:
        return pd.DataFrame(
            {
                "account_id": pd.Series(dtype="str"),
                "period": pd.Series(dtype="str"),
                "weight": pd.Series(dtype="float64"),
            }
        )
    month = calendar.periods_of(sales["booked_on"], "month").str[-3:]
    sums = sales.assign(period="FY0000-" + month).groupby(["account_id", "period"], as_index=False)["amount"].sum()
    return sums.rename(columns={"amount": "weight"}).astype({"weight": "float64"})


def roll_up(lines: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    """Plans added up: columns node, node_kind (territory, rep, account), parent, period (month), product_family, plan_amount.

    Every parent is the exact sum of its children: accounts (and a rep's amounts without an account) into reps, reps into the
    node the account lies in, nodes up the tree (A11). A rep with accounts in two territories appears under each.
    """
    keys = ["period", "product_family"]
    own = lines.groupby(["territory_id", *keys], as_index=False)["amount"].sum()
    reps = lines.groupby(["rep_id", "territory_id", *keys], as_index=False)["amount"].sum()
    accounts = lines[lines["account_id"] != ""].groupby(["account_id", "rep_id", *keys], as_index=False)["amount"].sum()
    cells = pd.MultiIndex.from_frame(own[keys]).unique().sort_values()
    table = np.zeros((len(tree), len(cells)), dtype=np.int64)
    if len(own):
        at = np.array([tree.at(t) for t in own["territory_id"]], dtype=np.intp)
        table[at, cells.get_indexer(pd.MultiIndex.from_frame(own[keys]))] = own["amount"].to_numpy()
    table = tree.roll_up(table)
    node, cell = np.nonzero(table)
    up = np.array([tree.ids[p] if p >= 0 else "" for p in tree.parent], dtype=object)
    parts = [
        _part(tree.ids[node], "territory", up[node], cells[cell].to_frame(index=False), table[node, cell]),
        _part(reps["rep_id"], "rep", reps["territory_id"], reps[keys], reps["amount"]),
        _part(accounts["account_id"], "account", accounts["rep_id"], accounts[keys], accounts["amount"]),
    ]
    return pd.concat(parts, ignore_index=True)


def _part(node: Any, kind: str, parent: Any, keys: pd.DataFrame, amount: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "node": pd.Series(np.asarray(node, dtype=object), dtype="str"),
            "node_kind": kind,
            "parent": pd.Series(np.asarray(parent, dtype=object), dtype="str"),
            "period": pd.Series(keys["period"].to_numpy(dtype=object), dtype="str"),
            "product_family": pd.Series(keys["product_family"].to_numpy(dtype=object), dtype="str"),
            "plan_amount": pd.Series(np.asarray(amount), dtype="int64"),
        }
    )
