"""Rules of ``maturity``: what is published to everybody, section ``[maturity]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.rules.reader import rule

#: measure -> share that the levels competitive and world class need.
_COMPETITIVE = {
    "accounts_graded_fully": 0.5, "mix_close_to_target": 0.85, "classes_reviewed": 0.01,
    "key_accounts_with_plan": 0.8, "plans_measured": 0.5, "plans_revised": 0.2, "plans_name_products": 0.3,
    "plans_tied_to_strategy": 0.2,
    "accounts_on_time": 0.6, "key_accounts_on_time": 0.8, "activity_unquestioned": 0.9,
    "reps_with_fitting_load": 0.6, "accounts_with_owner": 0.95, "moves_recorded": 0.5,
    "targets_accepted": 1.0, "nodes_aligned": 0.6, "nodes_signed": 0.3,
    "large_accounts_shared": 0.4, "plans_cross_functional": 0.1, "numbers_talked_about": 0.1,
    "prospects_started": 0.5, "accounts_with_contact": 0.8, "deals_with_next_step": 0.7,
    "mandatory_fields": 0.8, "rows_used": 0.98, "tables_given": 0.8,
}  # fmt: skip
_WORLD_CLASS = {
    "accounts_graded_fully": 0.8, "mix_close_to_target": 0.95, "classes_reviewed": 0.05,
    "key_accounts_with_plan": 1.0, "plans_measured": 0.9, "plans_revised": 0.6, "plans_name_products": 0.7,
    "plans_tied_to_strategy": 0.7,
    "accounts_on_time": 0.8, "key_accounts_on_time": 0.95, "activity_unquestioned": 0.98,
    "reps_with_fitting_load": 0.8, "accounts_with_owner": 0.99, "moves_recorded": 0.9,
    "targets_accepted": 1.0, "nodes_aligned": 0.85, "nodes_signed": 0.9,
    "large_accounts_shared": 0.7, "plans_cross_functional": 0.3, "numbers_talked_about": 0.3,
    "prospects_started": 0.8, "accounts_with_contact": 0.95, "deals_with_next_step": 0.9,
    "mandatory_fields": 0.95, "rows_used": 0.999, "tables_given": 1.0,
}  # fmt: skip
_HOURS = {
    "accounts_graded_fully": 0.25, "mix_close_to_target": 0.5, "classes_reviewed": 0.1,
    "key_accounts_with_plan": 3.0, "plans_measured": 0.5, "plans_revised": 0.75, "plans_name_products": 0.25,
    "plans_tied_to_strategy": 0.1,
    "accounts_on_time": 0.75, "key_accounts_on_time": 1.5, "activity_unquestioned": 0.1,
    "reps_with_fitting_load": 8.0, "accounts_with_owner": 0.25, "moves_recorded": 0.25,
    "targets_accepted": 8.0, "nodes_aligned": 4.0, "nodes_signed": 1.0,
    "large_accounts_shared": 6.0, "plans_cross_functional": 1.0, "numbers_talked_about": 1.0,
    "prospects_started": 1.0, "accounts_with_contact": 0.5, "deals_with_next_step": 0.1,
    "mandatory_fields": 0.02, "rows_used": 0.05, "tables_given": 16.0,
}  # fmt: skip


@dataclass(frozen=True)
class MaturityRules:
    """What each level of a capability needs, and what mending takes."""

    competitive: dict[str, float] = rule(dict(_COMPETITIVE), "share that each measure needs for the level competitive")
    world_class: dict[str, float] = rule(dict(_WORLD_CLASS), "share that each measure needs for the level world class")
    hours_per_unit: dict[str, float] = rule(
        dict(_HOURS), "hours that mending one unit (an account, a plan, a rep, a field) takes; an assumption to be set"
    )
    benefit_share: float = rule(
        0.02,
        "share of the 12 months' projection behind the mended units that mending is expected to bring; an assumption",
    )

    def __post_init__(self) -> None:
        for name in ("competitive", "world_class", "hours_per_unit"):
            given = getattr(self, name)
            if unknown := [m for m in given if m not in _HOURS]:
                raise ValueError(f"{name} names {unknown[0]!r}, which is not one of {', '.join(_HOURS)}")
            object.__setattr__(self, name, {**{"competitive": _COMPETITIVE, "world_class": _WORLD_CLASS, "hours_per_unit": _HOURS}[name], **given})  # fmt: skip
        if any(self.world_class[m] < share for m, share in self.competitive.items()):
            raise ValueError("world_class needs less than competitive somewhere")
        if not 0 <= self.benefit_share <= 1:
            raise ValueError("benefit_share is not a share from 0 to 1")
