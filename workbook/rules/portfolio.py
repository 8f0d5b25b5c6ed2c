"""Rules of ``portfolio``: what is published to everybody, section ``[portfolio]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbook.rules.reader import rule

ProjectionMethod = Literal["rhythm", "seasonal_naive", "naive"]
#: What a territory's view tells of a family's members in other territories; each level tells what the ones before it tell.
FamilyView = Literal["none", "counts", "names", "totals", "full"]


@dataclass(frozen=True)
class ProjectionRules:
    """How the next 12 months of an account are projected (docs/portfolio.md gives the formulas)."""

    method: ProjectionMethod = rule(
        "rhythm",
        "rhythm (own ordering cycle and learned losses), seasonal_naive (last 12 months), naive (last quarter × 4)",
    )
    history_months: int = rule(36, "months of sales that are looked at")
    rhythm_weight: float | None = rule(
        None, "weight of the newest ordering cycle against the ones before it, 0 to 1; learned when left out"
    )
    plain_share: float | None = rule(
        None, "share of the plain mean of the last 12 months in the level, 0 to 1; learned when left out"
    )
    cycle_prior: float = rule(2.0, "gaps between orders that the company's typical gap counts for")
    own_season_prior: float = rule(4.0, "orders a year that an account needs to weigh as much as the company's season")
    season_months_needed: int = rule(24, "months of sales without which no season is learned")
    evidence_prior_months: float = rule(12.0, "damping: season and losses learned from so many months count half")
    loss_prior_accounts: float = rule(20.0, "accounts that the company's curve of losses, and no season, count for")
    deal_prior: float = rule(10.0, "shrinks win rates: closed deals that the rate above counts for")
    unlearned_win_rate: float = rule(0.2, "win rate of a deal where no deal ever closed and none is stated")
    pipeline_on_top_share: float | None = rule(
        None, "share of weighted deals of present customers that comes on top of their run-rate; learned when left out"
    )

    def __post_init__(self) -> None:
        if self.rhythm_weight is not None and not 0 < self.rhythm_weight < 1:
            raise ValueError("projection.rhythm_weight is not between 0 and 1")
        if self.plain_share is not None and not 0 <= self.plain_share <= 1:
            raise ValueError("projection.plain_share is not 0 to 1")
        if self.history_months < 12:
            raise ValueError("projection.history_months is under 12")
        if self.pipeline_on_top_share is not None and not 0 <= self.pipeline_on_top_share <= 1:
            raise ValueError("projection.pipeline_on_top_share is not 0 to 1")


@dataclass(frozen=True)
class GradeRules:
    """Grade A to D from contact points, projected revenue and Net Promoter answer (0 to 3 points each)."""

    contacts_bands: tuple[int, ...] = rule((1, 3, 6), "contacts for 1, 2 and 3 points")
    projection_bands_amount: tuple[int, ...] = rule(
        (), "projected revenue for 1, 2 and 3 points; left empty: bands by share of revenue", amount=True
    )
    projection_bands_share: tuple[float, ...] = rule(
        (0.5, 0.8, 0.95), "without amounts: the largest accounts up to these shares of revenue get 3, 2 and 1 points"
    )
    nps_bands: tuple[float, ...] = rule((5.0, 7.0, 9.0), "Net Promoter answer (0 to 10) for 1, 2 and 3 points")
    nps_valid_days: int = rule(730, "an answer older than this is not used")
    contacts_weight: float = rule(0.25, "weight of the contact points")
    projection_weight: float = rule(0.5, "weight of the projected revenue")
    nps_weight: float = rule(0.25, "weight of the Net Promoter answer")
    a_score: float = rule(75.0, "score (0 to 100) from which an account is A")
    b_score: float = rule(50.0, "score from which it is B")
    c_score: float = rule(25.0, "score from which it is C; below it is D")

    def __post_init__(self) -> None:
        for name, bands in (("contacts_bands", self.contacts_bands), ("nps_bands", self.nps_bands)):
            if len(bands) != 3 or list(bands) != sorted(bands):
                raise ValueError(f"grades.{name} needs three rising values")
        if self.projection_bands_amount and (
            len(self.projection_bands_amount) != 3
            or list(self.projection_bands_amount) != sorted(self.projection_bands_amount)
        ):
            raise ValueError("grades.projection_bands_amount needs three rising amounts, or none")
        if len(self.projection_bands_share) != 3 or list(self.projection_bands_share) != sorted(
            self.projection_bands_share
        ):
            raise ValueError("grades.projection_bands_share needs three rising shares")
        weights = (self.contacts_weight, self.projection_weight, self.nps_weight)
        if min(weights) < 0 or sum(weights) <= 0:
            raise ValueError("grades: the weights are not positive")
        if not self.a_score > self.b_score > self.c_score:
            raise ValueError("grades: a_score, b_score and c_score do not fall")


@dataclass(frozen=True)
class ClassRules:
    """Core, invest, opportunistic or divest; the first rule that fits decides (docs/portfolio.md)."""

    core_quarters: int = rule(3, "core: bought in at least so many of the last four quarters")
    invest_growth: float = rule(0.25, "invest: last 12 months grew at least so much over the 12 before (0.25 = 25 %)")
    invest_potential_amount: int | None = rule(
        None,
        "invest: potential from which an account is large; when left out: the top fifth of those known",
        amount=True,
    )
    invest_wallet_share: float = rule(0.5, "invest: at most this share of its potential is ours")
    divest_amount: int | None = rule(
        None, "divest: projection and potential both under it; when left out: the cost of four touches", amount=True
    )
    divest_cost_share: float = rule(0.4, "divest: cost of selling above this share of projected revenue")
    touch_hours: float = rule(1.0, "divest: hours of one touch, with preparation")
    touch_cost_amount: int = rule(8500, "divest: cost of one selling hour where reps have none given", amount=True)
    target_mix: dict[str, float] = rule(
        {"core": 0.4, "invest": 0.2, "opportunistic": 0.35, "divest": 0.05}, "the wanted mix of classes per territory"
    )
    keep_margin: float = rule(
        0.1, "an account keeps its class until it is past a threshold by more than this share of it; 0 for no damping"
    )
    core_keep_quarters: int = rule(2, "core stays core while it bought in at least so many of the last four quarters")
    review_days: int = rule(91, "changes count since this many days ago, where no review was recorded")

    def __post_init__(self) -> None:
        if set(self.target_mix) - {"core", "invest", "opportunistic", "divest"}:
            raise ValueError("classes.target_mix names a class that does not exist")
        if not 0 <= self.keep_margin < 1:
            raise ValueError("classes.keep_margin is not from 0 to under 1")
        if not 1 <= self.core_keep_quarters <= self.core_quarters:
            raise ValueError("classes.core_keep_quarters is not from 1 to core_quarters")
        if abs(sum(self.target_mix.values()) - 1) > 1e-9:
            raise ValueError("classes.target_mix does not add up to 1")


@dataclass(frozen=True)
class Dimension:
    """One dimension of the segmentation: a figure cut into bands, or a text column as it is."""

    name: str = rule("size", "what people call it")
    column: str = rule(
        "projected_amount",
        "a column: sales_12m_amount, projected_amount, potential_amount, growth_share, wallet_share, employees, "
        "annual_revenue, industry, region, country, status, grade, class, or one of the book's own",
    )
    cuts: tuple[float, ...] = rule((), "rising cut points (amounts in major units); none: thirds for a figure")
    labels: tuple[str, ...] = rule((), "names of the bands from low to high; one more than cuts")

    def __post_init__(self) -> None:
        if list(self.cuts) != sorted(self.cuts):
            raise ValueError(f"segments: the cuts of {self.name} do not rise")
        if self.cuts and self.labels and len(self.labels) != len(self.cuts) + 1:
            raise ValueError(f"segments: {self.name} needs {len(self.cuts) + 1} labels for {len(self.cuts)} cuts")


@dataclass(frozen=True)
class Treatment:
    """How accounts of a segment are worked. ``segment`` is matched part by part; ``*`` fits any part."""

    segment: str = rule("*", "labels joined by ' × ', * for any")
    priority: int = rule(3, "1 first")
    channels: tuple[str, ...] = rule(("call", "email"), "channels that reach it best, best first")
    cadence_days: int = rule(90, "a touch at least every so many days")


@dataclass(frozen=True)
class SegmentRules:
    """Segments by two or more dimensions, each with priority, channels and cadence."""

    dimensions: tuple[Dimension, ...] = rule(
        (
            Dimension("size", "projected_amount", (), ("small", "medium", "large")),
            Dimension("growth", "growth_share", (-0.05, 0.15), ("shrinking", "steady", "growing")),
        ),
        "the dimensions, two or more",
    )
    treatments: tuple[Treatment, ...] = rule(
        (
            Treatment("large × growing", 1, ("visit", "meeting", "call"), 14),
            Treatment("large × shrinking", 1, ("visit", "meeting", "call"), 14),
            Treatment("large × *", 1, ("visit", "call"), 30),
            Treatment("medium × growing", 2, ("meeting", "call"), 30),
            Treatment("medium × *", 2, ("call", "email"), 60),
            Treatment("small × growing", 3, ("call", "email"), 90),
            Treatment("small × *", 4, ("email",), 180),
            Treatment("*", 4, ("email", "call"), 180),
        ),
        "how each segment is worked: the first that fits",
    )

    def __post_init__(self) -> None:
        if len(self.dimensions) < 2:
            raise ValueError("segments.dimensions names fewer than two dimensions")


@dataclass(frozen=True)
class WhitespaceRules:
    """What comparable accounts buy and an account does not."""

    months: int = rule(12, "months of sales that count as bought")
    peers_needed: int = rule(8, "fewer comparable accounts than this: the wider group is taken")
    size_bands: int = rule(4, "bands of equal numbers by which size is compared")
    penetration: float = rule(0.3, "a family is a gap only where at least this share of the peers buys it")
    upsell_share: float = rule(0.5, "upsell: less than this share of what peers of its size buy")
    per_account: int = rule(3, "gaps shown per account, the largest first")
    equal_share: float = rule(
        0.1, "gaps worth this share less than the best count as equal to it: what others of the family buy comes first"
    )

    def __post_init__(self) -> None:
        if self.peers_needed < 1 or self.size_bands < 1 or self.per_account < 1:
            raise ValueError("whitespace: peers_needed, size_bands and per_account are at least 1")
        if not 0 <= self.equal_share < 1:
            raise ValueError("whitespace: equal_share is from 0 to under 1")


@dataclass(frozen=True)
class ScopeRules:
    """What counts as owned, engaged, new."""

    engaged_days: int = rule(90, "actively engaged: a touch by a person within so many days, or an open deal")
    new_customer_days: int = rule(365, "hunting: a customer for at most so many days; prospects too")


@dataclass(frozen=True)
class PortfolioRules:
    """The portfolio: projection, grades, classes, segments, whitespace."""

    key_accounts: int = rule(20, "key account: graded A, or among so many largest by projected revenue")
    family_elsewhere: FamilyView = rule(
        "counts",
        "what a territory sees of a family's members in other territories: none, counts (how many), names (who, and in "
        "which territory), totals (and their sales and open deals in sum), full (each one's owner, sales, open deals)",
    )
    projection: ProjectionRules = rule(ProjectionRules(), "the projection of the next 12 months")
    grades: GradeRules = rule(GradeRules(), "the grade")
    classes: ClassRules = rule(ClassRules(), "the class")
    segments: SegmentRules = rule(SegmentRules(), "the segments")
    whitespace: WhitespaceRules = rule(WhitespaceRules(), "whitespace")
    scope: ScopeRules = rule(ScopeRules(), "market scope, hunting and farming")
