"""Moves that were decided: who gave which account to whom, from when on, and what came of it."""

from __future__ import annotations

from datetime import date

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


def pending(moved: pd.DataFrame, register: pd.DataFrame, ownership: pd.DataFrame) -> pd.DataFrame:
    """Accepted moves that the accounts' owners do not show yet: they wait for their date, or for the CRM.

    A move is over as well where the ownership table has an owner who began after its day, or the one it names who began after
    the decision: what the CRM did later counts.
    """
    last = moved.drop_duplicates("account_id", keep="last")
    owner = last["account_id"].map(register.set_index("account_id")["owner_rep_id"])
    held = ownership.loc[ownership["role"] == "owner", ["account_id", "rep_id", "from_on"]]
    seen = last[["account_id", "to_rep", "on", "decided_at"]].merge(held, on="account_id")
    done = (seen["rep_id"] == seen["to_rep"]) & (seen["from_on"] >= seen["decided_at"].dt.normalize())
    over = set(seen.loc[(done | (seen["from_on"] > seen["on"])).to_numpy(dtype=bool), "account_id"])
    waits = (owner != last["to_rep"]) & ~last["account_id"].isin(over)
    return last[waits.to_numpy()].reset_index(drop=True)


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
    transferred: pd.DataFrame, opportunities: pd.DataFrame, register: pd.DataFrame, span: tuple[date, int]
) -> pd.DataFrame:
    """Deals won after an account changed hands, against accounts that stayed (D5).

    ``span``: the as-of day, and how many days before and after the change are compared. An account counts as moved when its
    last change of hands is so long ago that all days after it are over; later changes are only counted (``too_early``). Deals
    closed on the day itself belong to neither side: who gives the account wins them. Accounts that never changed hands are
    compared around the median day of the changes. Two rows (moved, stayed): group, accounts, won_before, won_after,
    won_before_amount, won_after_amount, wins_per_account_before, wins_per_account_after, days, too_early.
    """
    as_of, days = pd.Timestamp(span[0]), span[1]
    past = transferred[(transferred["on"] <= as_of).to_numpy(dtype=bool)]
    last = past.drop_duplicates("account_id", keep="last").set_index("account_id")["on"]
    last = last[last.index.isin(register["account_id"])]
    over = last[(as_of - last).dt.days >= days]
    middle = over.median() if len(over) else pd.NaT
    won = opportunities[opportunities["status"] == "won"]
    on = pd.to_datetime(won["closed_on"].fillna(won["close_on"]))
    moved, stayed = won["account_id"].isin(over.index), ~won["account_id"].isin(last.index)
    turn = pd.Series(over.reindex(won["account_id"]).to_numpy(), index=won.index).fillna(middle)
    apart = (on - pd.to_datetime(turn)).dt.days
    rows = []
    for name, mine, accounts in (("moved", moved, len(over)), ("stayed", stayed, len(register) - len(last))):
        early = won.loc[(mine & (apart < 0) & (apart >= -days)).to_numpy(dtype=bool), "amount"]
        late = won.loc[(mine & (apart > 0) & (apart <= days)).to_numpy(dtype=bool), "amount"]
        rows.append(
            {
                "group": name,
                "accounts": accounts,
                "won_before": len(early),
                "won_after": len(late),
                "won_before_amount": int(early.sum()),
                "won_after_amount": int(late.sum()),
                "wins_per_account_before": len(early) / accounts if accounts else np.nan,
                "wins_per_account_after": len(late) / accounts if accounts else np.nan,
                "days": days,
                "too_early": len(last) - len(over) if name == "moved" else 0,
            }
        )
    return pd.DataFrame(rows)


def wins_sentence(wins: pd.DataFrame) -> str:
    """What the comparison says, with its numbers (D5)."""
    moved, stayed = (wins[wins["group"] == name].iloc[0] for name in ("moved", "stayed"))
    early = f" {moved['too_early']:,} more changed hands too lately to compare." if moved["too_early"] else ""
    if moved["accounts"] == 0:
        return f"No account changed hands {moved['days']} days ago or longer: nothing to compare yet.{early}"
    told = [
        f"{row['wins_per_account_before'] * 100:.0f} deals won per 100 accounts in the {row['days']} days before, "
        f"{row['wins_per_account_after'] * 100:.0f} after"
        for row in (moved, stayed)
    ]
    gain = (moved["wins_per_account_after"] - moved["wins_per_account_before"]) - (
        stayed["wins_per_account_after"] - stayed["wins_per_account_before"]
    )
    read = (
        "No difference to speak of."
        if abs(gain) < 0.005
        else f"Against those that stayed, {abs(gain) * 100:.0f} deals {'more' if gain > 0 else 'fewer'} per 100 accounts."
    )
    few = " With so few accounts this proves nothing." if moved["accounts"] < 30 else ""
    return f"{moved['accounts']:,} accounts that changed hands: {told[0]}. {stayed['accounts']:,} that stayed: {told[1]}. {read}{few}{early}"
