"""Winning new clients (A21) and what a sale takes (A22): touches per prospect, meetings per sale, what neglect puts at risk."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.ledger import Ledger
from workbook.engagement.log import NO_DAY, Ints, Log, dates, day_text, days
from workbook.keys import positions, said
from workbook.money import round_amounts
from workbook.rules.engagement import KINDS, EngagementRules

_DAY = 4_000_000


def prospects(standing: Standing, real: Log, rules: EngagementRules) -> pd.DataFrame:
    """Where each prospect stands against the 12 to 15 touches that winning a new client takes (A21).

    Columns account_id, territory_id, rep_id, touches, meetings, first_touch_on, last_touch_on, stands (not started, on the
    way, in range, beyond), sentence. Disqualified prospects are left out.
    """
    frame = standing.frame
    touches, meetings = real.count(), real.count(real.is_kind(rules.in_person_kinds))
    first = np.full(len(frame), np.iinfo(np.int32).max, dtype=np.int64)
    known = real.account >= 0
    np.minimum.at(first, real.account[known], real.done[known].astype(np.int64))
    low, high = rules.prospect_touches_low, rules.prospect_touches_high
    stands = np.select(
        [touches == 0, touches < low, touches <= high], ["not started", "on the way", "in range"], "beyond"
    )
    out = frame[["account_id", "territory_id", "owner_rep_id"]].rename(columns={"owner_rep_id": "rep_id"})
    out["touches"], out["meetings"] = touches, meetings
    out["first_touch_on"], out["last_touch_on"] = dates(np.where(touches > 0, first, NO_DAY)), dates(real.last())
    out["stands"] = pd.Series(stands, dtype="str")
    wanted = (frame["status"] == "prospect") & ~frame["disqualified"]
    out = out[wanted].reset_index(drop=True)
    told = out[["touches", "meetings", "last_touch_on", "stands"]]
    return out.assign(sentence=said(told, lambda rows: _prospect_sentences(rows, f"{low} to {high}")))


def _prospect_sentences(rows: pd.DataFrame, usual: str) -> pd.Series:
    """ "4 real touches (1 in person) of the 12 to 15 that a new client usually takes; the last on 2026-05-04." """
    told = rows["touches"].astype("str") + " real touches (" + rows["meetings"].astype("str") + " in person) of the "
    last = ("; the last on " + day_text(days(rows["last_touch_on"]))).fillna("")
    beyond = pd.Series(np.where(rows["stands"] == "beyond", "; decide: close it or qualify it out", ""), dtype="str")
    return (told + f"{usual} that a new client usually takes" + last + beyond + ".").astype("str")


def touches_before_win(real: Log, ledger: Ledger) -> pd.DataFrame:
    """How many real touches new clients took in this company, beside the rule's 12 to 15.

    A new client's first won deal (or first sale, if earlier) lies at least half a year after the first touch on record of the
    company, so that its touches can be on record. One row: n, low (first quartile), median, high (third quartile).
    """
    start = int(real.done.min()) if len(real) else NO_DAY
    first = np.full(len(real.accounts), np.iinfo(np.int64).max)
    won = ledger.won & (ledger.deal_account >= 0) & (ledger.closed != NO_DAY)
    np.minimum.at(first, ledger.deal_account[won], ledger.closed[won].astype(np.int64))
    paid = (ledger.sale_account >= 0) & (ledger.sale_amount > 0)
    np.minimum.at(first, ledger.sale_account[paid], ledger.sale_day[paid].astype(np.int64))
    new = (first <= real.today) & (first >= start + 182) & (start != NO_DAY)
    before = real.account >= 0
    before[before] = real.done[before] <= first[real.account[before]]
    counts = real.count(before)[new]
    counts = counts[counts > 0]
    low, middle, high = (np.quantile(counts, [0.25, 0.5, 0.75])) if len(counts) else (np.nan,) * 3
    return pd.DataFrame({"n": [len(counts)], "low": [low], "median": [middle], "high": [high]})


def meetings_per_sale(
    real: Log, ledger: Ledger, families: pd.Series, minutes: pd.DataFrame, rules: EngagementRules
) -> pd.DataFrame:
    """Meetings, touches and minutes that a won deal takes, by product family (A22); lost deals' meetings are counted in.

    ``families``: product family by product_id; ``minutes``: the frame of :func:`~workbook.engagement.effort.effort`. A touch
    counts for the deal it names; one that names none counts for each deal of its account that was open on its day. Deals
    closed in the last twice the window, and created since touches are on record. Columns product_family, won, lost, meetings, touches, meetings_per_win,
    touches_per_win, hours_per_win (estimated where minutes are not recorded).
    """
    opened = int(real.done.min()) if len(real) else NO_DAY
    end = ledger.closed
    kept = (ledger.won | ledger.lost) & (end >= real.today - 2 * rules.window_days) & (end <= real.today)
    deals = np.flatnonzero(kept & (ledger.created >= opened))
    weight = touch_minutes(real, minutes, rules)
    person = real.is_kind(rules.in_person_kinds)
    found = _per_deal(real, ledger, deals, np.column_stack([np.ones(len(real)), person, weight]))
    family = ledger.deals["product_id"].iloc[deals].map(families).fillna("product not named").reset_index(drop=True)
    frame = pd.DataFrame({"product_family": family, "won": ledger.won[deals], "lost": ledger.lost[deals]})
    frame[["touches", "meetings", "minutes"]] = found
    out = frame.groupby("product_family", sort=True).sum().reset_index()
    whole = out.drop(columns="product_family").sum().to_frame().T.assign(product_family="all")
    out = pd.concat([out, whole], ignore_index=True) if len(out) else out
    counted = ["won", "lost", "touches", "meetings"]
    out[counted] = out[counted].astype("int64")
    wins = out["won"].where(out["won"] > 0).astype("float64")
    out["meetings_per_win"], out["touches_per_win"] = out["meetings"] / wins, out["touches"] / wins
    out["hours_per_win"] = out.pop("minutes") / 60 / wins
    columns = [
        "product_family",
        "won",
        "lost",
        "meetings",
        "touches",
        "meetings_per_win",
        "touches_per_win",
        "hours_per_win",
    ]
    return out[columns]


def touch_minutes(real: Log, minutes: pd.DataFrame, rules: EngagementRules) -> npt.NDArray[np.float64]:
    """Minutes of each touch: as recorded, else the usual ones of its kind; visits with their travel."""
    usual = np.append(minutes.set_index("kind")["minutes"].reindex(KINDS).fillna(0).to_numpy(), 0.0)
    known = real.minutes
    spent = np.where(known > 0, known, usual[real.kind])
    return spent + rules.travel_minutes * real.is_kind(("visit",))


def _per_deal(real: Log, ledger: Ledger, deals: Ints, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sums of ``values`` of the touches of each deal: those that name it, and unnamed ones within its time."""
    out = np.zeros((len(deals), values.shape[1]))
    named = real.column("opportunity_id")
    at = positions(named, pd.Index(ledger.deals["opportunity_id"].iloc[deals]))
    for column in range(values.shape[1]):
        out[:, column] = np.bincount(at[at >= 0], weights=values[at >= 0, column], minlength=len(deals))
    free = np.flatnonzero(named.isna().to_numpy() & (real.account >= 0))
    key = real.account[free] * _DAY + real.done[free].astype(np.int64) + 1_000_000
    order = np.argsort(key, kind="stable")
    running = np.vstack([np.zeros(values.shape[1]), np.cumsum(values[free][order], axis=0)])
    account, end = ledger.deal_account[deals], ledger.closed[deals].astype(np.int64)
    begin = ledger.created[deals].astype(np.int64)
    low = np.searchsorted(key[order], account * _DAY + begin + 1_000_000, side="left")
    high = np.searchsorted(key[order], account * _DAY + end + 1_000_000, side="right")
    inside = (account >= 0) & (begin != NO_DAY) & (high > low)
    out[inside] += running[high[inside]] - running[low[inside]]
    return out


