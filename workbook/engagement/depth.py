"""Depth and breadth (A8), and sitting on accounts (D1): how much of a book is worked, and how deeply."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.keep import by_owner
from workbook.engagement.ledger import Ledger
from workbook.engagement.log import NO_DAY, Bools, Ints, Log
from workbook.keys import positions
from workbook.rules.engagement import EngagementRules


def high_value(frame: pd.DataFrame, share: float) -> Bools:
    """Which accounts are high-value: the top ``share`` (0-1) of those not disqualified, by the greatest of potential, projection
    and sales."""
    live = ~frame["disqualified"].to_numpy(dtype=bool)
    value = np.where(live, account_value(frame), 0)
    count = int(np.ceil(int(live.sum()) * share))
    order = np.argsort(-value, kind="stable")[:count]
    out = np.zeros(len(frame), dtype=bool)
    out[order] = value[order] > 0
    return out


def account_value(frame: pd.DataFrame) -> Ints:
    """The greatest of sales of 12 months, projection and potential (minor units)."""
    known = frame[["sales_12m_amount", "projected_amount"]].max(axis=1).to_numpy(np.int64)
    return np.maximum(known, frame["potential_amount"].fillna(0).to_numpy(np.int64))


def books(standing: Standing, real: Log, rules: EngagementRules) -> pd.DataFrame:
    """Each rep's book: what is held against what is worked by the rep (D1), how deeply and how broadly (A8).

    Columns rep_id, accounts, worked, worked_share, high_value, high_value_worked, high_value_share (of the company's),
    value_amount, worked_value_amount, touches, touches_per_worked, contacts_per_worked, in_person_share,
    recency_days (median since the rep's last touch; NaN without), never (accounts the rep never touched), sits, sentence.
    """
    frame = standing.frame
    held = (frame["owner_rep_id"].notna() & ~frame["disqualified"]).to_numpy()
    owners = pd.Index(pd.unique(frame.loc[held, "owner_rep_id"])).sort_values()
    at = np.where(held, positions(frame["owner_rep_id"], owners), -1)
    mine = by_owner(real, frame["owner_rep_id"])
    lately = mine & real.since(rules.window_days)
    touches, value, high = real.count(lately), account_value(frame), high_value(frame, rules.high_value_share)
    worked = touches > 0
    in_person = real.count(lately & real.is_kind(rules.in_person_kinds))
    last = real.last(mine).astype(np.int64)
    columns = {
        "accounts": np.ones(len(frame), np.int64), "worked": worked, "high_value": high, "high_value_worked": high & worked,
        "value_amount": value, "worked_value_amount": value * worked, "touches": touches,
        "contacts": real.different(real.contact, lately), "in_person": in_person, "never": last == NO_DAY,
    }  # fmt: skip
    out = pd.DataFrame({name: _sums(np.asarray(v, np.int64), at, len(owners)) for name, v in columns.items()})
    out.insert(0, "rep_id", pd.Series(owners, dtype="str"))
    seen = pd.Series(np.where(last == NO_DAY, np.nan, real.today - last)[at >= 0]).groupby(at[at >= 0]).median()
    out["recency_days"] = seen.reindex(range(len(out))).to_numpy()
    out["worked_share"] = out["worked"] / out["accounts"].clip(lower=1)
    out["high_value_share"] = out["high_value"] / max(int(high.sum()), 1)
    active = out["worked"].clip(lower=1)
    out["touches_per_worked"] = out["touches"] / active
    out["contacts_per_worked"] = out.pop("contacts") / active if len(real.contact_ids) else np.nan
    out = out.drop(columns="contacts", errors="ignore")
    out["in_person_share"] = out.pop("in_person") / out["touches"].clip(lower=1)
    out["sits"] = (out["accounts"] >= rules.sits_accounts) & (out["worked_share"] < rules.sits_worked_share)
    out["sentence"] = _book_sentences(out)
    return out


def _book_sentences(out: pd.DataFrame) -> pd.Series:
    head = "Holds " + out["accounts"].astype("str") + " accounts and worked " + out["worked"].astype("str")
    share = " of them in the window (" + (out["worked_share"] * 100).round().astype("int64").astype("str") + "%); "
    high = out["high_value_worked"].astype("str") + " of " + out["high_value"].astype("str") + " high-value ones worked"
    return (head + share + high + ".").astype("str")


def _sums(values: Ints, at: Ints, size: int) -> Ints:
    """Exact sums of whole numbers by position; -1 is left out."""
    out = np.zeros(size, dtype=np.int64)
    known = at >= 0
    np.add.at(out, at[known], values[known])
    return out


def depth(books: pd.DataFrame, wins: pd.DataFrame, rules: EngagementRules) -> pd.DataFrame:
    """How each rep works (A8): intensive (deep and broad), selective (deep on few), broad-acre (broad and shallow) or thin.

    ``wins`` from :func:`easy_wins`. Columns rep_id, worked_share, touches_per_worked, contacts_per_worked, in_person_share,
    wins (Int64), easy_wins (Int64), easy_share (NaN without wins), style, low_hanging (bool), sentence.
    """
    columns = ["rep_id", "worked_share", "touches_per_worked", "contacts_per_worked", "in_person_share"]
    out = books[columns].merge(wins, on="rep_id", how="left")
    out[["wins", "easy_wins"]] = out[["wins", "easy_wins"]].astype("Int64")
    won = out["wins"].astype("float64")
    out["easy_share"] = out["easy_wins"].astype("float64") / won.where(won > 0)
    deep = out["touches_per_worked"] >= rules.depth_touches
    broad = out["worked_share"] >= rules.breadth_share
    styles = np.select([deep & broad, deep, broad], ["intensive", "selective", "broad-acre"], "thin")
    out["style"] = pd.Series(styles, dtype="str")
    out["low_hanging"] = (out["easy_share"] >= rules.easy_wins_share) & (won >= 3) & ~broad
    share = (out["worked_share"] * 100).round().astype("int64").astype("str")
    text = out["style"].str.capitalize() + ": worked " + share + " % of the book, "
    text = text + out["touches_per_worked"].round(1).astype("str") + " touches"
    contacts = " and " + out["contacts_per_worked"].round(1).astype("str") + " contacts"
    text = text + contacts.where(out["contacts_per_worked"].notna(), "") + " per worked account"
    easy = "; " + out["easy_wins"].astype("str") + " of " + out["wins"].astype("str") + " wins were quick and small"
    out["sentence"] = (text + easy.where(out["wins"].notna() & (won > 0), "") + ".").astype("str")
    return out


def easy_wins(ledger: Ledger, owners: pd.Series, today: int, rules: EngagementRules) -> pd.DataFrame:
    """Wins of the window per rep, and how many were easy: no larger than the company's median win, and won no slower than its
    quickest third.

    ``owners``: owner rep in the order of the accounts, for deals without a rep. Columns rep_id, wins, easy_wins.
    """
    at = np.flatnonzero(ledger.won)
    closed, size = ledger.closed[at].astype(np.int64), ledger.deal_amount[at]
    cycle = np.maximum(closed - ledger.created[at], 0)
    easy = np.zeros(len(at), dtype=np.int64)
    if len(at):
        easy = ((size <= np.median(size)) & (cycle <= np.quantile(cycle, 1 / 3))).astype(np.int64)
    rep = ledger.deals["rep_id"].iloc[at].reset_index(drop=True)
    held = pd.concat([owners, pd.Series([pd.NA], dtype="str")], ignore_index=True)
    rep = rep.fillna(held.take(ledger.deal_account[at]).reset_index(drop=True))
    lately = (closed >= today - rules.window_days) & (closed <= today)
    found = pd.DataFrame({"rep_id": rep, "easy": easy})[lately & rep.notna().to_numpy()]
    by = found.groupby("rep_id", sort=True)["easy"]
    return by.agg(wins="size", easy_wins="sum").reset_index()


def lorenz(books: pd.DataFrame, standing: Standing, real: Log, rules: EngagementRules) -> pd.DataFrame:
    """Lorenz curves (Lorenz 1905): accounts and high-value accounts over reps, touches over held accounts.

    Columns measure, share_of_holders (0-1, from the smallest), share (0-1), gini. Company-wide, names nobody.
    """
    frame = standing.frame
    held = (frame["owner_rep_id"].notna() & ~frame["disqualified"]).to_numpy()
    measures = {
        "accounts over reps": books["accounts"].to_numpy(),
        "high-value accounts over reps": books["high_value"].to_numpy(),
        "touches over accounts": real.count(real.since(rules.window_days))[held],
    }
    return pd.concat([_lorenz(name, values) for name, values in measures.items()], ignore_index=True)


def _lorenz(name: str, values: Ints, points: int = 101) -> pd.DataFrame:
    total, count = int(values.sum()), len(values)
    if not count or not total:
        return pd.DataFrame({"measure": [], "share_of_holders": [], "share": [], "gini": []}).astype({"measure": "str"})
    curve = np.concatenate(([0], np.cumsum(np.sort(values)))) / total
    gini = 1 - float((curve[1:] + curve[:-1]).sum()) / count
    at = np.unique(np.round(np.linspace(0, count, min(points, count + 1))).astype(int))
    return pd.DataFrame({"measure": name, "share_of_holders": at / count, "share": curve[at], "gini": gini})
