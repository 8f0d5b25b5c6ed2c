"""Sample books of three seeds, each made once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbook.book import Book
from workbook.sample import write_sample
from workbook.tables.frames import Tables

AS_OF = pd.Timestamp("2026-06-30")
#: The seed of ``data/sample`` and two others.
SEEDS = (1, 2, 77)


@dataclass(frozen=True)
class Made:
    """A generated book: its folder, its tables, its stories by id, and the label of each activity."""

    root: Path
    tables: Tables
    stories: dict[str, dict[str, Any]]
    labels: list[dict[str, Any]]

    @classmethod
    def of(cls, root: Path) -> Made:
        told = json.loads((root / "stories.json").read_text(encoding="utf-8"))
        return cls(root, Book.open(root).tables, {s["id"]: s for s in told["stories"]}, told["activities"])

    @property
    def labelled(self) -> pd.DataFrame:
        """The activities with their label: phantom, honest_recurring, or honest; and the kind of the phantom."""
        acts = self.tables.activities.sort_values("activity_id", ignore_index=True)
        ids = pd.Index(acts["activity_id"])
        label, way = np.full(len(ids), "honest", dtype=object), np.full(len(ids), "", dtype=object)
        for one in self.labels:
            inside = slice(ids.get_loc(one["first"]), ids.get_loc(one["last"]) + 1)
            assert inside.stop - inside.start == one["rows"]
            label[inside], way[inside] = one["label"], one["kind"]
        return acts.assign(label=label, way=way)

    @property
    def real(self) -> pd.DataFrame:
        """What was really done."""
        acts = self.labelled
        return acts[(acts["label"] != "phantom") & acts["done_on"].notna()]

    @property
    def owners(self) -> pd.DataFrame:
        """The owner of each account on the as-of day."""
        held = self.tables.ownership
        return held[(held["role"] == "owner") & held["to_on"].isna()]

    def sales_12m(self) -> pd.Series:
        """Sales of the last twelve months by account, nought where none."""
        sales = self.tables.sales[self.tables.sales["booked_on"] > AS_OF - pd.Timedelta(days=365)]
        ids = self.tables.accounts["account_id"]
        return sales.groupby("account_id")["amount"].sum().reindex(ids, fill_value=0)


@pytest.fixture(scope="session", params=SEEDS, ids=lambda seed: f"seed {seed}")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    root = tmp_path_factory.mktemp(f"sample{request.param}")
    write_sample(root, seed=request.param)
    return Made.of(root)