def at_risk(
    standing: Standing, real: Log, minutes: pd.DataFrame, cost_per_hour: float | None, rules: EngagementRules
) -> pd.DataFrame:
    """What winning the neglected accounts has cost, put at risk by neglect (A22): real touches of twice the window.

    ``minutes``: the frame of effort; ``cost_per_hour``: the company's usual cost of a selling hour in minor units, None
    where no rep's is known. Accounts not touched in twice coverage_days, with touches before. Columns account_id,
    territory_id, rep_id, touches, hours, cost_amount (Int64, estimated), last_touch_on, sentence; dearest first.
    """
    frame = standing.frame
    lately = real.since(2 * rules.window_days) & (real.account >= 0)
    spent = touch_minutes(real, minutes, rules)
    hours = np.bincount(real.account[lately], weights=spent[lately], minlength=len(frame)) / 60
    last = real.last().astype(np.int64)
    out = frame[["account_id", "territory_id", "owner_rep_id"]].rename(columns={"owner_rep_id": "rep_id"})
    out["touches"], out["hours"] = real.count(lately), hours
    out["cost_amount"] = pd.Series(pd.NA, index=out.index, dtype="Int64")
    if cost_per_hour is not None:
        out["cost_amount"] = pd.Series(round_amounts(hours * cost_per_hour), dtype="Int64")
    out["last_touch_on"] = dates(last)
    neglected = (last != NO_DAY) & (last < real.today - 2 * rules.coverage_days) & (out["touches"] > 0).to_numpy()
    kept = out[neglected & ~frame["disqualified"].to_numpy()]
    kept = kept.sort_values(["hours", "account_id"], ascending=[False, True], kind="stable").reset_index(drop=True)
    told = kept[["touches", "last_touch_on"]].assign(hours=kept["hours"].round().astype("int64"))
    return kept.assign(sentence=said(told, _risk_sentences))


def _risk_sentences(rows: pd.DataFrame) -> pd.Series:
    """ "9 touches and about 7 hours went into it; no real touch since 2026-01-12." """
    told = rows["touches"].astype("str") + " touches and about " + rows["hours"].astype("str")
    since = day_text(days(rows["last_touch_on"])).fillna("")
    return (told + " hours went into it; no real touch since " + since + ".").astype("str")
