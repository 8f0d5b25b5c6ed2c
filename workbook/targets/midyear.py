"""Accounts that change hands during the year: their targets follow from that day, prorated in its month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.facts import Facts
from workbook.money import format_amount, round_amounts
from workbook.targets.company import Company
from workbook.targets.grid import Cells

Int64s = npt.NDArray[np.int64]
COLUMNS = ["account_id", "from_rep", "to_rep", "on"]


def changes(facts: Facts, accepted: pd.DataFrame | None) -> pd.DataFrame:
    """Owners who change during the planned year: account_id, from_rep, to_rep, on; by date, then account.

    From the ownership table, and from accepted moves (account_id, from_rep, to_rep, on) that it does not show yet.
    """
    first, last = (pd.Timestamp(d) for d in facts.calendar.bounds(facts.year))
    owners = facts.tables.ownership
    owners = owners[owners["role"] == "owner"].sort_values(["account_id", "from_on", "rep_id"], kind="stable")
    before = owners.groupby("account_id")["rep_id"].shift()
    changed = before.notna() & (before != owners["rep_id"]) & (owners["from_on"] > first) & (owners["from_on"] <= last)
    shown = pd.DataFrame(
        {
            "account_id": owners.loc[changed, "account_id"],
            "from_rep": before[changed],
            "to_rep": owners.loc[changed, "rep_id"],
            "on": owners.loc[changed, "from_on"],
        }
    )
    parts = [shown]
    if accepted is not None and len(accepted):
        moves = accepted[COLUMNS].assign(on=pd.to_datetime(accepted["on"]).astype("datetime64[us]"))
        moves = moves[(moves["on"] > first) & (moves["on"] <= last)]
        key = ["account_id", "to_rep"]
        known = pd.MultiIndex.from_frame(shown[key])
        parts.append(moves[~pd.MultiIndex.from_frame(moves[key]).isin(known)])
    return pd.concat(parts).sort_values(["on", "account_id", "to_rep"], kind="stable").reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class Followed:
    """Leaf amounts after the year's changes of hands, and per change what went with it.

    ``rows``: account_id, territory_id, from_rep, to_rep, on, year_amount, moved_amount, sentence.
    """

    amounts: Int64s
    rows: pd.DataFrame


def followed(facts: Facts, company: Company, cells: Cells, amounts: Int64s, changes: pd.DataFrame) -> Followed:
    """Targets of accounts follow their owner from the day of each change; the sums above both holders stay.

    Only what the old owner's seat still has moves; a co-owner's part stays. Months after the day go whole, its own month by
    days, rounded once. Changes inside a territory's pool (neither holder is at home there) move nothing.
    """
    after = amounts.copy()
    branches = company.nodes.branches
    leaf_number = np.full(len(company.nodes), -1, dtype=np.intp)
    leaf_number[branches.leaves] = np.arange(len(branches.leaves))
    seats = company.seats
    by_account: dict[str, dict[str, int]] = {}
    for account, rep, at in zip(seats["account_id"], seats["rep_id"], seats["position"], strict=True):
        by_account.setdefault(account, {})["" if pd.isna(rep) else rep] = int(leaf_number[at])
    home = seats.drop_duplicates("account_id").set_index("account_id")["territory_id"]
    starts = np.array(facts.calendar.starts(int(cells.year[2:])), dtype="datetime64[D]")
    days = np.diff(starts).astype(int)
    rows = []
    for account, source, goal, on in changes[COLUMNS].itertuples(index=False):
        places = by_account.get(account)
        if not places:
            continue
        a, b = places.get(source, places.get("")), places.get(goal, places.get(""))
        if a is None or b is None or a == b:
            continue
        left = (starts[1:] - np.datetime64(on, "D")).astype(int)
        share = np.tile(np.clip(left / days, 0.0, 1.0), len(cells.slots))
        gone = np.where(share >= 1.0, after[a], round_amounts(after[a] * share))
        year = int(after[a].sum())
        after[a] -= gone
        after[b] += gone
        moved = int(gone.sum())
        told = (
            f"From {pd.Timestamp(on).date()} the target of {account} follows its new owner: "
            f"{format_amount(moved, facts.currency)} of {format_amount(year, facts.currency)} for the year."
        )
        rows.append((account, home[account], source, goal, pd.Timestamp(on), year, moved, told))
    columns = ["account_id", "territory_id", "from_rep", "to_rep", "on", "year_amount", "moved_amount", "sentence"]
    return Followed(after, pd.DataFrame(rows, columns=columns))


def before_and_after(company: Company, cells: Cells, before: Int64s, after: Int64s) -> pd.DataFrame:
    """Reps and territories whose year changed: node, node_kind, before_amount, after_amount, change_amount."""
    branches, nodes = company.nodes.branches, company.nodes
    columns = cells.mask(cells.year)
    sums = [branches.roll_up(values)[:, columns].sum(axis=1) for values in (before, after)]
    at = np.flatnonzero((sums[0] != sums[1]) & np.isin(nodes.kinds, ["rep", "territory"]))
    return pd.DataFrame(
        {
            "node": pd.Series(nodes.ids[at]).astype("str"),
            "node_kind": pd.Series(nodes.kinds[at]).astype("str"),
            "before_amount": sums[0][at],
            "after_amount": sums[1][at],
            "change_amount": sums[1][at] - sums[0][at],
        }
    )
