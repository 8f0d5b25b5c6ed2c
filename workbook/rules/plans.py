"""Rules of ``plans``: what is published to everybody, section ``[plans]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from workbook.rules.reader import rule


@dataclass(frozen=True)
class PlansRules:
    """How deep account plans go, when they are due, and what makes a good one."""

    due_on: date | None = rule(
        None, "the day by which every rep's plans are sent; the first day of the fiscal year when left out"
    )
    period: Literal["quarter", "month", "half"] = rule("quarter", "the periods in which reps plan amounts")
    years_after: int = rule(2, "years after the planned one for which amounts are planned too")
    full_plans_at_most: int = rule(12, "full plans that one rep is asked for; key accounts beyond get one line")
    whitespace_plays: int = rule(2, "plays into whitespace that a template proposes per account, the largest first")
    exceeds_target_share: float = rule(1.0, "a rep's plan is expected to exceed this share of the rep's target")
    fresh_days: int = rule(90, "a plan that was not revised for longer is not fresh")
    one_and_done_days: int = rule(60, "a plan with one revision only, older than this, is one-and-done")
    run_rate_share: float = rule(1.25, "repeat business beyond this share of the projection rests on nothing")
    objectives: tuple[str, ...] = rule(
        (),
        "objectives that the sales strategy names; each account plan says which one it serves. None: in the rep's own words",
    )
    functions: tuple[str, ...] = rule(
        ("sales", "service", "marketing", "product", "finance", "logistics", "management"),
        "functions that can own an action",
    )
    channels: tuple[str, ...] = rule(("visit", "meeting", "call", "email", "event"), "channels of an action")
    lines_at_most: int = rule(5000, "rows that one returned sheet may have")
    megabytes_at_most: int = rule(40, "megabytes that a returned file may unpack to")

    def __post_init__(self) -> None:
        if not 0 <= self.years_after <= 5:
            raise ValueError("years_after is not 0 to 5")
        if len({o.strip().casefold() for o in self.objectives} - {""}) < len(self.objectives):
            raise ValueError("objectives names one twice, or a blank one")
        for name in ("full_plans_at_most", "whitespace_plays", "fresh_days", "one_and_done_days"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is negative")
