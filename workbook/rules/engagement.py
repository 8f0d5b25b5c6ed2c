"""Rules of ``engagement``: what is published to everybody, section ``[engagement]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbook.rules.reader import rule

CadenceStart = Literal["class", "segment", "sooner"]
KINDS = ("call", "email", "meeting", "visit", "task")
TOUCH_KINDS = KINDS[:4]


@dataclass(frozen=True)
class CadenceRules:
    """How often an account is to be touched: its class gives a step on the ladder; grade and activity move it (A5)."""

    ladder_days: tuple[int, ...] = rule((1, 7, 14, 30, 91, 182), "the steps: daily, weekly, two-weekly, monthly …")
    class_days: dict[str, int] = rule(
        {"core": 30, "invest": 30, "opportunistic": 91, "divest": 182}, "where a class starts on the ladder"
    )
    start: CadenceStart = rule(
        "class",
        "what gives the start: class, segment (its cadence_days in [portfolio.segments]), or sooner (the shorter of the two)",
    )
    grade_steps: dict[str, int] = rule({"A": -1, "B": 0, "C": 0, "D": 1}, "steps by grade; negative means more often")
    active_steps: int = rule(0, "steps for a client who is active, that is, bought in active_days; -1 for more often")
    quiet_steps: int = rule(1, "steps for a client who bought nothing and has no open deal for quiet_days")
    most_steps: int = rule(1, "grade and activity together move an account at most so many steps")
    active_days: int = rule(30, "how lately a client must have bought to be active")
    quiet_days: int = rule(365, "after how long without sale or open deal a client is quiet")
    floor_days: int = rule(7, "no account is asked to be touched more often than this")
    key_gap_days: int = rule(31, "a key account without a real touch for more than this always fails")
    warn_share: float = rule(0.5, "overdue by more than this share of the cadence fails; less is a warning")

    def __post_init__(self) -> None:
        if not self.ladder_days or list(self.ladder_days) != sorted(set(self.ladder_days)) or self.ladder_days[0] < 1:
            raise ValueError("ladder_days must grow, from 1 up")


@dataclass(frozen=True)
class IntegrityRules:
    """What makes recorded activity unlike a real touch (D8). Points add up; substance (minutes, an outcome) clears."""

    system_points: int = rule(3, "done by a system and not by a person")
    empty_points: int = rule(1, "no contact, no outcome, no minutes")
    interval_points: int = rule(2, "recurs at a fixed interval")
    created_points: int = rule(2, "created in bulk, on one day with many like it, and what came due of them not done")
    closed_points: int = rule(2, "closed in bulk, on one day with many like it")
    open_points: int = rule(1, "never closed, long after its date")
    pushed_points: int = rule(2, "its due date is moved out again and again")
    reserve_points: int = rule(1, "and nothing real by the same rep on the account meanwhile")
    yellow_points: int = rule(3, "points from which a row is yellow and does not count")
    red_points: int = rule(4, "points from which a row is red")
    series_rows: int = rule(4, "rows from which a series can show a fixed interval")
    regular_share: float = rule(0.75, "share of its gaps that must equal the usual one")
    bulk_rows: int = rule(10, "rows of one rep on one day from which it is bulk")
    bulk_due_share: float = rule(0.25, "share of what was created together that must have come due before it is judged")
    open_days: int = rule(30, "days after its date from which an open row is never closed")
    pushed_days: int = rule(180, "days from creation to a still open due date from which it was pushed")
    pushed_times: int = rule(3, "recorded pushes (where the table has a column pushes) from which it was pushed")
    honest_share: float = rule(0.5, "a series with at least this share of rows with substance is honest")
    reserve_days: int = rule(182, "how far back a real touch by the rep is looked for")
    in_use_share: float = rule(0.05, "a field counts as evidence when at least this share of rows of the kind fills it")
    empty_outcomes: tuple[str, ...] = rule(
        ("done", "completed", "complete", "closed", "ok", "n/a", "none", "-", "."), "outcomes that say nothing"
    )
    missed_outcomes: tuple[str, ...] = rule(
        ("no answer", "no reply", "voicemail", "left voicemail", "busy", "wrong number", "not reached", "no show"),
        "outcomes of honest attempts that reached nobody: no touch, and no flag",
    )


@dataclass(frozen=True)
class KeepRules:
    """When an account stays with its rep (D7)."""

    touch_days: int = rule(91, "a real touch by the rep at most this long ago")
    next_step_days: int = rule(91, "a real next step at most this far ahead")
    needs_next_step: bool = rule(True, "whether an older touch alone is not enough")
    fresh_days: int = rule(30, "after a real touch at most this long ago the next step may still be open")
    late_days: int = rule(14, "a next step may be late by this much")
    new_owner_days: int = rule(60, "a rep who has an account for less than this keeps it in any case")
    most_pushes: int = rule(5, "a deal pushed more often than this is no next step")
    cold_touch_days: int = rule(182, "for opportunistic and divest accounts: a real touch at most this long ago")


@dataclass(frozen=True)
class CriteriaRules:
    """What is expected on each of the top accounts (A3)."""

    top_accounts: int = rule(20, "how many accounts, by projected revenue")
    touches: int = rule(3, "real touches in touches_days, at least")
    touches_days: int = rule(91, "days looked back for touches")
    contacts: int = rule(2, "different contacts touched in contacts_days, at least")
    contacts_days: int = rule(182, "days looked back for contacts")
    in_person: int = rule(1, "meetings or visits in contacts_days, at least")
    longest_gap_days: int = rule(31, "longest time without a real touch in the last 12 months")


@dataclass(frozen=True)
class EngagementRules:
    """How accounts are to be worked, and what counts as working them."""

    cadence: CadenceRules = rule(CadenceRules(), "cadence")
    integrity: IntegrityRules = rule(IntegrityRules(), "integrity of recorded activity")
    keep: KeepRules = rule(KeepRules(), "keep rule")
    top: CriteriaRules = rule(CriteriaRules(), "published criteria for the top accounts")
    touch_kinds: tuple[str, ...] = rule(TOUCH_KINDS, "kinds of activity that can be a touch; a task cannot")
    in_person_kinds: tuple[str, ...] = rule(("meeting", "visit"), "kinds that count as a meeting")
    window_days: int = rule(365, "how far back engagement is looked at")
    coverage_days: int = rule(91, "an account with a real touch in this time counts as touched; else it is not engaged")
    effort_minutes: dict[str, float] = rule(
        {"call": 20.0, "email": 10.0, "meeting": 60.0, "visit": 120.0, "task": 15.0},
        "minutes of a touch where none are known",
    )
    effort_rows: int = rule(30, "rows with minutes from which the minutes of a kind are learned")
    prospect_touches_low: int = rule(12, "winning a new client takes at least so many touches")
    prospect_touches_high: int = rule(15, "and usually not more than so many")
    large_share: float = rule(0.1, "the share of accounts, by value, that are large")
    high_value_share: float = rule(
        0.2, "high-value accounts: this share of all, by the greatest of sales, projection and potential"
    )
    sits_accounts: int = rule(100, "a rep with fewer accounts than this does not sit on accounts")
    sits_worked_share: float = rule(0.2, "a rep who works a smaller share than this of a large book sits on it")
    worst_leavers: int = rule(5, "how many reps the leaver test names for the company")
    breadth_share: float = rule(0.5, "a rep who works at least this share of the book works it broadly")
    depth_touches: float = rule(6.0, "a rep with at least so many touches a year per worked account works deeply")
    easy_wins_share: float = rule(0.5, "a rep with at least this share of easy wins picks low-hanging fruit")
    working_weeks: int = rule(44, "weeks of a year in which touches are made")
    travel_minutes: float = rule(0.0, "added to each visit")
    signal_days: int = rule(91, "how long something that happened elsewhere in a family is news")
    change_share: float = rule(0.3, "sales that moved by this share since a year ago ask for another look at the class")
    nps_days: int = rule(730, "answers older than this are not counted")
    nps_confidence: float = rule(0.9, "confidence of the interval around an NPS")
    on_time_share: float = rule(0.8, "a node with at least this share of accounts on time is well worked")
    late_share: float = rule(0.5, "a node with a smaller share than this on time fails")
    flagged_share: float = rule(
        0.1, "a rep with more than this share of flagged activity in the window is asked about it"
    )
