"""Rules of ``reconcile``: what is published to everybody, section ``[reconcile]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.rules.reader import rule


@dataclass(frozen=True)
class OddsRules:
    """How years are simulated."""

    simulations: int = rule(10_000, "simulated years")
    seed: int = rule(20260101, "the same seed gives the same odds")
    shared_share: float = rule(0.5, "how much of the run-rate's shared shock moves with the deals', 0 to 1")
    least_spread: float = rule(0.03, "a quarter's run-rate varies at least by this, whatever history says")
    wanted_probability: float = rule(0.8, "the chance of reaching the company's target that is wanted")
    threads: int = rule(2, "threads of the simulation; the numbers do not depend on them")

    def __post_init__(self) -> None:
        if self.simulations < 160:
            raise ValueError("simulations is below 160")
        if not 0 <= self.shared_share <= 1 or not 0 < self.wanted_probability < 1:
            raise ValueError("shared_share and wanted_probability are shares")


@dataclass(frozen=True)
class ReconcileRules:
    """When plan and target count as aligned."""

    tolerance_share: float = rule(
        0.05, "plan and target within this share of the target are roughly aligned (0.05 is 5 %)"
    )
    overreach_factor: float = rule(
        1.3, "a plan above its target and above this times the best past year is an overreach"
    )
    odds: OddsRules = rule(OddsRules(), "the odds: simulated years")

    def __post_init__(self) -> None:
        if not 0 <= self.tolerance_share < 1:
            raise ValueError("tolerance_share is not between 0 and 1")
        if self.overreach_factor <= 0:
            raise ValueError("overreach_factor is not positive")
