"""The tables of a book in memory: ten frames that nobody changes in place."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from workbook.errors import DataError
from workbook.keys import Ints, positions
from workbook.tables.quality import Quality
from workbook.tables.schema import TABLES, Table

# Arrow's usual allocator holds a quarter more than is used; jemalloc gives back what is freed. It is not built for every system.
with contextlib.suppress(NotImplementedError):
    pa.set_memory_pool(pa.jemalloc_memory_pool())

#: Rows of a missing text column that are held in memory once.
_SHARED = 1 << 17


def blank(table: Table) -> pd.DataFrame:
    """An empty frame with the table's columns and dtypes."""
    return pd.DataFrame({c.name: pd.Series(dtype=c.dtype) for c in table.columns})


def shaped(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with the table's columns first, in order and dtype (missing optional ones filled with missing values),
    then the columns of its own. Values must fit; messages for people come from validation, not from here.
    """
    columns = {}
    for column in table.columns:
        if column.name in frame:
            given = frame[column.name]
            if column.dtype == "int64" and given.dtype.kind == "f":
                given = given.astype("Int64")  # refuses fractions, which a plain cast would cut off
            columns[column.name] = given if given.dtype == column.dtype else given.astype(column.dtype)
        elif column.present:
            raise DataError(f"column {column.name} is missing", where=table.name, remedy=f"Add it: {column.help}.")
        else:
            columns[column.name] = pd.Series(_missing(column.dtype, len(frame)), index=frame.index, copy=False)
    extra = [name for name in frame.columns if name not in columns]
    known = pd.DataFrame(columns, index=frame.index, copy=False)
    return pd.concat([known, frame[extra]], axis=1).reset_index(drop=True)


def _missing(dtype: str, count: int) -> Any:
    """An array of missing values only, which shares its memory with itself: a column that nobody gave costs next to nothing."""
    if dtype == "str":
        nothing, most = pa.nulls(min(count, _SHARED), pa.large_string()), max(_SHARED, 1)
        chunks = [nothing] * (count // most) + [nothing[: count % most]]
        kind: Any = pd.Series(dtype="str").dtype
        return pd.array(pa.chunked_array(chunks, pa.large_string()), dtype=kind)
    one = pd.array([pd.NA if dtype == "Int64" else None], dtype=dtype)
    if isinstance(one, pd.arrays.IntegerArray):
        return type(one)(np.broadcast_to(np.int64(1), count), np.broadcast_to(np.True_, count))
    if dtype.startswith("datetime64") or dtype == "float64":
        return np.broadcast_to(np.asarray(one)[0], count)
    return pd.Series(index=range(count), dtype=dtype).array


@dataclass(frozen=True)
class Tables:
    """The ten tables, each with all canonical columns in canonical dtypes; own columns of the book follow them.

    ``given`` names the tables that exist and have rows; the others are empty frames, and what needs them says "not known".
    ``quality`` holds the warnings that travel with the data; frames made by hand have none.
    """

    territories: pd.DataFrame
    reps: pd.DataFrame
    accounts: pd.DataFrame
    ownership: pd.DataFrame
    products: pd.DataFrame
    sales: pd.DataFrame
    contacts: pd.DataFrame
    opportunities: pd.DataFrame
    activities: pd.DataFrame
    targets: pd.DataFrame
    given: frozenset[str] = frozenset()
    quality: Quality | None = None

    @classmethod
    def of(cls, frames: Mapping[str, pd.DataFrame], quality: Quality | None = None) -> Tables:
        """From the frames there are, by table name; the others become empty. ``quality`` is what validation said of them."""
        unknown = set(frames) - set(TABLES)
        if unknown:
            raise DataError(f"no such table: {', '.join(sorted(unknown))}", remedy=f"Tables are {', '.join(TABLES)}.")
        made = {n: shaped(t, frames[n]) if n in frames else blank(t) for n, t in TABLES.items()}
        return cls(**made, given=frozenset(n for n, frame in frames.items() if len(frame)), quality=quality)

    def __getitem__(self, name: str) -> pd.DataFrame:
        frame: pd.DataFrame = getattr(self, TABLES[name].name)
        return frame

    def account_at(self, name: str) -> Ints:
        """The position in the accounts table of the account of each row of a table, -1 where it is not known; found once."""
        found: dict[str, Ints] = self.__dict__.setdefault("_account_at", {})
        if name not in found:
            found[name] = positions(self[name]["account_id"], self.accounts["account_id"])
        return found[name]

    def finding(self, name: str, at: Ints) -> Tables:
        """These tables, which from now on find ``at`` for :meth:`account_at` of a table; for whoever knows it already."""
        self.__dict__.setdefault("_account_at", {})[name] = at
        return self

    def has(self, table: str, *columns: str) -> bool:
        """Whether the table was given and has at least one value in each of ``columns``."""
        return table in self.given and all(self[table][c].notna().any() for c in columns)

    def lacks(self, table: str, what: str) -> str:
        """The sentence for what cannot be computed: "no activities table: cadence not known"."""
        gap = f"no {table} table" if table not in self.given else f"the {table} table lacks what it needs"
        return f"{gap}: {what} not known"

    def frames(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name in TABLES}

    def known_at(self, as_of: date) -> Tables:
        """What was known at the end of ``as_of``: no later sales, touches or deals; deals closed later are open again
        (a deal's stage, amount, expected close and pushes are those of the export: no history of them is kept; the expected close is
        missing where the export writes the day of closing over it).
        """
        end = pd.Timestamp(as_of)
        sales = _only(self.sales, self.sales["booked_on"] <= end)
        made = (self.opportunities["created_on"] <= end).to_numpy(dtype=bool)
        deals = self.opportunities[made].reset_index(drop=True)
        closed = deals["closed_on"].fillna(deals["close_on"].where(deals["status"] != "open"))
        later = ((deals["status"] != "open") & (closed > end)).to_numpy()
        deals.loc[later, "status"] = "open"
        if _overwritten(self.opportunities):
            deals.loc[later, "close_on"] = pd.NaT
        deals.loc[later, "closed_on"] = pd.NaT
        touches = self.activities
        noted = touches["created_on"].fillna(touches["done_on"]).fillna(touches["due_on"])
        touches = _only(touches, noted <= end)
        if (touches["done_on"] > end).any():
            touches = touches.assign(done_on=touches["done_on"].where(touches["done_on"] <= end))
        accounts = self.accounts.copy()
        late_nps = (accounts["nps_on"] > end).to_numpy()
        accounts.loc[late_nps, ["nps"]] = float("nan")
        accounts.loc[late_nps, "nps_on"] = pd.NaT
        known = replace(self, sales=sales, opportunities=deals, activities=touches, accounts=accounts)
        return known.finding("opportunities", self.account_at("opportunities")[made])

    def scoped(self, nodes: Collection[str]) -> Tables:
        """Only the rows of the given nodes (a territory, or a node with all below it): its accounts and all that hangs on
        them, its people, its targets. The tree keeps these nodes and the path above them, names only.

        No row of another territory is left. References that would lead out (a parent account elsewhere, a rep elsewhere)
        keep their key, and the row behind it is not there.
        """
        inside = set(nodes)
        accounts = self.accounts[self.accounts["territory_id"].isin(inside)]
        ids = set(accounts["account_id"])
        by_account = {
            name: self[name][self[name]["account_id"].isin(ids)]
            for name in ("ownership", "sales", "contacts", "opportunities", "activities")
        }
        up = dict(zip(self.territories["territory_id"], self.territories["parent_id"], strict=True))
        path: set[str] = set()
        for node in inside:
            while isinstance(node, str) and node not in path:
                path.add(node)
                node = up.get(node)  # type: ignore[assignment]
        owners = set(by_account["ownership"]["rep_id"])
        reps = self.reps[self.reps["territory_id"].isin(inside) | self.reps["rep_id"].isin(owners)]
        return replace(
            self,
            territories=self.territories[self.territories["territory_id"].isin(path)].reset_index(drop=True),
            reps=reps.reset_index(drop=True),
            accounts=accounts.reset_index(drop=True),
            targets=self.targets[self.targets["territory_id"].isin(inside)].reset_index(drop=True),
            quality=self.quality.scoped(inside) if self.quality else None,
            **{name: frame.reset_index(drop=True) for name, frame in by_account.items()},
        )


def _only(frame: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    """The rows that are True, numbered anew; the frame itself where all are."""
    kept = rows.to_numpy(dtype=bool)
    return frame if kept.all() else frame[kept].reset_index(drop=True)


def _overwritten(deals: pd.DataFrame) -> bool:
    """Whether closing a deal writes the day over its expected close: no closed deal tells of two different days."""
    told = (deals["status"] != "open") & deals["closed_on"].notna() & deals["close_on"].notna()
    return not (told & (deals["closed_on"] != deals["close_on"])).any()
