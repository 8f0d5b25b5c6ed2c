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
    unknown_spread: float = rule(
        0.12, "how much a quarter's run-rate varies where too little history tells; counts as three changes"
    )
    wanted_probability: float = rule(0.8, "the chance of reaching the company's target that is wanted")
    threads: int = rule(2, "threads of the simulation; the numbers do not depend on them")

    def __post_init__(self) -> None:
        if self.simulations < 160:
            raise ValueError("simulations is below 160")
        if not 0 <= self.shared_share <= 1 or not 0 < self.wanted_probability < 1:
            raise ValueError("shared_share and wanted_probability are shares")


@dataclass(frozen=True)
class SignOffRules:
    """Who approves which change, and what must be so before a node is signed off."""

    approvals: dict[str, float] = rule(
        {"manager": 0.05, "director": 0.15, "finance": 1.0},
        "who approves an agreed number: each role up to this distance from the target, as a share of it",
    )
    edits_approved: bool = rule(
        False, "edits of a node's target are approved by their size too, before it is signed off"
    )
    moves_approved: bool = rule(
        False,
        "accounts moved to a territory are approved by their share of its projection too, before it is signed off",
    )
    plans_required: bool = rule(True, "a node is signed off only when its reps' account plans are sent")
    children_first: bool = rule(True, "a node is signed off only after those right below it")
    answer_days: int = rule(7, "a proposal not answered for longer is late")

    def __post_init__(self) -> None:
        if not self.approvals or any(share <= 0 for share in self.approvals.values()):
            raise ValueError("approvals needs roles with shares above zero, such as manager = 0.05")
        if self.answer_days < 0:
            raise ValueError("answer_days is negative")

    def approver(self, share: float) -> str:
        """The role that approves a change of a size (share of the target); the highest one for larger ones."""
        ranked = sorted(self.approvals.items(), key=lambda item: item[1])
        return next((role for role, most in ranked if share <= most), ranked[-1][0])

    def may_approve(self, role: str, share: float) -> bool:
        """Whether a role may approve a change of a size: those further up may approve smaller ones too."""
        return role in self.approvals and self.approvals[role] >= self.approvals[self.approver(share)]


@dataclass(frozen=True)
class MeetingRules:
    """How much each side's number is believed where little or nothing is known of how it did before."""

    target_error_share: float = rule(
        0.10, "default error of a target, as a share: a year usually ends within this of it"
    )
    plan_error_share: float = rule(0.15, "default error of a plan or projection, as a share")
    default_counts: float = rule(3.0, "a default counts as much as this many past years")
    replays: int = rule(2, "past years for which the projection is replayed, to see how well it did")

    def __post_init__(self) -> None:
        if min(self.target_error_share, self.plan_error_share, self.default_counts) <= 0 or self.replays < 0:
            raise ValueError("errors and default_counts are above zero, replays not negative")


@dataclass(frozen=True)
class WarningRules:
    """When a year counts as at risk, and what is looked at."""

    at_risk_below: float = rule(0.5, "a chance of reaching the target below this is a warning")
    likely_missed_below: float = rule(0.2, "a chance below this: the target will likely be missed")
    simulations: int = rule(1600, "simulated years per past month end when the odds are replayed")
    pipeline_days: int = rule(90, "days over which newly created pipeline is counted")
    pipeline_fall_share: float = rule(0.7, "new pipeline below this share of what was usual is a leading sign")
    overdue_share: float = rule(0.4, "accounts with overdue touches above this share are a leading sign")
    slipped_share: float = rule(0.4, "open deals that slipped above this share of their amount are a leading sign")

    def __post_init__(self) -> None:
        if not 0 <= self.likely_missed_below <= self.at_risk_below <= 1:
            raise ValueError("likely_missed_below and at_risk_below are shares, the first not above the second")
        if self.simulations < 160 or self.pipeline_days < 1:
            raise ValueError("simulations is below 160 or pipeline_days below 1")


#: The steps of the planning cycle, in order; what shows that each is done stands in ``workbook/reconcile/calendar.py``.
STEPS = (
    "data",
    "target",
    "territories",
    "allocation",
    "plans_sent",
    "plans_approved",
    "meeting",
    "sign_off",
    "communicated",
)


@dataclass(frozen=True)
class CalendarRules:
    """The readiness calendar: every step so many days before the first day of the fiscal year, and who owes it."""

    days_before: dict[str, int] = rule(
        {"data": 90, "target": 75, "territories": 60, "allocation": 50, "plans_sent": 30, "plans_approved": 20,
         "meeting": 14, "sign_off": 7, "communicated": 0},
        "days before the first day of the fiscal year by which a step is done",
    )  # fmt: skip
    owner: dict[str, str] = rule(
        {"data": "sales operations", "target": "finance", "territories": "sales management", "allocation": "finance",
         "plans_sent": "reps", "plans_approved": "managers", "meeting": "managers and finance", "sign_off": "finance",
         "communicated": "sales management"},
        "who owes a step",
    )  # fmt: skip

    def __post_init__(self) -> None:
        for given in (self.days_before, self.owner):
            unknown = [step for step in given if step not in STEPS]
            if unknown:
                raise ValueError(f"{unknown[0]!r} is not a step; steps are {', '.join(STEPS)}")
        if any(days < 0 for days in self.days_before.values()):
            raise ValueError("days_before is negative")


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
    meeting: MeetingRules = rule(MeetingRules(), "the proposal between plan and target")
    warning: WarningRules = rule(WarningRules(), "early warning during the year")
    calendar: CalendarRules = rule(CalendarRules(), "the readiness calendar")
    sign_off: SignOffRules = rule(SignOffRules(), "approvals and sign-off")

    def __post_init__(self) -> None:
        if not 0 <= self.tolerance_share < 1:
            raise ValueError("tolerance_share is not between 0 and 1")
        if self.overreach_factor <= 0:
            raise ValueError("overreach_factor is not positive")
