"""Borders of territories: cut one into even parts, each in one piece of the map; put several together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.engagement.geography import distance_km
from workbook.errors import UsageError
from workbook.territories.solver import Effort, solve
from workbook.territories.solver.problem import Bands, Problem
from workbook.territories.spread import hours_by_node

Floats = npt.NDArray[np.float64]


def split(accounts: pd.DataFrame, places: Floats, parts: int, effort: Effort) -> pd.DataFrame:
    """A territory's accounts cut into ``parts`` of equal sales and hours, each in one piece of the map where places are known.

    ``accounts``: account_id, sales_12m_amount, hours_per_year; ``places``: latitude and longitude (n, 2). Columns account_id,
    part (1 …). Raises :class:`UsageError` with fewer accounts than parts.
    """
    n = len(accounts)
    if not 2 <= parts <= n:
        raise UsageError(
            f"{n} accounts cannot be split into {parts} parts", remedy="Name from 2 parts to one per account."
        )
    weight = np.stack(
        [
            _percent(accounts["sales_12m_amount"].to_numpy(np.float64)),
            _percent(accounts["hours_per_year"].to_numpy(np.float64)),
        ],
        axis=1,
    )
    centres = _centres(places, weight[:, 1], parts)
    km = distance_km(places[:, None, :], centres[None, :, :])
    far = np.nanmedian(km) if (~np.isnan(km)).any() else 1.0
    cost = np.where(np.isnan(km), 0.0, km / max(far, 1e-9) * 100 / n)
    fair = np.full((parts, 2), 100.0 / parts)
    price = np.full((parts, 2), 1.0)
    bands = Bands(0.8 * fair, 0.95 * fair, 1.05 * fair, 1.2 * fair, price, 3 * price, price, 3 * price)
    cap = np.minimum(weight, 100.0 / parts)
    unit, part = np.repeat(np.arange(n), parts), np.tile(np.arange(parts), n)
    problem = Problem.of(unit, part, cost.ravel(), cap, bands, np.full(n, -1))
    found = solve(problem, effort)
    return pd.DataFrame({"account_id": accounts["account_id"].to_numpy(), "part": problem.rep[found.plan] + 1})


def _percent(values: Floats) -> Floats:
    total = values.sum()
    return 100 * values / total if total > 0 else np.zeros(len(values))


def _centres(places: Floats, weight: Floats, parts: int) -> Floats:
    """Starting points far apart (Gonzalez, 1985), then a few rounds of weighted k-means; the same for the same input."""
    known = ~np.isnan(places[:, 0])
    if known.sum() < parts:
        return np.full((parts, 2), np.nan)
    at, w = places[known], weight[known] + 1e-9
    centres = [np.average(at, axis=0, weights=w)]
    first = at[int(np.argmax(distance_km(at, centres[0])))]
    centres = [first]
    while len(centres) < parts:
        nearest = np.min([distance_km(at, c) for c in centres], axis=0)
        centres.append(at[int(np.argmax(nearest))])
    found = np.array(centres)
    for _ in range(20):
        nearest = np.argmin(distance_km(at[:, None, :], found[None, :, :]), axis=1)
        found = np.array(
            [
                np.average(at[nearest == p], axis=0, weights=w[nearest == p]) if (nearest == p).any() else found[p]
                for p in range(parts)
            ]
        )
    return found


def parts_of(accounts: pd.DataFrame, part: pd.Series, hours_of_rep: float, names: dict[str, str]) -> pd.DataFrame:
    """What each part of a cut territory would hold: part, accounts, customers, sales_amount, potential_amount, hours,
    reps_needed (missing where ``hours_of_rep`` is NaN), held_by (the reps who hold most of it now, by name).

    ``accounts``: those of the territory; ``part``: their part, aligned; ``hours_of_rep``: what a rep can carry in a year.
    """
    frame = accounts.assign(part=part.to_numpy())
    out = frame.groupby("part").agg(
        accounts=("account_id", "size"),
        customers=("status", lambda status: int(status.eq("customer").sum())),
        sales_amount=("sales_12m_amount", "sum"),
        potential_amount=("potential_amount", lambda values: values.sum(min_count=1)),
        hours=("hours_per_year", "sum"),
    )
    out["reps_needed"] = (out["hours"] / hours_of_rep).round(1)
    out["held_by"] = [
        ", ".join(
            f"{names.get(str(rep), str(rep))} {count}" for rep, count in mine["rep_id"].value_counts().head(4).items()
        )
        for _, mine in frame.groupby("part")
    ]
    return out.reset_index()


def merge(accounts: pd.DataFrame, territories: list[str], capacity: pd.DataFrame) -> pd.DataFrame:
    """What a territory merged from several would be: one row per territory, then the merged one.

    Columns node, accounts, sales_amount, hours, available_hours (missing where not known), load.
    """
    inside = accounts[accounts["territory_id"].isin(territories)]
    frame = inside.groupby("territory_id").agg(
        accounts=("account_id", "size"), sales_amount=("sales_12m_amount", "sum"), hours=("hours_per_year", "sum")
    )
    frame = frame.reindex(territories, fill_value=0)
    frame["available_hours"] = hours_by_node(capacity, territories)
    whole = frame.sum(skipna=False).rename(" + ".join(territories)).to_frame().T
    out = pd.concat([frame, whole]).rename_axis("node").reset_index()
    out["load"] = out["hours"] / out["available_hours"].where(out["available_hours"] > 0)
    return out.astype({"accounts": "int64", "sales_amount": "int64"})
