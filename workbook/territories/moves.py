"""Moves that were decided: who gave which account to whom, from when on, and what came of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.decisions import Decisions

COLUMNS = ["account_id", "from_rep", "to_rep", "on", "reason", "decided_by", "decided_at", "proposal", "revision"]


def moves(decisions: Decisions) -> pd.DataFrame:
    """Accepted moves in order of their decision: account_id, from_rep, to_rep, on (date), reason, decided_by, decided_at,
    proposal, revision. A later move of an account that undoes an earlier one stands beside it.
    """
    rows = [
        (
            row.subject,
            row.payload.get("from_rep"),
            row.payload.get("to_rep"),
            row.payload.get("on"),
            row.reason,
            row.by,
            row.at,
            row.payload.get("proposal", ""),
            row.revision,
        )
        for row in decisions.log("move")
    ]
    out = pd.DataFrame(rows, columns=COLUMNS)
    for column in ("account_id", "from_rep", "to_rep", "reason", "decided_by", "proposal"):
        out[column] = out[column].astype("str")
    out["on"] = pd.to_datetime(out["on"]).astype("datetime64[us]")
    out["decided_at"] = pd.to_datetime(out["decided_at"], utc=True).dt.tz_localize(None).astype("datetime64[us]")
    out["revision"] = out["revision"].astype("int64")
    return out


def pending(moved: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """Accepted moves that the accounts' owners do not show yet: they wait for their date, or for the CRM."""
    last = moved.drop_duplicates("account_id", keep="last")
    owner = last["account_id"].map(register.set_index("account_id")["owner_rep_id"])
    return last[(owner != last["to_rep"]).to_numpy()].reset_index(drop=True)


def transfers(moved: pd.DataFrame, ownership: pd.DataFrame) -> pd.DataFrame:
    """Every known change of owner: accepted moves, and those that the ownership table shows.

    Columns account_id, from_rep, to_rep, on, source (decision, ownership), in order of their date.
    """
    held = ownership[ownership["role"] == "owner"].sort_values(["account_id", "from_on"], kind="stable")
    before = held.groupby("account_id")["rep_id"].shift()
    seen = pd.DataFrame(
        {"account_id": held["account_id"], "from_rep": before, "to_rep": held["rep_id"], "on": held["from_on"]}
    )
    seen = seen[(before.notna() & (before != held["rep_id"])).to_numpy()].assign(source="ownership")
    decided = moved[["account_id", "from_rep", "to_rep", "on"]].assign(source="decision")
    both = pd.concat([seen, decided], ignore_index=True)
    both = both.drop_duplicates(["account_id", "to_rep", "on"])
    return both.sort_values(["on", "account_id"], kind="stable").reset_index(drop=True)


def moved_wins(
    transferred: pd.DataFrame, opportunities: pd.DataFrame, register: pd.DataFrame, days: int
) -> pd.DataFrame:
    """Deals won after an account changed hands, against accounts that stayed (D5).

    ``days``: how long before and after the move is compared; accounts that stayed are compared around the median date of
    the moves. One row per group (moved, stayed): group, accounts, won_before, won_after, won_before_amount,
    won_after_amount, wins_per_account_before, wins_per_account_after.
    """
    first = transferred.drop_duplicates("account_id", keep="last").set_index("account_id")["on"]
    middle = first.median() if len(first) else pd.NaT
    since = register["account_id"].map(first)
    moved = since.notna().to_numpy()
    won = opportunities[opportunities["status"] == "won"]
    on = won["closed_on"].fillna(won["close_on"])
    turn = won["account_id"].map(first).fillna(middle)
    apart = (on - turn).dt.days
    group = np.where(won["account_id"].isin(first.index), "moved", "stayed")
    frame = pd.DataFrame({"group": group, "amount": won["amount"].to_numpy(), "apart": apart.to_numpy()})
    rows = []
    for name, accounts in (("moved", int(moved.sum())), ("stayed", int((~moved).sum()))):
        part = frame[frame["group"] == name]
        early = part[(part["apart"] < 0) & (part["apart"] >= -days)]
        late = part[(part["apart"] >= 0) & (part["apart"] < days)]
        rows.append(
            {
                "group": name,
                "accounts": accounts,
                "won_before": len(early),
                "won_after": len(late),
                "won_before_amount": int(early["amount"].sum()),
                "won_after_amount": int(late["amount"].sum()),
                "wins_per_account_before": len(early) / accounts if accounts else np.nan,
                "wins_per_account_after": len(late) / accounts if accounts else np.nan,
            }
        )
    return pd.DataFrame(rows)
