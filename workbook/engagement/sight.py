"""Sight across territories (C10): what one part of a family does elsewhere that can open another part; names nobody."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.ledger import Ledger
from workbook.engagement.log import Days, Ints, Log, day_text
from workbook.keys import repeated
from workbook.rules.engagement import EngagementRules

#: signal -> what it says, in order of weight
SIGNALS = {
    "won": "Another part of its family won us a deal elsewhere on {day}",
    "bought": "Another part of its family bought elsewhere on {day}",
    "meeting": "Another part of its family met us elsewhere on {day}",
    "deal": "A deal with another part of its family was opened elsewhere on {day}",
}
_AFTER = {
    "won": "; nothing was won here since.",
    "bought": "; this part has not bought in the window.",
    "meeting": "; this part was not touched in the window.",
    "deal": "; no deal is open here.",
}


def sight(standing: Standing, real: Log, ledger: Ledger, rules: EngagementRules) -> pd.DataFrame:
    """Accounts in whose family something happened lately in another territory, and not here.

    Columns account_id, territory_id, rep_id, signal (won, bought, meeting, deal), on, times (how often elsewhere), sentence.
    Sentences name neither the other account nor its territory or people.
    """
    frame = standing.frame
    family = pd.factorize(frame["family_id"])[0]
    size = np.bincount(family[family >= 0], minlength=1)
    many = (family >= 0) & (np.append(size, 0)[family] > 1)
    territory = pd.factorize(frame["territory_id"])[0]
    found = []
    for signal, (account, day) in _events(real, ledger, rules).items():
        inside = (account >= 0) & (day > real.today - rules.signal_days) & (day <= real.today)
        account, day = account[inside], day[inside]
        own = np.zeros(len(frame), dtype=bool)
        own[account] = True
        event = pd.DataFrame({"family": family[account], "territory": territory[account], "day": day, "at": account})
        event = event[many[account]]
        there = event.groupby(["family", "territory"]).agg(day=("day", "max"), times=("day", "size")).reset_index()
        here = pd.DataFrame({"row": np.flatnonzero(many & ~own & ~frame["disqualified"].to_numpy())})
        here["family"], here["home"] = family[here["row"]], territory[here["row"]]
        pairs = here.merge(there, on="family")
        pairs = pairs[pairs["home"] != pairs["territory"]]
        pairs = pairs.groupby("row").agg(day=("day", "max"), times=("times", "sum")).reset_index()
        found.append(pairs.assign(signal=signal))
    rows = pd.concat(found, ignore_index=True)
    rows = rows[~((rows["signal"] == "meeting") & (real.last()[rows["row"]] > real.today - rules.signal_days))]
    rows = rows[~((rows["signal"] == "deal") & (frame["open_amount"].fillna(0).to_numpy()[rows["row"]] > 0))]
    rows = rows.sort_values(["row", "signal"], kind="stable").reset_index(drop=True)
    out = frame[["account_id", "territory_id", "owner_rep_id"]].iloc[rows["row"]].reset_index(drop=True)
    out = out.rename(columns={"owner_rep_id": "rep_id"}).assign(signal=rows["signal"].astype("str"))
    out["on"] = pd.Series(rows["day"].to_numpy().astype("datetime64[D]").astype("datetime64[us]"))
    out["times"] = rows["times"].astype("int64")
    heads = rows["signal"].map({k: v.split("{day}")[0] for k, v in SIGNALS.items()})
    out["sentence"] = repeated((heads + day_text(rows["day"]) + rows["signal"].map(_AFTER)).astype("str"))
    return out


def _events(real: Log, ledger: Ledger, rules: EngagementRules) -> dict[str, tuple[Ints, Days]]:
    """Per signal: positions of accounts and days."""
    person = real.is_kind(rules.in_person_kinds)
    bought = ledger.sale_amount > 0
    return {
        "won": (ledger.deal_account[ledger.won], ledger.closed[ledger.won]),
        "bought": (ledger.sale_account[bought], ledger.sale_day[bought]),
        "meeting": (real.account[person], real.done[person]),
        "deal": (ledger.deal_account[ledger.open], ledger.created[ledger.open]),
    }
