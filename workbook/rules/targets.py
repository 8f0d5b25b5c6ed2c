"""Rules of ``targets``: what is published to everybody, section ``[targets]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbook.rules.reader import rule

#: Bases of a split that the tables give; others are columns, written like ``accounts.employees``.
BASES = (
    "even",
    "last_year",
    "trailing_12m",
    "projection",
    "potential",
    "pipeline",
    "capacity",
    "headcount",
)
LEVELS = ("company", "region", "team", "territory", "rep", "account")


@dataclass(frozen=True)
class TargetsRules:
    """How the company's target comes down."""

    basis: dict[str, float] = rule(
        {"last_year": 0.5, "projection": 0.3, "potential": 0.2},
        "what a number is split by, with weights: even, last_year, trailing_12m, projection, potential, pipeline, "
        "capacity, headcount, or a column such as accounts.employees",
    )
    basis_by_level: dict[str, dict[str, float]] = rule(
        {"rep": {"last_year": 0.4, "projection": 0.25, "potential": 0.15, "capacity": 0.2}},
        "other weights for the split among children of a level: region, team, territory, rep, account",
    )
    depth: Literal["territory", "rep", "account"] = rule("account", "how far down the cascade goes")
    accounts_at_most: int = rule(
        100000, "with more accounts than this the cascade ends at reps, and a check says so (memory)"
    )
    hedge: dict[str, float] = rule(
        {"company": 0.0, "region": 0.02, "territory": 0.03},
        "over-assignment: what nodes of a level add for those under them, as a share (0.03 is 3 %)",
    )
    attrition_share: float = rule(
        0.0, "expected share of selling time lost to leavers in the year; added to street quotas as a reserve"
    )
    season: Literal["history", "even", "given"] = rule("history", "how a year or quarter is spread over its months")
    season_by: Literal["company", "territory"] = rule(
        "company",
        "with season history: everybody has the company's season, or every region, team and territory its own; the year's "
        "shares and the company's months stay",
    )
    season_years: int = rule(3, "years of sales that the season is learned from")
    season_given: tuple[float, ...] = rule((), "with season given: twelve weights, the fiscal year's first month first")
    ramp: tuple[float, ...] = rule(
        (0.0, 0.25, 0.5, 0.75), "what a new rep can carry in the first, second … month after the hire; then all"
    )
    no_quota_roles: tuple[str, ...] = rule(
        ("manager", "overlay", "sponsor", "director"), "roles of people who carry no quota of their own"
    )
    absorb: Literal["siblings", "company"] = rule(
        "siblings", "who takes up what an edit leaves: siblings, so that the number above stays, or everybody"
    )
    outlier_factor: float = rule(
        1.5, "a rep's quota per unit of potential, history or capacity beyond the median by this"
    )
    outlier_spreads: float = rule(
        2.0, "and beyond this many robust standard deviations of all reps, so that a usual difference is no outlier"
    )
    ote_ratio_low: float = rule(3.0, "quota to on-target earnings below this is dear")
    ote_ratio_high: float = rule(8.0, "quota to on-target earnings above this is hard to believe")
    newcomer_months: int = rule(12, "up to how many months after the hire a rep counts as new when fairness is judged")

    def __post_init__(self) -> None:
        for name, mix in {
            "basis": self.basis,
            **{f"basis_by_level.{k}": v for k, v in self.basis_by_level.items()},
        }.items():
            unknown = [b for b in mix if b not in BASES and not _is_column(b)]
            if unknown:
                raise ValueError(
                    f"{name} names {unknown[0]!r}, which is not one of {', '.join(BASES)} or like accounts.size"
                )
            if not mix or min(mix.values()) < 0 or sum(mix.values()) <= 0:
                raise ValueError(f"{name} needs weights that are not negative and not all zero")
        for name in (*self.basis_by_level, *self.hedge):
            if name not in LEVELS:
                raise ValueError(f"{name!r} is not a level; levels are {', '.join(LEVELS)}")
        if any(not 0 <= share < 1 for share in self.hedge.values()):
            raise ValueError("hedge is a share from 0 to below 1, such as 0.03")
        if not 0 <= self.attrition_share < 1:
            raise ValueError("attrition_share is a share from 0 to below 1")
        if self.season == "given" and (
            len(self.season_given) != 12 or min(self.season_given) < 0 or not sum(self.season_given)
        ):
            raise ValueError("season_given needs twelve weights that are not negative")
        if any(not 0 <= share <= 1 for share in self.ramp):
            raise ValueError("ramp has shares from 0 to 1")


def _is_column(name: str) -> bool:
    table, _, column = name.partition(".")
    return table in ("accounts", "reps", "territories") and column.isidentifier()
