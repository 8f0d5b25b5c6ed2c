"""What changed on an account since a day: its last touch point, or the last review; and whether to look at it again (C9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.checks import counted
from workbook.engagement.cadence import Standing
from workbook.engagement.ledger import Ledger
from workbook.engagement.log import NO_DAY, Bools, Days, Ints, Log, dates, day_number, day_text, days, distinct
from workbook.engagement.reviews import last_reviews, without_review
from workbook.facts import Facts
from workbook.keys import said
from workbook.money import format_amount
from workbook.rules.engagement import EngagementRules

_DAY = 4_000_000
#: What is asked of an account to look at again.
ASK = "Do class, grade or plan follow?"


@dataclass(frozen=True, eq=False)
class Happened:
    """Things that happened to accounts: position of the account, day, and an amount (0 where it has none)."""

    account: Ints
    day: Ints
    amount: Ints

    @classmethod
    def of(cls, account: Ints, day: Days, amount: Ints | None = None, rows: Bools | None = None) -> Happened:
        """From arrays (of ``rows`` only); unknown accounts or days are left out."""
        known = (account >= 0) & (day != NO_DAY)
        known = known if rows is None else known & rows
        value = np.zeros(int(known.sum()), np.int64) if amount is None else amount[known]
        return cls(account[known], day[known].astype(np.int64), value)

    def after(self, since: Ints, until: int) -> tuple[Ints, Ints]:
        """Per account: how many happened after its day in ``since`` up to ``until``, and their amounts summed."""
        inside = (self.day > since[self.account]) & (self.day <= until)
        at = self.account[inside]
        total = np.zeros(len(since), dtype=np.int64)
        np.add.at(total, at, self.amount[inside])
        return np.bincount(at, minlength=len(since)), total


def last_two(real: Log) -> tuple[Days, Days]:
    """Per account: the day of the last real touch, and of the touch point before it (an earlier day)."""
    known = real.account >= 0
    pairs = distinct(real.account[known] * _DAY + real.done[known].astype(np.int64) + 1_000_000)
    account, day = pairs // _DAY, (pairs % _DAY - 1_000_000).astype(np.int32)
    last, before = (np.full(len(real.accounts), NO_DAY, dtype=np.int32) for _ in range(2))
    final = np.append(account[1:] != account[:-1], True) if len(account) else np.zeros(0, dtype=bool)
    last[account[final]] = day[final]
    follows = np.flatnonzero(final[1:] & (account[1:] == account[:-1]))
    before[account[follows]] = day[follows]
    return last, before


def changes(standing: Standing, real: Log, ledger: Ledger, since: Ints, rules: EngagementRules) -> pd.DataFrame:
    """What changed on each account after its day in ``since`` (days; NO_DAY: nothing to compare with, no row).

    Columns account_id, territory_id, rep_id, since_on, touches, sales_amount, deals_new, deals_won, deals_won_amount,
    deals_lost, nps_now (answered since), new_owner, sales_change_share (12 months against the 12 before; NaN without), class,
    grade, look_again, sentence. ``look_again`` asks whether class, grade or plan follow: after a won deal
    that is big against the year's sales, a detractor's answer, or sales that moved by change_share.
    """
    frame, today, book = standing.frame, real.today, ledger
    sold = Happened.of(book.sale_account, book.sale_day, book.sale_amount).after(since, today)
    made = Happened.of(book.deal_account, book.created).after(since, today)
    wins = Happened.of(book.deal_account, book.closed, book.deal_amount, book.won).after(since, today)
    losses = Happened.of(book.deal_account, book.closed, None, book.lost).after(since, today)
    known = real.account >= 0
    touched = known.copy()
    touched[known] = real.done[known] > since[real.account[known]]
    out = frame[["account_id", "territory_id", "owner_rep_id"]].rename(columns={"owner_rep_id": "rep_id"})
    out["since_on"], out["touches"], out["sales_amount"] = dates(since), real.count(touched), sold[1]
    out["deals_new"], out["deals_won"], out["deals_won_amount"], out["deals_lost"] = made[0], *wins, losses[0]
    out["nps_now"] = frame["nps"].where(pd.Series(standing.days("nps_on") > since))
    owned = standing.days("owner_since").astype(np.int64)
    out["new_owner"] = (owned > since) & (owned <= today)
    prior = frame["sales_prior_12m_amount"].astype("float64")
    out["sales_change_share"] = (frame["sales_12m_amount"] - prior) / prior.where(prior > 0)
    out["class"], out["grade"] = frame["class"], frame["grade"]
    moved = out["sales_change_share"].abs() >= rules.change_share
    big = out["deals_won_amount"] > rules.change_share * frame["sales_12m_amount"].clip(lower=0)
    event = big | (out["nps_now"] <= 6)
    out["look_again"] = (event | (moved & (out["sales_amount"] != 0))).astype(bool)
    kept = out[(since != NO_DAY) & ~frame["disqualified"].to_numpy()].reset_index(drop=True)
    return kept.assign(sentence=said(_told(kept, rules.change_share), _sentences))


def review_days(facts: Facts, territory: pd.Series) -> Ints:
    """The day of the last review of each territory or a node above it, held before today; else that of :func:`without_review`."""
    held = last_reviews(facts.decisions, facts.tree, territory.unique(), facts.as_of)
    known = territory.map({n: day_number(r.at.date()) for n, r in held.items()})
    return known.fillna(day_number(without_review(facts))).to_numpy(np.int64)


def _told(out: pd.DataFrame, change_share: float) -> pd.DataFrame:
    """What a sentence tells of each row: the change of sales in whole percent, or in times where it grew tenfold."""
    share = out["sales_change_share"]
    percent = (share.abs() * 100).round().astype("Int64")
    shown = (share.abs() >= change_share) & (out["sales_amount"] != 0)
    return pd.DataFrame(
        {
            **{
                name: out[name]
                for name in ("deals_won", "deals_lost", "deals_new", "since_on", "new_owner", "look_again")
            },
            "nps": out["nps_now"].round().astype("Int64"),
            "sold": out["sales_amount"] != 0,
            "percent": percent.where(shown & ~(share >= 9)),
            "times": (share + 1).round().astype("Int64").where(shown & (share >= 9)),
            "up": share > 0,
        }
    )


def _sentences(rows: pd.DataFrame) -> pd.Series:
    """ "Since 2026-03-31: a deal won; new sales, 12 months' sales 30% up." """
    parts = pd.Series("", index=rows.index, dtype="str")
    for column, one, many in (
        ("deals_won", "a deal won", "deals won"),
        ("deals_lost", "a deal lost", "deals lost"),
        ("deals_new", "a new deal", "new deals"),
    ):
        count = rows[column]
        text = ("; " + count.astype("str") + " " + many).where(count != 1, "; " + one)
        parts = parts + text.where(count > 0, "")
    sold = pd.Series(np.where(rows["sold"], "; new sales", ""), index=rows.index, dtype="str")
    way = pd.Series(np.where(rows["up"], "% up", "% down"), index=rows.index, dtype="str")
    percent = (", 12 months' sales " + rows["percent"].astype("str") + way).where(rows["percent"].notna(), "")
    times = ", 12 months' sales " + rows["times"].astype("str") + " times those before"
    nps = ("; NPS answer " + rows["nps"].astype("str")).where(rows["nps"].notna(), "")
    owner = pd.Series(np.where(rows["new_owner"], "; a new owner", ""), index=rows.index, dtype="str")
    parts = (parts + sold + percent + times.where(rows["times"].notna(), "") + nps + owner).str[2:]
    head = "Since " + day_text(days(rows["since_on"])).fillna("") + ": "
    what = parts.where(parts != "", "nothing new on record")
    again = np.where(rows["look_again"], f". {ASK}", ".")
    return (head + what + pd.Series(again, index=rows.index, dtype="str")).astype("str")


def summary(changed: pd.DataFrame, currency: str) -> str:
    """What changed, in one sentence for a node's document."""
    if changed.empty:
        return "Nothing to compare with."
    won, amount = int(changed["deals_won"].sum()), int(changed["deals_won_amount"].sum())
    sold = format_amount(int(changed["sales_amount"].sum()), currency, short=True)
    known = changed["touches"].notna().any()
    touched = (
        f"{int((changed['touches'] > 0).sum())} of {len(changed)} accounts touched" if known else "Touches not known"
    )
    return (
        f"{touched}, sales of {sold}, {counted(won, 'deal')} won "
        f"({format_amount(amount, currency, short=True)}), {int(changed['deals_lost'].sum())} lost, "
        f"{int(changed['deals_new'].sum())} new; {counted(int(changed['look_again'].sum()), 'account')} to look at again."
    )
