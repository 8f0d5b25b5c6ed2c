"""Small tables for people, made of the nouns in scope: ladders, parts, families, peers. Nothing here is learned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def grade_ladder(grades: pd.DataFrame, projection: pd.DataFrame) -> pd.DataFrame:
    """Columns grade, accounts, partial (graded without all criteria), projected_amount; A to D."""
    rows = grades[["account_id", "grade", "partial"]].merge(
        projection[["account_id", "projected_amount"]], on="account_id", how="left"
    )
    out = rows.groupby("grade").agg(
        accounts=("account_id", "size"), partial=("partial", "sum"), projected_amount=("projected_amount", "sum")
    )
    return out.reindex(list("ABCD"), fill_value=0).astype("int64").reset_index()


def projection_parts(register: pd.DataFrame, projection: pd.DataFrame) -> pd.DataFrame:
    """Columns part, amount: last 12 months, change of the run-rate, open deals, likely losses, projection; the steps
    between the first and the last row add up to their difference exactly.
    """
    last = int(register["sales_12m_amount"].sum())
    run, deals, loss, whole = (
        int(projection[c].sum()) for c in ("run_rate_amount", "pipeline_amount", "loss_amount", "projected_amount")
    )
    rows = [
        ("sales of the last 12 months", last),
        ("run-rate above or below them", run - last),
        ("open deals, weighted", deals),
        ("likely lost", loss),
        ("projection of 12 months", whole),
    ]
    return pd.DataFrame(rows, columns=["part", "amount"])


def whitespace_board(
    whitespace: pd.DataFrame, bought: pd.DataFrame, register: pd.DataFrame, count: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """For a matrix of the ``count`` accounts with the best ranks: gaps (label, product_family, gap_amount, sentence) and what
    they bought (label, product_family, bought_amount). A label is the name, with the id where names are doubled.
    """
    best = whitespace.sort_values("rank", kind="stable")["account_id"].drop_duplicates().head(count)
    names = register.set_index("account_id")["name"].reindex(best)
    doubled = names.duplicated(keep=False)
    label = names.where(~doubled, names + " (" + names.index.to_series() + ")")
    sold = bought[bought["account_id"].isin(best)]
    gap = whitespace[whitespace["account_id"].isin(best)].sort_values("rank", kind="stable")
    return (
        gap.assign(label=gap["account_id"].map(label))[["label", "product_family", "gap_amount", "sentence"]],
        sold.assign(label=sold["account_id"].map(label))[["label", "product_family", "bought_amount"]],
    )


def family_first(whitespace: pd.DataFrame, equal_share: float) -> pd.DataFrame:
    """The gaps best first, where among equals those come first that others of the family buy.

    Equal are the gaps whose worth (penetration × gap) is at most ``equal_share`` below the best of them: sizes are estimates.
    """
    rows = whitespace.sort_values("rank", kind="stable", ignore_index=True)
    falling = -(rows["penetration"] * rows["gap_amount"]).to_numpy(dtype=np.float64)
    ends = np.searchsorted(falling, falling * (1 - equal_share), side="right")
    group, start = np.zeros(len(rows), dtype=np.int64), 0
    while start < len(rows):
        end = max(int(ends[start]), start + 1)
        group[start:end] = start
        start = end
    order = np.lexsort((np.arange(len(rows)), (rows["family_members_buying"] == 0).to_numpy(), group))
    return rows.iloc[order].reset_index(drop=True)


def member_labels(cells: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """``cells`` (account_id, …) of a family with label, in the order of ``members`` (account_id, name): the name, with the id
    where names are doubled."""
    names = members.set_index("account_id")["name"]
    label = names.where(~names.duplicated(keep=False), names + " (" + names.index.to_series() + ")")
    place = pd.Series(np.arange(len(members)), index=names.index)
    out = cells.assign(label=cells["account_id"].map(label), place=cells["account_id"].map(place))
    return out.sort_values(["place", "product_family"], kind="stable", ignore_index=True).drop(columns="place")


def family_table(families: pd.DataFrame, register: pd.DataFrame, projection: pd.DataFrame) -> pd.DataFrame:
    """Families with at least two members in these frames, largest sales first: family_id, family_name, members, members_all
    (in the whole family), territories, owners, sales_12m_amount, open_amount, projected_amount, contacts (Int64).
    """
    rows = families[families.groupby("family_id")["account_id"].transform("size") > 1]
    joined = rows.merge(
        register[["account_id", "sales_12m_amount", "open_amount", "contacts"]], on="account_id", how="left"
    ).merge(projection[["account_id", "projected_amount"]], on="account_id", how="left")
    joined = joined.sort_values(["family_id", "depth", "account_id"], kind="stable")
    groups = joined.groupby("family_id", sort=False)
    out = groups.agg(
        family_name=("family_name", "first"),
        members=("account_id", "size"),
        members_all=("members", "first"),
        territories=("territory_id", "nunique"),
        owners=("owner_rep_id", "nunique"),
        sales_12m_amount=("sales_12m_amount", "sum"),
        open_amount=("open_amount", "sum"),
        projected_amount=("projected_amount", "sum"),
    )
    out["members_all"] = np.maximum(out["members"], out["members_all"])
    out["contacts"] = groups["contacts"].sum(min_count=1)
    out = out.reset_index()
    return out.sort_values(["sales_12m_amount", "family_id"], ascending=[False, True], kind="stable", ignore_index=True)


def family_members(
    families: pd.DataFrame, register: pd.DataFrame, accounts: pd.DataFrame, family_id: str
) -> pd.DataFrame:
    """Members of one family in tree order (each under its parent, by name): account_id, name, depth, territory_id,
    owner_rep_id, sales_12m_amount, open_amount, contacts.
    """
    own = families.loc[families["family_id"] == family_id, ["account_id", "depth"]]
    rows = own.merge(register, on="account_id", how="left").merge(
        accounts[["account_id", "parent_account_id"]], on="account_id", how="left"
    )
    path = dict.fromkeys(rows["account_id"], "")
    ordered = rows.sort_values(["depth", "name", "account_id"], kind="stable")
    for at, (account, above) in enumerate(zip(ordered["account_id"], ordered["parent_account_id"], strict=True)):
        path[account] = f"{path.get(above, '') if above == above else ''}/{at:06d}"
    rows = rows.iloc[np.argsort(rows["account_id"].map(path).to_numpy(dtype=object), kind="stable")]
    columns = [
        "account_id", "name", "depth", "territory_id", "owner_rep_id", "sales_12m_amount", "open_amount", "contacts",
    ]  # fmt: skip
    return rows[columns].reset_index(drop=True)


def peers_behind(
    groups: pd.DataFrame, bought: pd.DataFrame, register: pd.DataFrame, members: Sequence[str], product_family: str
) -> pd.DataFrame:
    """The accounts behind a gap of one account, or of the members of a family, in these frames: account_id, name, peer_group
    (that of the first member it is compared with), bought_amount, largest first; the members are not among them.
    """
    own = groups[groups["account_id"].isin(members) & groups["compared"]]
    order = pd.Index(members).get_indexer(pd.Index(own["account_id"]))
    wanted = pd.Index(own["peer_group"].iloc[np.argsort(order, kind="stable")].unique())
    same = groups[groups["peer_group"].isin(wanted) & ~groups["account_id"].isin(members)]
    nearest = np.argsort(wanted.get_indexer(pd.Index(same["peer_group"])), kind="stable")
    same = same[["account_id", "peer_group"]].iloc[nearest].drop_duplicates("account_id")
    rows = bought[bought["product_family"] == product_family].merge(same, on="account_id")
    rows = rows.merge(register[["account_id", "name"]], on="account_id", how="left")
    columns = ["account_id", "name", "peer_group", "bought_amount"]
    return rows[columns].sort_values(["bought_amount", "account_id"], ascending=[False, True], ignore_index=True)
