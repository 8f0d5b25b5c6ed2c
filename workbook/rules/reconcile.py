"""Rules of ``reconcile``: what is published to everybody, section ``[reconcile]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.rules.reader import rule


@dataclass(frozen=True)
class ReconcileRules:
    """When plan and target count as aligned."""

    tolerance_share: float = rule(
        0.05, "plan and target within this share of the target are roughly aligned (0.05 is 5 %)"
    )
    overreach_factor: float = rule(
        1.3, "a plan above its target and above this times the best past year is an overreach"
    )

    def __post_init__(self) -> None:
        if not 0 <= self.tolerance_share < 1:
            raise ValueError("tolerance_share is not between 0 and 1")
        if self.overreach_factor <= 0:
            raise ValueError("overreach_factor is not positive")
