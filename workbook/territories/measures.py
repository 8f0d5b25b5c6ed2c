"""What a design balances: the attributes of each unit in percent of the book."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.rules.territories import DesignRules
from workbook.territories.solver.problem import Problem

Floats = npt.NDArray[np.float64]
CLASSES = ("core", "invest", "opportunistic", "divest")


def total_of(values: npt.ArrayLike, at: npt.NDArray[np.intp], count: int) -> Floats:
    """Sums by unit (0 … count - 1) of values per account; missing ones count as zero."""
    weights = np.nan_to_num(np.asarray(values, dtype=np.float64))
    return np.asarray(np.bincount(at, weights=weights, minlength=count), dtype=np.float64)


def measures(
    live: pd.DataFrame, at: npt.NDArray[np.intp], count: int, rules: DesignRules
) -> tuple[tuple[str, ...], Floats, dict[str, float], list[str]]:
    """The attributes of each unit in percent of the book, and what was not known."""
    source = {
        "sales": live["sales_12m_amount"].to_numpy(np.float64),
        "potential": live["potential_amount"].astype("Float64").fillna(0).to_numpy(np.float64),
        "workload": live["hours_per_year"].to_numpy(np.float64),
        "accounts": np.ones(len(live)),
        **{name: live["class"].eq(name).fillna(False).to_numpy(np.float64) for name in CLASSES},
    }
    notes, names, columns, totals = [], [], [], {}
    wanted = [name for name in source if rules.balance.get(name, 0) > 0]
    for name in [*wanted, "capacity", "warm"]:
        raw = (
            live["status"].eq("customer").to_numpy(np.float64)
            if name == "warm"
            else source.get(name, source["workload"])
        )
        total = float(raw.sum())
        if total <= 0:
            if name in wanted:
                span = " in the 12 months to the as-of day (--as-of names another)" if name == "sales" else ""
                notes.append(f"{name} is zero or not known for every account{span}: it is not balanced")
            continue
        names.append(name)
        totals[name] = total
        columns.append(100 * total_of(raw, at, count) / total)
    if live["potential_amount"].isna().any() and "potential" in names:
        notes.append(
            f"potential is not known for {int(live['potential_amount'].isna().sum())} accounts: they count as zero"
        )
    return tuple(names), np.stack(columns, axis=1) if columns else np.zeros((count, 0)), totals, notes


def capped(
    shell: Problem,
    values: Floats,
    fair: Floats,
    more: tuple[tuple[str, ...], DesignRules],
    named: tuple[pd.DataFrame, npt.NDArray[np.intp]],
) -> tuple[Floats, list[str]]:
    """Units larger than the largest fair share that they can meet count only up to its band, and are named: ``named`` are the
    accounts and the unit of each.
    """
    measures, rules = more
    out = values.copy()
    large: dict[int, list[str]] = {}
    for k, name in enumerate(measures):
        if name in ("capacity", "warm"):
            continue
        most = np.zeros(shell.n)
        np.maximum.at(most, shell.unit, fair[shell.rep, k])
        limit = most * (1 + rules.free_band)
        over = np.flatnonzero((values[:, k] > limit) & (limit > 0))
        out[over, k] = limit[over]
        for unit in over:
            large.setdefault(int(unit), []).append(name)
    return out, _larger(large, *named)


def _larger(large: dict[int, list[str]], live: pd.DataFrame, at: npt.NDArray[np.intp], most: int = 5) -> list[str]:
    """One note per unit that is larger than a fair share of some measures, the first ``most`` by name."""
    notes = []
    for unit in sorted(large)[:most]:
        first = live[at == unit].iloc[0]
        family = f" with {int((at == unit).sum()) - 1} more of its family" if (at == unit).sum() > 1 else ""
        notes.append(
            f"{first['name']} ({first['account_id']}){family} is larger than a fair share of {' and '.join(large[unit])}: "
            "it counts up to the edge of the band"
        )
    if len(large) > most:
        notes.append(
            f"{len(large) - most} more accounts are larger than a fair share and count up to the edge of the band"
        )
    return notes
