"""Section ``[quality]`` of ``book.toml``: what the data must hold (A4) and what counts as absurd."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.rules.reader import rule

_MANDATORY = {
    "accounts": ("industry", "country"),
    "contacts": ("title", "role"),
    "opportunities": ("next_step", "next_step_on"),
    "activities": ("contact_id",),
}


@dataclass(frozen=True)
class QualityRules:
    """What a table must hold to be believed."""

    mandatory: dict[str, tuple[str, ...]] = rule(
        _MANDATORY, "mandatory CRM fields per table: how many each rep has filled in is reported (open deals only)"
    )
    complete_share: float = rule(0.8, "a rep below this share of filled mandatory fields gets a warning")
    first_year: int = rule(1950, "a date before this year cannot be")
    last_year: int = rule(2100, "a date after this year cannot be")
    absurd_times: float = rule(1000.0, "an amount is absurd from this many times the 99th percentile of its column")
    near_names: bool = rule(True, "whether accounts with nearly the same name are listed")

    def __post_init__(self) -> None:
        if not 0 <= self.complete_share <= 1:
            raise ValueError("complete_share is not a share from 0 to 1")
        if not 1 <= self.first_year < self.last_year <= 9999:
            raise ValueError("first_year must be before last_year")
