"""What is fair: each rep's share of every measure by capacity, and the bands around it with their prices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.rules.territories import DesignRules
from workbook.territories.measures import CLASSES
from workbook.territories.reach import Reach
from workbook.territories.solver.problem import Bands

Floats = npt.NDArray[np.float64]


def fair_loads(reach: Reach, people: pd.DataFrame, values: Floats) -> Floats:
    """Each rep's fair load (m, K): a share by ramped capacity of what the pool of reps and units holds."""
    hours = people["available_hours"].to_numpy(np.float64)
    weight = np.ones(len(hours)) if np.isnan(hours).any() else np.maximum(hours, 0.0)
    weight[reach.leaving] = 0.0
    count = int(max(reach.unit_pool.max(initial=0), reach.rep_pool.max(initial=0))) + 1
    pool = np.bincount(reach.rep_pool, weights=weight, minlength=count)
    people_in = np.bincount(reach.rep_pool, minlength=count)
    own = pool[reach.rep_pool]
    share = np.where(own > 0, weight / np.where(own > 0, own, 1.0), 1.0 / people_in[reach.rep_pool])
    held = np.stack(
        [np.bincount(reach.unit_pool, weights=values[:, k], minlength=count) for k in range(values.shape[1])], axis=1
    )
    return np.asarray(share[:, None] * held[reach.rep_pool])


def bands(
    fair: Floats, people: pd.DataFrame, more: tuple[tuple[str, ...], dict[str, float], DesignRules], as_of: pd.Timestamp
) -> Bands:
    """Free inside the band around the fair share, sloped beyond, steep beyond the second edge; hours over capacity cost more."""
    measures, totals, rules = more
    shape = fair.shape
    lowest, low, high, highest = (np.zeros(shape) for _ in range(4))
    under, under_more, over, over_more = (np.zeros(shape) for _ in range(4))
    hours = people["available_hours"].to_numpy(np.float64)
    days = (as_of - people["hired_on"]).dt.days
    new = (days.notna() & (days <= 365)).to_numpy()
    for k, name in enumerate(measures):
        target = fair[:, k]
        if name == "capacity":
            edge = np.where(np.isnan(hours), np.inf, 100 * np.nan_to_num(hours) / totals[name])
            high[:, k] = highest[:, k] = edge
            over[:, k] = np.where(np.isnan(hours), 0.0, 1000.0 if rules.hard_capacity else rules.over_capacity)
            continue
        if name == "warm":
            low[:, k] = lowest[:, k] = 0.0
            high[:, k] = highest[:, k] = 1e6
            low[:, k] = np.where(new, target * (1 - rules.steep_band), 0.0)
            under[:, k] = np.where(new, rules.new_rep_warm, 0.0)
            continue
        price = rules.balance[name]
        one = 100.0 / totals[name] if name in CLASSES or name == "accounts" else 0.0
        free, steep = np.maximum(rules.free_band * target, one), np.maximum(rules.steep_band * target, one)
        low[:, k], high[:, k] = np.maximum(target - free, 0.0), target + free
        lowest[:, k], highest[:, k] = np.maximum(target - steep, 0.0), target + steep
        under[:, k] = over[:, k] = price
        under_more[:, k] = over_more[:, k] = price * (rules.steep_factor - 1)
    highest = np.where(np.isinf(highest), 1e9, highest)
    high = np.where(np.isinf(high), 1e9, high)
    return Bands(lowest, low, high, highest, under, under_more, over, over_more)
