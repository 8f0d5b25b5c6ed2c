"""The one hours model: what each account takes, what each rep has; rotation, territories and targets all stand on it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.engagement import capacity as hours
from workbook.engagement import geography
from workbook.engagement import workload as work
from workbook.engagement.inputs import EngagementInputs
from workbook.rules.territories import TerritoriesRules
from workbook.stage import noun

Floats = npt.NDArray[np.float64]


class Hours(EngagementInputs):
    """Nouns of hours. They are of the ``[territories]`` rules, and stand here because rotation needs them first."""

    if TYPE_CHECKING:  # nouns of the stage that hours stand on
        touches: Any

    @property
    def _hours_rules(self) -> TerritoriesRules:
        return self.facts.rules.territories

    @noun
    def touch_mix(self) -> pd.DataFrame:
        """Minutes of a touch and share of visits per class; company-wide."""
        return work.touch_mix(self.touches, self._portfolio.classes, self.effort, self._hours_rules.workload)

    @noun
    def workload(self) -> pd.DataFrame:
        """Hours per account and year, with its working: touches, deals, travel."""
        register = self._portfolio.register
        return work.workload(register, self.cadence, self.touch_mix, self._distances, self._hours_rules.workload)

    @noun
    def people(self) -> pd.DataFrame:
        """Everybody who holds or will hold a book."""
        owners = self._portfolio.register["owner_rep_id"]
        return hours.sellers(self.facts.tables.reps, owners, self._hours_rules.capacity, self.facts.as_of)

    @noun
    def capacity(self) -> pd.DataFrame:
        """Hours each rep has in the coming months, and needs: rep_id, node, selling_hours, ramped_share, needed_hours …"""
        year = self._rules.working_weeks, self._hours_rules.capacity.hours_per_week
        return hours.capacity(self.people, self.workload, self.presence, self.ramp, year)

    @property
    def presence(self) -> Floats:
        """Shape (people, months): who is there."""
        return hours.presence(self.people, self.edges)

    @property
    def ramp(self) -> Floats:
        """Shape (people, months): what new people can carry, by the ramp that targets publish."""
        return hours.ramp_shares(self.people, self.edges, self.facts.rules.targets.ramp)

    @cached_property
    def edges(self) -> npt.NDArray[np.datetime64]:
        """The edges of the months ahead that hours are compared over."""
        return hours.months_ahead(self.facts.as_of, self._hours_rules.capacity.months)

    @cached_property
    def places(self) -> Floats:
        """Latitude and longitude of each account of the register."""
        return geography.places(self.facts.tables.accounts)  # the register has the accounts' own order

    @cached_property
    def _distances(self) -> Floats:
        codes, reps = pd.factorize(self._portfolio.register["owner_rep_id"])
        middle = geography.middles(self.places, codes, len(reps))
        return work.distances(self.places, middle, codes)

    @cached_property
    def _hours(self) -> Floats:
        """Hours that each account of the register takes in the months that capacity is compared over."""
        yearly = self.workload["hours_per_year"].to_numpy(dtype=np.float64)
        return yearly * self._hours_rules.capacity.months / 12
