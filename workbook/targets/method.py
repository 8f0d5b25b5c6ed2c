"""The method of a cascade: the published rules, or a named variant of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from workbook.errors import UsageError
from workbook.rules.targets import TargetsRules
from workbook.targets.grid import Nodes

Floats = npt.NDArray[np.float64]

#: What a scenario may say besides rules of the section ``targets``.
EXTRAS = {
    "growth_share": "the company's target higher by this share (0.08 is 8 %)",
    "without_reps": "open positions (rep ids) that are not filled",
    "hires_less": "so many open positions less, the latest first",
}


@dataclass(frozen=True)
class Method:
    """Rules of the cascade and what a scenario changes beside them."""

    rules: TargetsRules = field(default_factory=TargetsRules)
    growth_share: float = 0.0
    without_reps: tuple[str, ...] = ()
    hires_less: int = 0

    @classmethod
    def of(cls, rules: TargetsRules, variant: Mapping[str, Any] | None = None) -> Method:
        """The rules with a scenario's changes; :class:`UsageError` names what cannot be changed.

        >>> Method.of(TargetsRules(), {"growth_share": 0.08}).growth_share
        0.08
        """
        given = dict(variant or {})
        known = {f.name for f in fields(TargetsRules)}
        unknown = [k for k in given if k not in known and k not in EXTRAS]
        if unknown:
            raise UsageError(
                f"a scenario cannot change {unknown[0]!r}", remedy=f"It can: {', '.join(sorted([*EXTRAS, *known]))}."
            )
        try:
            values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items() if k in known}
            changed = replace(rules, **values)
            growth, less = float(given.get("growth_share", 0.0)), int(given.get("hires_less", 0))
        except (TypeError, ValueError, AttributeError) as fault:
            raise UsageError(f"a scenario's value does not fit: {fault}") from fault
        if not -1 <= growth <= 10 or less < 0:
            raise UsageError("growth_share is a share such as 0.08, hires_less a count")
        return cls(changed, growth, tuple(given.get("without_reps", ())), less)

    def mix(self, nodes: Nodes) -> dict[str, Floats]:
        """Each basis's weight at every parent (n,), by the level of its children."""
        branches = nodes.branches
        below = np.full(len(nodes), "", dtype=object)
        kids = np.flatnonzero((branches.parent >= 0) & (nodes.kinds != "pool"))[::-1]
        below[branches.parent[kids]] = nodes.levels[kids]
        below[nodes.kinds == "pool"] = "account"
        names = sorted({*self.rules.basis, *(b for mix in self.rules.basis_by_level.values() for b in mix)})
        made = {}
        for name in names:
            weight = np.full(len(nodes), float(self.rules.basis.get(name, 0.0)))
            for level, mix in self.rules.basis_by_level.items():
                weight[below == level] = float(mix.get(name, 0.0))
            made[name] = np.where(branches.is_leaf, 0.0, weight)
        return made

    def hedge(self, nodes: Nodes) -> Floats:
        """What each node adds for those under it, as a share (n,)."""
        return np.array([self.rules.hedge.get(level, 0.0) for level in nodes.levels], dtype=float)
