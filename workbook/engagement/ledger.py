"""Sales and deals as arrays, in the order of their tables: positions of accounts, days, amounts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from workbook.engagement.log import NO_DAY, Bools, Days, Ints, days
from workbook.keys import positions, same
from workbook.tables.frames import Tables


@dataclass(frozen=True, eq=False)
class Ledger:
    """The tables sales and opportunities against the accounts of a :class:`~workbook.engagement.log.Log`.

    ``account`` positions are -1 for accounts that are not known, days :data:`~workbook.engagement.log.NO_DAY` where missing.
    """

    sales: pd.DataFrame
    deals: pd.DataFrame
    accounts: pd.Index

    @classmethod
    def of(cls, tables: Tables, accounts: pd.Index) -> Ledger:
        ledger = cls(tables.sales, tables.opportunities, accounts)
        if same(accounts, tables.accounts["account_id"]):
            ledger.__dict__["sale_account"] = tables.account_at("sales")
            ledger.__dict__["deal_account"] = tables.account_at("opportunities")
        return ledger

    @cached_property
    def sale_account(self) -> Ints:
        return positions(self.sales["account_id"], self.accounts)

    @cached_property
    def sale_day(self) -> Days:
        return days(self.sales["booked_on"])

    @cached_property
    def sale_amount(self) -> Ints:
        return self.sales["amount"].to_numpy(np.int64)

    @cached_property
    def deal_account(self) -> Ints:
        return positions(self.deals["account_id"], self.accounts)

    @cached_property
    def created(self) -> Days:
        return days(self.deals["created_on"])

    @cached_property
    def closed(self) -> Days:
        """When each deal closed, or is expected to."""
        really, expected = days(self.deals["closed_on"]), days(self.deals["close_on"])
        return np.where(really != NO_DAY, really, expected)

    @cached_property
    def deal_amount(self) -> Ints:
        return self.deals["amount"].to_numpy(np.int64)

    @cached_property
    def won(self) -> Bools:
        return self._is("won")

    @cached_property
    def lost(self) -> Bools:
        return self._is("lost")

    @cached_property
    def open(self) -> Bools:
        return self._is("open")

    def _is(self, status: str) -> Bools:
        return (self.deals["status"] == status).to_numpy(dtype=bool, na_value=False)
