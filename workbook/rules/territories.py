"""Rules of ``territories``: what is published to everybody, section ``[territories]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.rules.reader import rule


@dataclass(frozen=True)
class WorkloadRules:
    """Hours that an account takes in a year: touches by its cadence, what they take, deals, travel (docs/territories.md)."""

    preparation_share: float = rule(0.5, "time for preparing and following up, as a share of the time of a touch")
    deal_hours: float = rule(6.0, "hours of an open deal beyond its touches: offers, approvals")
    blend_touches: float = rule(
        20.0, "touches of a class from which its own mix of kinds weighs as much as the company's"
    )
    visits_per_trip: float = rule(3.0, "accounts seen on one trip")
    road_factor: float = rule(1.3, "length of the road for each kilometre in a straight line")
    travel_km_per_hour: float = rule(60.0, "speed of travel")
    trip_km: float = rule(400.0, "longer ways than this are not driven for one visit: counted as this far")

    def __post_init__(self) -> None:
        if min(self.visits_per_trip, self.travel_km_per_hour, self.road_factor) <= 0:
            raise ValueError("workload: visits_per_trip, travel_km_per_hour and road_factor must be positive")


@dataclass(frozen=True)
class CapacityRules:
    """Hours that a rep has for customers."""

    hours_per_week: float | None = rule(None, "hours for customers in a week where the reps table has none")
    selling_roles: tuple[str, ...] = rule(
        ("rep", "account manager", "open position"), "roles that hold a book; people with accounts count in any role"
    )
    months: int = rule(12, "months ahead of the as-of day that capacity and workload are compared over")
    growth_scenarios: dict[str, float] = rule(
        {"as it is": 0.0, "steady growth": 0.08, "strong growth": 0.2, "decline": -0.1},
        "scenarios: growth of the hours that accounts need",
    )
    wanted_load: float = rule(0.9, "how full a rep's hours should be: the rest is for what nobody planned")

    def __post_init__(self) -> None:
        if not 0 < self.wanted_load <= 1.5:
            raise ValueError("capacity.wanted_load is not a share")
        if not 1 <= self.months <= 36:
            raise ValueError("capacity.months is not 1 to 36")


@dataclass(frozen=True)
class HealthRules:
    """From where on a book or territory is judged unhealthy."""

    full_load: float = rule(1.0, "needed hours above this share of the hours there are: a warning")
    over_load: float = rule(1.2, "above this share: fails, too large")
    low_load: float = rule(0.5, "below this share: too small")
    index_warn: float = rule(30.0, "index (value / mean × 100) further than this from 100: a warning")
    index_fail: float = rule(60.0, "further than this: fails")
    cv_warn: float = rule(0.3, "coefficient of variation between the company's books above this: a warning")
    cv_fail: float = rule(0.6, "above this: fails")
    static_days: int = rule(730, "nothing in or out for longer than this: static")
    lumpy_share: float = rule(0.15, "opportunistic and invest together above their target share by this: lumpy")
    growth_share: float = rule(0.15, "core above its target share by this: limited growth")
    divest_share: float = rule(0.10, "divest above its target share by this: weighs the territory down")
    invest_hours_share: float = rule(0.4, "share of a rep's hours that invest accounts may take")
    hunting_low: float = rule(0.15, "healthy: at least this share of hours on prospects and new customers")
    hunting_high: float = rule(0.5, "healthy: at most this share")
    new_customer_days: int = rule(365, "a customer whose first sale is at most this old was hunted")
    new_rep_days: int = rule(365, "a rep hired at most so long ago is new")
    fair_share: float = rule(0.7, "a new rep's accounts should be worth at least this share of the others'")
    concentration_share: float = rule(0.4, "largest account above this share of a book's sales: a warning")
    thread_share: float = rule(0.2, "the same where it hangs on one contact or one of us: above this share already")
    five_share: float = rule(0.6, "the five largest accounts above this share of a node's sales: a warning")
    neglected_share: float = rule(
        0.1,
        "this share of a book's high-value accounts (engagement.high_value_share) without a real touch in "
        "engagement.coverage_days: a warning",
    )


@dataclass(frozen=True)
class DesignRules:
    """The published weights of a territory design. One point is 1 % of the book: of its accounts, sales, hours."""

    balance: dict[str, float] = rule(
        {"sales": 1.0, "potential": 1.0, "workload": 1.2, "core": 0.4, "invest": 0.4},
        "points for each 1 % of a measure that a rep is beyond the free band; core, invest, opportunistic and divest count accounts of the class",
    )
    free_band: float = rule(
        0.05, "a rep may be this far from the fair share for nothing (a class: at least one account)"
    )
    steep_band: float = rule(0.20, "beyond this the price is several times as high")
    steep_factor: float = rule(4.0, "so many times")
    move_account: float = rule(0.4, "points for moving 1 % of the accounts")
    move_sales: float = rule(0.6, "points for moving 1 % of the sales")
    move_tenure: float = rule(0.3, "points for moving 1 % of the account-years of relationship (5 years count in full)")
    move_deals: float = rule(0.3, "points for moving 1 % of the open deals' amount")
    travel: float = rule(0.15, "points for 1 % of the present travel to and from accounts")
    neglected_discount: float = rule(0.5, "a move is cheaper by this share where the keep rule has failed")
    over_capacity: float = rule(8.0, "points for each 1 % of all hours beyond a rep's own")
    hard_capacity: bool = rule(False, "true: no plan may leave anybody short of hours")
    new_rep_warm: float = rule(0.5, "points for each 1 % of customers by which a new rep has too few warm accounts")
    reach: int = rule(12, "an account may go to this many reps at most, the most fitting ones (none beyond)")
    across: str = rule(
        "team",
        "how far an account may move: territory, team, region or company",
        choices=("territory", "team", "region", "company"),
    )
    skills: dict[str, tuple[str, ...]] = rule({}, "industry or segment = reps who may hold it; all others may not")
    ramp_new: bool = rule(True, "whether new reps carry less, by the ramp of targets")
    seed: int = rule(1, "the same input and seed give the same proposal")
    seconds: float = rule(10.0, "time for a proposal; a longer one is better proven")
    patience: float = rule(
        1.0, "the clock ends a search after so many times its seconds; more waits for a slow or busy machine"
    )

    def clock(self, seconds: float | None = None) -> float:
        """Seconds after which the clock ends a search that was given ``seconds`` of work (those of the rule when none).

        >>> DesignRules(seconds=2.0, patience=10.0).clock()
        20.0
        """
        return self.patience * (self.seconds if seconds is None else seconds)

    def __post_init__(self) -> None:
        if not 0 <= self.free_band <= self.steep_band:
            raise ValueError("design: free_band is not between 0 and steep_band")
        if self.patience < 1:
            raise ValueError("design: patience is less than 1")
        if min([0.0, *self.balance.values()]) < 0 or self.steep_factor < 1:
            raise ValueError("design: weights are not negative and steep_factor is at least 1")
        unknown = set(self.balance) - {
            "sales",
            "potential",
            "workload",
            "core",
            "invest",
            "opportunistic",
            "divest",
            "accounts",
        }
        if unknown:
            raise ValueError(f"design.balance names {', '.join(sorted(unknown))}, which is no measure")


@dataclass(frozen=True)
class TerritoriesRules:
    """Health, capacity and design of territories."""

    workload: WorkloadRules = rule(WorkloadRules(), "workload")
    capacity: CapacityRules = rule(CapacityRules(), "capacity")
    health: HealthRules = rule(HealthRules(), "health")
    design: DesignRules = rule(DesignRules(), "design")
