"""Plans as they are before the rep types: repeat business and deals at what is expected, contacts as stakeholders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from workbook.periods import Calendar
from workbook.plans.document import AccountPlan, Planned, Stakeholder, TerritoryPlan
from workbook.plans.known import Horizon, Known, full_plans
from workbook.rules.plans import PlansRules

#: Stakeholders that a full plan starts with.
PEOPLE = 8


@dataclass(frozen=True, eq=False)
class Prefill:
    """Makes the first version of plans from what is known."""

    known: Known
    rules: PlansRules
    horizon: Horizon
    calendar: Calendar

    @cached_property
    def full(self) -> frozenset[str]:
        """Accounts that get a full plan."""
        return full_plans(self.known.register, self.known.key_accounts, self.rules.full_plans_at_most)

    @cached_property
    def _owner(self) -> dict[str, str]:
        held = self.known.register.dropna(subset=["owner_rep_id"])
        return dict(zip(held["account_id"], held["owner_rep_id"], strict=True))

    @cached_property
    def _repeat(self) -> dict[str, list[Planned]]:
        out: dict[str, list[Planned]] = {}
        for account, period, family, reference, amount in _tuples(
            self.known.repeat, ["account_id", "period", "product_family", "reference", "amount"]
        ):
            row = Planned.model_construct(
                period=period, source="run_rate", amount=amount, reference=reference, product_family=family, note=""
            )
            out.setdefault(account, []).append(row)
        return out

    @cached_property
    def _deals(self) -> dict[str, list[Planned]]:
        out: dict[str, list[Planned]] = {}
        expected = "on_top_amount" if "on_top_amount" in self.known.deals else "weighted_amount"
        columns = ["account_id", "opportunity_id", "product_family", expected, "expected_close_on"]
        for account, deal, family, amount, close in _tuples(self.known.deals, columns):
            if amount > 0:
                period = self.horizon.place(_day(close), self.calendar)
                row = Planned.model_construct(
                    period=period,
                    source="opportunity",
                    amount=int(amount),
                    reference=deal,
                    product_family="" if pd.isna(family) else family,
                    note="",
                )
                out.setdefault(account, []).append(row)
        return out

    @cached_property
    def _people(self) -> dict[str, list[Stakeholder]]:
        frame = self.known.contacts.sort_values(
            ["influence", "contact_id"], ascending=[False, True], kind="stable", na_position="last"
        )
        out: dict[str, list[Stakeholder]] = {}
        columns = ["account_id", "contact_id", "name", "title", "role", "influence", "support", "owner_rep_id"]
        for account, contact, name, title, role, influence, support, ours in _tuples(frame, columns):
            held = out.setdefault(account, [])
            if account in self.full and len(held) < PEOPLE:
                held.append(
                    Stakeholder(
                        name=str(name),
                        contact_id=contact,
                        title=_text(title),
                        role=_text(role),
                        influence=_number(influence),
                        support=_number(support),
                        our_contact=_text(ours),
                    )
                )
        return out

    def account(self, account_id: str) -> AccountPlan:
        """The first version of an account's plan. Deals count with what is expected on top of repeat business."""
        return AccountPlan(
            account_id=account_id,
            rep_id=self._owner.get(account_id, ""),
            year=self.horizon.year,
            depth="full" if account_id in self.full else "line",
            made_with="prefill",
            stakeholders=tuple(self._people.get(account_id, ())),
            amounts=(*self._repeat.get(account_id, ()), *self._deals.get(account_id, ())),
        )

    def accounts(self, account_ids: Iterable[str]) -> dict[str, AccountPlan]:
        """First versions by account."""
        return {account: self.account(account) for account in account_ids}

    def territory(self, rep_id: str) -> TerritoryPlan:
        """The first version of a rep's territory plan: nothing is known without the rep."""
        return TerritoryPlan(rep_id=rep_id, year=self.horizon.year, made_with="prefill")


def _tuples(frame: pd.DataFrame, columns: list[str]) -> Iterable[tuple[Any, ...]]:
    return zip(*(frame[c].tolist() for c in columns), strict=True)


def _day(value: Any) -> date | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()


def _text(value: Any) -> str:
    return "" if value is None or value != value or value is pd.NA else str(value)


def _number(value: Any) -> float | None:
    return None if value is None or value != value or value is pd.NA else float(value)
