"""What is known before a rep types anything (B9): repeat business by period and family, deals, contacts, whitespace, cadence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from workbook.periods import Calendar, children, parent, parse
from workbook.plans.document import BOOKED
from workbook.rules.plans import PlansRules

#: Columns of repeat business.
REPEAT = ["account_id", "period", "product_family", "reference", "amount"]


@dataclass(frozen=True, eq=False)
class Known:
    """Inputs of pre-filling and scoring, as the stages before made them.

    ``register``, ``classes``, ``grades``, ``key_accounts``, ``whitespace``, ``deals`` (portfolio.deal_odds with pushes,
    close_on, status, next_step), ``cadence``, ``contacts`` (table), ``repeat`` (columns of :data:`REPEAT`, periods as reps
    plan them), ``targets`` (rep_id, period, target_amount, street_amount), ``outcomes`` (open, won or lost by deal). A frame without rows: nothing known of it.
    """

    register: pd.DataFrame
    classes: pd.DataFrame
    grades: pd.DataFrame
    key_accounts: pd.DataFrame
    whitespace: pd.DataFrame
    deals: pd.DataFrame
    cadence: pd.DataFrame
    contacts: pd.DataFrame
    repeat: pd.DataFrame
    targets: pd.DataFrame
    outcomes: Mapping[str, str]


@dataclass(frozen=True)
class Horizon:
    """The periods of a plan: those of the year as reps plan them, which of them are over, and the years after."""

    year: str
    periods: tuple[str, ...]
    over: frozenset[str]
    later: tuple[str, ...]

    @classmethod
    def of(cls, year: str, rules: PlansRules, calendar: Calendar, as_of: date) -> Horizon:
        periods = tuple(children(year, rules.period))
        over = frozenset(p for p in periods if calendar.bounds(p)[1] <= as_of)
        later = tuple(calendar.shift(year, n) for n in range(1, rules.years_after + 1))
        return cls(year, periods, over, later)

    @property
    def open(self) -> tuple[str, ...]:
        """Periods of the year that are not over."""
        return tuple(p for p in self.periods if p not in self.over)

    @property
    def carried_over(self) -> str:
        """What years beyond the first of the later ones start from, in a sentence; blank where there are none.

        >>> Horizon("FY2026", ("FY2026",), frozenset(), ("FY2027", "FY2028")).carried_over
        'FY2028 starts as FY2027, carried over: nothing is forecast beyond the next twelve months.'
        """
        if len(self.later) < 2:
            return ""
        first, *rest = self.later
        start = " and ".join(rest) + (" start" if len(rest) > 1 else " starts")
        return f"{start} as {first}, carried over: nothing is forecast beyond the next twelve months."

    def place(self, day: date | None, calendar: Calendar) -> str:
        """The period in which a deal that is expected to close on a day is planned: never one that is over.

        A year beyond the horizon counts as its last year.
        """
        first = self.open[0] if self.open else self.later[0] if self.later else self.periods[-1]
        if day is None:
            return first
        for period in (*self.periods, *self.later):
            begin, end = calendar.bounds(period)
            if begin <= day <= end:
                return first if period in self.over else period
        return first if day < calendar.bounds(self.periods[0])[0] else (*self.periods, *self.later)[-1]


def repeat_business(
    sales: pd.DataFrame, months: pd.DataFrame, horizon: Horizon, calendar: Calendar, as_of: date
) -> pd.DataFrame:
    """What accounts buy without a new decision, by period and product family; amounts in minor units.

    ``sales``: account_id, booked_on, amount, product_family; ``months``: portfolio.projection_months. Booked months are what
    was booked (reference "booked"); months ahead are the projected run-rate less likely losses; a month of the plan beyond the
    projection counts as the same month one year before; the years after repeat the next twelve months. Columns:
    :data:`REPEAT`, one row per account, period, family and reference, nothing below zero but credits that were booked.
    """
    year_months = children(horizon.year, "month")
    first, last = calendar.bounds(year_months[0])[0], calendar.bounds(year_months[-1])[1]
    inside = (sales["booked_on"] >= pd.Timestamp(first)) & (sales["booked_on"] <= pd.Timestamp(min(as_of, last)))
    booked = sales[inside].assign(reference=BOOKED)
    booked = booked.assign(month=calendar.periods_of(booked["booked_on"], "month"))
    ahead = months.assign(
        amount=months["run_rate_amount"] + months["loss_amount"], reference="", month=months["period"]
    )
    reached = set(ahead["month"])
    moved = [m for m in year_months if m not in reached and calendar.bounds(m)[0] > as_of]
    back = {calendar.shift(m, -12): m for m in moved}
    again = ahead[ahead["month"].isin(back)]
    again = again.assign(month=again["month"].map(back))
    this = pd.concat([ahead[ahead["month"].isin(year_months)], again])
    keep = ["account_id", "month", "product_family", "reference", "amount"]
    near = pd.concat([booked[keep], this[keep]], ignore_index=True)
    grain = parse(horizon.periods[0])[1]
    near["period"] = near["month"].map({m: parent(m, grain) for m in near["month"].unique()}).astype("str")
    later = [ahead.assign(period=year)[REPEAT] for year in horizon.later]
    every = pd.concat([near[REPEAT], *later], ignore_index=True)
    every["product_family"] = every["product_family"].astype("str").fillna("")
    sums = every.groupby(["account_id", "period", "product_family", "reference"], as_index=False, sort=True)[
        "amount"
    ].sum()
    sums = sums[(sums["amount"] > 0) | ((sums["reference"] == BOOKED) & (sums["amount"] != 0))]
    return sums[REPEAT].astype({"amount": "int64"}).reset_index(drop=True)


def full_plans(register: pd.DataFrame, key_accounts: pd.DataFrame, at_most: int) -> frozenset[str]:
    """Accounts that get a full plan: key accounts, at most so many per owner, the highest ranks first."""
    key = key_accounts.sort_values(["rank", "account_id"], kind="stable")
    owner = key["account_id"].map(register.drop_duplicates("account_id").set_index("account_id")["owner_rep_id"])
    return frozenset(key.loc[key.groupby(owner.to_numpy(), sort=False).cumcount().to_numpy() < at_most, "account_id"])
