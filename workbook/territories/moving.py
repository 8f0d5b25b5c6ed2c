"""What a design pays for: the price of moving each unit, and of the travel to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.engagement.geography import distance_km, middles
from workbook.rules.territories import DesignRules
from workbook.territories.measures import total_of

Floats = npt.NDArray[np.float64]
#: Account-years of relationship beyond which more years count no more.
_TENURE_YEARS = 5.0
#: Longer ways than this (km) count as this far.
_FAR_KM = 400.0


def moving(
    live: pd.DataFrame, at: npt.NDArray[np.intp], count: int, more: tuple[DesignRules, pd.Timestamp]
) -> dict[str, Floats]:
    """Points for moving each unit, by term."""
    rules, as_of = more
    years = ((as_of - live["owner_since"]).dt.days / 365.25).clip(0, _TENURE_YEARS).fillna(0).to_numpy(np.float64)
    raw = {
        "accounts": (np.ones(len(live)), rules.move_account),
        "sales": (live["sales_12m_amount"].to_numpy(np.float64), rules.move_sales),
        "tenure": (years, rules.move_tenure),
        "deals": (live["open_amount"].to_numpy(np.float64), rules.move_deals),
    }
    failed = live["keep"].map({True: 0.0, False: 1.0}).fillna(0.0).to_numpy(np.float64)
    neglected = total_of(failed, at, count) >= total_of(np.ones(len(live)), at, count)
    cheaper = np.where(neglected, 1 - rules.neglected_discount, 1.0)
    out = {}
    for name, (values, price) in raw.items():
        total = float(np.maximum(values, 0).sum())
        out[name] = (
            price * 100 * np.maximum(total_of(values, at, count), 0) / total * cheaper if total > 0 else np.zeros(count)
        )
    return out


@dataclass(frozen=True, eq=False)
class Ways:
    """Travel a year from the middle of each rep's book to each unit, as the crow flies.

    ``centre``: the middle of each unit's known places (n, 2) · ``trips``: visits a year (n,) · ``middle``: of each rep's book
    (m, 2) · ``home``: the rep who holds each unit, -1 for none (n,) · ``usual``: the usual way (km), for reps whose middle is not
    known: the median from today's holders to their units, so that it is the same whatever pairs are asked for.
    """

    centre: Floats
    trips: Floats
    middle: Floats
    home: npt.NDArray[np.intp]
    usual: float

    @classmethod
    def of(
        cls,
        where: tuple[Floats, Floats],
        grouping: tuple[npt.NDArray[np.intp], int],
        home: npt.NDArray[np.intp],
        size: int,
    ) -> Ways:
        """From places and visits a year of accounts, their units, and the units' holders among ``size`` reps."""
        (places, visits), (at, count) = where, grouping
        known = ~np.isnan(places[:, 0])
        number = total_of(known, at, count)
        sums = [total_of(np.where(known, places[:, i], 0), at, count) for i in (0, 1)]
        centre = np.where(number > 0, np.stack(sums) / np.maximum(number, 1), np.nan).T
        middle = middles(places, home[at], size)
        held = np.flatnonzero(home >= 0)
        km = distance_km(centre[held], middle[home[held]])
        usual = float(np.nanmedian(km)) if (~np.isnan(km)).any() else 0.0
        return cls(centre, total_of(visits, at, count), middle, home, usual)

    def km(self, unit: npt.NDArray[np.intp], rep: npt.NDArray[np.intp]) -> Floats:
        """Kilometres a year for pairs of unit and rep; 0 where the unit's place is not known, the usual way where the rep's is not."""
        km = distance_km(self.centre[unit], self.middle[rep])
        way = np.where(np.isnan(km), self.usual, np.minimum(km, _FAR_KM)) * self.trips[unit]
        return np.asarray(np.where(np.isnan(self.centre[unit, 0]), 0.0, way))

    def points(self, unit: npt.NDArray[np.intp], rep: npt.NDArray[np.intp], price: float) -> Floats:
        """Points for the travel of each pair beyond the least possible for its unit, ``price`` for 1 % of the present travel."""
        way = self.km(unit, rep)
        least = np.full(len(self.trips), np.inf)
        np.minimum.at(least, unit, way)
        return np.asarray(self.per_km(price) * (way - least[unit]))

    def per_km(self, price: float) -> float:
        """Points for a kilometre a year, ``price`` being points for 1 % of the present travel; 0 where nothing is known of it."""
        held = np.flatnonzero(self.home >= 0)
        now = float(self.km(held, self.home[held]).sum())
        return 100 * price / now if now > 0 else 0.0

    def change_share(self, rep: npt.NDArray[np.intp]) -> float:
        """How much longer all ways get when each unit goes to ``rep`` (n,): 0.1 is 10 % more; NaN where nothing is known.

        Only units that someone holds before and after count.
        """
        unit = np.flatnonzero((self.home >= 0) & (rep >= 0) & (rep < len(self.middle)))
        before, after = self.km(unit, self.home[unit]).sum(), self.km(unit, rep[unit]).sum()
        return float(after / before - 1) if before > 0 else float("nan")
