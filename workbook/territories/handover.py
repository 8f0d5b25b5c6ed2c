"""Hand-over: what a rep needs to take an account over: people, open deals, plan, promises, and a buddy for the first weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from workbook.facts import Facts
from workbook.territories.decide import from_days

#: Weeks in which the giver stays at hand as the buddy.
BUDDY_WEEKS = 6


@dataclass(frozen=True, eq=False)
class HandOver:
    """Frames of the accounts that change hands; each has account_id, from_rep and to_rep, most telling columns next.

    ``accounts``: who gives, who takes, from when, why, the buddy · ``contacts`` · ``deals``: open ones · ``promises``: next
    steps and tasks that are due · ``plan``: planned amounts (missing table: None) · ``missing``: what is not known.
    """

    accounts: pd.DataFrame
    contacts: pd.DataFrame
    deals: pd.DataFrame
    promises: pd.DataFrame
    plan: pd.DataFrame | None
    missing: tuple[str, ...]

    def of(self, to_rep: str) -> HandOver:
        """What one rep takes over."""
        mine = {n: self._cut(getattr(self, n), to_rep) for n in ("accounts", "contacts", "deals", "promises")}
        plan = None if self.plan is None else self._cut(self.plan, to_rep)
        return HandOver(plan=plan, missing=self.missing, **mine)

    @staticmethod
    def _cut(frame: pd.DataFrame, rep: str) -> pd.DataFrame:
        return frame[frame["to_rep"].eq(rep).to_numpy(dtype=bool)].reset_index(drop=True)


def hand_over(
    moves: pd.DataFrame, facts: Facts, register: pd.DataFrame, on: date, plan: pd.DataFrame | None = None
) -> HandOver:
    """What goes with ``moves`` (account_id, from_rep, to_rep, sentence or reason).

    ``plan``: planned amounts per account (``plans.lines``), where there are any. The buddy is the rep who gives, until
    ``BUDDY_WEEKS`` after the day; where that rep has left or leaves by then (also by the column ``stays`` of the moves), a colleague
    is to be named.
    """
    tables = facts.tables
    who = moves[["account_id", "from_rep", "to_rep"]].drop_duplicates("account_id", keep="last")
    why = next(moves[column] for column in ("told", "sentence", "reason") if column in moves)
    names = tables.reps.set_index("rep_id")["name"]
    left = tables.reps.set_index("rep_id")["left_on"]
    accounts = who.merge(register, on="account_id", how="left")
    accounts["from_name"], accounts["to_name"] = accounts["from_rep"].map(names), accounts["to_rep"].map(names)
    days = from_days(moves, on)
    accounts["on"] = accounts["account_id"].map(dict(zip(moves["account_id"], days, strict=True)))
    accounts["buddy_until"] = accounts["on"] + pd.Timedelta(weeks=BUDDY_WEEKS)
    stays = accounts["from_rep"].notna() & ~(accounts["from_rep"].map(left) < accounts["buddy_until"]).fillna(False)
    if "stays" in moves:
        stays &= accounts["from_rep"].isin(moves.loc[moves["stays"], "from_rep"])
    accounts["buddy"] = accounts["from_name"].where(stays)
    accounts["why"] = accounts["account_id"].map(dict(zip(moves["account_id"], why, strict=True)))
    columns = [
        "account_id",
        "from_rep",
        "to_rep",
        "name",
        "territory_id",
        "from_name",
        "to_name",
        "on",
        "buddy",
        "buddy_until",
    ]
    columns += ["status", "sales_12m_amount", "potential_amount", "open_amount", "last_sale_on", "why"]
    contacts = who.merge(tables.contacts, on="account_id").sort_values(
        ["account_id", "influence", "contact_id"], ascending=[True, False, True], kind="stable"
    )
    deals = tables.opportunities[tables.opportunities["status"] == "open"]
    deals = who.merge(deals, on="account_id").sort_values(["account_id", "close_on", "opportunity_id"], kind="stable")
    missing = tuple(
        tables.lacks(name, what)
        for name, what in (("contacts", "people"), ("opportunities", "open deals"), ("activities", "promises"))
        if name not in tables.given
    )
    planned = None if plan is None else who.merge(plan.drop(columns=["rep_id"], errors="ignore"), on="account_id")
    return HandOver(
        accounts[columns].reset_index(drop=True),
        contacts[
            [
                "account_id",
                "from_rep",
                "to_rep",
                "contact_id",
                "name",
                "title",
                "role",
                "influence",
                "support",
                "last_contact_on",
            ]
        ].reset_index(drop=True),
        deals[
            [
                "account_id",
                "from_rep",
                "to_rep",
                "opportunity_id",
                "stage",
                "amount",
                "close_on",
                "next_step",
                "next_step_on",
            ]
        ].reset_index(drop=True),
        _promises(who, facts),
        planned,
        missing,
    )


def _promises(who: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """Next steps of open deals and tasks still open: account_id, from_rep, to_rep, due_on, what, source."""
    tables = facts.tables
    deals = tables.opportunities[(tables.opportunities["status"] == "open") & tables.opportunities["next_step"].notna()]
    steps = pd.DataFrame(
        {
            "account_id": deals["account_id"],
            "due_on": deals["next_step_on"],
            "what": deals["next_step"],
            "source": "next step of " + deals["opportunity_id"],
        }
    )
    open_rows = tables.activities[tables.activities["done_on"].isna() & tables.activities["due_on"].notna()]
    by_person = open_rows[~open_rows["source"].eq("system").fillna(False).to_numpy(dtype=bool)]
    tasks = pd.DataFrame(
        {
            "account_id": by_person["account_id"],
            "due_on": by_person["due_on"],
            "what": by_person["subject"].fillna(by_person["kind"]),
            "source": "activity " + by_person["activity_id"],
        }
    )
    both = pd.concat([steps, tasks], ignore_index=True)
    out = who.merge(both, on="account_id").sort_values(["account_id", "due_on", "source"], kind="stable")
    return out.reset_index(drop=True)


def new_rep_book(accounts: pd.DataFrame, moves: pd.DataFrame, rep: str) -> pd.DataFrame:
    """The book that a new rep starts with (A10): account_id, territory_id, name, warm (a customer),
    class, sales_12m_amount, potential_amount, hours_per_year, coming (bool: by these moves).
    """
    coming = set(moves.loc[moves["to_rep"].eq(rep), "account_id"])
    leaving = set(moves.loc[moves["from_rep"].eq(rep), "account_id"])
    inside = (accounts["rep_id"].eq(rep) & ~accounts["account_id"].isin(leaving)) | accounts["account_id"].isin(coming)
    out = accounts[inside.to_numpy(dtype=bool)].copy()
    out["warm"] = out["status"].eq("customer")
    out["coming"] = out["account_id"].isin(coming)
    columns = [
        "account_id",
        "territory_id",
        "name",
        "warm",
        "class",
        "sales_12m_amount",
        "potential_amount",
        "hours_per_year",
        "coming",
    ]
    return (
        out[columns]
        .sort_values(["warm", "sales_12m_amount", "account_id"], ascending=[False, False, True], kind="stable")
        .reset_index(drop=True)
    )


def first_success(people: pd.DataFrame, opportunities: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """How long each new rep took to the first won deal (A10): rep_id, hired_on, first_win_on, days (to it, or so far), won.

    ``opportunities`` with rep_id; reps hired before the first deal on record are left out, as their first win is not known.
    """
    won = opportunities[(opportunities["status"] == "won") & opportunities["rep_id"].notna()]
    closed = won["closed_on"].fillna(won["close_on"])
    begin = opportunities["created_on"].min()
    hired = people[
        people["hired_on"].notna() & (people["hired_on"] >= begin) & (people["hired_on"] <= pd.Timestamp(as_of))
    ]
    begun = hired.set_index("rep_id")["hired_on"].reindex(won["rep_id"]).to_numpy()
    own = ~(closed.to_numpy() < begun)  # what was won before a rep came is somebody else's
    first = closed[own].groupby(won["rep_id"]).min()
    out = hired[["rep_id", "hired_on"]].copy()
    out["first_win_on"] = pd.to_datetime(first.reindex(out["rep_id"]).to_numpy())
    out["won"] = out["first_win_on"].notna()
    out["days"] = (out["first_win_on"].fillna(pd.Timestamp(as_of)) - out["hired_on"]).dt.days
    return out.reset_index(drop=True)
