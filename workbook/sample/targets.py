"""Finance's numbers of the sample: territories from what they sold, everything above as exact sums."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.money import Int64s, apportion
from workbook.sample.company import Company
from workbook.sample.orders import SEASON
from workbook.sample.words import FAMILIES
from workbook.tree import Tree

#: The territory whose plan does not add up, by position, and how far its target lies above last year.
SHORT, STRETCH = 5, 1.4
QUARTERS = SEASON.reshape(4, 3).sum(axis=1)
_STEP = 500_000


def targets_frame(company: Company, sold: Int64s, recent: Int64s, by_family: Int64s) -> pd.DataFrame:
    """The targets table, from minor units sold: ``sold`` per territory × year 2023 to 2025, ``recent`` per territory in the
    last twelve months, ``by_family`` per product family in the last year.
    """
    rng = np.random.default_rng([company.seed, 3])
    count = len(company.territories)
    tree = Tree.of(company.nodes)
    leaf = [tree.at(t.node) for t in company.territories]
    last = sold[:, 2].copy()
    last[SHORT] = max(last[SHORT], recent[SHORT])
    rows: list[tuple[str, str, int, str | None]] = []
    for year, base, factor in (
        ("FY2024", sold[:, 1], 1 / rng.permutation(np.linspace(0.76, 1.14, count))),
        ("FY2025", sold[:, 2], 1 / rng.permutation(np.linspace(0.72, 1.2, count))),
        ("FY2026", last, _growth(count, rng)),
    ):
        own = np.zeros(len(tree), dtype=np.int64)
        own[leaf] = np.maximum(1, np.rint(base * factor / _STEP)).astype(np.int64) * _STEP
        amounts = tree.roll_up(own)
        total = int(amounts[0])
        rows += [(str(node), year, int(amount), None) for node, amount in zip(tree.ids, amounts, strict=True)]
        quarters = apportion(total, QUARTERS)
        rows += [(tree.root, f"{year}-Q{q + 1}", int(amount), None) for q, amount in enumerate(quarters)]
        if year == "FY2026":
            split = apportion(total, by_family)
            rows += [(tree.root, year, int(amount), family) for family, amount in zip(FAMILIES, split, strict=True)]
    return pd.DataFrame(rows, columns=["territory_id", "period", "amount", "product_family"])


def _growth(count: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    growth = rng.uniform(1.02, 1.10, count)
    growth[SHORT], growth[9] = STRETCH, 1.18
    return growth
